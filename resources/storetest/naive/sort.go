package naive

import (
	"cmp"
	"slices"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// key is what a value is sorted by: of a number, date or quantity where it
// begins, then where it ends (> 5 after 5); of a token its code, then its system; of a string
// its form without case and accents; of a reference its text without a version.
type key struct {
	isText        bool
	span          interval
	first, second string
}

func compareKeys(a, b key) int {
	if a.isText {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.second, b.second))
	}
	return cmp.Or(compareLow(a.span, b.span), compareHigh(a.span, b.span))
}

// sortKey is the least of a resource's values, or the greatest if descending.
func (e *Evaluator) sortKey(r *Resource, p *definitions.SearchParameter, descending bool) (key, bool) {
	var keys []key
	for _, v := range e.extract(r, p) {
		keys = append(keys, e.keys(v, p.Type)...)
	}
	if len(keys) == 0 {
		return key{}, false
	}
	k := slices.MinFunc(keys, compareKeys)
	if descending {
		k = slices.MaxFunc(keys, compareKeys)
	}
	if n := e.config.SortBytes; n > 0 {
		k.first, k.second = k.first[:min(n, len(k.first))], k.second[:min(n, len(k.second))]
	}
	return k, true
}

func (e *Evaluator) keys(v value, t definitions.SearchType) []key {
	var keys []key
	spans := func(all []interval) {
		for _, i := range all {
			keys = append(keys, key{span: i})
		}
	}
	switch t {
	case definitions.Number, definitions.Quantity:
		spans(numbers(v))
	case definitions.Date:
		spans(e.dates(v))
	case definitions.String:
		for _, s := range texts(v) {
			keys = append(keys, key{isText: true, first: plain(s)})
		}
	case definitions.Token:
		for _, c := range codings(v) {
			code := c.code
			if c.folds {
				code = plain(code)
			}
			if code != "" || c.systems[0] != "" {
				keys = append(keys, key{isText: true, first: code, second: c.systems[0]})
			}
		}
	case definitions.Reference:
		for _, r := range e.references(v) {
			text := r.url
			if r.local() {
				text = r.typ + "/" + r.id
			}
			keys = append(keys, key{isText: true, first: text})
		}
	case definitions.URI:
		for _, s := range urls(v) {
			keys = append(keys, key{isText: true, first: s})
		}
	}
	return keys
}
