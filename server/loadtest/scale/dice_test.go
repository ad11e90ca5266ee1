package scale_test

import (
	"hash/fnv"
	"math/rand/v2"
	"net/url"
	"strconv"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// dice draw values from a population, the same each time for one search.
type dice struct {
	*rand.Rand
	state    *population.State
	patients int
}

func newDice(name string, state *population.State, patients int) *dice {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &dice{rand.New(rand.NewPCG(h.Sum64(), 0)), state, patients}
}

// patient draws a patient.
func (d *dice) patient() population.Patient { return d.state.Patient(d.IntN(d.patients)) }

// dose draws a dose of which ok holds, and its patient.
func (d *dice) dose(ok func(*population.Dose) bool) (population.Patient, population.Dose) {
	for {
		p := d.patient()
		doses := d.state.Doses(nil, &p)
		if len(doses) == 0 {
			continue
		}
		if dose := doses[d.IntN(len(doses))]; ok(&dose) {
			return p, dose
		}
	}
}

// given draws a dose that was given.
func (d *dice) given() (population.Patient, population.Dose) {
	return d.dose(func(dose *population.Dose) bool { return dose.Status != population.NotDone })
}

// lot draws a lot number, each lot as likely as it has doses.
func (d *dice) lot() string {
	_, dose := d.dose(func(dose *population.Dose) bool { return d.state.Lot(dose) != "" })
	return d.state.Lot(&dose)
}

// vowel draws a letter that half of all names have.
func (d *dice) vowel() string { return string("aeio"[d.IntN(4)]) }

// person is what a registry has of a patient.
type person struct {
	population.Patient
	doses    []population.Dose
	findings []population.Finding
}

// people are what a registry of so many patients has of each.
func people(s *population.State, patients int) []person {
	all := make([]person, patients)
	for n := range all {
		p := s.Patient(n)
		all[n] = person{p, s.Doses(nil, &p), s.Findings(nil, &p)}
	}
	return all
}

// whose counts the people of whom ok holds.
func whose(ok func(*person) bool) func([]person) int {
	return func(all []person) (n int) {
		for i := range all {
			if ok(&all[i]) {
				n++
			}
		}
		return n
	}
}

// doses counts the doses of which ok holds.
func doses(ok func(*person, *population.Dose) bool) func([]person) int {
	return func(all []person) (n int) {
		for i := range all {
			for j := range all[i].doses {
				if ok(&all[i], &all[i].doses[j]) {
					n++
				}
			}
		}
		return n
	}
}

// names are all names of a patient, folded.
func names(p *population.Patient) []string {
	var all []string
	for _, name := range []string{p.Family, p.Given, p.Middle, p.Suffix} {
		if name != "" {
			all = append(all, search.Fold(name))
		}
	}
	return all
}

// phone is a telephone number as the population writes it.
func phone(number int) string {
	digits := strconv.Itoa(number)
	return "(555) " + digits[:3] + "-" + digits[3:]
}

const cvxSystem = "http://hl7.org/fhir/sid/cvx"

// cvx is the value of a search for a vaccine.
func cvx(code string) string { return url.QueryEscape(cvxSystem + "|" + code) }

// days are the values of a search by date: from a day up to another, the latter
// excluded.
func days(parameter string, from, to calendar.Date) string {
	return parameter + "=ge" + from.String() + "&" + parameter + "=lt" + to.String()
}
