package search

import (
	"cmp"
	"strings"
)

// Sortable reports whether resources can be sorted by a parameter.
func (p *Parameter) Sortable() bool { return p.Type != Composite && p.Type != Special }

// SortKey is the entry by which a resource is sorted by a parameter: of those
// with AspectValue the first in Order, or the last if descending. False means
// that there is none: such resources come last in both directions.
//
// https://hl7.org/fhir/R4/search.html#sort
func (p *Parameter) SortKey(entries []Entry, descending bool) (Entry, bool) {
	var key *Entry
	for i := range entries {
		e := &entries[i]
		if e.Parameter != p || e.Aspect != AspectValue {
			continue
		}
		if key == nil || !descending && Order(e, key) < 0 || descending && Order(e, key) > 0 {
			key = e
		}
	}
	if key == nil {
		return Entry{}, false
	}
	return *key, true
}

// Order compares two entries of one parameter, negative if a is before b: dates
// and numbers by where they begin, then by where they end; strings by their
// folded form, then as written; tokens by code, then by system; quantities by
// number, whatever the unit; references and URIs by their text.
func Order(a, b *Entry) int {
	switch a.Parameter.Type {
	case Date:
		return cmp.Or(cmp.Compare(a.Period.Low, b.Period.Low), cmp.Compare(a.Period.High, b.Period.High))
	case Number, Quantity:
		return cmp.Or(cmp.Compare(a.Low, b.Low), cmp.Compare(a.High, b.High))
	case String:
		return cmp.Or(strings.Compare(a.Folded, b.Folded), strings.Compare(a.Text, b.Text))
	case Token:
		return cmp.Or(strings.Compare(a.Code, b.Code), strings.Compare(a.System, b.System))
	case Reference:
		return cmp.Or(strings.Compare(a.Target.Text, b.Target.Text), strings.Compare(a.Target.Version, b.Target.Version))
	}
	return strings.Compare(a.Text, b.Text)
}
