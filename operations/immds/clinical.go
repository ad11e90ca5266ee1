package immds

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// The clinical tables say what is not in the schedule: how long its observations
// count (observations.tsv), and which codes mean them beside its own coded values
// (codes.tsv). Each line names its source.
//
// In observations.tsv the column counts is active, or ever. The guide's way, that an
// inactive Condition or AllergyIntolerance does not count, is right for a pregnancy
// and dangerous for a history: the intussusception of last year is resolved, and still
// no rotavirus vaccine may be given. The schedule's own words decide: where its text
// asks what the patient has had, the observation counts for ever; where it asks what
// the patient has, while it is active. The column lasts bounds that from the day on
// which something was given or stated, for what wears off ("in the previous 3 months").
// Values tells how the schedule's coded values are read: parts must come together, and
// codes.tsv has the combinations; given name a product, and no allergy to it. How tells
// where the observation comes from: codes; worked out, by the code of this package; or
// asserted, by the schedule's own code alone, for the reason in the next but one
// column.
//
//go:embed clinical/*.tsv
var clinicalFiles embed.FS

// term is what a code means: an observation of the schedule by its code, or a fact
// from which observations are worked out.
type term uint16

// The facts.
const (
	pregnancyDueDate term = iota + 1000
	lastMenstrualPeriod
	gestationalAge // in days
	conceptionDate
	cd4Count // per microliter
	cd4Percent
	perinatalHIV
	antiviralTherapy
	hypertension
	hypercholesterolemia
)

var facts = map[string]term{
	"pregnancy due date": pregnancyDueDate, "last menstrual period": lastMenstrualPeriod,
	"gestational age": gestationalAge, "conception date": conceptionDate,
	"CD4 count": cd4Count, "CD4 percent": cd4Percent, "perinatal HIV": perinatalHIV, "antiviral therapy": antiviralTherapy,
	"hypertension": hypertension, "hypercholesterolemia": hypercholesterolemia,
}

// isObservation reports whether a term is an observation of the schedule.
func (t term) isObservation() bool { return t < pregnancyDueDate }

// policy is a line of observations.tsv.
type policy struct {
	ever  bool
	parts bool            // its coded values say it together
	given bool            // its codes name what was given
	lasts calendar.Period // absent: without bound
}

// meaning is what a code means.
type meaning struct {
	term  term
	with  []coding // codings that must stand beside it
	value valueCondition
}

// valueCondition is what must hold of the resource that has a code.
type valueCondition struct {
	kind  valueKind
	least float64
	age   calendar.Period // least age of the patient on the day
}

type valueKind uint8

const (
	anyValue      valueKind = iota
	positiveValue           // a test whose result is positive
	leastValue              // a number, of at least so much
	plannedValue            // a procedure that is planned or under way
	absentValue             // none: the code says that the patient has it not
)

// clinicalTables are the tables, read.
type clinicalTables struct {
	policies [pregnancyDueDate]policy
	codes    map[coding][]meaning
	never    map[codedTerm]bool // coded values of the schedule that are not taken
	races    map[string]term    // OMB race categories
}

type codedTerm struct {
	coding
	term term
}

// clinical reads the tables at the first call. That they can be read is tested; what
// cannot is a broken build.
var clinical = sync.OnceValue(func() *clinicalTables {
	t := &clinicalTables{codes: map[coding][]meaning{}, never: map[codedTerm]bool{}, races: map[string]term{}}
	readTable("observations", 8, t.addPolicy)
	readTable("codes", 6, t.addCode)
	return t
})

func readTable(name string, fields int, add func(f []string) error) {
	text, err := clinicalFiles.ReadFile("clinical/" + name + ".tsv")
	if err != nil {
		panic("immds: " + err.Error())
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != fields {
			panic(fmt.Sprintf("immds: table %s: a line has %d fields, not %d: %s", name, len(f), fields, line))
		}
		if err := add(f); err != nil {
			panic(fmt.Sprintf("immds: table %s: %v: %s", name, err, line))
		}
	}
}

func (t *clinicalTables) addPolicy(f []string) error {
	code, ok := schedule.ParseObservationCode(f[0])
	if !ok || f[1] != "ever" && f[1] != "active" {
		return fmt.Errorf("no observation code, or neither ever nor active")
	}
	p := policy{ever: f[1] == "ever", parts: f[3] == "parts", given: f[3] == "given"}
	if f[2] != "" {
		var err error
		if p.lasts, err = calendar.ParsePeriod(f[2]); err != nil {
			return err
		}
	}
	t.policies[code] = p
	return nil
}

// tableSystems are the names that codes.tsv has for code systems.
var tableSystems = map[string]system{"sct": snomed, "loinc": loinc, "cvx": cvx, "icd10cm": icd10, "rxnorm": rxnorm}

func (t *clinicalTables) addCode(f []string) error {
	means, ok := facts[f[0]]
	if !ok {
		code, ok := schedule.ParseObservationCode(f[0])
		if !ok {
			return fmt.Errorf("%q is neither an observation nor a fact", f[0])
		}
		means = term(code)
	}
	if f[1] == "race" {
		t.races[f[2]] = means
		return nil
	}
	m := meaning{term: means}
	var first coding
	for i, code := range strings.Split(f[2], "+") {
		name := f[1]
		if before, after, found := strings.Cut(code, ":"); found { // of another system
			name, code = before, after
		}
		c := coding{tableSystems[name], normalCode(tableSystems[name], code)}
		if c.system == noSystem {
			return fmt.Errorf("unknown code system %q", name)
		}
		if i == 0 {
			first = c
		} else {
			m.with = append(m.with, c)
		}
	}
	if f[3] == "never" {
		t.never[codedTerm{first, means}] = true
		return nil
	}
	var err error
	if m.value, err = parseValueCondition(f[3]); err != nil {
		return err
	}
	t.codes[first] = append(t.codes[first], m)
	return nil
}

// parseValueCondition reads the column value: "positive", "planned", "absent" or ">=40", each
// with an age after "at" if it needs one.
func parseValueCondition(s string) (v valueCondition, err error) {
	what, age, found := strings.Cut(s, " at ")
	if found {
		if v.age, err = calendar.ParsePeriod(age); err != nil {
			return v, err
		}
	}
	least, isLeast := strings.CutPrefix(what, ">=")
	switch {
	case what == "":
	case what == "positive":
		v.kind = positiveValue
	case what == "absent":
		v.kind = absentValue
	case what == "planned":
		v.kind = plannedValue
	case isLeast:
		v.kind = leastValue
		v.least, err = strconv.ParseFloat(least, 64)
	default:
		err = fmt.Errorf("unknown condition %q", s)
	}
	return v, err
}

// normalCode is a code as it is looked up: CVX with its leading zero, ICD-10-CM without
// its point.
func normalCode(s system, code string) string {
	switch s {
	case cvx:
		n, _ := schedule.ParseCVX(code)
		return n.String()
	case icd10:
		return strings.ToUpper(strings.ReplaceAll(code, ".", ""))
	}
	return code
}
