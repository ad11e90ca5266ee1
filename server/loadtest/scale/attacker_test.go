package scale_test

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// attacker is what nobody needs, sent to keep the server busy. It must be
// answered soon or refused soon.
var attacker = []kind{
	{"name-contains-a-letter", func(d *dice) ask {
		letter := d.vowel()
		return ask{
			resource: "Patient", query: "name:contains=" + letter,
			want: whose(func(o *person) bool {
				return slices.ContainsFunc(names(&o.Patient), func(name string) bool { return strings.Contains(name, letter) })
			}),
		}
	}},
	{"name-contains-three-rare-letters", func(d *dice) ask {
		letters := string([]byte{'q' + byte(d.IntN(10)), 'q' + byte(d.IntN(10)), 'q' + byte(d.IntN(10))})
		return ask{
			resource: "Patient", query: "name:contains=" + letters,
			want: whose(func(o *person) bool {
				return slices.ContainsFunc(names(&o.Patient), func(name string) bool { return strings.Contains(name, letters) })
			}),
		}
	}},
	{"five-hundred-identifiers", func(d *dice) ask {
		asked, numbers := map[int]bool{}, []string(nil)
		for range min(500, d.patients/2) {
			p := d.patient()
			for asked[p.Number] {
				p = d.patient()
			}
			asked[p.Number] = true
			numbers = append(numbers, strconv.Itoa(p.MRN))
		}
		return ask{
			resource: "Patient", query: "identifier=" + strings.Join(numbers, ","),
			want: whose(func(o *person) bool { return asked[o.Number] }),
		}
	}},
	{"chain-of-four", func(d *dice) ask {
		return ask{resource: "Immunization", query: "patient.organization.partof.name:contains=" + d.vowel()}
	}},
	{"has-within-has", func(d *dice) ask {
		_, dose := d.given()
		code := dose.CVX()
		return ask{
			resource: "Organization", query: "_has:Patient:organization:_has:Immunization:patient:vaccine-code=" + cvx(code),
			want: func(all []person) int {
				clinics := map[int]bool{}
				for _, o := range all {
					if slices.ContainsFunc(o.doses, func(dose population.Dose) bool { return dose.CVX() == code }) {
						clinics[o.Clinic] = true
					}
				}
				return len(clinics)
			},
		}
	}},
	{"not-a-vaccine", func(d *dice) ask {
		_, dose := d.given()
		code := dose.CVX()
		return ask{
			resource: "Immunization", query: "vaccine-code:not=" + cvx(code) + "&_total=accurate",
			want: doses(func(_ *person, dose *population.Dose) bool { return dose.CVX() != code }),
		}
	}},
	{"all-doses-sorted-and-counted", func(d *dice) ask {
		return ask{
			resource: "Immunization", query: "date=ge" + strconv.Itoa(1900+d.IntN(20)) + "&_sort=-date&_total=accurate",
			want: allDoses,
		}
	}},
	{"all-doses-sorted-by-two", func(d *dice) ask {
		return ask{
			resource: "Immunization", query: "date=ge" + strconv.Itoa(1900+d.IntN(20)) + "&_sort=lot-number,-date",
			want: allDoses,
		}
	}},
}
