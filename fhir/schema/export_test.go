package schema

import "github.com/jenner-iis/jenner/fhir/codec"

// unsaid are the faults that JSON Schema cannot name, as the documentation of
// JSONSchema lists them. Of notInteger it knows 1.5 and not 1.0.
var unsaid = map[fault]bool{
	noSuchDay:        true,
	badBase64:        true,
	nullPair:         true,
	unequalArrays:    true,
	siblingNoContent: true,
	badNarrative:     true,
	emptyNarrative:   true,
	wrongTarget:      true,
	badReference:     true,
	notInteger:       true,
}

// Sayable reports whether a resource has faults that JSON Schema must find,
// and whether it has any that it may miss.
func (v *Validator) Sayable(resource codec.Value) (must, may bool) {
	w := walk{v: v, root: resource}
	w.resource(resource, false)
	for _, f := range w.faults {
		if unsaid[f] {
			may = true
		} else {
			must = true
		}
	}
	return must, may
}

// MayDisagree reports whether the only faults are integers with a fraction or
// exponent: JSON Schema takes some for integers and others not.
func (v *Validator) MayDisagree(resource codec.Value) bool {
	w := walk{v: v, root: resource}
	w.resource(resource, false)
	for _, f := range w.faults {
		if f == notInteger {
			return true
		}
	}
	return false
}
