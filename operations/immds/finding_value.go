package immds

import (
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
)

// presenceOf reads the answer of an observation that is put as a question:
// pregnant, no.
func presenceOf(r codec.Value) forecast.Presence {
	value := r.Get("valueCodeableConcept")
	switch {
	case r.Get("valueBoolean").Kind() == codec.False, hasCode(value, absentCodes...), hasCode(r.Get("interpretation").First(), "NEG", "ND"):
		return forecast.Absent
	case r.Get("dataAbsentReason").Exists(), hasCode(value, unknownCodes...):
		return forecast.Unknown
	}
	return forecast.Present
}

// asksForFinding reports whether the code of an Observation is a question of
// which the value names the finding.
func asksForFinding(code codec.Value) bool {
	for c := code.Get("coding").First(); c.Exists(); c = c.Next() {
		if systemOf(c.Get("system").Text()) == loinc && findingQuestions[c.Get("code").Text()] {
			return true
		}
	}
	return false
}

// positive reports whether a test says yes in so many words. A number alone says
// nothing, since the limit is the laboratory's, nor does "equivocal".
func positive(r codec.Value) bool {
	for i := r.Get("interpretation").First(); i.Exists(); i = i.Next() {
		if hasCode(i, "POS", "DET", "RR", "WR") {
			return true
		}
	}
	value := r.Get("valueCodeableConcept")
	if hasCode(value, positiveCodes...) || r.Get("valueBoolean").Kind() == codec.True {
		return true
	}
	text := r.Get("valueString").Text()
	if value.Get("coding").Len() == 0 && text == "" {
		text = value.Get("text").Text()
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "positive", "reactive", "detected", "immune":
		return true
	}
	return false
}

// quantity is the number that an Observation has as its value.
func quantity(r codec.Value) (float64, bool) {
	v := r.Get("valueQuantity").Get("value")
	if !v.Exists() {
		v = r.Get("valueInteger")
	}
	if v.Kind() != codec.Number {
		return 0, false
	}
	n, err := strconv.ParseFloat(v.Text(), 64)
	return n, err == nil
}

// unit is the unit of the value of an Observation, by its code or in words.
func unit(r codec.Value) string {
	q := r.Get("valueQuantity")
	if code := q.Get("code").Text(); code != "" {
		return code
	}
	return strings.ToLower(q.Get("unit").Text())
}

// readFact reads the value of a fact. It is false if the resource does not say it.
func readFact(f *finding, r codec.Value, code string) bool {
	switch f.term {
	case pregnancyDueDate, lastMenstrualPeriod, conceptionDate:
		var ok bool
		f.day, ok = day(r.Get("valueDateTime").Text())
		return ok && !f.day.IsZero() || f.term == conceptionDate && !f.date.IsZero()
	case gestationalAge:
		return readGestationalAge(f, r, code)
	case cd4Percent:
		var ok bool
		f.number, ok = quantity(r)
		return ok
	case cd4Count:
		n, ok := quantity(r)
		switch u := unit(r); {
		case strings.HasPrefix(u, "10*3/u"), strings.HasPrefix(u, "10*9/"), strings.HasPrefix(u, "k/u"):
			n *= 1000
		}
		f.number = n
		return ok
	}
	return f.presence == forecast.Present
}

// readGestationalAge reads how far a pregnancy was on the day of the finding, in days:
// from a quantity, or from the weeks in Z3A.28.
func readGestationalAge(f *finding, r codec.Value, code string) bool {
	if f.date.IsZero() {
		return false
	}
	if weeks, found := strings.CutPrefix(normalCode(icd10, code), "Z3A"); found {
		n, err := strconv.Atoi(weeks)
		f.number = float64(7 * n)
		return err == nil && n >= 8 && n <= 42 // 00, 01 and 49 are ranges
	}
	n, ok := quantity(r)
	switch u := unit(r); u {
	case "wk", "week", "weeks", "w", "":
		n *= 7
	case "d", "day", "days":
	default:
		return false
	}
	f.number = n
	return ok && n >= 0 && n <= 7*45
}
