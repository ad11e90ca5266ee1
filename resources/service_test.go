package resources_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/schema"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

var all = resources.Everything()

// fixture is a service over an embedded store.
type fixture struct {
	*resources.Service
	t        testing.TB
	store    resources.Store
	dangling map[string]int
}

func open(t testing.TB) *fixture {
	t.Helper()
	registry, err := search.New(definitions.R4(), search.Config{Bases: []string{"http://example.org/fhir"}})
	if err != nil {
		t.Fatal(err)
	}
	store, err := pebblestore.Open(pebblestore.Config{Path: "store", FS: pebblestore.Memory(), Registry: registry, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{t: t, store: store, dangling: map[string]int{}}
	var mu sync.Mutex
	f.Service, err = resources.New(t.Context(), resources.Config{
		Store: store, Search: registry, Definitions: definitions.R4(), Validate: schema.New(definitions.R4()).Validate,
		BaseURL: "http://example.org/fhir", ComputedTypes: []string{"ImmunizationRecommendation"}, Now: time.Now,
		OnDangling: func(resourceType string, n int) {
			mu.Lock()
			defer mu.Unlock()
			f.dangling[resourceType] += n
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func parse(t testing.TB, text string) codec.Value {
	t.Helper()
	d, err := codec.Parse([]byte(text), codec.Limits{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return d.Root()
}

func (f *fixture) put(resourceType, id, text string) resources.Outcome {
	f.t.Helper()
	o, err := f.Update(f.t.Context(), all, resourceType, id, parse(f.t, text), resources.Match{})
	if err != nil {
		f.t.Fatalf("Update(%s/%s): %v", resourceType, id, err)
	}
	return o
}

// count is the number of resources of a type.
func (f *fixture) count(resourceType string) int {
	f.t.Helper()
	counts, err := f.store.Count(f.t.Context(), all)
	if err != nil {
		f.t.Fatal(err)
	}
	return counts[resourceType]
}

// get is the stored JSON of a resource, as a tree.
func (f *fixture) get(resourceType, id string) codec.Value {
	f.t.Helper()
	v, err := f.Read(f.t.Context(), all, resourceType, id)
	if err != nil {
		f.t.Fatalf("Read(%s/%s): %v", resourceType, id, err)
	}
	return parse(f.t, string(v.JSON))
}

func TestLifeOfAResource(t *testing.T) {
	f, ctx := open(t), t.Context()
	o, err := f.Create(ctx, all, "Patient", parse(t, `{"resourceType":"Patient","id":"mine","meta":{"versionId":"9","tag":[{"code":"x"}]},"multipleBirthInteger":2}`), "")
	if err != nil || o.Effect != resources.Created || o.Version.ID == "mine" || o.Version.Version != 1 {
		t.Fatalf("Create = %+v, %v; want version 1 under an id of the server's", o, err)
	}
	id := o.Version.ID
	want := fmt.Sprintf(`{"resourceType":"Patient","id":%q,"meta":{"versionId":"1","lastUpdated":%q,"tag":[{"code":"x"}]},"multipleBirthInteger":2}`, id, o.Version.LastUpdated)
	if got := string(o.Version.JSON); got != want {
		t.Errorf("stored\n got %s\nwant %s", got, want)
	}

	same := `{"meta":{"tag":[{"code":"\u0078"}]}, "multipleBirthInteger":2, "id":"` + id + `","resourceType":"Patient"}`
	if o := f.put("Patient", id, same); o.Effect != resources.Unchanged || o.Version.Version != 1 {
		t.Errorf("an update that says the same gave %v, version %d; want no new version", o.Effect, o.Version.Version)
	}
	other := strings.Replace(same, ":2", ":3", 1)
	if o := f.put("Patient", id, other); o.Effect != resources.Updated || o.Version.Version != 2 {
		t.Errorf("update = %v, version %d; want version 2", o.Effect, o.Version.Version)
	}
	_, err = f.Update(ctx, all, "Patient", id, parse(t, same), resources.Match{Version: 1})
	if !errors.Is(err, resources.ErrStale) {
		t.Errorf("update with If-Match of an old version: %v, want ErrStale", err)
	}
	_, err = f.Update(ctx, all, "Patient", id, parse(t, same), resources.Match{NotExists: true})
	if !errors.Is(err, resources.ErrStale) {
		t.Errorf("update with If-None-Match * of what exists: %v, want ErrStale", err)
	}
	if o, err := f.Delete(ctx, all, "Patient", id, resources.Match{Version: 2}); err != nil || o.Effect != resources.Deleted || o.Version.Version != 3 {
		t.Errorf("Delete = %+v, %v; want version 3", o, err)
	}
	if v, err := f.Read(ctx, all, "Patient", id); !errors.Is(err, resources.ErrGone) || v.Version != 3 {
		t.Errorf("Read after delete = version %d, %v; want the deletion and ErrGone", v.Version, err)
	}
	if _, err := f.VersionRead(ctx, all, "Patient", id, "3"); !errors.Is(err, resources.ErrGone) {
		t.Errorf("VersionRead of the deletion: %v, want ErrGone", err)
	}
	if v, err := f.VersionRead(ctx, all, "Patient", id, "1"); err != nil || string(v.JSON) != want {
		t.Errorf("VersionRead(1) = %s, %v; want what was created", v.JSON, err)
	}
	for _, version := range []string{"0", "4", "x", "-1", "01", "+1", "99999999999999999999"} {
		if _, err := f.VersionRead(ctx, all, "Patient", id, version); !errors.Is(err, resources.ErrNotFound) {
			t.Errorf("VersionRead(%s): %v, want ErrNotFound", version, err)
		}
	}
	if o, err := f.Delete(ctx, all, "Patient", id, resources.Match{}); err != nil || o.Effect != resources.Absent {
		t.Errorf("a second Delete = %+v, %v; want Absent", o, err)
	}
	if o := f.put("Patient", id, same); o.Effect != resources.Created || o.Version.Version != 4 {
		t.Errorf("update of a deleted resource = %v, version %d; want it created as version 4", o.Effect, o.Version.Version)
	}
	history, err := f.History(ctx, all, resources.HistoryRequest{Type: "Patient", ID: id})
	if err != nil || len(history.Versions) != 4 || history.Versions[0].Version != 4 || !history.Versions[1].Deleted() {
		t.Errorf("History = %+v, %v; want four versions, newest first", history.Versions, err)
	}
}

func TestRefused(t *testing.T) {
	f, ctx := open(t), t.Context()
	for _, test := range []struct {
		name, typ, id, text string
		want                error
		expression          string
	}{
		{"unknown type", "Spaceship", "1", `{"resourceType":"Spaceship","id":"1"}`, resources.ErrNotSupported, ""},
		{"abstract type", "DomainResource", "1", `{"resourceType":"DomainResource","id":"1"}`, resources.ErrNotSupported, ""},
		{"computed type", "ImmunizationRecommendation", "1", `{"resourceType":"ImmunizationRecommendation","id":"1"}`, resources.ErrNotAllowed, ""},
		{"another type's resource", "Patient", "1", `{"resourceType":"Group","id":"1","type":"person","actual":true}`, nil, "Group.resourceType"},
		{"no id", "Patient", "1", `{"resourceType":"Patient","active":true}`, nil, "Patient.id"},
		{"another id", "Patient", "1", `{"resourceType":"Patient","id":"2"}`, nil, "Patient.id"},
		{"illegal id", "Patient", "a_b", `{"resourceType":"Patient","id":"a_b"}`, nil, ""},
		{"31 February", "Patient", "1", `{"resourceType":"Patient","id":"1","birthDate":"2020-02-31"}`, nil, "Patient.birthDate"},
		{"not whole", "Patient", "1", `{"resourceType":"Patient","id":"1","meta":{"tag":[{"code":"SUBSETTED"}]}}`, fhir.ErrUnprocessable, "Patient.meta.tag[0]"},
		{"conditional reference to nothing", "Immunization", "1", `{"resourceType":"Immunization","id":"1","status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient?identifier=x|y"},"occurrenceString":"once"}`, resources.ErrUnresolved, "Immunization.patient.reference"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := f.Update(ctx, all, test.typ, test.id, parse(t, test.text), resources.Match{})
			var invalid *fhir.Invalid
			if !errors.As(err, &invalid) || test.want != nil && !errors.Is(err, test.want) {
				t.Fatalf("Update = %v, want an *Invalid for %v", err, test.want)
			}
			if test.expression != "" && invalid.Issues[0].Expression != test.expression {
				t.Errorf("expression %q, want %q", invalid.Issues[0].Expression, test.expression)
			}
		})
	}
	if counts, err := f.store.Count(ctx, all); err != nil || len(counts) != 0 {
		t.Errorf("what was refused left %v behind (%v)", counts, err)
	}
}

func TestNoAccess(t *testing.T) {
	f := open(t)
	f.put("Patient", "1", `{"resourceType":"Patient","id":"1"}`)
	var none resources.Access
	ctx := t.Context()
	_, readErr := f.Read(ctx, none, "Patient", "1")
	_, findErr := f.Find(ctx, none, "Patient", resources.SearchRequest{})
	_, createErr := f.Create(ctx, none, "Patient", parse(t, `{"resourceType":"Patient"}`), "")
	_, deleteErr := f.Delete(ctx, none, "Patient", "1", resources.Match{})
	_, historyErr := f.History(ctx, none, resources.HistoryRequest{Type: "Patient", ID: "1"})
	for name, err := range map[string]error{"Read": readErr, "Find": findErr, "Create": createErr, "Delete": deleteErr, "History": historyErr} {
		if !errors.Is(err, resources.ErrForbidden) {
			t.Errorf("%s without access: %v, want ErrForbidden", name, err)
		}
	}
}

func TestConditionalCreate(t *testing.T) {
	f, ctx := open(t), t.Context()
	text := parse(t, `{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}]}`)
	const criteria = "identifier=urn:x|1"
	first, err := f.Create(ctx, all, "Patient", text, criteria)
	if err != nil || first.Effect != resources.Created {
		t.Fatalf("the first conditional create = %+v, %v", first, err)
	}
	second, err := f.Create(ctx, all, "Patient", text, criteria)
	if err != nil || second.Effect != resources.Matched || second.Version.ID != first.Version.ID {
		t.Errorf("the second = %v of %s, %v; want the first one matched", second.Effect, second.Version.ID, err)
	}
	if _, err := f.Create(ctx, all, "Patient", text, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Create(ctx, all, "Patient", text, criteria); !errors.Is(err, resources.ErrMultipleMatches) {
		t.Errorf("with two matches: %v, want ErrMultipleMatches", err)
	}
	if _, err := f.Create(ctx, all, "Patient", text, "identfier=1"); !errors.As(err, new(*fhir.Invalid)) {
		t.Errorf("with an unknown parameter: %v, want it refused", err)
	}
	if n := f.count("Patient"); n != 2 {
		t.Errorf("%d patients, want 2", n)
	}
}

func TestConditionalCreateRace(t *testing.T) {
	f := open(t)
	const clients = 50
	ids := make([]string, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			text := parse(t, fmt.Sprintf(`{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}],"multipleBirthInteger":%d}`, i))
			o, err := f.Create(context.Background(), all, "Patient", text, "identifier=urn:x|1")
			if err != nil {
				t.Error(err)
			}
			ids[i] = o.Version.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("clients were told of different resources: %s and %s", id, ids[0])
		}
	}
	if n := f.count("Patient"); n != 1 {
		t.Errorf("%d conditional creates at once made %d patients", clients, n)
	}
}

func TestUpdatesOfOneResourceLoseNothing(t *testing.T) {
	f := open(t)
	f.put("Patient", "p", `{"resourceType":"Patient","id":"p","multipleBirthInteger":0}`)
	const clients, rounds = 16, 5
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for range rounds {
				for {
					v, err := f.Read(context.Background(), all, "Patient", "p")
					if err != nil {
						t.Error(err)
						return
					}
					n := parse(t, string(v.JSON)).Get("multipleBirthInteger").Text()
					text := strings.Replace(string(v.JSON), `Integer":`+n, `Integer":`+increment(n), 1)
					_, err = f.Update(context.Background(), all, "Patient", "p", parse(t, text), resources.Match{Version: v.Version})
					if err == nil {
						break
					}
					if !errors.Is(err, resources.ErrStale) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	if got, want := f.get("Patient", "p").Get("multipleBirthInteger").Text(), fmt.Sprint(clients*rounds); got != want {
		t.Errorf("counter = %s, want %s", got, want)
	}
}

func increment(n string) string {
	var i int
	fmt.Sscan(n, &i)
	return fmt.Sprint(i + 1)
}
