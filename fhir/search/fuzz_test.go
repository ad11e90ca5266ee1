package search_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// FuzzParse holds that no text harms Parse, and that what it understood reads
// the same again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"name=José&birthdate=ge2000-01-01&_sort=-_lastUpdated&_count=5",
		`identifier=http://a|b\,c,|d&identifier:of-type=a|b|c`,
		"_has:Observation:patient:_has:AuditEvent:entity:agent=1",
		"general-practitioner:Organization.partof.name:exact=x",
		"subject.subject.subject.name=x", "entity.entity.entity.entity.entity._id=1",
		"component-code-value-quantity=l|8480-6$lt60||mg,a$ap-1e-300",
		"probability=1e99999&probability=-0.000&probability=ap5.40e3",
		"_include=*&_revinclude:iterate=Provenance:target&_elements=id,name&_summary=data&_total=none",
		"date=2020-01-01T10:00:00 01:00&date=ap9999-12-31&date=sa0001",
		"name[$ne]=&$where=1&a%00b=%ff&=&&;=x&name=%", "family:contains=(a+)+$", `x=\Q\E`,
		"url:below=http://a/&_profile:above=x|1&location:below=1&depends-on:below=http://a|1",
		"name=%CC%80&name:exact=%CC%80",
	} {
		for i := range fuzzTypes {
			f.Add(uint8(i), seed, false)
			f.Add(uint8(i), seed, true)
		}
	}
	f.Fuzz(func(t *testing.T, typ uint8, query string, lenient bool) {
		resourceType := fuzzTypes[int(typ)%len(fuzzTypes)]
		o := everyOption
		o.Lenient = lenient
		q, err := registry.Parse(resourceType, query, o)
		if err != nil {
			return
		}
		again, err := registry.Parse(resourceType, q.Used, everyOption)
		if err != nil {
			t.Fatalf("Parse(%q) is understood as %q, which is refused: %v", query, q.Used, err)
		}
		again.Ignored = q.Ignored
		if !reflect.DeepEqual(q, again) {
			t.Errorf("Parse(%q) is understood as %q, which reads differently (-first +again):\n%s%s", query, q.Used,
				cmp.Diff(trees(q), trees(again)), cmp.Diff(results(q), results(again)))
		}
		search.Match(q.Where, nil, nil)
	})
}

var fuzzTypes = []string{"Patient", "Immunization", "Observation", "Provenance", "RiskAssessment", "Measure", "Group", "Bundle"}

// FuzzEntries holds that no JSON harms the walk, and what every entry promises.
func FuzzEntries(f *testing.F) {
	for _, seed := range []string{
		`{"id":"x","meta":{"profile":["a|1"],"tag":[{"system":"s"}]},"name":[{"given":[null,"a"]}],"identifier":[{"value":"1","type":{"coding":[{"code":"c"}]}}]}`,
		`{"patient":{"reference":"http://x/Patient/1/_history/2"},"occurrenceDateTime":"2020-02","performer":[{"actor":{"reference":"#a"}}]}`,
		`{"code":{"coding":[{"code":"a"},{"code":"b"}]},"valueQuantity":{"value":-1.5e3,"comparator":"<"},"component":[{"code":{"coding":[{"code":"a"}]},"valueRange":{"low":{"value":2},"high":{"value":1}}}]}`,
		`{"valueSampledData":{"origin":{"value":1},"data":"1 E U NaN Inf 1e400","upperLimit":1e308,"factor":1e308}}`,
		`{"effectiveTiming":{"event":["2020","x"],"repeat":{"boundsPeriod":{"start":"2021","end":"2020"}}}}`,
		`{"entry":[{"resource":{"resourceType":"Composition","id":"1"}},[[]]],"type":[[{"a":[[]]}]],"library":["|","a|b|c","#x"]}`,
	} {
		for i := range fuzzTypes {
			f.Add(uint8(i), seed)
		}
	}
	f.Fuzz(func(t *testing.T, typ uint8, json string) {
		if len(json) < 2 || json[0] != '{' {
			return
		}
		json = `{"resourceType":"` + fuzzTypes[int(typ)%len(fuzzTypes)] + `",` + json[1:]
		d, err := codec.ParseString(json, codec.Limits{Loose: true})
		if err != nil {
			return
		}
		entries := registry.AppendEntries(nil, d.Root())
		seen := map[string]bool{}
		count := map[*search.Parameter]int{}
		for i := range entries {
			e := &entries[i]
			holds(t, json, e)
			key := e.Parameter.Code + " " + e.Text + " " + describe(e)
			if seen[key] {
				t.Errorf("%s has the entry %s twice", json, key)
			}
			seen[key] = true
			count[e.Parameter]++
		}
		for p, n := range count {
			if alone := registry.AppendParameter(nil, d.Root(), p); len(alone) != n {
				t.Errorf("%s has %d entries for %s, and %d when asked for them alone", json, n, p.Code, len(alone))
			}
		}
	})
}

// holds checks what every entry promises.
func holds(t *testing.T, json string, e *search.Entry) {
	t.Helper()
	switch {
	case e.Low > e.High || math.IsNaN(e.Low) || math.IsNaN(e.High),
		e.Parameter.Type == search.Date && e.Period.Low >= e.Period.High,
		e.Parameter.Type == search.String && e.Folded != search.Fold(e.Text),
		e.Parameter.Type == search.Token && e.Aspect == search.AspectValue && e.System == "" && e.Code == "",
		e.Parameter.Type == search.Reference && e.Aspect == search.AspectValue && e.Target.Text == "",
		len(e.Components) != len(e.Parameter.Components):
		t.Errorf("%s has the entry %s for %s: %+v", json, describe(e), e.Parameter.Code, *e)
	}
	for i := range e.Components {
		holds(t, json, &e.Components[i])
	}
}
