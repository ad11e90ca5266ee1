package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"
)

// bundles is where the records of 51 invented patients are, as an EHR exports them.
const bundles = "../../shared/synthea/ehr-bundles"

// Each bundle is accepted; the patient's doses can be searched and equal what was
// sent; the forecast answers for every vaccine group and evaluates every dose.
func TestSyntheaBundles(t *testing.T) {
	files, err := filepath.Glob(bundles + "/*.json.xz")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no bundles in %s", bundles)
	}
	if testing.Short() {
		files = files[:min(5, len(files))]
	}
	a := serve(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json.xz"), func(t *testing.T) {
			a := *a
			a.t = t
			a.checkBundle(readCompressed(t, file))
		})
	}
}

func readCompressed(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := xz.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := io.Copy(&text, r); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// object is JSON in which numbers keep their text.
type object map[string]any

func parse(t testing.TB, text string) object {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var o object
	if err := d.Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

// resources are those in a Bundle of one type.
func (o object) resources(resourceType string) []object {
	var all []object
	entries, _ := o["entry"].([]any)
	for _, e := range entries {
		r, _ := e.(map[string]any)["resource"].(map[string]any)
		if r["resourceType"] == resourceType {
			all = append(all, r)
		}
	}
	return all
}

func (a *api) checkBundle(text string) {
	t := a.t
	t.Helper()
	sent := parse(t, text)
	response := a.do("POST ", text).want(200)
	var answered struct {
		Entry []struct {
			Response struct{ Status, Location string }
		}
	}
	if err := json.Unmarshal([]byte(response.text), &answered); err != nil {
		t.Fatal(err)
	}
	patient, doses := "", sent.resources("Immunization")
	for i, e := range answered.Entry {
		if !strings.HasPrefix(e.Response.Status, "20") {
			t.Fatalf("entry %d: %s", i, e.Response.Status)
		}
		if id, ok := strings.CutPrefix(e.Response.Location, a.base+"/Patient/"); ok {
			patient, _, _ = strings.Cut(id, "/")
		}
	}
	if want := len(sent["entry"].([]any)); len(answered.Entry) != want {
		t.Fatalf("%d entries answered, want %d", len(answered.Entry), want)
	}
	if patient == "" {
		if len(sent.resources("Patient")) > 0 {
			t.Error("no location of the patient")
		}
		return // one bundle holds hospitals alone
	}

	// The doses, in the order in which they were sent.
	stored := map[string]object{}
	for url := a.base + "/Immunization?_count=7&patient=" + patient; url != ""; {
		page := a.do("GET "+url, "").want(200)
		for _, r := range parse(t, page.text).resources("Immunization") {
			stored[r["id"].(string)] = r
		}
		url = page.link("next")
	}
	var got []object
	for i, e := range sent["entry"].([]any) {
		if e.(map[string]any)["resource"].(map[string]any)["resourceType"] == "Immunization" {
			parts := strings.Split(strings.TrimPrefix(answered.Entry[i].Response.Location, a.base+"/"), "/")
			got = append(got, stored[parts[1]])
		}
	}
	if len(stored) != len(doses) {
		t.Errorf("a search finds %d doses, %d were sent", len(stored), len(doses))
	}
	for i := range doses {
		if diff := cmp.Diff(content(doses[i]), content(got[i])); diff != "" {
			t.Errorf("dose %d differs from what was sent (-sent +stored):\n%s", i, diff)
		}
		if ref := got[i]["patient"].(map[string]any)["reference"]; ref != "Patient/"+patient {
			t.Errorf("dose %d is of %v, want Patient/%s", i, ref, patient)
		}
	}
	a.checkForecast(patient, got)
}

// checkForecast looks whether the forecast of a stored patient answers for the
// vaccine groups that every person has a series of, and evaluates every dose.
func (a *api) checkForecast(patient string, doses []object) {
	t := a.t
	t.Helper()
	answer := a.do("GET /Patient/"+patient+"/$immds-forecast?assessmentDate=2026-01-31", "").want(200)
	groups := forecastOf(t, answer)
	for _, group := range []string{"DTaP/Tdap/Td", "HepB", "HepA", "MMR", "Varicella", "Influenza", "COVID-19", "HPV", "Polio", "Pneumococcal", "Zoster"} {
		if groups[group] == "" {
			t.Errorf("no forecast for %s among %v", group, groups)
		}
	}
	evaluated := map[string]bool{}
	for _, p := range parametersOf(t, answer).Parameter {
		if p.Name == "evaluation" {
			if len(p.Resource.DoseStatus.Coding) == 0 {
				t.Errorf("an evaluation of %s has no status", p.Resource.ImmunizationEvent.Reference)
			}
			evaluated[p.Resource.ImmunizationEvent.Reference] = true
		}
	}
	for _, d := range doses {
		if d["status"] == "completed" && !evaluated["Immunization/"+fmt.Sprint(d["id"])] {
			t.Errorf("the dose of %v by %v was not evaluated", d["occurrenceDateTime"], d["vaccineCode"])
		}
	}
}

// content is a resource without what storing it may change: id, meta.versionId
// and meta.lastUpdated, and references.
func content(r object) any {
	copied := object{}
	for name, v := range r {
		switch name {
		case "id":
		case "meta":
			meta := object{}
			for name, v := range v.(map[string]any) {
				if name != "versionId" && name != "lastUpdated" {
					meta[name] = v
				}
			}
			if len(meta) > 0 {
				copied[name] = meta
			}
		default:
			copied[name] = withoutReferences(v)
		}
	}
	return copied
}

func withoutReferences(v any) any {
	switch x := v.(type) {
	case map[string]any:
		copied := map[string]any{}
		for name, v := range x {
			if name != "reference" {
				copied[name] = withoutReferences(v)
			}
		}
		return copied
	case []any:
		copied := make([]any, len(x))
		for i := range x {
			copied[i] = withoutReferences(x[i])
		}
		return copied
	}
	return v
}
