// Package naive answers searches by reading every resource itself, as slowly
// as it likes. It is the judge of fhir/search and of the stores, and shares
// nothing with what it judges: expressions are interpreted over decoded JSON,
// decimals and times are rational numbers, and the text of a search becomes
// nested functions. It takes from fhir/definitions what R4 publishes, and
// nothing else of ours. How R4 is read where it leaves a choice is told in the
// comment of package fhir/search, and here where the words become code.
//
// https://hl7.org/fhir/R4/search.html
package naive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// Config is what a server's search depends on, beside R4.
type Config struct {
	// Bases are the URLs under which the server is known.
	Bases []string
	// Zone is where dates without a time are; nil means UTC.
	Zone *time.Location
	// Now is the present, for the prefix ap.
	Now time.Time
	// SortBytes is how many bytes of a text decide the order of sorted results:
	// R4 leaves it to servers how they compare texts. 0 means all.
	SortBytes int
}

// Resource is a current resource.
type Resource struct {
	Type, ID string
	// LastUpdated is meta.lastUpdated, as the store wrote it.
	LastUpdated string
	JSON        []byte

	content any // decoded
}

// Evaluator answers searches over a fixed number of resources.
type Evaluator struct {
	set       *definitions.Set
	config    Config
	resources []*Resource
	values    map[valuesKey][]value // what was extracted before
}

type valuesKey struct {
	r    *Resource
	code string
}

// New decodes the resources.
func New(set *definitions.Set, c Config, all []Resource) (*Evaluator, error) {
	e := &Evaluator{set: set, config: c, values: make(map[valuesKey][]value)}
	if c.Zone == nil {
		e.config.Zone = time.UTC
	}
	for _, r := range all {
		d := json.NewDecoder(bytes.NewReader(r.JSON))
		d.UseNumber() // 1.50 is not 1.5
		if err := d.Decode(&r.content); err != nil {
			return nil, fmt.Errorf("decode %s/%s: %w", r.Type, r.ID, err)
		}
		e.resources = append(e.resources, &r)
	}
	return e, nil
}

// Search gives the ids of all resources of a type that match a query, in the
// order that its _sort demands: groups of resources that are equal by it, one
// group if there is no _sort. The error says why a query has no meaning.
func (e *Evaluator) Search(resourceType, rawQuery string) ([][]string, error) {
	q, err := e.parse(resourceType, rawQuery)
	if err != nil {
		return nil, err
	}
	var found []*Resource
	for _, r := range e.resources {
		if r.Type == resourceType && !slices.ContainsFunc(q.where, func(t test) bool { return !t(r) }) {
			found = append(found, r)
		}
	}
	order := func(a, b *Resource) int {
		for _, by := range q.sort {
			if c := by(a, b); c != 0 {
				return c
			}
		}
		return 0
	}
	slices.SortStableFunc(found, order)
	var groups [][]string
	for i, r := range found {
		if i == 0 || order(found[i-1], r) != 0 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], r.ID)
	}
	return groups, nil
}

// find gives the current resource of a type and id, or nil.
func (e *Evaluator) find(resourceType, id string) *Resource {
	for _, r := range e.resources {
		if r.Type == resourceType && r.ID == id {
			return r
		}
	}
	return nil
}

// extract gives the values of a search parameter in a resource. Those of a
// composite are the elements that its components start from.
func (e *Evaluator) extract(r *Resource, p *definitions.SearchParameter) []value {
	key := valuesKey{r, p.Code}
	if found, ok := e.values[key]; ok {
		return found
	}
	var found []value
	switch p.Code {
	case "_lastUpdated": // the store's, whatever the resource says
		found = []value{{of: r.LastUpdated, typ: "instant", in: r}}
	default:
		found = evaluate(p.Expression(r.Type), r.rootValue())
		// Of what a Bundle holds, a parameter means the types that it may point to.
		found = slices.DeleteFunc(found, func(v value) bool {
			m, _ := v.of.(map[string]any)
			return v.typ == "Resource" && !slices.Contains(p.Targets, fmt.Sprint(m["resourceType"]))
		})
	}
	e.values[key] = found
	return found
}

// Value is a value that a resource has under a search parameter: the FHIR data
// type and the decoded JSON, with numbers as json.Number.
type Value struct {
	Type string
	JSON any
	// Parts are the values of the components, if the parameter is a composite.
	Parts [][]Value
}

// Values gives what a resource (by its place among those given to New) has
// under a search parameter, for searches that should find it.
func (e *Evaluator) Values(i int, code string) []Value {
	r := e.resources[i]
	p := e.set.SearchParameter(r.Type, code)
	if p == nil || p.Expression(r.Type) == "" {
		return nil
	}
	var exported []Value
	for _, v := range e.extract(r, p) {
		x := Value{Type: v.typ, JSON: v.of}
		for _, c := range p.Components {
			var part []Value
			for _, inner := range evaluate(c.Expression, v) {
				part = append(part, Value{Type: inner.typ, JSON: inner.of})
			}
			x.Parts = append(x.Parts, part)
		}
		exported = append(exported, x)
	}
	return exported
}

// rational is a decimal as written, exactly.
func rational(text string) (*big.Rat, bool) {
	return new(big.Rat).SetString(text)
}
