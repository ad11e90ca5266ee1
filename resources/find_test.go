package resources_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jenner-iis/jenner/resources"
)

func TestPagesByCursor(t *testing.T) {
	f, ctx := open(t), t.Context()
	for i := range 7 {
		id := fmt.Sprintf("p%d", i)
		f.put("Patient", id, `{"resourceType":"Patient","id":"`+id+`","gender":"female"}`)
	}
	seen := map[string]bool{}
	query := "gender=female&_count=3"
	pages := 0
	for next := ""; pages == 0 || next != ""; pages++ {
		page, err := f.Find(ctx, all, "Patient", resources.SearchRequest{Query: query + "&" + resources.PageParameter + "=" + next})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Versions {
			if seen[v.ID] {
				t.Errorf("%s stands on two pages", v.ID)
			}
			seen[v.ID] = true
		}
		next = page.Next
	}
	if len(seen) != 7 || pages != 3 {
		t.Errorf("%d patients on %d pages, want 7 on 3", len(seen), pages)
	}
}

func TestForeignCursors(t *testing.T) {
	f, ctx := open(t), t.Context()
	for i := range 3 {
		id := fmt.Sprintf("p%d", i)
		f.put("Patient", id, `{"resourceType":"Patient","id":"`+id+`","gender":"female"}`)
	}
	find := func(query, cursor string) (resources.SearchResult, error) {
		return f.Find(ctx, all, "Patient", resources.SearchRequest{Query: query + "&" + resources.PageParameter + "=" + cursor})
	}
	page, err := find("gender=female&_count=1", "")
	if err != nil || page.Next == "" {
		t.Fatalf("the first page: next %q, %v", page.Next, err)
	}
	if _, err := find("gender=female&_count=1", page.Next); err != nil {
		t.Errorf("its own cursor: %v", err)
	}
	last := page.Next[len(page.Next)-1]
	flipped := page.Next[:len(page.Next)-1] + string(rune('A'+(last+1)%20))
	for name, test := range map[string]struct{ query, cursor string }{
		"another search": {"gender=male&_count=1", page.Next},
		"tampered":       {"gender=female&_count=1", flipped},
		"cut off":        {"gender=female&_count=1", page.Next[:10]},
		"not of ours":    {"gender=female&_count=1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
		"not base64":     {"gender=female&_count=1", "%%%"},
	} {
		if _, err := find(test.query, test.cursor); !errors.Is(err, resources.ErrBadCursor) {
			t.Errorf("cursor %s: %v, want ErrBadCursor", name, err)
		}
	}
}

func TestLoad(t *testing.T) {
	f, ctx := open(t), t.Context()
	f.put("Location", "l", `{"resourceType":"Location","id":"l","identifier":[{"system":"urn:x","value":"1"}]}`)
	record := func(id, fullURL, text string) resources.Record {
		return resources.Record{ID: id, FullURL: fullURL, Resource: parse(t, text)}
	}
	records := []resources.Record{
		record("d1", "", fmt.Sprintf(dose, patientURN)),
		record("p1", patientURN, person),
		record("d2", "", fmt.Sprintf(dose, "Patient/nowhere")),
		record("d3", "", `{"resourceType":"Immunization","status":"completed"}`),
		record("l2", "", `{"resourceType":"Location","partOf":{"reference":"Location?identifier=urn:x|1"}}`),
		record("l3", "", `{"resourceType":"Location","partOf":{"reference":"Location?identifier=urn:x|2"}}`),
		record("p1", "", `{"resourceType":"Patient","active":true}`),
	}
	effects := func() []resources.Effect {
		results, err := f.Load(ctx, all, records)
		if err != nil {
			t.Fatal(err)
		}
		var got []resources.Effect
		for i, r := range results {
			if refused := i == 3 || i == 5; (r.Err != nil) != refused {
				t.Errorf("record %d: %v, want it refused %v", i, r.Err, refused)
			}
			got = append(got, r.Outcome.Effect)
		}
		return got
	}
	if got := effects(); got[0] != resources.Created || got[1] != resources.Created || got[4] != resources.Created || got[6] != resources.Updated {
		t.Errorf("effects of the first load: %v", got)
	}
	if got := f.get("Immunization", "d1").Get("patient").Get("reference").Text(); got != "Patient/p1" {
		t.Errorf("patient of d1 = %q, want Patient/p1", got)
	}
	if got := f.get("Location", "l2").Get("partOf").Get("reference").Text(); got != "Location/l" {
		t.Errorf("partOf of l2 = %q, want Location/l", got)
	}
	if got := effects(); got[0] != resources.Unchanged || got[2] != resources.Unchanged || got[4] != resources.Unchanged {
		t.Errorf("effects of a second load: %v, want nothing changed", got)
	}
	if f.dangling["Immunization"] != 1 {
		t.Errorf("references that point nowhere: %v, want one", f.dangling)
	}
}

func TestLoadUnderCriteria(t *testing.T) {
	f, ctx := open(t), t.Context()
	f.put("Patient", "p", `{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:x","value":"1"}]}`)
	results, err := f.Load(ctx, all, []resources.Record{
		{ID: "new", FullURL: patientURN, Criteria: "identifier=urn:x|1", Resource: parse(t, person)},
		{ID: "d", Resource: parse(t, fmt.Sprintf(dose, patientURN))},
	})
	if err != nil || results[0].Outcome.Effect != resources.Matched || results[1].Outcome.Effect != resources.Created {
		t.Fatalf("Load = %+v, %v; want the patient matched and the dose created", results, err)
	}
	if got := f.get("Immunization", "d").Get("patient").Get("reference").Text(); got != "Patient/p" {
		t.Errorf("patient of the dose = %q, want the one matched", got)
	}
}
