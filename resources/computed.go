package resources

import (
	"context"
	"slices"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
)

// Computed is who makes the resources of types that clients can only read: those that
// follow from others, as a forecast follows from a record. They are stored like all
// others, and before they are read Computed sees to it that they are current.
type Computed interface {
	// Refresh returns when what is stored of the types follows from what was
	// committed before the call, and from today's date: of the patients with these
	// ids, or as far as it can be had without waiting long, of everyone if none are
	// named.
	Refresh(ctx context.Context, patients []string) error

	// Missing says why there is nothing for a patient; nil if there is something, or
	// no such patient.
	Missing(ctx context.Context, a Access, patient string) []fhir.Issue
}

// isComputed reports whether clients can only read a type.
func (s *Service) isComputed(resourceType string) bool {
	return slices.Contains(s.ComputedTypes, resourceType)
}

// refreshOne sees to it that a computed resource is current. It belongs to whom it
// last belonged to; one that is not there yet has nobody to be made for, unless its id
// is that of the patient.
func (s *Service) refreshOne(ctx context.Context, a Access, resourceType, id string) error {
	if s.Computed == nil || !s.isComputed(resourceType) {
		return nil
	}
	if err := a.Check(); err != nil {
		return err
	}
	patients := []string{id}
	if v, err := s.Store.Read(ctx, a, resourceType, id); err == nil {
		if patients, err = PatientsOf(s.Search, v); err != nil {
			return err
		}
	}
	return s.Computed.Refresh(ctx, patients)
}

// refreshFor sees to it that what a search reads of computed types is current.
func (s *Service) refreshFor(ctx context.Context, a Access, q *search.Query) error {
	if s.Computed == nil || !s.readsComputed(q) {
		return nil
	}
	if err := a.Check(); err != nil {
		return err
	}
	var patients []string
	for _, b := range q.Branches() {
		ids, named := s.patientsNamed(b)
		if !named {
			return s.Computed.Refresh(ctx, nil)
		}
		patients = append(patients, ids...)
	}
	slices.Sort(patients)
	return s.Computed.Refresh(ctx, slices.Compact(patients))
}

// maxExplained is the number of patients of whom a search that finds nothing says why.
const maxExplained = 10

// missingFor says why a search for computed resources of a few patients finds nothing:
// to who reads an empty answer as nothing being due it would do harm.
func (s *Service) missingFor(ctx context.Context, a Access, q *search.Query) []fhir.Issue {
	if s.Computed == nil || !s.isComputed(q.Resource) {
		return nil
	}
	patients, named := s.patientsNamed(q.Branch)
	if !named || len(patients) > maxExplained {
		return nil
	}
	var issues []fhir.Issue
	for _, id := range patients {
		issues = append(issues, s.Computed.Missing(ctx, a, id)...)
	}
	return issues
}

// readsComputed reports whether a computed type is among those that a search reads.
func (s *Service) readsComputed(q *search.Query) bool {
	for _, b := range q.Branches() {
		if s.isComputed(b.Resource) || slices.ContainsFunc(b.Where, s.conditionReadsComputed) {
			return true
		}
	}
	return slices.ContainsFunc(q.Includes, func(i search.Include) bool {
		return i.Reverse && (i.Resource == "" || s.isComputed(i.Resource))
	})
}

func (s *Service) conditionReadsComputed(c search.Condition) bool {
	switch c := c.(type) {
	case *search.AnyOf:
		return slices.ContainsFunc(c.Conditions, s.conditionReadsComputed)
	case *search.Chain:
		return slices.ContainsFunc(c.Targets, func(t search.ChainTarget) bool {
			return s.isComputed(t.Resource) || s.conditionReadsComputed(t.Where)
		})
	case *search.Has:
		return s.isComputed(c.Resource) || s.conditionReadsComputed(c.Where)
	}
	return false
}

// patientsNamed are the patients of whom alone a search of one type can find
// anything, if it names them: Patient by id, other types by their patient.
func (s *Service) patientsNamed(b search.Branch) (ids []string, named bool) {
	for _, c := range b.Where {
		if found, ok := s.namedBy(b.Resource, c); ok {
			return found, true
		}
	}
	return nil, false
}

func (s *Service) namedBy(resourceType string, condition search.Condition) (ids []string, ok bool) {
	switch c := condition.(type) {
	case *search.AnyOf: // a compartment
		for _, one := range c.Conditions {
			more, ok := s.namedBy(resourceType, one)
			if !ok {
				return nil, false
			}
			ids = append(ids, more...)
		}
		return ids, len(ids) > 0
	case *search.Compare:
		if c.Modifier != search.NoModifier {
			return nil, false
		}
		for i := range c.Values {
			v := &c.Values[i]
			switch {
			case c.Parameter.Code == "_id" && (resourceType == "Patient" || resourceType == "ImmunizationRecommendation"):
				ids = append(ids, v.Code)
			case c.Parameter.Type == search.Reference && v.Target.Type == "Patient":
				ids = append(ids, v.Target.ID)
			default:
				return nil, false
			}
		}
		return ids, true
	}
	return nil, false
}
