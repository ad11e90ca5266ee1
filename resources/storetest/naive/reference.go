package naive

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// reference is what a Reference or canonical says it points to. A local one,
// to a resource here, has a type and an id.
type reference struct {
	typ, id string
	version string // after _history, or after the bar of a canonical
	url     string // of one that is not local, without the version
}

func (r reference) local() bool { return r.id != "" }

var (
	idForm      = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)
	pathForm    = regexp.MustCompile(`^(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?$`)
	urlForm     = regexp.MustCompile(`^(?:https?://|urn:uuid:|urn:oid:)\S+$`)
	versionForm = regexp.MustCompile(`/_history/[^/]+$`)
)

// readReference takes a literal reference apart; bases are the URLs that mean
// this server.
func readReference(set *definitions.Set, text string, bases []string) reference {
	for _, base := range bases {
		if rest, ok := strings.CutPrefix(text, strings.TrimSuffix(base, "/")+"/"); ok {
			text = rest
			break
		}
	}
	m := pathForm.FindStringSubmatch(text)
	switch {
	case m == nil || !set.IsResource(m[1]):
		return reference{url: text}
	case strings.Contains(text, ":"):
		return reference{typ: m[1], url: versionForm.ReplaceAllString(text, ""), version: m[3]}
	case !strings.HasPrefix(text, m[1]):
		return reference{url: text}
	}
	return reference{typ: m[1], id: m[2], version: m[3]}
}

// referenceOf is what resolve() needs to know of a Reference: the type, by its
// text or by Reference.type.
func referenceOf(of any) reference {
	m, _ := of.(map[string]any)
	text, _ := m["reference"].(string)
	r := readReference(definitions.R4(), text, nil)
	if strings.HasPrefix(text, "#") {
		return reference{}
	}
	if r.typ == "" {
		r.typ, _ = m["type"].(string)
	}
	return r
}

// references gives what a value of a reference parameter points to. What is
// contained (#x) is not followed.
//
// https://hl7.org/fhir/R4/search.html#reference
func (e *Evaluator) references(v value) []reference {
	text, isText := v.of.(string)
	if !isText {
		m, _ := v.of.(map[string]any)
		if inside, ok := m["resourceType"].(string); ok { // in a Bundle
			id, _ := m["id"].(string)
			return []reference{{typ: inside, id: id}}
		}
		if text, _ = m["reference"].(string); text == "" || strings.HasPrefix(text, "#") {
			return nil
		}
		r := readReference(e.set, text, e.config.Bases)
		if r.typ == "" {
			r.typ, _ = m["type"].(string)
		}
		return []reference{r}
	}
	if strings.HasPrefix(text, "#") {
		return nil
	}
	return []reference{e.readCanonical(text)}
}

// readCanonical reads url|version. One that is written as a reference is one.
func (e *Evaluator) readCanonical(text string) reference {
	if r := readReference(e.set, text, e.config.Bases); r.local() {
		return r
	}
	url, version, _ := strings.Cut(text, "|")
	return reference{url: url, version: version}
}

// referenceTest reads id, Type/id or a URL; typ is the type that the modifier
// names.
func (e *Evaluator) referenceTest(p *definitions.SearchParameter, resourceType, modifier, typ, text string) (matcher, error) {
	text, err := unescape(text)
	if err != nil {
		return nil, err
	}
	var wanted reference
	switch {
	case e.isCanonical(p, resourceType):
		wanted = e.readCanonical(text)
		if !wanted.local() && (wanted.url == "" || strings.ContainsAny(wanted.url, "# \t")) {
			return nil, fmt.Errorf("%w: %w: not a canonical URL", ErrInvalid, ErrUnclear)
		}
	case idForm.MatchString(text):
		wanted = reference{typ: typ, id: text}
	default:
		if wanted = readReference(e.set, text, e.config.Bases); !wanted.local() && !urlForm.MatchString(wanted.url) {
			return nil, fmt.Errorf("%w: %w: not a reference", ErrInvalid, ErrUnclear)
		}
		if typ != "" && wanted.typ != typ {
			return nil, invalid("a reference to another type")
		}
	}
	return func(v value) bool {
		return slices.ContainsFunc(e.references(v), func(r reference) bool {
			switch {
			case r.id != wanted.id || r.url != wanted.url:
				return false
			case wanted.typ != "" && wanted.local() && r.typ != wanted.typ:
				return false
			case modifier == "below" && wanted.version != "":
				return r.version == wanted.version || strings.HasPrefix(r.version, wanted.version+".")
			}
			return wanted.version == "" || r.version == wanted.version
		})
	}, nil
}

// isCanonical reports whether a reference parameter is over canonicals or
// URIs, which do not point to resources by type and id.
func (e *Evaluator) isCanonical(p *definitions.SearchParameter, resourceType string) bool {
	kinds := types(p.Expression(resourceType), resourceType)
	return !slices.Contains(kinds, "Reference") && !slices.Contains(kinds, "Resource")
}

// identifierTest is :identifier, over Reference.identifier.
func identifierTest(text string) (matcher, error) {
	token, err := tokenTest(text)
	if err != nil {
		return nil, err
	}
	return func(v value) bool {
		return v.typ == "Reference" && slices.ContainsFunc(children([]value{v}, "identifier"), token)
	}, nil
}
