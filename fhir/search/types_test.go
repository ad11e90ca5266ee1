package search_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
)

// branches writes a search over several types, a line for each.
func branches(q *search.Query) string {
	var lines []string
	for _, b := range q.Branches() {
		line := b.Resource
		for _, c := range b.Where {
			line += " " + c.(*search.Compare).Parameter.Resource + "." + c.(*search.Compare).Parameter.Code
		}
		for _, s := range b.Sort {
			line += " by " + s.Parameter.Resource + "." + s.Parameter.Code
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestParseTypes(t *testing.T) {
	some := []string{"Immunization", "Observation", "Patient"}
	for _, tt := range []struct{ query, want, used string }{
		{"", "Immunization\nObservation\nPatient", ""},
		{"_type=Patient", "Patient", "_type=Patient"},
		{"_type=Patient,Immunization,Patient&identifier=x", "Patient Patient.identifier\nImmunization Immunization.identifier", "_type=Patient,Immunization,Patient&identifier=x"},
		{"date=ge2020&_type=Observation,Immunization&_sort=-date", "Observation Observation.date by Observation.date\nImmunization Immunization.date by Immunization.date", "date=ge2020&_type=Observation,Immunization&_sort=-date"},
		{"_id=a&_sort=_lastUpdated", "Immunization Immunization._id by Immunization._lastUpdated\nObservation Observation._id by Observation._lastUpdated\nPatient Patient._id by Patient._lastUpdated", "_id=a&_sort=_lastUpdated"},
	} {
		q, err := registry.ParseTypes(some, tt.query, everyOption)
		if err != nil {
			t.Errorf("ParseTypes(%s): %v", tt.query, err)
			continue
		}
		if diff := cmp.Diff(tt.want, branches(q)); diff != "" || q.Used != tt.used {
			t.Errorf("ParseTypes(%s) used %s (-want +got):\n%s", tt.query, q.Used, diff)
		}
	}
	for _, tt := range []struct{ query, want string }{
		{"_type=Parrot", "error invalid at _type: Parrot is no resource type of R4"},
		{"_type=Device", "error invalid at _type: resources of type Device cannot be found here"},
		{"_type=Patient,", "error invalid at _type:  is no resource type of R4"},
		{"_type=", "error invalid at _type: the parameter has no value"},
		{"_type:not=Patient", "error invalid at _type:not: _type does not take a modifier"},
		{"_type=Patient&_type=Observation", "error invalid at _type: _type stands there twice"},
		{"family=x", "error not-supported at family: Immunization has no search parameter family, and a search over several types takes only parameters that each has; name the types by _type"},
		{"_type=Patient,Observation&family=x", "error not-supported at family: Observation has no search parameter family, and a search over several types takes only parameters that each has"},
		{"_type=Patient,Observation&_sort=family", "error not-supported at _sort: Observation has no search parameter family, and a search over several types takes only parameters that each has"},
		{"_type=Patient&family=x&famil=y", "error not-supported at famil: Patient has no search parameter famil; it has family"},
		{"_elements=lotNumber,elbow", "error invalid at _elements: Immunization or Observation or Patient has no element elbow"},
		{"_include=Provenance:target", "error invalid at _include: the search is for Immunization or Observation or Patient, which the include does not start from; write _include:iterate to start from included resources"},
		{"_type=Observation,Immunization&_revinclude=Patient:organization", "error invalid at _revinclude: the include does not lead to Observation or Immunization, which the search is for; write _revinclude:iterate to lead to included resources"},
	} {
		if q, err := registry.ParseTypes(some, tt.query, everyOption); err == nil || err.Error() != tt.want {
			t.Errorf("ParseTypes(%s) = %v, %v\nwant %s", tt.query, q, err, tt.want)
		}
	}
	// All types of R4, by what all of them have.
	q, err := registry.ParseTypes(registry.Types(), "_id=a,b&_lastUpdated=gt2020&_tag=x&_profile=http://x&_security=y&_source=z", everyOption)
	if err != nil || len(q.Branches()) != len(registry.Types()) {
		t.Errorf("ParseTypes of all types: %v", err)
	}
	long := "_id=1" + strings.Repeat(",1", 499)
	if _, err := registry.ParseTypes(registry.Types(), long, everyOption); err == nil || !strings.Contains(err.Error(), "too-costly") {
		t.Errorf("ParseTypes of all types with 500 values each: %v, want too-costly", err)
	}
}

func TestParseView(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  search.View
		err   string
	}{
		{"", search.View{}, ""},
		{"_format=json&_summary=true", search.View{Summary: search.SummaryTrue}, ""},
		{"_elements=name,Patient.birthDate", search.View{Elements: []string{"name", "Patient.birthDate"}}, ""},
		{"_summary=count", search.View{}, "error invalid at _summary: _summary=count is for searches"},
		{"_summary=some", search.View{}, "error invalid at _summary: the value must be one of false, true, text, data, count"},
		{"_elements=lotNumber", search.View{}, "error invalid at _elements: Patient has no element lotNumber"},
		{"_elements=Parrot.beak", search.View{}, "error invalid at _elements: Parrot is no resource type of R4"},
		{"_elements=Immunization.beak", search.View{}, "error invalid at _elements: Immunization has no element beak"},
		{"_id=1", search.View{}, "error not-supported at _id: a read takes no parameters but _summary, _elements, _format and _pretty"},
	} {
		got, err := registry.ParseView("Patient", tt.query, everyOption)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("ParseView(%s): %v, want %q (-want +got):\n%s", tt.query, err, tt.err, diff)
		}
	}
	lenient := everyOption
	lenient.Lenient = true
	if got, err := registry.ParseView("Patient", "_id=1&_summary=data", lenient); err != nil || got.Summary != search.SummaryData {
		t.Errorf("ParseView under lenient handling = %v, %v", got, err)
	}
}

func TestViewCovers(t *testing.T) {
	summary, elements := search.View{Summary: search.SummaryTrue}, search.View{Elements: []string{"name", "Organization.name"}}
	for _, tt := range []struct {
		view search.View
		typ  string
		want bool
	}{
		{search.View{}, "Patient", false}, {summary, "Patient", true}, {summary, "Device", true},
		{elements, "Patient", true}, {elements, "Organization", true}, {elements, "Device", false},
	} {
		if got := tt.view.Covers(tt.typ, "Patient"); got != tt.want {
			t.Errorf("%+v.Covers(%s) = %v, want %v", tt.view, tt.typ, got, tt.want)
		}
	}
}

func TestContradictingResults(t *testing.T) {
	for query, want := range map[string]string{
		"_include=*&_summary=text":          "error invalid at _summary: _summary=text cannot go with _include or _revinclude",
		"_elements=status&_summary=true":    "error invalid at _elements: _elements and _summary each say what to leave out; send one of them",
		"_elements=status&_summary=false":   "",
		"_include=*&_summary=data&_count=3": "",
	} {
		if _, err := registry.Parse("Immunization", query, everyOption); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("Parse(%s) = %v\nwant %s", query, err, want)
		}
	}
}

// Every parameter by which a definition decides who is in a compartment can be
// searched by: one left out would leave resources out in silence.
func TestCompartments(t *testing.T) {
	for _, c := range definitions.R4().Compartments() {
		for _, m := range c.Members {
			for _, code := range m.Parameters {
				if p := registry.Parameter(m.Type, code); p == nil || p.Type != search.Reference || !p.MayTarget(c.Type) {
					t.Errorf("compartment %s has %s by %s, which is %+v", c.Type, m.Type, code, p)
				}
			}
		}
		for _, typ := range search.CompartmentTypes(c) {
			if registry.InCompartment(c, "x", typ) == nil {
				t.Errorf("InCompartment(%s, %s) = nil for a type of the compartment", c.Type, typ)
			}
		}
	}
	patient := definitions.R4().Compartment("Patient")
	if got := registry.InCompartment(patient, "x", "Organization"); got != nil {
		t.Errorf("InCompartment(Patient, Organization) = %v, want nil", got)
	}
	for json, want := range map[string]bool{
		`{"resourceType":"Patient","id":"x"}`: true,
		`{"resourceType":"Patient","id":"y"}`: false,
		`{"resourceType":"Patient","id":"y","link":[{"other":{"reference":"Patient/x"},"type":"seealso"}]}`:                                                  true,
		`{"resourceType":"Observation","subject":{"reference":"Patient/x"}}`:                                                                                 true,
		`{"resourceType":"Observation","performer":[{"reference":"Patient/y"},{"reference":"` + ownBase + `/Patient/x/_history/2"}]}`:                        true,
		`{"resourceType":"Observation","subject":{"reference":"Group/x"},"performer":[{"reference":"http://elsewhere/Patient/x"},{"reference":"Device/x"}]}`: false,
		`{"resourceType":"Immunization","patient":{"reference":"Patient/x"}}`:                                                                                true,
	} {
		r := resource(t, json)
		where := []search.Condition{registry.InCompartment(patient, "x", r.ResourceType())}
		if got := search.Match(where, registry.AppendEntries(nil, r), nil); got != want {
			t.Errorf("%s is in the compartment of Patient/x: %v, want %v", json, got, want)
		}
	}
}

func TestMatchAnyOf(t *testing.T) {
	r := resource(t, `{"resourceType":"Patient","gender":"male","birthDate":"2000"}`)
	q, err := registry.Parse("Patient", "gender=male&birthdate=1999&organization.name=x", search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	male, born, chain := q.Where[0], q.Where[1], q.Where[2]
	any := func(c ...search.Condition) search.Condition { return &search.AnyOf{Conditions: c} }
	for i, tt := range []struct {
		condition search.Condition
		join      bool
		want      bool
	}{
		{any(male, born), false, true}, {any(born, male), false, true}, {any(born), false, false}, {any(), true, false},
		{any(born, chain), true, true}, {any(born, chain), false, false}, {any(born, any(born, male)), false, true},
	} {
		join := func(search.Condition) bool { return tt.join }
		if got := search.Match([]search.Condition{tt.condition}, registry.AppendEntries(nil, r), join); got != tt.want {
			t.Errorf("case %d: Match = %v, want %v", i, got, tt.want)
		}
	}
}

// FuzzParseTypes holds for searches over several types what FuzzParse does.
func FuzzParseTypes(f *testing.F) {
	for _, seed := range []string{
		"_type=Patient,Immunization&_id=1&_sort=-_lastUpdated", "_sort=date&_type=Immunization,Observation&date=2020", "_type=Group", "_type=,&_type=Bundle",
		"_type:x=Patient&_elements=Patient.name,status&_summary=true", "_type=Patient&_revinclude=*&_include=*&_include:iterate=*", "patient=1&_type=Immunization,RiskAssessment",
		"_has:Provenance:target:agent=1&_tag=a|b", "%5ftype=Patient&name=x", "_type=Patient%2CObservation&_summary=text&_include=*", "_type=Patient,Observation&subject.name=x",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, query string, lenient bool) {
		o := everyOption
		o.Lenient = lenient
		q, err := registry.ParseTypes(fuzzTypes, query, o)
		if err != nil {
			return
		}
		again, err := registry.ParseTypes(fuzzTypes, q.Used, everyOption)
		if err != nil {
			t.Fatalf("ParseTypes(%q) is understood as %q, which is refused: %v", query, q.Used, err)
		}
		again.Ignored = q.Ignored
		if !reflect.DeepEqual(q, again) {
			t.Errorf("ParseTypes(%q) is understood as %q, which reads differently", query, q.Used)
		}
		for i, b := range q.Branches() {
			if len(b.Where) != len(q.Where) || len(b.Sort) != len(q.Sort) {
				t.Errorf("ParseTypes(%q): branch %d has other conditions than the first", query, i)
			}
		}
		if view, err := registry.ParseView("Patient", query, o); err == nil && view.Summary == search.SummaryCount {
			t.Errorf("ParseView(%q) = %+v", query, view)
		}
	})
}
