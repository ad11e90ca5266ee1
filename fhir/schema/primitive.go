package schema

import (
	"fmt"
	"unicode/utf8"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// primitive is a primitive data type:
// https://hl7.org/fhir/R4/datatypes.html#primitive
type primitive uint8

const (
	booleanType primitive = iota
	integerType
	positiveIntType
	unsignedIntType
	decimalType
	stringType
	markdownType
	uriType
	urlType
	canonicalType
	oidType
	uuidType
	idType
	codeType
	base64BinaryType
	dateType
	dateTimeType
	instantType
	timeType
	xhtmlType
)

// primitives name the types, and say how a value is written.
var primitives = [...]struct{ name, form string }{
	booleanType:      {"boolean", "true or false"},
	integerType:      {"integer", "a whole number from -2147483648 to 2147483647, without fraction and exponent"},
	positiveIntType:  {"positiveInt", "a whole number from 1 to 2147483647, without fraction and exponent"},
	unsignedIntType:  {"unsignedInt", "a whole number from 0 to 2147483647, without fraction and exponent"},
	decimalType:      {"decimal", "a JSON number"},
	stringType:       {"string", "text of at most 1048576 characters"},
	markdownType:     {"markdown", "text of at most 1048576 characters"},
	uriType:          {"uri", "a URI, without white space"},
	urlType:          {"url", "a URL, without white space"},
	canonicalType:    {"canonical", "a URL, without white space"},
	oidType:          {"oid", "urn:oid: followed by numbers with dots between them"},
	uuidType:         {"uuid", "urn:uuid: followed by a UUID in lower case"},
	idType:           {"id", "1 to 64 characters of A-Z, a-z, 0-9, - and ."},
	codeType:         {"code", "a code: no white space but single blanks inside"},
	base64BinaryType: {"base64Binary", "base64, padded, with line breaks at most between groups of four characters"},
	dateType:         {"date", "YYYY, YYYY-MM or YYYY-MM-DD"},
	dateTimeType:     {"dateTime", "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset such as -05:00"},
	instantType:      {"instant", "YYYY-MM-DDThh:mm:ss with Z or an offset such as -05:00"},
	timeType:         {"time", "hh:mm:ss"},
	xhtmlType:        {"xhtml", "XHTML in a div element"},
}

func primitiveNamed(name string) primitive {
	for i := range primitives {
		if primitives[i].name == name {
			return primitive(i)
		}
	}
	panic(fmt.Sprintf("schema: primitive type %s is not provided for", name))
}

// primitive checks a value of a primitive type and reports whether it is well
// written. A message says what is expected and never what was found: the value
// may be personal.
func (w *walk) primitive(e codec.Value, p primitive) bool {
	kind := e.Kind()
	switch p {
	case booleanType:
		if kind != codec.True && kind != codec.False {
			return w.wrongKind(e, p, "true or false without quotes")
		}
		return true
	case integerType, positiveIntType, unsignedIntType:
		if kind != codec.Number {
			return w.wrongKind(e, p, "a number without quotes")
		}
		return w.check(e, p, checkInteger(e.Text(), p))
	case decimalType:
		if kind != codec.Number {
			return w.wrongKind(e, p, "a number without quotes")
		}
		return true // JSON's grammar, which has been checked, is R4's
	}
	if kind != codec.String {
		return w.wrongKind(e, p, "a string")
	}
	switch p {
	case stringType, markdownType:
		// Nothing but the length: no string holds control characters, or nothing.
		const longest = 1 << 20
		if len(e.Raw()) > longest && utf8.RuneCountInString(e.Text()) > longest {
			w.add(e, outOfRange, "is not of type %s: %s", primitives[p].name, primitives[p].form)
			return false
		}
		return len(e.Raw()) > 2 || w.check(e, p, wrongFormat)
	case xhtmlType:
		return w.narrative(e)
	}
	return w.check(e, p, checkText(e.Text(), p))
}

// sound is what the checks of a value's text give when nothing is wrong.
const sound fault = 255

// checkText checks the text of a primitive value that JSON has as a string.
func checkText(s string, p primitive) fault {
	ok := false
	switch p {
	case uriType, urlType, canonicalType:
		ok = isURI(s)
	case oidType:
		ok = isOID(s)
	case uuidType:
		ok = isUUID(s)
	case idType:
		ok = fhir.ValidID(s)
	case codeType:
		ok = isCode(s)
	case base64BinaryType:
		return checkBase64(s)
	case dateType:
		return checkDate(s)
	case dateTimeType:
		return checkDateTime(s)
	case instantType:
		return checkInstant(s)
	case timeType:
		ok = isTime(s)
	}
	if !ok {
		return wrongFormat
	}
	return sound
}

// check reports a fault of a value's text.
func (w *walk) check(e codec.Value, p primitive, f fault) bool {
	switch f {
	case sound:
		return true
	case noSuchDay:
		w.add(e, f, "the calendar has no such day; type %s is %s", primitives[p].name, primitives[p].form)
	default:
		w.add(e, f, "is not of type %s: %s", primitives[p].name, primitives[p].form)
	}
	return false
}

func (w *walk) wrongKind(e codec.Value, p primitive, want string) bool {
	f := wrongKind
	if k := e.Kind(); k == codec.Object || k == codec.Array {
		f = notAPrimitive
	}
	w.add(e, f, "type %s is %s in JSON; found %s", primitives[p].name, want, e.Kind())
	return false
}
