package immds_test

import (
	"bufio"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/terminology"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// tableLines are the lines of a clinical table, by line number.
func tableLines(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := os.Open("clinical/" + name + ".tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines [][]string
	for s := bufio.NewScanner(file); s.Scan(); {
		if !strings.HasPrefix(s.Text(), "#") {
			lines = append(lines, strings.Split(s.Text(), "\t"))
		}
	}
	return lines
}

// used are the observations that a rule of the schedule asks for.
func used(s *schedule.Schedule) map[string]bool {
	codes := map[string]bool{}
	add := func(c schedule.ObservationCode) {
		if c != 0 {
			codes[c.String()] = true
		}
	}
	for i := range s.Antigens {
		a := &s.Antigens[i]
		for _, h := range a.ClinicalHistory {
			add(h.Code)
		}
		for _, b := range a.BirthDateImmunity {
			for _, e := range b.Exclusions {
				add(e.Code)
			}
		}
		for _, c := range a.Contraindications {
			add(c.Code)
		}
		for _, c := range a.VaccineContraindications {
			add(c.Code)
		}
		for j := range a.Series {
			for _, x := range a.Series[j].Indications {
				add(x.Code)
			}
			for k := range a.Series[j].Doses {
				for _, x := range a.Series[j].Doses[k].Intervals {
					add(x.FromObservation)
				}
			}
		}
	}
	return codes
}

// Every observation of the schedule has a line that says where it comes from, or why it
// cannot.
func TestObservationsAreComplete(t *testing.T) {
	s := schedule.Default()
	asked := used(s)
	if len(asked) != 251 {
		t.Errorf("the schedule asks for %d observations, want 251", len(asked))
	}
	coded, known := map[string]int{}, map[string]bool{}
	for _, o := range s.Observations {
		coded[o.Code.String()], known[o.Code.String()] = len(o.CodedValues), true
	}
	for _, f := range tableLines(t, "codes") {
		switch {
		case !isObservation.MatchString(f[0]):
		case f[3] == "never":
			coded[f[0]]--
		default:
			coded[f[0]]++
		}
	}
	listed := map[string]bool{}
	for _, f := range tableLines(t, "observations") {
		code, how, why, source := f[0], f[4], f[6], f[7]
		if listed[code] {
			t.Errorf("observation %s is listed twice", code)
		}
		listed[code] = true
		if !known[code] {
			t.Errorf("observation %s is not in the schedule", code)
		}
		if source == "" {
			t.Errorf("observation %s names no source", code)
		}
		switch how {
		case "codes":
			if coded[code] == 0 {
				t.Errorf("observation %s is said to have codes, and there are none", code)
			}
		case "worked out":
		case "asserted":
			if why == "" && asked[code] {
				t.Errorf("observation %s cannot be mapped, and no reason is given", code)
			}
			if coded[code] != 0 {
				t.Errorf("observation %s has codes; it is not asserted alone", code)
			}
		default:
			t.Errorf("observation %s: how is %q", code, how)
		}
		if f[1] == "ever" && why == "" {
			t.Errorf("observation %s counts for ever, and no reason is given", code)
		}
	}
	for code := range asked {
		if !listed[code] {
			t.Errorf("observation %s, which a rule asks for, is not listed", code)
		}
	}
}

var isObservation = regexp.MustCompile(`^\d{3}$`)

// Codes have the form, and the check digit, of their code system.
func TestCodesAreWellFormed(t *testing.T) {
	forms := map[string]func(code string) bool{
		"sct":   isSNOMED,
		"loinc": isLOINC,
		"cvx": func(code string) bool {
			_, ok := terminology.LookupCVX(code)
			return ok
		},
		"icd10cm": regexp.MustCompile(`^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?\*?$`).MatchString,
		"rxnorm":  regexp.MustCompile(`^[1-9]\d{0,6}$`).MatchString,
		"race":    regexp.MustCompile(`^\d{4}-\d$`).MatchString,
	}
	seen := map[string]bool{}
	for _, f := range tableLines(t, "codes") {
		line := strings.Join(f, " | ")
		if len(f) != 6 || f[4] == "" || f[5] == "" {
			t.Errorf("%s: lacks a remark or a source", line)
			continue
		}
		if key := strings.Join(f[:4], "|"); seen[key] {
			t.Errorf("%s: stands twice", line)
		} else {
			seen[key] = true
		}
		for _, code := range strings.Split(f[2], "+") {
			system := f[1]
			if s, c, found := strings.Cut(code, ":"); found {
				system, code = s, c
			}
			if form := forms[system]; form == nil || !form(code) {
				t.Errorf("%s: %s is no code of %s", line, code, system)
			}
		}
	}
}

// isSNOMED checks an SCTID: partition and Verhoeff check digit (SNOMED CT Release File
// Specification, section 6).
func isSNOMED(code string) bool {
	if !regexp.MustCompile(`^[1-9]\d{5,17}$`).MatchString(code) || code[len(code)-2] != '0' {
		return false
	}
	c := 0
	for i := range len(code) {
		digit := int(code[len(code)-1-i] - '0')
		c = dihedral[c][permutations[i%8][digit]]
	}
	return c == 0
}

var dihedral = [10][10]int{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
	{5, 9, 8, 7, 6, 0, 4, 3, 2, 1}, {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
}

var permutations = [8][10]int{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
	{9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1}, {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
}

// The check digits find the mistakes that they are for; one of them is in the schedule.
func TestCheckDigits(t *testing.T) {
	for _, code := range []string{"2219088009", "38907004", "3890703", "389070003"} {
		if isSNOMED(code) {
			t.Errorf("isSNOMED(%s) = true, want false", code)
		}
	}
	for _, code := range []string{"11778-7", "1178-8", "11778", "-8"} {
		if isLOINC(code) {
			t.Errorf("isLOINC(%s) = true, want false", code)
		}
	}
}

// isLOINC checks the form and the check digit of a LOINC code (LOINC Users' Guide,
// appendix C: the Mod 10 algorithm).
func isLOINC(code string) bool {
	number, check, found := strings.Cut(code, "-")
	if !found || len(check) != 1 || !regexp.MustCompile(`^\d{1,7}$`).MatchString(number) {
		return false
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10-sum%10)%10 == int(check[0]-'0')
}
