package schema

import (
	"html"
	"strings"
)

// The elements and attributes that narrative may use: those of HTML 4.0,
// chapters 7 to 11 (without section 4 of chapter 9) and 15, <a>, images and
// style attributes. https://hl7.org/fhir/R4/narrative.html#xhtml

var xhtmlElements = nameSet(`a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn
	div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot
	th thead tr tt ul var`)

// xhtmlAttributes are allowed on every element.
var xhtmlAttributes = nameSet(`abbr accesskey align axis char charoff class colspan dir headers id lang rowspan scope
	span style tabindex title valign width xml:lang`)

type attribute struct{ element, name string }

// xhtmlAttributesOf are allowed on one element each.
var xhtmlAttributesOf = func() map[attribute]bool {
	set := map[attribute]bool{}
	for element, names := range map[string]string{
		"a":          "charset coords href hreflang name rel rev shape type",
		"area":       "alt coords href nohref shape",
		"blockquote": "cite",
		"div":        "xmlns",
		"img":        "alt border height ismap longdesc src usemap",
		"map":        "name",
		"pre":        "xml:space",
		"q":          "cite",
		"table":      "border cellpadding cellspacing frame rules summary",
		"td":         "nowrap",
	} {
		for name := range strings.FieldsSeq(names) {
			set[attribute{element, name}] = true
		}
	}
	return set
}()

// xhtmlLinks are the attributes that hold URLs.
var xhtmlLinks = nameSet("cite href longdesc src usemap")

func nameSet(names string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		set[name] = true
	}
	return set
}

// isScript reports whether a browser would run a URL. Browsers look past white
// space, control characters and case, and so must this. A data URL is harmless
// as an image and a document of its own as a link.
func isScript(url string, image bool) bool {
	scheme, _, found := strings.Cut(html.UnescapeString(url), ":")
	if !found {
		return false
	}
	letters := func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return r
	}
	switch strings.ToLower(strings.Map(letters, scheme)) {
	case "javascript", "vbscript":
		return true
	case "data":
		return !image
	}
	return false
}
