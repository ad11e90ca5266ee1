package schema

import (
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// narrative checks Narrative.div: one div element of well-formed XHTML with
// the elements and attributes that txt-1 allows, and some content (txt-2). It
// is shown in browsers, so what could make one run or load something it should
// not, or read the text otherwise than as XML, is refused as well.
//
// https://hl7.org/fhir/R4/narrative.html#xhtml
func (w *walk) narrative(e codec.Value) bool {
	x := xhtml{s: e.Text()}
	x.open = x.stack[:0]
	switch problem := x.check(); {
	case problem != "":
		w.add(e, badNarrative, "narrative: %s (txt-1)", problem)
		return false
	case !x.content:
		w.add(e, emptyNarrative, "narrative must have some content (txt-2)")
		return false
	}
	return true
}

const (
	xhtmlNamespace = "http://www.w3.org/1999/xhtml"
	maxXHTMLDepth  = 64
	maxAttributes  = 32
)

// xhtml is an XHTML fragment being checked. Its methods return what is wrong,
// or nothing.
type xhtml struct {
	s       string
	at      int
	stack   [maxXHTMLDepth]string
	open    []string // the elements that are open, outermost first
	closed  bool     // the root element has been closed
	content bool     // there was text or an image
}

func (x *xhtml) check() (problem string) {
	for x.at < len(x.s) && problem == "" {
		switch c := x.s[x.at]; {
		case c == '<':
			problem = x.markup()
		case isSpace(c):
			x.at++
		case len(x.open) == 0:
			return "there must be one div element and nothing beside it"
		case c == '&':
			x.content = true
			problem = x.reference()
		case c == ']' && strings.HasPrefix(x.s[x.at:], "]]>"),
			c == 0xEF && !isCharAt(x.s, x.at):
			return "it holds characters that XML does not allow in text"
		default:
			x.content = true
			x.at++
		}
	}
	switch {
	case problem != "":
		return problem
	case len(x.open) > 0:
		return "element " + x.open[len(x.open)-1] + " is not closed"
	case !x.closed:
		return "there must be one div element and nothing beside it"
	}
	return ""
}

// markup checks what begins with <.
func (x *xhtml) markup() string {
	rest := x.s[x.at+1:]
	switch {
	case strings.HasPrefix(rest, "/"):
		return x.endTag()
	case strings.HasPrefix(rest, "!--"):
		return x.comment()
	case strings.HasPrefix(rest, "!"), strings.HasPrefix(rest, "?"):
		return "declarations, CDATA sections and processing instructions are not allowed"
	}
	return x.startTag()
}

func (x *xhtml) startTag() string {
	x.at++
	tag := x.name()
	switch {
	case len(x.open) == 0 && (tag != "div" || x.closed):
		return "there must be one div element and nothing beside it"
	case !xhtmlElements[tag]:
		return "element " + quote(tag) + " is not allowed"
	case len(x.open) == maxXHTMLDepth:
		return "elements are nested deeper than " + strconv.Itoa(maxXHTMLDepth) + " levels"
	case tag == "img":
		x.content = true
	}
	var seen [maxAttributes]string
	for n := 0; ; n++ {
		spaced := x.space()
		rest := x.s[x.at:]
		switch {
		case strings.HasPrefix(rest, "/>"):
			x.at += 2
			x.closed = len(x.open) == 0
			return ""
		case strings.HasPrefix(rest, ">"):
			x.at++
			x.open = append(x.open, tag)
			return ""
		case !spaced, n == maxAttributes:
			return "the tag of element " + tag + " is not well-formed"
		}
		name, problem := x.attribute(tag)
		if problem != "" {
			return problem
		}
		for _, earlier := range seen[:n] {
			if earlier == name {
				return "element " + tag + " has an attribute twice: " + name
			}
		}
		seen[n] = name
	}
}

// attribute checks name="value".
func (x *xhtml) attribute(tag string) (name, problem string) {
	name = x.name()
	if !xhtmlAttributes[name] && !xhtmlAttributesOf[attribute{tag, name}] {
		return "", "attribute " + quote(name) + " is not allowed on element " + tag
	}
	x.space()
	if !strings.HasPrefix(x.s[x.at:], "=") {
		return "", "attribute " + name + " has no value"
	}
	x.at++
	x.space()
	if x.at == len(x.s) || x.s[x.at] != '"' && x.s[x.at] != '\'' {
		return "", "the value of attribute " + name + " is not in quotes"
	}
	quotes := x.s[x.at]
	x.at++
	start := x.at
	for x.at < len(x.s) && x.s[x.at] != quotes {
		switch c := x.s[x.at]; {
		case c == '&':
			if problem := x.reference(); problem != "" {
				return "", problem
			}
		case c == '<', c == 0xEF && !isCharAt(x.s, x.at):
			return "", "the value of attribute " + name + " holds characters that XML does not allow there"
		default:
			x.at++
		}
	}
	if x.at == len(x.s) {
		return "", "the value of attribute " + name + " is not closed"
	}
	value := x.s[start:x.at]
	x.at++
	switch {
	case name == "xmlns" && value != xhtmlNamespace:
		return "", "the namespace must be " + xhtmlNamespace
	case xhtmlLinks[name] && isScript(value, name == "src"):
		return "", "attribute " + name + " must not hold a script"
	}
	return name, ""
}

func (x *xhtml) endTag() string {
	x.at += 2
	tag := x.name()
	x.space()
	if len(x.open) == 0 || x.open[len(x.open)-1] != tag || !strings.HasPrefix(x.s[x.at:], ">") {
		return "an end tag does not match its start tag"
	}
	x.at++
	x.open = x.open[:len(x.open)-1]
	x.closed = len(x.open) == 0
	return ""
}

// comment checks <!-- ... -->. HTML ends a comment that begins with > or ->
// at once, and would take the rest of it for markup.
func (x *xhtml) comment() string {
	x.at += len("<!--")
	text := x.s[x.at:]
	end := strings.Index(text, "--")
	if end < 0 || !strings.HasPrefix(text[end:], "-->") ||
		strings.HasPrefix(text, ">") || strings.HasPrefix(text, "->") || !isCharText(text[:end]) {
		return "a comment is not well-formed"
	}
	x.at += end + len("-->")
	return ""
}

// reference checks &#10; &#xA; and the named entities of XML and HTML 4.
func (x *xhtml) reference() string {
	const problem = "an & does not begin a character reference or an entity of HTML 4"
	name, _, found := strings.Cut(x.s[x.at+1:min(len(x.s), x.at+16)], ";")
	if !found {
		return problem
	}
	x.at += len(name) + 2
	number, isNumber := strings.CutPrefix(name, "#")
	if !isNumber {
		if _, known := xml.HTMLEntity[name]; !known && name != "apos" {
			return problem
		}
		return ""
	}
	base := 10
	if hex, isHex := strings.CutPrefix(number, "x"); isHex {
		number, base = hex, 16
	}
	if code, err := strconv.ParseUint(number, base, 32); err != nil || !isChar(rune(code)) {
		return problem
	}
	return ""
}

// name reads the name of an element or attribute.
func (x *xhtml) name() string {
	start := x.at
	for x.at < len(x.s) {
		c := x.s[x.at]
		if isSpace(c) || strings.IndexByte("=/><\"'&", c) >= 0 {
			break
		}
		x.at++
	}
	return x.s[start:x.at]
}

// space steps over white space and reports whether there was any.
func (x *xhtml) space() bool {
	start := x.at
	for x.at < len(x.s) && isSpace(x.s[x.at]) {
		x.at++
	}
	return x.at > start
}

// isChar reports whether XML allows a character.
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// isCharAt reports whether XML allows the character at s[i:].
func isCharAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return isChar(r)
}

func isCharText(s string) bool {
	for _, r := range s {
		if !isChar(r) {
			return false
		}
	}
	return true
}
