package resources

import "strings"

// rewriteNarrative replaces links to other entries in xhtml that has been found
// valid: the values of href and src. Text that reads like one stays.
//
// https://hl7.org/fhir/R4/http.html#trules
func (r *resolution) rewriteNarrative(div, base string) string {
	if len(r.targets) == 0 {
		return div
	}
	var b strings.Builder
	copied := 0
	eachLink(div, func(start, end int) {
		if target, found := r.target(div[start:end], base); found {
			b.WriteString(div[copied:start])
			b.WriteString(target)
			copied = end
		}
	})
	b.WriteString(div[copied:])
	return b.String()
}

const xmlSpace = " \t\r\n"

// eachLink visits the values of all attributes href and src.
func eachLink(xhtml string, visit func(start, end int)) {
	for i := 0; i < len(xhtml); i++ {
		switch {
		case xhtml[i] != '<':
		case strings.HasPrefix(xhtml[i:], "<!--"):
			i += len("<!--") + strings.Index(xhtml[i+len("<!--"):], "-->")
		default:
			i = eachLinkOfTag(xhtml, i, visit)
		}
	}
}

// eachLinkOfTag visits those of the tag that begins at a place, and gives the
// place of its end.
func eachLinkOfTag(xhtml string, i int, visit func(start, end int)) int {
	name := ""
	for i++; i < len(xhtml) && xhtml[i] != '>'; i++ {
		c := xhtml[i]
		switch {
		case c == '"' || c == '\'':
			start := i + 1
			length := strings.IndexByte(xhtml[start:], c)
			if length < 0 {
				return len(xhtml)
			}
			i = start + length
			if name == "href" || name == "src" {
				visit(start, i)
			}
		case c == '=' || strings.IndexByte(xmlSpace, c) >= 0:
		case strings.IndexByte(xmlSpace, xhtml[i-1]) >= 0:
			end := i + strings.IndexAny(xhtml[i:], "=>"+xmlSpace)
			name = xhtml[i:max(i, end)]
		}
	}
	return i
}
