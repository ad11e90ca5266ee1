// Package sample makes random resources of any R4 type, and random searches
// that find some of them. Values are few, so that they collide, and chosen to
// be awkward: accents, escapes, partial dates, open periods, decimals with
// their precision, references of every form and to nowhere.
package sample

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// Sampler makes resources and searches. What it makes depends on its source of
// randomness and on its types alone.
type Sampler struct {
	*rand.Rand
	set   *definitions.Set
	types []string
	bases []string
	names map[string]map[string]bool // by type: the elements that its search parameters speak of
}

// New makes a Sampler for resources of some types, between which references
// go. Bases are the URLs under which absolute references mean the same server.
func New(random *rand.Rand, set *definitions.Set, types, bases []string) *Sampler {
	s := &Sampler{Rand: random, set: set, types: types, bases: bases, names: make(map[string]map[string]bool)}
	for _, t := range types {
		names := make(map[string]bool)
		for _, p := range set.SearchParameters(t) {
			add := func(expression string) {
				for _, name := range strings.FieldsFunc(expression, func(r rune) bool {
					return !strings.ContainsRune("_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", r)
				}) {
					names[name] = true
				}
			}
			add(p.Expression(t))
			for _, c := range p.Components {
				add(c.Expression)
			}
		}
		s.names[t] = names
	}
	return s
}

// Types gives n resource types to sample: those that others often refer to,
// and random ones.
func Types(random *rand.Rand, set *definitions.Set, n int) []string {
	often := []string{"Patient", "Practitioner", "Organization", "Location", "Observation", "Encounter", "Immunization", "Condition", "ValueSet", "RiskAssessment", "Group", "DocumentReference"}
	var types []string
	for len(types) < n {
		from := set.ResourceTypes()
		if len(types) < n*2/3 {
			from = often
		}
		if t := from[random.IntN(len(from))]; !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

// IDs are the ids that resources have. Some are told apart by case alone, some
// are the beginning of others.
var IDs = []string{"1", "10", "a", "A", "a.b", "a-1", "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e", "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4f", "x", "male"}

func pick[T any](s *Sampler, from ...T) T { return from[s.IntN(len(from))] }

// chance is true once in n times.
func (s *Sampler) chance(n int) bool { return s.IntN(n) == 0 }

// Resource is a random resource as JSON.
func (s *Sampler) Resource(resourceType, id string) []byte {
	m := map[string]any{"resourceType": resourceType, "id": id}
	structure := s.set.Structure(resourceType)
	s.fill(m, structure, s.names[resourceType], 0)
	if meta := s.meta(); len(meta) > 0 {
		m["meta"] = meta
	}
	if structure.Is("DomainResource") && s.chance(5) {
		contained := map[string]any{"resourceType": "Patient", "id": "1", "gender": "male", "name": []any{s.complex("HumanName")}}
		m["contained"] = []any{contained}
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // maps, lists, strings and numbers can be encoded
	}
	return text
}

func (s *Sampler) meta() map[string]any {
	meta := make(map[string]any)
	if s.chance(3) {
		meta["tag"] = []any{s.complex("Coding")}
	}
	if s.chance(4) {
		meta["security"] = []any{s.complex("Coding")}
	}
	if s.chance(4) {
		meta["profile"] = []any{s.canonical()}
	}
	if s.chance(4) {
		meta["source"] = s.uri()
	}
	return meta
}

// fill gives m some of the elements that are named.
func (s *Sampler) fill(m map[string]any, structure *definitions.Structure, names map[string]bool, depth int) {
	for i := range structure.Elements {
		e := &structure.Elements[i]
		if !names[e.Name] || e.Name == "id" || e.Name == "meta" || e.Name == "extension" || s.chance(3) {
			continue
		}
		t := &e.Types[s.IntN(len(e.Types))]
		var values []any
		n := 1
		if e.Max > 1 {
			n += s.IntN(2) * s.IntN(3)
		}
		for range n {
			if v := s.value(e, t, names, depth); v != nil {
				values = append(values, v)
			}
		}
		if t.Structure != nil && t.Structure.Kind == definitions.Primitive && s.chance(20) {
			// A value that only an extension stands for.
			extension := map[string]any{"extension": []any{map[string]any{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}}}
			if m["_"+t.Property] = extension; e.Max > 1 {
				m["_"+t.Property] = append(make([]any, len(values)), extension)
				m[t.Property] = append(values, nil)
			}
			continue
		}
		switch {
		case len(values) == 0:
		case e.Max > 1:
			m[t.Property] = values
		default:
			m[t.Property] = values[0]
		}
	}
}

// value is a random value of an element, or nil.
func (s *Sampler) value(e *definitions.Element, t *definitions.Type, names map[string]bool, depth int) any {
	switch {
	case depth > 6 || t.Structure == nil && t.Code != "Resource":
		return nil
	case t.Code == "Reference":
		return s.reference(t)
	case t.Code == "code":
		return s.code(e)
	case t.Structure.Kind == definitions.Primitive:
		return s.primitive(t.Code)
	case t.Code == "Resource": // inside a Bundle
		return map[string]any{"resourceType": pick(s, "Composition", "MessageHeader", "Patient"), "id": pick(s, IDs...)}
	case t.Structure.Kind == definitions.Resource:
		return nil
	}
	if m := s.complex(t.Code); m != nil {
		return m
	}
	m := make(map[string]any)
	s.fill(m, t.Structure, names, depth+1)
	if len(m) == 0 {
		return nil
	}
	return m
}

func (s *Sampler) code(e *definitions.Element) string {
	if e.Required != nil && len(e.Required.Codings) > 0 {
		all := e.Required.Codings
		if s.chance(2) {
			all = all[:min(3, len(all))]
		}
		return all[s.IntN(len(all))].Code
	}
	return pick(s, "en", "de", "text/plain", "x")
}

func (s *Sampler) primitive(code string) any {
	switch code {
	case "boolean":
		return s.chance(2)
	case "integer":
		return json.Number(pick(s, "0", "1", "-1", "5", "10", "100", "101"))
	case "positiveInt", "unsignedInt":
		return json.Number(pick(s, "1", "2", "10", "100"))
	case "decimal":
		return s.decimal()
	case "date":
		return s.date()
	case "dateTime":
		return s.dateTime()
	case "instant":
		return s.instant()
	case "time":
		return "10:00:00"
	case "uri", "url", "oid", "uuid":
		return s.uri()
	case "canonical":
		return s.canonical()
	case "id":
		return pick(s, IDs...)
	case "base64Binary":
		return "AAAA"
	}
	return s.text()
}

func (s *Sampler) text() string {
	return pick(s, "Smith", "smith", "SMITHERS", "Müller", "Muller", "Mu\u0308ller", "O'Brien", "Nguyễn", "Straße", "strasse", "Łódź", "a,b", "a|b", `a\b`, "a$b", "a,b|c$d\\", "van der Berg", " lead", "North  Clinic", "100%", "a&b=c+d", "x", "İstanbul", "ﬁx", "日本", strings.Repeat("long", 40), strings.Repeat("long", 40)+"er", "_", "é")
}

func (s *Sampler) decimal() json.Number {
	return json.Number(pick(s, "0", "1", "1.0", "1.5", "1.50", "1.499", "-1.5", "5.4", "5.35", "5.45", "5.449999", "99.5", "100", "100.5", "0.05", "0.055", "1e2", "1.5E-1", "-0.0", "37.5", "0.3", "99.49999999", "12345678901234"))
}

func (s *Sampler) date() string {
	text := fmt.Sprintf("%04d-%02d-%02d", pick(s, 1, 1999, 2012, 2015, 2015, 2016, 2025, 9999), pick(s, 1, 2, 3, 12), pick(s, 1, 2, 15, 28))
	return pick(s, text, text, text[:7], text[:4])
}

func (s *Sampler) dateTime() string {
	if s.chance(2) {
		return s.date()
	}
	return s.instant()
}

func (s *Sampler) instant() string {
	return fmt.Sprintf("%04d-%02d-%02dT%s%s%s", pick(s, 2015, 2015, 2016), pick(s, 1, 2, 3, 12), pick(s, 1, 2, 28), pick(s, "00:00:00", "23:59:59", "10:30:00", "22:00:00", "02:00:00"), pick(s, "", "", ".5", ".250", ".999999"), pick(s, "Z", "Z", "+02:00", "-05:00"))
}

func (s *Sampler) uri() string {
	return pick(s, "http://example.org/"+strings.Repeat("long/", 30), "http://example.org/"+strings.Repeat("long/", 30)+"er", "http://example.org/fhir/ValueSet/one", "http://example.org/fhir/ValueSet/one/two", "http://example.org/fhir/ValueSet/on", "http://example.org/fhir/ValueSet/one2", "http://example.org", "http://example.org/", "urn:oid:1.2.3", "urn:oid:1.2.3.4", "urn:uuid:0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e", "HTTP://example.org", "http://example.org/a,b", "http://example.org/a|b")
}

func (s *Sampler) canonical() string {
	return pick(s, "http://example.org/fhir/ValueSet/one", "http://example.org/fhir/Library/one", "http://example.org/Q", "urn:oid:1.2.3") + pick(s, "", "", "|1", "|1.0", "|1.0.1", "|2", "|10")
}

// reference is of one of the types that the element allows, mostly to a
// resource that may be there.
func (s *Sampler) reference(t *definitions.Type) any {
	var targets []string
	for _, name := range s.types {
		if t.AnyTarget() || slices.Contains(t.Targets, name) {
			targets = append(targets, name)
		}
	}
	m := make(map[string]any)
	if len(targets) == 0 {
		targets = []string{"Patient"}
		if !t.AnyTarget() {
			targets = t.Targets
		}
	}
	target, id := pick(s, targets...), pick(s, IDs...)
	local := target + "/" + id
	switch s.IntN(14) {
	case 0:
		m["reference"] = local + "/_history/" + pick(s, "1", "2")
	case 1:
		m["reference"] = "http://elsewhere.example.org/fhir/" + local
	case 2:
		m["reference"] = "http://elsewhere.example.org/fhir/" + local + "/_history/1"
	case 3:
		m["reference"] = s.base() + local
	case 4:
		m["reference"] = "urn:uuid:0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e"
		if s.chance(2) {
			m["type"] = target
		}
	case 5:
		m["reference"] = "#1"
	case 6:
		m["identifier"] = s.complex("Identifier")
	case 7:
		m["identifier"], m["reference"] = s.complex("Identifier"), local
	case 8:
		m["reference"], m["type"], m["display"] = local, target, s.text()
	default:
		m["reference"] = local
	}
	return m
}

func (s *Sampler) base() string {
	return pick(s, append([]string{"http://elsewhere.example.org/fhir"}, s.bases...)...) + "/"
}
