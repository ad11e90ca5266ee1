package suite

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// value is a part of a JSON text. Numbers are as they were written. Parts of
// what is not there are not there either, so that a path needs no checks on
// the way.
type value struct{ v any }

// parse reads a JSON text; ok is false when it is none, or has more after it.
func parse(text []byte) (v value, ok bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&v.v) != nil {
		return value{}, false
	}
	_, err := d.Token()
	return v, err == io.EOF
}

// get follows a path of member names and positions: entry.0.resource.id
func (v value) get(path string) value {
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.v.(type) {
		case map[string]any:
			v = value{at[step]}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) {
				return value{}
			}
			v = value{at[i]}
		default:
			return value{}
		}
	}
	return v
}

// list are the elements of an array.
func (v value) list() []value {
	all, _ := v.v.([]any)
	values := make([]value, len(all))
	for i := range all {
		values[i] = value{all[i]}
	}
	return values
}

// present reports whether there is something.
func (v value) present() bool { return v.v != nil }

// text is a string without its quotes, another primitive as it was written,
// and an object or array as JSON. What is not there is empty.
func (v value) text() string {
	switch t := v.v.(type) {
	case nil:
		return ""
	case string:
		return t
	case json.Number:
		return t.String()
	}
	text, err := json.Marshal(v.v)
	if err != nil {
		return ""
	}
	return string(text)
}

// isString reports whether it is a JSON string that is not empty.
func (v value) isString() bool {
	s, ok := v.v.(string)
	return ok && s != ""
}

// number is a JSON number that is an integer.
func (v value) number() (int, bool) {
	n, ok := v.v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(n.String())
	return i, err == nil
}

// coded reports whether a CodeableConcept (or what holds codings) has a code.
func (v value) coded(system, code string) bool {
	for _, c := range v.get("coding").list() {
		if c.get("system").text() == system && c.get("code").text() == code {
			return true
		}
	}
	return false
}
