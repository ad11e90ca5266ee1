package search

import (
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// References: https://hl7.org/fhir/R4/search.html#reference

func (w *walker) reference(l *leaf, v codec.Value) {
	if v.Kind() != codec.Object {
		return
	}
	var identifier codec.Value
	var literal, typ string
	for m := v.First(); m.Exists(); m = m.Next() {
		switch m.Name() {
		case "reference":
			literal = text(m)
		case "type":
			typ = text(m)
		case "identifier":
			identifier = m
		}
	}
	target, ok := w.registry.target(literal)
	if l.only != "" && pointsTo(&target, typ) != l.only {
		return
	}
	if ok {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Target: target})
	}
	e := Entry{Parameter: l.parameter, Aspect: AspectIdentifier, System: text(identifier.Get("system")), Code: text(identifier.Get("value"))}
	if e.System != "" || e.Code != "" {
		w.dst = append(w.dst, e)
	}
}

// pointsTo is the type of resource that a reference points to as far as the
// reference itself shows it: by its text, else by Reference.type.
func pointsTo(target *fhir.Reference, typ string) string {
	if target.Type != "" {
		return target.Type
	}
	return strings.TrimPrefix(typ, "http://hl7.org/fhir/StructureDefinition/")
}

// target makes of a literal reference what is compared: without the base if
// that is this server's own, and with the version taken out of the text.
// There is none for what is inside the resource or is not resolved yet.
func (r *Registry) target(literal string) (fhir.Reference, bool) {
	if before, _, query := strings.Cut(literal, "?"); query && !strings.Contains(before, ":") {
		return fhir.Reference{}, false // Type?search, and the search may hold URLs
	}
	t := fhir.ParseReference(r.relative(literal))
	switch t.Kind {
	case fhir.Relative, fhir.Absolute, fhir.URN:
	default:
		return fhir.Reference{}, false
	}
	if t.Version != "" {
		t.Text = t.Text[:len(t.Text)-len(t.Version)-len("/_history/")]
	}
	return t, true
}

// relative takes one of this server's own base URLs off a reference.
func (r *Registry) relative(literal string) string {
	for _, base := range r.bases {
		if rest, found := strings.CutPrefix(literal, base); found {
			return rest
		}
	}
	if rest, found := r.cutLoopback(literal); found {
		return rest
	}
	return literal
}

// cutLoopback takes a URL of this server's API on the loopback interface off a
// reference.
func (r *Registry) cutLoopback(literal string) (rest string, found bool) {
	scheme, rest, found := strings.Cut(literal, "://")
	if !found || r.loopback == "" || scheme != "http" && scheme != "https" {
		return "", false
	}
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		return "", false
	}
	host, path := rest[:slash], rest[slash:]
	if strings.Contains(host, "@") {
		return "", false // what stands before it is a user, not the host
	}
	if port := strings.LastIndexByte(host, ':'); port > strings.LastIndexByte(host, ']') {
		host = host[:port]
	}
	if host != "localhost" && host != "127.0.0.1" && host != "[::1]" {
		return "", false
	}
	return strings.CutPrefix(path, r.loopback)
}

// canonical indexes a canonical or a uri under a reference parameter. A
// canonical's version stands after a bar.
func (w *walker) canonical(l *leaf, v codec.Value) {
	if t, ok := w.registry.canonicalTarget(text(v)); ok {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Target: t})
	}
}

// canonicalTarget makes of a canonical what is compared. Any URI will do; only
// those that begin with this server's base are taken as references to its
// resources.
func (r *Registry) canonicalTarget(s string) (fhir.Reference, bool) {
	url, version, _ := strings.Cut(s, "|")
	if url == "" || url[0] == '#' {
		return fhir.Reference{}, false
	}
	if rest := r.relative(url); len(rest) < len(url) {
		if t := fhir.ParseReference(rest); t.Kind == fhir.Relative && t.Version == "" {
			t.Version = version
			return t, true
		}
	}
	t := fhir.Reference{Kind: fhir.Absolute, Text: url, Version: version}
	if strings.HasPrefix(url, "urn:") {
		t.Kind = fhir.URN
	}
	return t, true
}

// nested indexes a resource inside a Bundle by its own type and id.
func (w *walker) nested(l *leaf, v codec.Value) {
	t, id := v.ResourceType(), text(v.Get("id"))
	if t == "" || !fhir.ValidID(id) || len(l.parameter.Targets) > 0 && l.parameter.Targets[0] != t {
		return
	}
	w.dst = append(w.dst, Entry{Parameter: l.parameter, Target: fhir.Reference{Kind: fhir.Relative, Type: t, ID: id, Text: t + "/" + id}})
}

// uri indexes a uri, url, oid or uuid.
func (w *walker) uri(l *leaf, v codec.Value) {
	if s := text(v); s != "" {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Text: s})
	}
}

// canonicalURI indexes a canonical under a uri parameter, with its version and
// without: either way of asking finds it.
func (w *walker) canonicalURI(l *leaf, v codec.Value) {
	w.uri(l, v)
	if url, _, versioned := strings.Cut(text(v), "|"); versioned && url != "" {
		w.dst = append(w.dst, Entry{Parameter: l.parameter, Text: url})
	}
}
