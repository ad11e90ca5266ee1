package immds_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// shot is a dose of a random history.
type shot struct {
	cvx  string
	date calendar.Date
}

// history is a random child with doses of the usual vaccines, often too early.
func history(r *rand.Rand) (birth calendar.Date, doses []shot) {
	birth = today - calendar.Date(30+r.IntN(18*365))
	vaccines := []string{"08", "20", "10", "49", "133", "116", "03", "21", "94", "83", "62", "146", "115", "162", "114", "140", "30"}
	at := birth
	for range r.IntN(9) {
		at += calendar.Date(r.IntN(200))
		if at > today {
			break
		}
		doses = append(doses, shot{vaccines[r.IntN(len(vaccines))], at})
	}
	return birth, doses
}

func parametersOf(assess, birth calendar.Date, doses []shot, more ...string) []string {
	list := []string{fmt.Sprintf(`{"name":"assessmentDate","valueDate":%q}`, assess), patient(birth.String())}
	for i, d := range doses {
		list = append(list, vaccination(fmt.Sprintf("d%d", i+1), d.cvx, d.date.String()))
	}
	return append(list, more...)
}

// A dose that is not valid is valid on the day that the explanation names, and on no day
// before, the doses before it being as they are.
func TestValidFrom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := newForecaster(t, nil)
	tried, histories := 0, 150
	if testing.Short() {
		histories = 30
	}
	for range histories {
		birth, doses := history(r)
		a := mustAsk(t, f, "explain=true", parametersOf(today, birth, doses)...)
		for _, e := range a.Evaluations {
			from := date(find(extensionsOf(e.Extension), "validFrom"))
			if from.IsZero() || from > today {
				continue
			}
			var n int
			if _, err := fmt.Sscanf(e.ImmunizationEvent.Reference, "Immunization/d%d", &n); err != nil {
				t.Fatal(err)
			}
			tried++
			for _, day := range []calendar.Date{from - 1, from} {
				// Later doses go: they are not before it, nor may they come to be.
				moved := append(append([]shot(nil), doses[:n-1]...), shot{doses[n-1].cvx, day})
				want := "Not valid"
				if day == from {
					want = "Valid"
				}
				if got, ok := verdictIn(mustAsk(t, f, "", parametersOf(today, birth, moved)...), n, e); ok && got != want {
					t.Errorf("born %s, doses %v: dose %d on %s is %s for %s, want %s: the explanation names %s", birth, moved, n, day, got, e.Series, want, from)
				}
			}
		}
	}
	if tried < histories/3 {
		t.Errorf("%d doses were tried; the histories are too good", tried)
	}
}

// verdictIn is the status of dose n for the disease and series of an evaluation. It is
// not ok if another series is chosen for the patient then.
func verdictIn(a answer, n int, like evaluation) (string, bool) {
	for _, e := range a.Evaluations {
		if e.ImmunizationEvent.Reference == fmt.Sprintf("Immunization/d%d", n) && e.TargetDisease.Text == like.TargetDisease.Text && e.Series == like.Series {
			return e.DoseStatus.Text, true
		}
	}
	return "", false
}

// extensionsOf are the parts of the explanation.
func extensionsOf(list []extension) []extension {
	if e := find(list, explanationURL); e != nil {
		return e.Extension
	}
	return nil
}

// withoutDay is an answer without its assessment date, indented to be compared.
func withoutDay(text string, day calendar.Date) string {
	text = strings.ReplaceAll(text, `"date":"`+day.String()+`"`, `"date":"today"`)
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", " "); err != nil {
		return text
	}
	return b.String()
}

// TestExplainFile compares the tables with those that were read and approved.
func TestExplainFile(t *testing.T) {
	f := newForecaster(t, nil)
	text, err := os.ReadFile("testdata/untidy.json")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.ExplainFile(&b, text); err != nil {
		t.Fatalf("ExplainFile: %v", err)
	}
	golden := filepath.Join("testdata", "golden", "untidy.txt")
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("ExplainFile(untidy) (-want +got):\n%s", diff)
	}
	if err := f.ExplainFile(&b, []byte(`{"resourceType":"Parameters"}`)); err == nil {
		t.Error("ExplainFile without a patient: no error")
	}
}
