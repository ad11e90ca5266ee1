package resources_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

// search gives the matches of all pages as Type/id.
func (f *fixture) search(resourceType string, req resources.SearchRequest) []string {
	f.t.Helper()
	names := []string{}
	for query := req.Query; ; {
		page, err := f.Find(f.t.Context(), all, resourceType, req)
		if err != nil {
			f.t.Fatalf("Find(%q, %+v): %v", resourceType, req, err)
		}
		for _, v := range page.Versions {
			names = append(names, v.Type+"/"+v.ID)
		}
		if page.Next == "" {
			return names
		}
		req.Query = query + "&" + resources.PageParameter + "=" + page.Next
	}
}

func TestFindWithin(t *testing.T) {
	f := open(t)
	f.put("Patient", "p", `{"resourceType":"Patient","id":"p"}`)
	f.put("Patient", "twin", `{"resourceType":"Patient","id":"twin","link":[{"other":{"reference":"Patient/p"},"type":"seealso"}]}`)
	for i, subject := range []string{"Patient/p", "Patient/q", "Patient/p"} {
		f.put("Immunization", fmt.Sprint("i", i), fmt.Sprintf(`{"resourceType":"Immunization","id":"i%d","status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":%q},"occurrenceDateTime":"2020"}`, i, subject))
	}
	f.put("Practitioner", "doctor", `{"resourceType":"Practitioner","id":"doctor"}`)
	f.put("Encounter", "e", `{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p"},"participant":[{"individual":{"reference":"Practitioner/doctor"}}]}`)
	within := func(resourceType, id string) resources.Compartment {
		return resources.Compartment{Type: resourceType, ID: id}
	}
	for _, tt := range []struct {
		in                  resources.Compartment
		resourceType, query string
		want                string
	}{
		{within("Patient", "p"), "Immunization", "", "Immunization/i0 Immunization/i2"},
		{within("Patient", "p"), "Immunization", "_count=1", "Immunization/i0 Immunization/i2"},
		{within("Patient", "p"), "Immunization", "_id=i1,i2", "Immunization/i2"},
		{within("Patient", "p"), "", "", "Encounter/e Immunization/i0 Immunization/i2 Patient/p Patient/twin"},
		{within("Patient", "p"), "", "_count=2&_sort=-_lastUpdated", "Encounter/e Immunization/i2 Immunization/i0 Patient/twin Patient/p"},
		{within("Patient", "p"), "", "_type=Patient,Encounter", "Patient/p Patient/twin Encounter/e"},
		{within("Patient", "nobody"), "", "", ""},
		{within("Practitioner", "doctor"), "", "", "Encounter/e Practitioner/doctor"},
		{within("Encounter", "e"), "", "", "Encounter/e"},
		{resources.Compartment{}, "", "_type=Encounter,Patient&_count=1", "Encounter/e Patient/p Patient/twin"},
	} {
		got := f.search(tt.resourceType, resources.SearchRequest{Query: tt.query, Compartment: tt.in})
		if !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("Find(%q?%s) within %v = %v, want %s", tt.resourceType, tt.query, tt.in, got, tt.want)
		}
	}
	for _, tt := range []struct {
		in                  resources.Compartment
		resourceType, query string
		want                error
	}{
		{within("Parrot", "p"), "Immunization", "", resources.ErrNotSupported},
		{within("Organization", "o"), "Immunization", "", resources.ErrNotSupported},
		{within("Patient", "p"), "Parrot", "", resources.ErrNotSupported},
		{within("Patient", "p"), "Organization", "", resources.ErrNotSupported},
		{within("Patient", "p p"), "Immunization", "", resources.ErrNotFound},
		{within("Patient", "p"), "", "_type=Organization", search.ErrInvalid},
		{within("Patient", "p"), "Immunization", "_type=Immunization", search.ErrInvalid},
		{resources.Compartment{}, "", "patient=p", search.ErrInvalid},
	} {
		req := resources.SearchRequest{Query: tt.query, Compartment: tt.in}
		if got, err := f.Find(t.Context(), all, tt.resourceType, req); !errors.Is(err, tt.want) {
			t.Errorf("Find(%q?%s) within %v = %v, %v, want %v", tt.resourceType, tt.query, tt.in, got, err, tt.want)
		}
	}
	// A cursor serves the compartment that it was made for.
	page, err := f.Find(t.Context(), all, "Immunization", resources.SearchRequest{Query: "_count=1", Compartment: within("Patient", "p")})
	if err != nil || page.Path != "Patient/p/Immunization" {
		t.Fatalf("Find = %+v, %v", page, err)
	}
	query := "_count=1&" + resources.PageParameter + "=" + page.Next
	for _, in := range []resources.Compartment{within("Patient", "q"), {}} {
		if _, err := f.Find(t.Context(), all, "Immunization", resources.SearchRequest{Query: query, Compartment: in}); !errors.Is(err, resources.ErrBadCursor) {
			t.Errorf("a cursor of Patient/p within %v: %v, want ErrBadCursor", in, err)
		}
	}
}

func TestView(t *testing.T) {
	f := open(t)
	for query, want := range map[string]search.Summary{"": search.SummaryFalse, "_summary=data": search.SummaryData} {
		if got, err := f.View("Patient", query, false); err != nil || got.Summary != want {
			t.Errorf("View(%s) = %v, %v, want summary %d", query, got, err, want)
		}
	}
	var invalid *fhir.Invalid
	if _, err := f.View("Patient", "_id=x", false); !errors.As(err, &invalid) {
		t.Errorf("View(_id=x) = %v, want it refused", err)
	}
	if _, err := f.View("Parrot", "_summary=true", false); !errors.Is(err, resources.ErrNotSupported) {
		t.Errorf("View of a Parrot = %v, want ErrNotSupported", err)
	}
}
