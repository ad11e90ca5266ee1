package definitions_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir/definitions"
)

func TestSearchParameter(t *testing.T) {
	tests := []struct {
		resource, code, typ, expression, targets string
	}{
		{"Immunization", "date", "date", "Immunization.occurrence", ""},
		{"Immunization", "patient", "reference", "Immunization.patient", "Group,Patient"},
		{"Immunization", "_id", "token", "Resource.id", ""},
		{"Immunization", "_text", "string", "", ""},
		{"Patient", "email", "token", "Patient.telecom.where(system='email')", ""},
		{"Provenance", "target", "reference", "Provenance.target", "Resource"},
		{"Encounter", "patient", "reference", "Encounter.subject.where(resolve() is Patient)", "Group,Patient"},
		{"AllergyIntolerance", "code", "token", "AllergyIntolerance.code | AllergyIntolerance.reaction.substance", ""},
		{"RiskAssessment", "date", "date", "(RiskAssessment.occurrence as dateTime)", ""},
		{"InsurancePlan", "name", "string", "name | alias", ""},
	}
	for _, tt := range tests {
		p := r4.SearchParameter(tt.resource, tt.code)
		if p == nil {
			t.Errorf("SearchParameter(%s, %s) = nil", tt.resource, tt.code)
			continue
		}
		got := []string{string(p.Type), p.Expression(tt.resource), strings.Join(p.Targets, ",")}
		if diff := cmp.Diff([]string{tt.typ, tt.expression, tt.targets}, got); diff != "" {
			t.Errorf("SearchParameter(%s, %s): type, expression, targets (-want +got):\n%s", tt.resource, tt.code, diff)
		}
	}
	for _, none := range [][2]string{
		{"Immunization", "Date"}, {"Immunization", "birthdate"}, {"Binary", "_text"}, {"Resource", "_id"}, {"Nothing", "_id"},
	} {
		if p := r4.SearchParameter(none[0], none[1]); p != nil {
			t.Errorf("SearchParameter(%s, %s) = %s, want none", none[0], none[1], p.URL)
		}
	}
}

func TestSearchParametersHoldTogether(t *testing.T) {
	all := r4.AllSearchParameters()
	if len(all) != 1375 {
		t.Errorf("%d search parameters, want 1375", len(all))
	}
	for _, p := range all {
		if (p.Type == definitions.Composite) != (len(p.Components) > 0) || (p.Type == definitions.Composite) == p.MultipleOr {
			t.Errorf("%s: %d components, multipleOr %v for type %s", p.URL, len(p.Components), p.MultipleOr, p.Type)
		}
		ordered := p.Type == definitions.Number || p.Type == definitions.Date || p.Type == definitions.Quantity
		if ordered != (len(p.Comparators) == 9) {
			t.Errorf("%s: %d comparators for type %s", p.URL, len(p.Comparators), p.Type)
		}
		for _, base := range p.Bases {
			if s := r4.Structure(base.Type); s == nil || s.Kind != definitions.Resource {
				t.Errorf("%s: base %s is not a resource type", p.URL, base.Type)
			}
			if len(p.Bases) > 1 && !strings.Contains(base.Expression, base.Type+".") {
				t.Errorf("%s: expression %q for %s", p.URL, base.Expression, base.Type)
			}
		}
	}
	for _, name := range r4.ResourceTypes() {
		list := r4.SearchParameters(name)
		for i := range list {
			if i > 0 && list[i-1].Code >= list[i].Code {
				t.Errorf("SearchParameters(%s): %s after %s", name, list[i].Code, list[i-1].Code)
			}
		}
		want := 8
		if r4.Structure(name).Is("DomainResource") {
			want = 9
		}
		inherited := slices.DeleteFunc(slices.Clone(list), func(p *definitions.SearchParameter) bool { return p.Code[0] != '_' })
		if len(inherited) != want {
			t.Errorf("SearchParameters(%s) has %d parameters of its bases, want %d", name, len(inherited), want)
		}
	}
}

func TestComposite(t *testing.T) {
	p := r4.SearchParameter("Observation", "code-value-quantity")
	var got []string
	for _, c := range p.Components {
		got = append(got, fmt.Sprintf("%s %s %s", c.Parameter.Code, c.Parameter.Type, c.Expression))
	}
	if diff := cmp.Diff([]string{"code token code", "value-quantity quantity value.as(Quantity)"}, got); diff != "" {
		t.Errorf("components of Observation code-value-quantity (-want +got):\n%s", diff)
	}
}

// specification is a listing of the parameters of many types, made apart from
// our generator out of the same definitions.
func specification(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../../shared/spec/fhirserver.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the listing to compare with, ../shared/spec/fhirserver.md, is not there")
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var (
	listedType      = regexp.MustCompile(`^### (\w+) \((\d+)\)$`)
	listedParameter = regexp.MustCompile("^- `([^`]+)` (\\w+) — `([^`]+)`(?: → ([^ ]+))?(?: components: (.+))?$")
)

func TestParametersAsListed(t *testing.T) {
	_, listing, _ := strings.Cut(specification(t), "## 11. ")
	types, parameters := 0, 0
	var resource string
	want := map[string]string{}
	compare := func() {
		if resource == "" {
			return
		}
		got := map[string]string{}
		for _, p := range r4.AllSearchParameters() {
			if slices.ContainsFunc(p.Bases, func(b definitions.SearchBase) bool { return b.Type == resource }) {
				got[p.Code] = asListed(p, resource)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parameters of %s (-listed +ours):\n%s", resource, diff)
		}
		clear(want)
	}
	for line := range strings.Lines(listing) {
		line = strings.TrimSpace(line)
		if m := listedType.FindStringSubmatch(line); m != nil {
			compare()
			resource = m[1]
			types++
		} else if m := listedParameter.FindStringSubmatch(line); m != nil {
			targets := strings.Split(m[4], ",")
			slices.Sort(targets)
			want[m[1]] = fmt.Sprintf("%s %s -> %s : %s", m[2], m[3], strings.Join(targets, ","), m[5])
			parameters++
		} else if strings.HasPrefix(line, "- ") {
			t.Errorf("listed in a way this test does not read: %s", line)
		}
	}
	compare()
	if types < 40 || parameters < 500 {
		t.Errorf("the listing has %d types and %d parameters, want at least 40 and 500", types, parameters)
	}
}

func asListed(p *definitions.SearchParameter, resource string) string {
	expression := p.Expression(resource)
	if expression == "" {
		expression = "(none)"
	}
	targets := strings.Join(p.Targets, ",")
	if p.Type == definitions.Reference && p.AnyTarget() {
		targets = "*"
	}
	var components []string
	for _, c := range p.Components {
		id := c.Parameter.URL[strings.LastIndexByte(c.Parameter.URL, '/')+1:]
		components = append(components, id+" = "+c.Expression)
	}
	return fmt.Sprintf("%s %s -> %s : %s", p.Type, expression, targets, strings.Join(components, "; "))
}

func TestPatientCompartment(t *testing.T) {
	c := r4.Compartment("Patient")
	for _, tt := range []struct {
		resource   string
		parameters []string
	}{
		{"Immunization", []string{"patient"}},
		{"AllergyIntolerance", []string{"patient", "recorder", "asserter"}},
		{"Coverage", []string{"policy-holder", "subscriber", "beneficiary", "payor"}},
		{"Patient", []string{"link"}},
		{"Group", []string{"member"}},
	} {
		m := c.Member(tt.resource)
		if m == nil {
			t.Errorf("the patient compartment has no %s", tt.resource)
			continue
		}
		if diff := cmp.Diff(tt.parameters, m.Parameters); diff != "" {
			t.Errorf("%s in the patient compartment (-want +got):\n%s", tt.resource, diff)
		}
	}
	for _, resource := range []string{"Organization", "Practitioner", "Location", "Medication"} {
		if m := c.Member(resource); m != nil {
			t.Errorf("%s is in the patient compartment by %v", resource, m.Parameters)
		}
	}
}

func TestCompartmentsHoldTogether(t *testing.T) {
	var types []string
	for _, c := range r4.Compartments() {
		types = append(types, c.Type)
		for i, m := range c.Members {
			if i > 0 && c.Members[i-1].Type >= m.Type {
				t.Errorf("%s compartment: %s after %s", c.Type, m.Type, c.Members[i-1].Type)
			}
			if wantSelf := m.Type == c.Type && c.Type != "Patient" && c.Type != "Device"; m.Self != wantSelf {
				t.Errorf("%s compartment: Self of %s is %v", c.Type, m.Type, m.Self)
			}
			for _, code := range m.Parameters {
				if p := r4.SearchParameter(m.Type, code); p == nil || p.Type != definitions.Reference {
					t.Errorf("%s compartment: %s has no reference parameter %s", c.Type, m.Type, code)
				}
			}
		}
	}
	if diff := cmp.Diff([]string{"Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"}, types); diff != "" {
		t.Errorf("compartments (-want +got):\n%s", diff)
	}
}

var listedMember = regexp.MustCompile(`^(.+?) ([a-z][-a-z,]*)( \(.*\))?$`)

// TestPatientCompartmentAsListed compares with the sentence that lists
// members by type and codes, several types sharing codes: "A, B patient".
func TestPatientCompartmentAsListed(t *testing.T) {
	_, sentence, _ := strings.Cut(specification(t), "(official CompartmentDefinition/patient): ")
	sentence, _, _ = strings.Cut(sentence, ".\n")
	listed := 0
	for part := range strings.SplitSeq(sentence, "; ") {
		m := listedMember.FindStringSubmatch(part)
		if m == nil {
			t.Errorf("listed in a way this test does not read: %q", part)
			continue
		}
		for resource := range strings.SplitSeq(m[1], ", ") {
			listed++
			member := r4.Compartment("Patient").Member(resource)
			if member == nil {
				t.Errorf("%s is listed, and not a member of ours", resource)
			} else if got := strings.Join(member.Parameters, ","); got != m[2] {
				t.Errorf("%s is a member by %s, listed with %s", resource, got, m[2])
			}
		}
	}
	if listed < 25 {
		t.Errorf("the sentence lists %d types, want at least 25", listed)
	}
}
