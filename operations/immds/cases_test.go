package immds_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/cdsitest"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// cases are where the CDC's published cases are, beside the checkout.
const cases = "../../../shared/cdsi/cases"

// The CDC's cases pass through FHIR and back: asked by Parameters, judged by codes.
func TestPublishedCases(t *testing.T) {
	for file, least := range map[string]int{"healthy-v4.45.json": 510, "conditions-v4.6.json": 166} {
		t.Run(file, func(t *testing.T) {
			r, err := os.Open(filepath.Join(cases, file))
			if err != nil {
				t.Skipf("no published cases: %v", err)
			}
			defer r.Close()
			list, err := cdsitest.Read(r)
			if err != nil {
				t.Fatal(err)
			}
			f := newForecaster(t, nil)
			passed := 0
			for i := range list {
				c := &list[i]
				if diffs := judge(c, mustAsk(t, f, "", request(c)...)); len(diffs) == 0 {
					passed++
				} else {
					t.Logf("case %s (%s): %s", c.ID, c.Name, strings.Join(diffs, "; "))
				}
			}
			t.Logf("%d of %d cases pass", passed, len(list))
			if passed < least {
				t.Errorf("%d of %d cases pass, want %d", passed, len(list), least)
			}
		})
	}
}

// request is a case as parameters.
func request(c *cdsitest.Case) []string {
	gender := map[string]string{"F": "female", "M": "male"}[c.Gender]
	if gender == "" {
		gender = "unknown"
	}
	list := []string{
		fmt.Sprintf(`{"name":"assessmentDate","valueDate":%q}`, c.AssessmentDate),
		resource("patient", fmt.Sprintf(`{"resourceType":"Patient","id":"p","gender":%q,"birthDate":%q}`, gender, c.BirthDate)),
	}
	for i, d := range c.Doses {
		maker := ""
		if d.MVX != "" {
			maker = fmt.Sprintf(`"manufacturer":{"identifier":{"system":"http://terminology.hl7.org/CodeSystem/MVX","value":%q}}`, d.MVX)
			list = append(list, vaccination(fmt.Sprintf("d%d", i+1), d.CVX, d.Date.String(), maker))
			continue
		}
		list = append(list, vaccination(fmt.Sprintf("d%d", i+1), d.CVX, d.Date.String()))
	}
	for _, o := range c.Observations {
		date := ""
		if !o.Date.IsZero() {
			date = fmt.Sprintf(`,"effectiveDateTime":%q`, o.Date)
		}
		list = append(list, resource("observation", fmt.Sprintf(`{"resourceType":"Observation","status":"final",`+
			`"code":{"coding":[{"system":"http://ivci.org/CodeSystem/contextual-condition","code":%q}]}%s}`, o.Code, date)))
	}
	return list
}

var (
	statusCodes = map[string]string{"not complete": "notComplete", "complete": "complete", "aged out": "agedOut",
		"immune": "immune", "contraindicated": "contraindicated", "not recommended": "notRecommended"}
	caseReasons = map[string]string{"Age: Too Young": "tooyoung", "Interval: too Soon": "toosoon", "Inadvertent Vaccine": "inappropriate",
		"Live Virus Conflict": "productconflict", "Not a preferable or allowable vaccine": "inappropriate",
		"Series Already Complete": "notevaluated", "Age: Too Old": "tooold"}
	groupAntigens = map[string][]string{"DTaP/Tdap/Td": {"Diphtheria", "Tetanus", "Pertussis"}, "MMR": {"Measles", "Mumps", "Rubella"}}
)

// judge returns what of an answer differs from what a case expects.
func judge(c *cdsitest.Case, a answer) (diffs []string) {
	differ := func(format string, args ...any) { diffs = append(diffs, fmt.Sprintf(format, args...)) }
	group := c.Group()
	for _, g := range schedule.Default().VaccineGroups { // the workbooks spell some in capitals
		if strings.EqualFold(g.Name, group) {
			group = g.Name
		}
	}
	antigens := groupAntigens[group]
	if antigens == nil {
		antigens = []string{group}
	}
	e := a.group(group)
	if e == nil {
		differ("no recommendation for %s", group)
	} else {
		judgeEntry(c, e, differ)
	}
	for i, d := range c.Doses {
		var own, all []evaluation
		for _, v := range a.Evaluations {
			if v.ImmunizationEvent.Reference != fmt.Sprintf("Immunization/d%d", i+1) {
				continue
			}
			all = append(all, v)
			if slices.Contains(antigens, v.TargetDisease.Text) {
				own = append(own, v)
			}
		}
		if len(own) == 0 {
			own = all
		}
		agrees := func(v evaluation) bool {
			codes := []string{}
			for _, c := range v.DoseStatus.Coding {
				codes = append(codes, c.Code)
			}
			want := strings.ToLower(strings.ReplaceAll(d.Status, " ", ""))
			return slices.Contains(codes, want) && (d.Reason == "" || strings.Contains(v.reasons(), caseReasons[d.Reason]))
		}
		if d.Date <= c.AssessmentDate && !slices.ContainsFunc(own, agrees) {
			differ("dose %d is not %s %s", i+1, d.Status, d.Reason)
		}
	}
	return diffs
}

func judgeEntry(c *cdsitest.Case, e *entry, differ func(format string, args ...any)) {
	if got, want := e.ForecastStatus.Coding[0].Code, statusCodes[strings.ToLower(c.Expected.Status)]; got != want {
		differ("status %s, want %s", got, want)
	}
	dates := map[string]string{}
	for _, d := range e.DateCriterion {
		dates[d.Code.Coding[0].Code] = d.Value
	}
	notComplete := strings.EqualFold(c.Expected.Status, "Not Complete")
	for _, d := range []struct{ code, want string }{
		{"30981-5", written(c.Expected.Earliest)}, {"30980-7", written(c.Expected.Recommended)}, {"59778-1", written(c.Expected.PastDue)},
	} {
		if (!c.Expected.Earliest.IsZero() || !notComplete) && dates[d.code] != d.want {
			differ("date %s is %q, want %q", d.code, dates[d.code], d.want)
		}
	}
	if n := strings.Trim(c.Expected.DoseNumber, "-"); n != "" && fmt.Sprint(e.DoseNumber) != n {
		differ("dose number %d, want %s", e.DoseNumber, n)
	}
}

// written is a date as text, empty if there is none.
func written(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
