package pebblestore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/jenner-iis/jenner/fhir/definitions"
	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// TestReindex: a store that is opened with other settings than its index was
// made by is indexed anew, but a large one only when that is wanted.
func TestReindex(t *testing.T) {
	inZone := func(c search.Config) *search.Registry {
		t.Helper()
		r, err := search.New(definitions.R4(), c)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	denver := inZone(search.Config{Zone: time.FixedZone("America/Denver", -7*3600), Loopback: "/fhir"})
	utc := inZone(search.Config{Loopback: "/fhir"})
	for _, test := range []struct {
		resources int
		refused   bool
	}{{1_000, false}, {10_000, true}} {
		t.Run(fmt.Sprint(test.resources), func(t *testing.T) {
			cfg := pebblestore.Config{Path: "store", FS: vfs.NewMem(), Registry: utc, Logger: quiet}
			s, err := pebblestore.Open(cfg)
			if err != nil {
				t.Fatal(err)
			}
			for from := 0; from < test.resources; from += 1000 {
				var b resources.Batch
				for i := range 1000 {
					b.Writes = append(b.Writes, storetest.Put(t, resources.PUT, "Patient", fmt.Sprint("p", from+i), 0, `"birthDate":"2020-01-01"`))
				}
				if _, err := s.Commit(t.Context(), everything, b); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			cfg.Registry = denver
			if test.refused {
				s, err := pebblestore.Open(cfg)
				if !errors.Is(err, pebblestore.ErrIndexSettings) {
					t.Fatalf("Open with another time zone = %v, %v, want ErrIndexSettings", s, err)
				}
				if text := err.Error(); !strings.Contains(text, "then zone UTC, now zone America/Denver") || strings.Contains(text, "loopback") || !strings.Contains(text, "10000 resources") {
					t.Errorf("the error does not say what is different: %s", text)
				}
				// As it was, it can be opened, and no index was lost.
				cfg.Registry = utc
				wantBorn(t, cfg, "2020-01-01T00:00:00Z", test.resources)
				cfg.Registry, cfg.Reindex = denver, true
			}
			wantBorn(t, cfg, "2020-01-01T07:00:00Z", test.resources)
			cfg.Reindex = false
			wantBorn(t, cfg, "2020-01-01T07:00:00Z", test.resources)
		})
	}
}

// TestReindexExpression: a parameter of our own that selects something else than before
// has its index made anew, one that is a part of a composite too.
func TestReindexExpression(t *testing.T) {
	registry := func(place, part string) *search.Registry {
		t.Helper()
		own, err := definitions.R4().ParseSearchParameters([]byte(fmt.Sprintf(`{"resourceType":"SearchParameter","url":"http://example.org/place","name":"place","status":"active","description":"x","code":"place","base":["Patient"],"type":"string","expression":%q}`, place)),
			[]byte(fmt.Sprintf(`{"resourceType":"SearchParameter","url":"http://example.org/town-place","name":"both","status":"active","description":"x","code":"both","base":["Patient"],"type":"composite","expression":"Patient.address","component":[{"definition":"http://hl7.org/fhir/SearchParameter/individual-address-city","expression":"city"},{"definition":"http://example.org/place","expression":%q}]}`, part)))
		if err != nil {
			t.Fatal(err)
		}
		r, err := search.New(definitions.R4(), search.Config{Extra: own})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	cfg := pebblestore.Config{Path: "store", FS: vfs.NewMem(), Logger: quiet}
	for i, test := range []struct {
		place, part, query string
	}{
		{"Patient.address.state", "state", "place=ohio&both=springfield$ohio"},
		{"Patient.address.district", "state", "place=clark&both=springfield$ohio"},
		{"Patient.address.district", "district", "place=clark&both=springfield$clark"},
	} {
		cfg.Registry = registry(test.place, test.part)
		s, err := pebblestore.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			write := storetest.Put(t, resources.PUT, "Patient", "p", 0, `"address":[{"city":"Springfield","district":"Clark","state":"Ohio"}]`)
			if _, err := s.Commit(t.Context(), everything, resources.Batch{Writes: []resources.Write{write}}); err != nil {
				t.Fatal(err)
			}
		}
		q, err := cfg.Registry.Parse("Patient", test.query, search.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if page, err := s.Search(t.Context(), everything, q); err != nil || len(page.Versions) != 1 {
			t.Errorf("%s after the parameters became %s and %s: %d found, %v, want 1", test.query, test.place, test.part, len(page.Versions), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// wantBorn opens a sound store in which so many were born on a day that begins
// then, and closes it.
func wantBorn(t *testing.T, cfg pebblestore.Config, begin string, want int) {
	t.Helper()
	s, err := pebblestore.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q, err := cfg.Registry.Parse("Patient", "_count=1&_total=accurate&birthdate=ge"+begin, search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Search(t.Context(), everything, q)
	if err != nil || page.Total != want {
		t.Errorf("%d born since %s (%v), want %d", page.Total, begin, err, want)
	}
	if _, err := s.Check(t.Context(), func(fault string) { t.Errorf("Check: %s", fault) }); err != nil {
		t.Error(err)
	}
}
