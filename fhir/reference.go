package fhir

import "strings"

// ReferenceKind tells the forms that Reference.reference takes apart.
type ReferenceKind uint8

// The forms of a reference: https://hl7.org/fhir/R4/references.html#literal
const (
	Unusable    ReferenceKind = iota // not one of the forms below
	Relative                         // Type/id or Type/id/_history/version
	Absolute                         // a URL with a scheme
	URN                              // urn:uuid: or urn:oid:
	Fragment                         // #id, or # for the containing resource
	Conditional                      // Type?search, legal only inside a transaction
)

// Reference is Reference.reference taken apart.
type Reference struct {
	Kind    ReferenceKind
	Base    string // of an Absolute one that ends in Type/id: the part before, without the slash
	Type    string // of Relative, Conditional, and of Absolute ones that end in Type/id
	ID      string // likewise; of a Fragment the id without #
	Version string // of a versioned reference
	Query   string // of a Conditional one: what follows the question mark
	Text    string // the reference as written
}

// ParseReference takes the text of Reference.reference apart. It knows the
// forms, not the types: whether Type is one of R4's is for the caller.
func ParseReference(text string) Reference {
	r := Reference{Text: text}
	switch {
	case text == "":
		return r
	case text[0] == '#':
		r.Kind, r.ID = Fragment, text[1:]
		return r
	case strings.HasPrefix(text, "urn:"):
		r.Kind = URN
		return r
	}
	rest := text
	// The query of a conditional reference may hold a URL of its own.
	path, query, conditional := strings.Cut(text, "?")
	switch {
	case conditional && isTypeName(path):
		if query != "" {
			r.Kind, r.Type, r.Query = Conditional, path, query
		}
		return r
	case strings.Index(path, "://") > 0:
		r.Kind = Absolute
		if r.Base, rest = splitBase(text); rest == "" {
			return r
		}
	case conditional:
		return r
	}
	t, rest, _ := strings.Cut(rest, "/")
	id, version, versioned := strings.Cut(rest, "/_history/")
	if !isTypeName(t) || !ValidID(id) || versioned && !ValidID(version) {
		r.Base = ""
		return r
	}
	if r.Kind == Unusable {
		r.Kind = Relative
	}
	r.Type, r.ID, r.Version = t, id, version
	return r
}

// splitBase divides an absolute URL into base and Type/id[/_history/v]; the
// tail is empty when the URL does not end so.
func splitBase(url string) (base, tail string) {
	path, version := url, ""
	if i := strings.LastIndex(url, "/_history/"); i >= 0 {
		path, version = url[:i], url[i:]
	}
	slash := strings.LastIndexByte(path, '/')
	if slash < 0 {
		return "", ""
	}
	before := strings.LastIndexByte(path[:slash], '/')
	if before < 0 || !isTypeName(path[before+1:slash]) || before > 0 && path[before-1] == '/' {
		return "", ""
	}
	return path[:before], path[before+1:] + version
}

// isTypeName reports whether s is written like the name of a resource type.
func isTypeName(s string) bool {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return true
}
