package immds

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// readKnowledgeBase reads the parameter knowledgeBase, a CodeableConcept. There is
// one to choose, so it can only be right or wrong.
func (x *run) readKnowledgeBase(root, p codec.Value) {
	concept := p.Get("valueCodeableConcept")
	if concept.Kind() != codec.Object {
		x.issues.add(fhir.Error, fhir.CodeInvalid, expression(root, p, ""), "knowledgeBase must be a valueCodeableConcept")
		return
	}
	c := concept.Get("coding").First()
	x.chooseKnowledgeBase(c.Get("system").Text(), c.Get("code").Text(), expression(root, p, "value"))
}

func (x *run) chooseKnowledgeBase(system, code, expression string) {
	if system != "" && system != systemKnowledgeBase || code != knowledgeBase {
		x.issues.add(fhir.Error, fhir.CodeNotSupported, expression,
			"the knowledge base is not served here; served is "+systemKnowledgeBase+"|"+knowledgeBase)
	}
}

func (x *run) readVersion(root, p codec.Value) {
	v := p.Get("valueString")
	if v.Kind() != codec.String {
		x.issues.add(fhir.Error, fhir.CodeInvalid, expression(root, p, ""), "knowledgeBaseVersion must be a valueString")
		return
	}
	x.chooseVersion(v.Text(), expression(root, p, "value"))
}

// chooseVersion takes the supporting data of a version; a blank one means the
// latest.
func (x *run) chooseVersion(version, expression string) {
	version = strings.TrimSpace(version)
	if version == "" {
		return
	}
	for _, e := range x.editions {
		if isVersion(version) && compareVersions(e.version, version) == 0 {
			x.edition = e
			return
		}
	}
	x.issues.add(fhir.Error, fhir.CodeNotSupported, expression, "this version of the knowledge base is not served here; the latest is "+x.editions[0].version)
}

// isVersion reports whether s is made of numbers between dots.
func isVersion(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if _, err := strconv.ParseUint(part, 10, 32); err != nil {
			return false
		}
	}
	return true
}

// compareVersions orders versions number by number: 4.9, 4.10, 4.10.0 (which is
// 4.10), 4.11. A part that is no number counts as 0.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		i, _ := strconv.ParseUint(x, 10, 32)
		j, _ := strconv.ParseUint(y, 10, 32)
		if c := cmp.Compare(i, j); c != 0 {
			return c
		}
	}
	return 0
}
