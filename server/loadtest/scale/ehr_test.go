package scale_test

import (
	"net/url"
	"slices"
	"strings"

	"github.com/jenner-iis/jenner/fhir/search"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// ehr is what an EHR sends while a patient is there. It finds about as many
// however many there are, but for names and telephones that more people share.
var ehr = []kind{
	{"patient-by-identifier", func(d *dice) ask {
		p := d.patient()
		return ask{
			resource: "Patient", query: "identifier=" + identifier(&p),
			want: whose(func(o *person) bool { return o.MRN == p.MRN && o.Clinic == p.Clinic }),
		}
	}},
	{"patient-by-name-and-birthdate", func(d *dice) ask {
		p := d.patient()
		family, given := search.Fold(p.Family), search.Fold(p.Given)
		return ask{
			resource: "Patient",
			query:    "family=" + url.QueryEscape(p.Family) + "&given=" + url.QueryEscape(p.Given) + "&birthdate=" + p.Birth.String(),
			want: whose(func(o *person) bool {
				return o.Birth == p.Birth && strings.HasPrefix(search.Fold(o.Family), family) &&
					(strings.HasPrefix(search.Fold(o.Given), given) || strings.HasPrefix(search.Fold(o.Middle), given))
			}),
		}
	}},
	{"patient-by-part-of-name", func(d *dice) ask {
		p := d.patient()
		part := search.Fold(p.Family)
		part = string([]rune(part)[:min(3, len([]rune(part)))])
		year, _, _ := p.Birth.Civil()
		from, to := calendar.Of(year, 1, 1), calendar.Of(year+1, 1, 1)
		return ask{
			resource: "Patient", query: "name=" + url.QueryEscape(part) + "&gender=" + p.Gender + "&birthdate=" + from.String()[:4],
			want: whose(func(o *person) bool {
				return o.Gender == p.Gender && o.Birth >= from && o.Birth < to &&
					slices.ContainsFunc(names(&o.Patient), func(name string) bool { return strings.HasPrefix(name, part) })
			}),
		}
	}},
	{"patient-by-telephone", func(d *dice) ask {
		p := d.patient()
		return ask{
			resource: "Patient", query: "telecom=" + url.QueryEscape(phone(p.Phone)),
			want: whose(func(o *person) bool { return o.Phone == p.Phone || o.Mobile == p.Phone }),
		}
	}},
	{"doses-of-patient", func(d *dice) ask {
		p := d.patient()
		return ask{
			resource: "Immunization", query: "patient=Patient/" + p.ID.String(),
			want: doses(func(o *person, _ *population.Dose) bool { return o.ID == p.ID }),
		}
	}},
	{"doses-of-patient-and-vaccine", func(d *dice) ask {
		p, dose := d.given()
		code, from := dose.CVX(), dose.Date-365
		return ask{
			resource: "Immunization",
			query:    "patient=Patient/" + p.ID.String() + "&vaccine-code=" + cvx(code) + "&date=ge" + from.String() + "&_sort=-date",
			want: doses(func(o *person, dose *population.Dose) bool {
				return o.ID == p.ID && dose.CVX() == code && dose.Date >= from
			}),
		}
	}},
	{"doses-of-lot", func(d *dice) ask {
		lot := d.lot()
		return ask{
			resource: "Immunization", query: "lot-number=" + lot,
			want: doses(func(_ *person, dose *population.Dose) bool { return d.state.Lot(dose) == lot }),
		}
	}},
	{"doses-by-patient-identifier", func(d *dice) ask {
		p := d.patient()
		return ask{
			resource: "Immunization", query: "patient.identifier=" + identifier(&p),
			want: doses(func(o *person, _ *population.Dose) bool { return o.ID == p.ID }),
		}
	}},
	{"patient-with-doses", func(d *dice) ask {
		p := d.patient()
		return ask{
			resource: "Patient", query: "_id=" + p.ID.String() + "&_revinclude=Immunization:patient",
			want: func(all []person) int { return 1 + len(all[p.Number].doses) },
		}
	}},
	{"compartment-of-patient", func(d *dice) ask {
		p := d.patient()
		return ask{
			within: resources.Compartment{Type: "Patient", ID: p.ID.String()},
			want:   func(all []person) int { return 1 + len(all[p.Number].doses) + len(all[p.Number].findings) },
		}
	}},
}

// identifier is the value of a search for a patient by medical record number.
func identifier(p *population.Patient) string {
	return url.QueryEscape(p.MRNSystem() + "|" + p.MRNValue())
}
