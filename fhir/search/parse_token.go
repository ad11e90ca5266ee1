package search

import (
	"github.com/jenner-iis/jenner/fhir/definitions"
)

// tokenValue reads code, system|code, |code or system|.
//
// https://hl7.org/fhir/R4/search.html#token
func tokenValue(text string) (Value, *refusal) {
	parts := split(text, '|')
	if len(parts) > 2 {
		return Value{}, invalid("a token has one bar, as in system|code; write a bar that belongs to a value \\|")
	}
	var v Value
	var why *refusal
	code := parts[0]
	if len(parts) == 1 {
		v.AnySystem = true
	} else {
		if v.System, why = unescape(parts[0]); why != nil {
			return v, why
		}
		code = parts[1]
	}
	if v.Code, why = unescape(code); why != nil {
		return v, why
	}
	v.AnyCode = v.Code == ""
	if v.AnyCode && v.System == "" {
		return v, invalid("a token needs a code or a system")
	}
	return v, nil
}

// appendTokens reads a value of a token parameter by the data types it has.
//
// Elements of type code are indexed without a system, since they have none.
// Where R4 binds them to a value set, the system of its codes is implied: a
// search may write it. Elements of type string are indexed folded.
func appendTokens(dst []Value, p *Parameter, text string) ([]Value, *refusal) {
	v, why := tokenValue(text)
	if why != nil {
		return nil, why
	}
	kinds := p.extract.kinds
	if plain := kinds &^ (hasContacts | hasURIs | hasBooleans); plain == 0 && !v.AnySystem {
		return nil, invalid("%s has codes without systems; write the value alone, and a bar that belongs to it \\|", p.Code)
	}
	if kinds == hasBooleans && v.Code != "true" && v.Code != "false" {
		return nil, invalid("%s takes true or false", p.Code)
	}
	if kinds&hasStrings != 0 {
		folded := v
		folded.Code = Fold(v.Code)
		if kinds == hasStrings || folded.Code == v.Code {
			v = folded
		} else {
			dst = append(dst, folded)
		}
	}
	if kinds&hasCodes == 0 || v.System == "" {
		return append(dst, v), nil
	}
	implied := impliedCodes(p.extract.codes, &v)
	if kinds != hasCodes || len(implied) == 0 {
		dst = append(dst, v)
	}
	return append(dst, implied...), nil
}

// impliedCodes are the codes without a system that system|code or system|
// stands for in elements of type code.
func impliedCodes(bindings []*definitions.ValueSet, v *Value) []Value {
	var implied []Value
	for _, set := range bindings {
		if set == nil {
			continue
		}
		for _, c := range set.Codings {
			if c.System == v.System && (v.AnyCode || c.Code == v.Code) {
				implied = append(implied, Value{Code: c.Code})
			}
		}
	}
	return implied
}

// ofTypeValue reads typesystem|typecode|value.
func ofTypeValue(text string) (Value, *refusal) {
	parts := split(text, '|')
	if len(parts) != 3 {
		return Value{}, invalid(":of-type takes system|code|value: the system and code of the identifier's type, and its value")
	}
	for i := range parts {
		var why *refusal
		if parts[i], why = unescape(parts[i]); why != nil {
			return Value{}, why
		}
		if parts[i] == "" {
			return Value{}, invalid(":of-type needs all of system|code|value")
		}
	}
	return Value{System: parts[0], Code: parts[1], Text: parts[2]}, nil
}
