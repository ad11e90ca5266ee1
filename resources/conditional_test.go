package resources_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
)

func TestConditionalUpdate(t *testing.T) {
	f, ctx := open(t), t.Context()
	update := func(criteria, text string) (resources.Outcome, error) {
		return f.ConditionalUpdate(ctx, all, "Patient", criteria, parse(t, text), resources.Match{})
	}
	o, err := update("identifier=urn:x|1", person)
	if err != nil || o.Effect != resources.Created {
		t.Fatalf("with no match: %+v, %v; want it created", o, err)
	}
	id := o.Version.ID
	o, err = update("identifier=urn:x|1", strings.Replace(person, `"identifier"`, `"active":true,"identifier"`, 1))
	if err != nil || o.Effect != resources.Updated || o.Version.ID != id {
		t.Errorf("with one match: %+v, %v; want %s updated", o, err, id)
	}
	if o, err = update("identifier=urn:x|2", `{"resourceType":"Patient","id":"own","identifier":[{"system":"urn:x","value":"2"}]}`); err != nil || o.Version.ID != "own" {
		t.Errorf("with no match and an id: %+v, %v; want it created under its id", o, err)
	}
	for name, test := range map[string]struct {
		criteria, text string
		want           error
	}{
		"another id than the match":           {"identifier=urn:x|1", `{"resourceType":"Patient","id":"other"}`, nil},
		"no match, and the id is another one": {"identifier=urn:x|3", `{"resourceType":"Patient","id":"own","active":false}`, resources.ErrStale},
		"several matches":                     {"identifier=urn:x|1,urn:x|2", person, resources.ErrMultipleMatches},
		"no criteria":                         {"_count=1", person, nil},
		"an unknown parameter":                {"colour=red", person, nil},
	} {
		if _, err := update(test.criteria, test.text); !errors.As(err, new(*fhir.Invalid)) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want it refused (%v)", name, err, test.want)
		}
	}
}

func TestConditionalDelete(t *testing.T) {
	f, ctx := open(t), t.Context()
	f.MaxDeletes = 3
	girl := func(id string) {
		t.Helper()
		f.put("Patient", id, `{"resourceType":"Patient","id":"`+id+`","gender":"female"}`)
	}
	for _, id := range []string{"a", "b", "c", "d"} {
		girl(id)
	}
	f.put("Patient", "boy", `{"resourceType":"Patient","id":"boy","gender":"male"}`)
	if _, err := f.ConditionalDelete(ctx, all, "Patient", "gender=female", resources.Match{}); !errors.Is(err, resources.ErrMultipleMatches) || f.count("Patient") != 5 {
		t.Errorf("with one match too many: %v, and %d patients left, want ErrMultipleMatches and 5", err, f.count("Patient"))
	}
	if o, err := f.ConditionalDelete(ctx, all, "Patient", "gender=other", resources.Match{}); err != nil || o.Effect != resources.Absent {
		t.Errorf("with no match: %+v, %v; want Absent", o, err)
	}
	if o, err := f.ConditionalDelete(ctx, all, "Patient", "_id=a", resources.Match{Version: 1}); err != nil || o.Effect != resources.Deleted || o.Version.ID != "a" || o.Several != 0 {
		t.Errorf("with one match: %+v, %v; want it deleted", o, err)
	}
	if _, err := f.ConditionalDelete(ctx, all, "Patient", "gender=female", resources.Match{Version: 1}); !errors.Is(err, resources.ErrMultipleMatches) || f.count("Patient") != 4 {
		t.Errorf("of one version, with several matches: %v, and %d patients left, want ErrMultipleMatches and 4", err, f.count("Patient"))
	}
	if o, err := f.ConditionalDelete(ctx, all, "Patient", "gender=female", resources.Match{}); err != nil || o.Effect != resources.Deleted || o.Several != 3 {
		t.Errorf("with three matches: %+v, %v; want them deleted", o, err)
	}
	if _, err := f.Read(ctx, all, "Patient", "boy"); err != nil || f.count("Patient") != 1 {
		t.Errorf("%d patients left, and Read(boy) = %v; want the one that does not match", f.count("Patient"), err)
	}
	f.MaxDeletes = 1
	girl("a")
	girl("b")
	if _, err := f.ConditionalDelete(ctx, all, "Patient", "gender=female", resources.Match{}); !errors.Is(err, resources.ErrMultipleMatches) || f.count("Patient") != 3 {
		t.Errorf("where one may be deleted, with two matches: %v, want ErrMultipleMatches", err)
	}
}

// A conditional delete is all or nothing also where others write at the same
// time: it deletes what matches when it is made, and goes wrong for none.
func TestConditionalDeleteRace(t *testing.T) {
	f := open(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 10 {
				if _, err := f.Create(context.Background(), all, "Patient", parse(t, person), ""); err != nil {
					t.Error(err)
				}
				if o, err := f.ConditionalDelete(context.Background(), all, "Patient", "identifier=urn:x|1", resources.Match{}); err != nil || o.Effect != resources.Deleted && o.Effect != resources.Absent {
					t.Errorf("client %d: %+v, %v", i, o, err)
				}
			}
		})
	}
	wg.Wait()
	// Each client deleted last what matched, its own last one among it.
	if n := f.count("Patient"); n != 0 {
		t.Errorf("%d patients are left, want none", n)
	}
}

// meanwhile is a store in which others are at work: once after a search, and once
// before a commit.
type meanwhile struct {
	resources.Store
	afterSearch, beforeCommit func()
}

func once(do *func()) {
	if f := *do; f != nil {
		*do = nil
		f()
	}
}

func (m *meanwhile) Search(ctx context.Context, a resources.Access, q *search.Query) (resources.Page, error) {
	defer once(&m.afterSearch)
	return m.Store.Search(ctx, a, q)
}

func (m *meanwhile) Commit(ctx context.Context, a resources.Access, b resources.Batch) ([]resources.Version, error) {
	once(&m.beforeCommit)
	return m.Store.Commit(ctx, a, b)
}

// What criteria match is deleted and made again while a change is under way: when
// it is committed they match the same as before, and yet all is different.
func TestMatchIsGoneForAMoment(t *testing.T) {
	f, others, ctx := open(t), open(t), t.Context()
	others.Service.Store = f.store
	busy := func() *meanwhile {
		return &meanwhile{
			Store: f.store,
			afterSearch: func() {
				if _, err := others.Delete(ctx, all, "Patient", "a", resources.Match{}); err != nil {
					t.Error(err)
				}
			},
			beforeCommit: func() { others.put("Patient", "a", `{"resourceType":"Patient","id":"a","gender":"female"}`) },
		}
	}
	first := f.put("Patient", "a", `{"resourceType":"Patient","id":"a","gender":"female"}`)
	f.Store = busy()
	o, err := f.Create(ctx, all, "Patient", parse(t, `{"resourceType":"Patient","gender":"female"}`), "gender=female")
	if err != nil || o.Effect != resources.Matched || o.Version.Version != 1 || string(o.Version.JSON) != string(first.Version.JSON) {
		t.Errorf("a conditional create = %+v, %v; want version 1, which was there when it began", o, err)
	}
	f.put("Patient", "b", `{"resourceType":"Patient","id":"b","gender":"female"}`)
	f.Store = busy()
	if o, err := f.ConditionalDelete(ctx, all, "Patient", "gender=female", resources.Match{}); err != nil || o.Several != 2 || f.count("Patient") != 0 {
		t.Errorf("a conditional delete = %+v, %v, and %d patients are left; want both deleted", o, err, f.count("Patient"))
	}
}

// replaceText is a Patch that replaces one text in the JSON by another.
type replaceText struct{ from, to string }

func (p replaceText) Apply(resource []byte) ([]byte, error) {
	return []byte(strings.Replace(string(resource), p.from, p.to, 1)), nil
}

func TestPatch(t *testing.T) {
	f, ctx := open(t), t.Context()
	f.put("Patient", "p", `{"resourceType":"Patient","id":"p","gender":"female"}`)
	o, err := f.Patch(ctx, all, "Patient", "p", replaceText{"female", "male"}, resources.Match{Version: 1})
	if err != nil || o.Effect != resources.Updated || o.Version.Method != resources.PATCH || f.get("Patient", "p").Get("gender").Text() != "male" {
		t.Errorf("Patch = %+v, %v; want a new version", o, err)
	}
	if o, err := f.Patch(ctx, all, "Patient", "p", replaceText{}, resources.Match{}); err != nil || o.Effect != resources.Unchanged {
		t.Errorf("a patch that changes nothing = %+v, %v; want no new version", o, err)
	}
	if o, err := f.ConditionalPatch(ctx, all, "Patient", "gender=male", replaceText{`"male"`, `"other"`}, resources.Match{}); err != nil || o.Version.ID != "p" {
		t.Errorf("ConditionalPatch = %+v, %v; want p patched", o, err)
	}
	for name, test := range map[string]struct {
		id    string
		patch replaceText
		match resources.Match
		want  error
	}{
		"of nothing":         {"none", replaceText{}, resources.Match{}, resources.ErrNotFound},
		"of an old version":  {"p", replaceText{}, resources.Match{Version: 1}, resources.ErrStale},
		"to what is invalid": {"p", replaceText{"other", "red"}, resources.Match{}, fhir.ErrUnprocessable},
		"to no JSON":         {"p", replaceText{`"other"`, `"other`}, resources.Match{}, fhir.ErrUnprocessable},
		"to another id":      {"p", replaceText{`"id":"p"`, `"id":"q"`}, resources.Match{}, fhir.ErrUnprocessable},
		"to another type":    {"p", replaceText{`:"Patient"`, `:"Person"`}, resources.Match{}, fhir.ErrUnprocessable},
	} {
		if _, err := f.Patch(ctx, all, "Patient", test.id, test.patch, test.match); err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("a patch %s: %v, want %v", name, err, test.want)
		}
	}
	if _, err := f.ConditionalPatch(ctx, all, "Patient", "gender=unknown", replaceText{}, resources.Match{}); !errors.Is(err, resources.ErrNotFound) {
		t.Errorf("a conditional patch of nothing: %v, want ErrNotFound", err)
	}
}

// counter is a Patch that adds one to multipleBirthInteger.
type counter struct{ t *testing.T }

func (p counter) Apply(resource []byte) ([]byte, error) {
	n := parse(p.t, string(resource)).Get("multipleBirthInteger").Text()
	return []byte(strings.Replace(string(resource), `Integer":`+n, `Integer":`+increment(n), 1)), nil
}

func TestRacingPatchesAreAllMade(t *testing.T) {
	f := open(t)
	f.put("Patient", "p", `{"resourceType":"Patient","id":"p","multipleBirthInteger":0}`)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := f.Patch(context.Background(), all, "Patient", "p", counter{t}, resources.Match{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := f.get("Patient", "p").Get("multipleBirthInteger").Text(); got != "20" {
		t.Errorf("after 20 patches the counter is %s", got)
	}
}
