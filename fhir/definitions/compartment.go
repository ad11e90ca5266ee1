package definitions

import "slices"

// Compartment says which resources belong to a resource of a type, such as all
// that is known of one patient.
//
// https://hl7.org/fhir/R4/compartmentdefinition.html
type Compartment struct {
	// Type is the type of resource whose compartment it is: Patient, Encounter,
	// RelatedPerson, Practitioner or Device.
	Type string
	// Members are the types that can be in it, sorted. Types that cannot are
	// not listed.
	Members []Member
}

// Member is a type of resource that can be in a compartment.
type Member struct {
	Type string
	// Parameters are the codes of the reference search parameters of Type: a
	// resource is in the compartment if one of them points to its owner.
	Parameters []string
	// Self is whether the owner itself is in its compartment. R4 says so by the
	// parameter {def}, which is not among Parameters, for Encounter,
	// Practitioner and RelatedPerson; Patient and Device it leaves to common sense.
	Self bool
}

// Member finds the entry of a resource type; nil if none can be in the
// compartment.
func (c *Compartment) Member(resourceType string) *Member {
	for i := range c.Members {
		if c.Members[i].Type == resourceType {
			return &c.Members[i]
		}
	}
	return nil
}

// Compartment finds a compartment by the type it is of, or gives nil.
func (s *Set) Compartment(ownerType string) *Compartment {
	for _, c := range s.compartments {
		if c.Type == ownerType {
			return c
		}
	}
	return nil
}

// Compartments are the five compartments of R4, sorted by Type.
func (s *Set) Compartments() []*Compartment { return s.compartments }

// readCompartments reads r4/compartments.txt, whose head explains the format.
func (s *Set) readCompartments(table string) {
	rows(table, func(f []string) {
		if f[0] != "" {
			s.compartments = append(s.compartments, &Compartment{Type: f[0]})
			return
		}
		m := Member{Type: f[1], Parameters: list(f[2])}
		if i := slices.Index(m.Parameters, "{def}"); i >= 0 {
			m.Self = true
			m.Parameters = slices.Delete(m.Parameters, i, i+1)
		}
		c := s.compartments[len(s.compartments)-1]
		c.Members = append(c.Members, m)
	})
}
