package codec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jenner-iis/jenner/fhir"
)

// Limits bounds what Parse will read. The zero value means the defaults.
type Limits struct {
	Depth  int // nesting of objects and arrays; default 64
	Values int // values in the whole text, each costs 32 bytes of memory; default 2 million
	Loose  bool
	// Loose accepts what JSON allows and FHIR forbids: null anywhere, empty
	// objects, arrays and strings, any root. For JSON that is not a resource,
	// such as a JSON Patch.
}

const (
	defaultDepth  = 64
	defaultValues = 2_000_000
	maxText       = 1 << 30 // node offsets are 32 bit
)

// Parse reads JSON that has exactly one meaning. It refuses, naming the
// element: a byte order mark, invalid UTF-8, lone surrogates, control
// characters in strings, duplicate member names, numbers outside JSON's
// grammar or a double's range, text after the value, nesting beyond the limit,
// and, as FHIR forbids them, empty objects, arrays and strings and a null that
// is not in an array.
//
// The error is a *fhir.Invalid that wraps fhir.ErrSyntax.
//
// https://hl7.org/fhir/R4/json.html
func Parse(text []byte, limits Limits) (*Document, error) {
	return ParseString(string(text), limits)
}

// ParseString is Parse without copying the text.
func ParseString(text string, limits Limits) (*Document, error) {
	if limits.Depth == 0 {
		limits.Depth = defaultDepth
	}
	if limits.Values == 0 {
		limits.Values = defaultValues
	}
	p := parser{text: text, limits: limits, invalidUTF8: len(text)}
	if !utf8.ValidString(text) {
		p.invalidUTF8 = firstInvalid(text)
	}
	p.nodes = make([]node, 0, min(16+len(text)/24, limits.Values))
	p.open = make([]uint32, 0, 16) // as deep as resources mostly are
	if err := p.document(); err != nil {
		return nil, err
	}
	return &Document{text: text, nodes: p.nodes}, nil
}

// parser holds a reading in progress. Its methods advance at; open lists the
// nodes of the objects and arrays that are being read, outermost first.
type parser struct {
	text        string
	at          int
	nodes       []node
	open        []uint32
	limits      Limits
	invalidUTF8 int // offset of the first invalid byte, or len(text)
}

func (p *parser) document() error {
	switch {
	case len(p.text) > maxText:
		return p.refuse("the text is longer than %d bytes", maxText)
	case strings.HasPrefix(p.text, "\uFEFF"):
		return p.refuse("the text begins with a byte order mark; send UTF-8 without one")
	}
	p.space()
	if p.at == len(p.text) {
		return p.refuse("the text is empty; a JSON object was expected")
	}
	if !p.limits.Loose && p.text[p.at] != '{' {
		return p.refuse("the text must be one JSON object")
	}
	if err := p.value(node{last: true}); err != nil {
		return err
	}
	p.space()
	if p.at != len(p.text) {
		return p.refuse("there is text after the end of the JSON value, at byte %d", p.at)
	}
	return nil
}

// value reads one value into a new node, for which n already holds the name.
func (p *parser) value(n node) error {
	if len(p.nodes) >= p.limits.Values {
		return p.refuse("the text holds more than %d values", p.limits.Values)
	}
	if p.at == len(p.text) {
		return p.refuse("the text ends where a value was expected")
	}
	n.start = uint32(p.at)
	self := uint32(len(p.nodes))
	p.nodes = append(p.nodes, n)
	var err error
	var kind Kind
	switch c := p.text[p.at]; {
	case c == '"':
		kind = String
		var escaped bool
		if escaped, err = p.str(self); err == nil {
			p.nodes[self].escaped = escaped
			if p.at == int(n.start)+2 && !p.limits.Loose {
				err = p.refuseAt(self, "a string must not be empty; leave the element out")
			}
		}
	case c == '{':
		kind = Object
		err = p.composite(self, '}')
	case c == '[':
		kind = Array
		err = p.composite(self, ']')
	case c == '-' || c >= '0' && c <= '9':
		kind = Number
		err = p.number(self)
	case strings.HasPrefix(p.text[p.at:], "true"):
		kind = True
		p.at += 4
	case strings.HasPrefix(p.text[p.at:], "false"):
		kind = False
		p.at += 5
	case strings.HasPrefix(p.text[p.at:], "null"):
		kind = Null
		p.at += 4
		if !p.limits.Loose && !p.inArray() {
			err = p.refuseAt(self, "null is not a value; leave the element out")
		}
	default:
		err = p.refuseAt(self, "what stands at byte %d is not a JSON value", p.at)
	}
	if err != nil {
		return err
	}
	done := &p.nodes[self]
	done.kind, done.end, done.next = kind, uint32(p.at), uint32(len(p.nodes))
	return nil
}

func (p *parser) inArray() bool {
	return len(p.open) > 0 && p.text[p.nodes[p.open[len(p.open)-1]].start] == '['
}

// composite reads an object or array, whose closing character is end.
func (p *parser) composite(self uint32, end byte) error {
	if len(p.open) >= p.limits.Depth {
		return p.refuseAt(self, "values are nested deeper than %d levels", p.limits.Depth)
	}
	p.open = append(p.open, self)
	p.at++
	p.space()
	if p.at < len(p.text) && p.text[p.at] == end {
		if !p.limits.Loose {
			return p.refuse("%s must not be empty; leave the element out", kindNames[p.compositeKind(end)])
		}
		p.at++
		p.open = p.open[:len(p.open)-1]
		return nil
	}
	members := 0
	for {
		var n node
		if end == '}' {
			var err error
			if n, err = p.name(); err != nil {
				return err
			}
		}
		child := len(p.nodes)
		if err := p.value(n); err != nil {
			return err
		}
		members++
		p.space()
		if p.at == len(p.text) {
			return p.refuse("the text ends inside %s", kindNames[p.compositeKind(end)])
		}
		c := p.text[p.at]
		if c != ',' && c != end {
			return p.refuse("a comma or %q was expected at byte %d", string(end), p.at)
		}
		p.at++
		if c == end {
			p.nodes[child].last = true
			break
		}
		p.space()
	}
	if end == '}' {
		if err := p.unique(self, members); err != nil {
			return err
		}
	}
	p.open = p.open[:len(p.open)-1]
	return nil
}

func (p *parser) compositeKind(end byte) Kind {
	if end == '}' {
		return Object
	}
	return Array
}

// name reads a member name and the colon after it.
func (p *parser) name() (node, error) {
	var n node
	if p.at == len(p.text) || p.text[p.at] != '"' {
		return n, p.refuse("a member name in double quotes was expected at byte %d", p.at)
	}
	start := p.at + 1
	escaped, err := p.str(p.open[len(p.open)-1])
	if err != nil {
		return n, err
	}
	n.nameStart, n.nameEnd, n.nameEscaped = uint32(start), uint32(p.at-1), escaped
	if start == p.at-1 {
		return n, p.refuse("a member name must not be empty")
	}
	p.space()
	if p.at == len(p.text) || p.text[p.at] != ':' {
		return n, p.refuse("a colon was expected at byte %d", p.at)
	}
	p.at++
	p.space()
	return n, nil
}

// unique refuses two members of one name. Objects of FHIR have few members, so
// comparing each with each is the quick way; hostile ones go through a map.
func (p *parser) unique(self uint32, members int) error {
	const few = 24
	d := Document{text: p.text, nodes: p.nodes}
	first := Value{&d, self + 1}
	if members > few {
		seen := make(map[string]bool, members)
		for m := first; m.Exists(); m = m.Next() {
			if seen[m.Name()] {
				return p.refuseAt(m.index, "the member %q stands there twice", printable(m.Name()))
			}
			seen[m.Name()] = true
		}
		return nil
	}
	// Names that differ in length or at an end need not be compared.
	var shapes [few]uint32
	for i, m := 0, first; m.Exists(); i, m = i+1, m.Next() {
		name := m.Name()
		shape := uint32(len(name))<<16 | uint32(name[0])<<8 | uint32(name[len(name)-1])
		if slices.Contains(shapes[:i], shape) && slices.Contains(namesBefore(first, i), name) {
			return p.refuseAt(m.index, "the member %q stands there twice", printable(name))
		}
		shapes[i] = shape
	}
	return nil
}

// namesBefore are the names of the first n members of an object.
func namesBefore(first Value, n int) []string {
	names := make([]string, 0, n)
	for m := first; len(names) < n; m = m.Next() {
		names = append(names, m.Name())
	}
	return names
}

// str reads a string and reports whether it has escapes. owner is the node
// that an error is about.
func (p *parser) str(owner uint32) (escaped bool, err error) {
	p.at++
	for {
		p.at += plain(p.text[p.at:])
		if p.at == len(p.text) {
			return false, p.refuseAt(owner, "the text ends inside a string")
		}
		switch p.text[p.at] {
		case '"':
			if p.invalidUTF8 < p.at {
				return false, p.refuseAt(owner, "the text is not valid UTF-8 at byte %d", p.invalidUTF8)
			}
			p.at++
			return escaped, nil
		case '\\':
			escaped = true
			if err := p.escape(owner); err != nil {
				return false, err
			}
		default:
			return false, p.refuseAt(owner, "a string holds an unescaped control character at byte %d", p.at)
		}
	}
}

// plain is how many bytes at the beginning of a text stand for themselves in a string.
func plain(text string) int {
	for i := 0; i < len(text); i++ {
		if notPlain[text[i]] {
			return i
		}
	}
	return len(text)
}

// notPlain are the bytes that end a string, begin an escape, or must be escaped.
var notPlain = func() (t [256]bool) {
	for c := range ' ' {
		t[c] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

// escape checks one escape sequence and steps over it.
func (p *parser) escape(owner uint32) error {
	if p.at+1 == len(p.text) {
		return p.refuseAt(owner, "the text ends inside a string")
	}
	switch p.text[p.at+1] {
	case '"', '\\', '/', 'n', 'r', 't':
		p.at += 2
		return nil
	case 'b', 'f':
		if !p.limits.Loose {
			return p.refuseAt(owner, "FHIR strings hold no control characters but tab, line feed and carriage return")
		}
		p.at += 2
		return nil
	case 'u':
		r, ok := hex4(p.text, p.at+2)
		if !ok {
			return p.refuseAt(owner, "the escape at byte %d needs four hexadecimal digits", p.at)
		}
		p.at += 6
		switch {
		case r >= 0xDC00 && r <= 0xDFFF:
			return p.refuseAt(owner, "a string holds a lone surrogate at byte %d", p.at-6)
		case r >= 0xD800 && r <= 0xDBFF:
			low, ok := rune(0), false
			if strings.HasPrefix(p.text[p.at:], `\u`) {
				low, ok = hex4(p.text, p.at+2)
			}
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return p.refuseAt(owner, "a string holds a lone surrogate at byte %d", p.at-6)
			}
			p.at += 6
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' && !p.limits.Loose:
			return p.refuseAt(owner, "FHIR strings hold no control characters but tab, line feed and carriage return")
		}
		return nil
	}
	return p.refuseAt(owner, "the escape at byte %d is not one of JSON's", p.at)
}

// number reads a number by JSON's grammar. Beyond it, one that a double cannot
// hold is refused, because half the world's readers would make it infinite.
func (p *parser) number(self uint32) error {
	start := p.at
	if p.text[p.at] == '-' {
		p.at++
	}
	integer := p.digits()
	if integer == 0 || integer > 1 && p.text[p.at-integer] == '0' {
		return p.refuseAt(self, "the number at byte %d is not written as JSON has it", start)
	}
	if p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
		if p.digits() == 0 {
			return p.refuseAt(self, "the number at byte %d is not written as JSON has it", start)
		}
	}
	exponent := p.at < len(p.text) && (p.text[p.at] == 'e' || p.text[p.at] == 'E')
	if exponent {
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		if p.digits() == 0 {
			return p.refuseAt(self, "the number at byte %d is not written as JSON has it", start)
		}
	}
	if exponent || integer > 300 {
		if _, err := strconv.ParseFloat(p.text[start:p.at], 64); err != nil {
			return p.refuseAt(self, "the number at byte %d is out of range", start)
		}
	}
	return nil
}

// digits steps over decimal digits and counts them.
func (p *parser) digits() int {
	start := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at - start
}

// space steps over white space.
func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// refuse is the error for a fault in the innermost open object or array.
func (p *parser) refuse(format string, args ...any) error {
	var owner uint32
	if n := len(p.open); n > 0 {
		owner = p.open[n-1]
	}
	return p.refuseAt(owner, format, args...)
}

// refuseAt is the error for a fault in a node that is open or a child of the
// innermost open one.
func (p *parser) refuseAt(owner uint32, format string, args ...any) error {
	return fhir.NewInvalid(fhir.ErrSyntax, fhir.CodeStructure, p.path(owner), fmt.Sprintf(format, args...))
}

// path is Value.Path for a document that is not read to its end.
func (p *parser) path(owner uint32) string {
	var b strings.Builder
	if len(p.nodes) == 0 {
		return ""
	}
	d := Document{text: p.text, nodes: p.nodes}
	steps := p.open
	if len(steps) == 0 || steps[len(steps)-1] != owner {
		steps = append(steps, owner)
	}
	b.WriteString(p.resourceType(&d))
	for i := 1; i < len(steps); i++ {
		index := 0
		for c := steps[i-1] + 1; c < steps[i] && p.nodes[c].next > c; c = p.nodes[c].next {
			index++
		}
		inArray := p.text[p.nodes[steps[i-1]].start] == '['
		appendStep(&b, Value{&d, steps[i]}.Name(), index, inArray)
	}
	return b.String()
}

// resourceType is the root's resourceType, if it has been read by now.
func (p *parser) resourceType(d *Document) string {
	for c := uint32(1); int(c) < len(p.nodes) && p.nodes[c].next > c; c = p.nodes[c].next {
		if m := (Value{d, c}); m.Name() == "resourceType" && m.Kind() == String {
			return printable(m.Text())
		}
	}
	return ""
}

// firstInvalid is the offset of the first byte that is not valid UTF-8.
func firstInvalid(s string) int {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(s)
}

// hex4 reads four hexadecimal digits at s[at:].
func hex4(s string, at int) (rune, bool) {
	if at+4 > len(s) {
		return 0, false
	}
	v, err := strconv.ParseUint(s[at:at+4], 16, 16)
	return rune(v), err == nil
}
