package immds_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
	"github.com/jenner-iis/jenner/operations/immds"
	"github.com/jenner-iis/jenner/resources"
)

// fill stores the parameters of a random record instead of what there was.
func (s records) fill(t testing.TB, parameters []string) {
	t.Helper()
	clear(s)
	for i, p := range parameters {
		d, err := codec.ParseString(p, codec.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		r := d.Root().Get("resource")
		elements := ""
		for m := r.First(); m.Exists(); m = m.Next() {
			if name := m.Name(); name != "resourceType" && name != "id" && name != "patient" && name != "subject" {
				elements += fmt.Sprintf("%q:%s,", name, m.Raw())
			}
		}
		switch id := r.Get("id").Text(); r.ResourceType() {
		case "Patient":
			s.add("Patient", "p", strings.TrimSuffix(elements, ","))
		default:
			if id == "" || i%3 == 0 {
				id = fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
			}
			s.add(r.ResourceType(), id, elements+`"patient":{"reference":"Patient/p"},"subject":{"reference":"Patient/p"}`)
		}
	}
}

// forecasterOf advises on records by one release, for a day that may change.
func forecasterOf(t testing.TB, s records, day *calendar.Date, e *forecast.Engine) *immds.Forecaster {
	t.Helper()
	f, err := immds.New(immds.Config{Engines: []*forecast.Engine{e}, Records: s, Today: func() calendar.Date { return *day }})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func adviceOf(t testing.TB, f *immds.Forecaster) immds.Advice {
	t.Helper()
	all, err := f.Advise(context.Background(), resources.Everything(), []string{"p"})
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// standDocuments compares documents one by one.
func standDocuments(now, stored []immds.Document) bool {
	if len(now) != len(stored) {
		return false
	}
	for i := range now {
		if now[i].ID != stored[i].ID || !now[i].Stands(stored[i].JSON) {
			return false
		}
	}
	return true
}

// What a note says of documents on another day, and by other supporting data, is what
// they show when they are compared with those made of the record then.
func TestStandsByNote(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	s, day := records{}, today
	first := forecasterOf(t, s, &day, forecast.Default())
	forecasters := []*immds.Forecaster{first, forecasterOf(t, s, &day, laterRelease(t))}
	rounds := 1500
	if testing.Short() {
		rounds = 150
	}
	stood, fell, noted := 0, 0, 0
	for range rounds {
		parameters := randomRecord(r, today)
		s.fill(t, parameters)
		day = today
		stored := adviceOf(t, first)
		if stored.None != nil {
			if note, stands := stored.Noted(nil); note != nil || stands {
				t.Fatalf("a note, %x, of no advice", note)
			}
			continue
		}
		note, stands := stored.Noted(nil)
		if stands {
			t.Fatal("advice stands by no note")
		}
		if again, stands := stored.Noted(note); !stands || !bytes.Equal(again, note) {
			t.Fatalf("advice does not stand by its own note: %x, %x", note, again)
		}
		noted += len(note)
		for _, f := range forecasters {
			for _, later := range []int{0, 1, r.IntN(40), r.IntN(800)} {
				day = today + calendar.Date(later)
				now := adviceOf(t, f)
				if now.None != nil {
					t.Fatalf("%s: %v", body(parameters...), now.None)
				}
				want := standDocuments(now.Documents, stored.Documents)
				if got := f.Stands("p", note); got != want {
					t.Fatalf("%s\n%d days later by the note of %d bytes: stands %t, by the documents %t", body(parameters...), later, len(note), got, want)
				}
				kept, got := now.Noted(note)
				if got != want {
					t.Fatalf("%s\n%d days later Noted says %t, the documents %t", body(parameters...), later, got, want)
				}
				// The records come in any order, and so do the parts of a note.
				if got && len(kept) != len(note) {
					t.Fatalf("%s\nthe note of what stands is another one:\n%x\n%x", body(parameters...), kept, note)
				}
				if want {
					stood++
				} else {
					fell++
				}
			}
		}
	}
	t.Logf("stood %d times, fell %d times; %d bytes a note", stood, fell, noted/rounds)
	if stood < rounds || fell < rounds {
		t.Errorf("stood %d times, fell %d times; the test proves little", stood, fell)
	}
}

// productless is the built-in data without the observations that are given as vaccines
// are: there an immune globulin is a vaccine that nobody knows.
func productless(t *testing.T) *forecast.Engine {
	t.Helper()
	s := *schedule.Default()
	s.Source.Version = "4.1"
	s.Observations = slices.DeleteFunc(slices.Clone(s.Observations), func(o schedule.Observation) bool {
		return strings.Contains(o.Title, "IG administration")
	})
	if len(s.Observations) == len(schedule.Default().Observations) {
		t.Fatal("the built-in data know no globulins")
	}
	e, err := forecast.New(&s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// What supporting data make of a globulin is asked of these, not of a note.
func TestStandsByNoteOfProduct(t *testing.T) {
	s, day := records{}, today
	s.fill(t, []string{patient("2025-01-01"), vaccination("a", "21", "2026-01-20"), vaccination("b", "36", "2026-01-10")})
	old, now := forecasterOf(t, s, &day, productless(t)), forecasterOf(t, s, &day, forecast.Default())
	stored := adviceOf(t, old)
	note, _ := stored.Noted(nil)
	if !old.Stands("p", note) {
		t.Error("the advice does not stand by its own note")
	}
	if now.Stands("p", note) { // which it may, and not by this note
		t.Error("advice stands by a note in which a globulin is a vaccine")
	}
}

// Whatever is said of a Patient, however often, is noted.
func TestNoteOfPatient(t *testing.T) {
	const race = `{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"1002-5"}}`
	for _, elements := range []string{
		`"birthDate":"2025-06-01"`,
		`"birthDate":"0001-01-01","gender":"other"`,
		`"birthDate":"1950-06-01","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"country":"US"}}]`,
		`"birthDate":"2025-06-01","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[` + race + strings.Repeat(","+race, 600) + `]}]`,
	} {
		s, day := records{}, today
		s.add("Patient", "p", elements)
		f := forecasterOf(t, s, &day, forecast.Default())
		a := adviceOf(t, f)
		if note, _ := a.Noted(nil); !f.Stands("p", note) {
			t.Errorf("Patient with %.100s: the advice does not stand by its own note", elements)
		}
	}
}

// Who has more than a note holds is read anew; that what is stored stands can be told
// all the same when it is.
func TestNoteOfMuch(t *testing.T) {
	s, day := records{}, today
	f := forecasterOf(t, s, &day, forecast.Default())
	s.fill(t, []string{patient("2025-01-01"), vaccination("a", "03", "2026-01-20")})
	s.add("Observation", "o", `"code":{"text":"`+strings.Repeat("x", 10_000)+`"},"subject":{"reference":"Patient/p"}`)
	a := adviceOf(t, f)
	note, _ := a.Noted(nil)
	if len(note) == 0 || len(note) > 100 {
		t.Errorf("a note of %d bytes of a record of 10,000", len(note))
	}
	if f.Stands("p", note) {
		t.Error("advice stands by a note without a record")
	}
	if _, stands := a.Noted(note); !stands {
		t.Error("advice does not stand by its own note")
	}
}

// FuzzStands asks with notes that nobody wrote. They are no reason to panic.
func FuzzStands(f *testing.F) {
	s, day := records{}, today
	forecaster := forecasterOf(f, s, &day, forecast.Default())
	r := rand.New(rand.NewPCG(41, 2))
	for range 20 {
		s.fill(f, randomRecord(r, today))
		a := adviceOf(f, forecaster)
		note, _ := a.Noted(nil)
		f.Add(note)
	}
	f.Fuzz(func(t *testing.T, note []byte) { forecaster.Stands("p", note) })
}
