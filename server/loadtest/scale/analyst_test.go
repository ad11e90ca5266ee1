package scale_test

import (
	"net/url"
	"slices"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// analyst is what somebody sends who asks about many. Most of it finds more as
// there are more.
var analyst = []kind{
	{"count-of-vaccine-in-a-week", func(d *dice) ask {
		_, dose := d.given()
		code, from := dose.CVX(), dose.Date-calendar.Date(d.IntN(7))
		return ask{
			resource: "Immunization", query: "vaccine-code=" + cvx(code) + "&" + days("date", from, from+7) + "&_summary=count",
			want: doses(func(_ *person, dose *population.Dose) bool {
				return dose.CVX() == code && dose.Date >= from && dose.Date < from+7
			}),
		}
	}},
	{"doses-at-clinic-in-a-week", func(d *dice) ask {
		_, dose := d.given()
		site, from := dose.Site, dose.Date-calendar.Date(d.IntN(7))
		return ask{
			resource: "Immunization",
			query:    "location=Location/" + d.state.Sites()[site].Location.String() + "&" + days("date", from, from+7),
			want: doses(func(_ *person, dose *population.Dose) bool {
				return dose.Site == site && dose.Status != population.NotDone && dose.Date >= from && dose.Date < from+7
			}),
		}
	}},
	{"doses-by-organization-in-a-month", func(d *dice) ask {
		_, dose := d.given()
		site, from := dose.Site, dose.Date-calendar.Date(d.IntN(30))
		return ask{
			resource: "Immunization",
			query:    "performer=Organization/" + d.state.Sites()[site].ID.String() + "&" + days("date", from, from+30),
			want: doses(func(_ *person, dose *population.Dose) bool {
				return dose.Site == site && dose.Date >= from && dose.Date < from+30
			}),
		}
	}},
	{"patients-of-town-born-in-a-quarter", func(d *dice) ask {
		p := d.patient()
		city, from := p.Address.City, p.Birth-calendar.Date(d.IntN(90))
		return ask{
			resource: "Patient", query: "address-city:exact=" + url.QueryEscape(city) + "&" + days("birthdate", from, from+90),
			want: whose(func(o *person) bool { return o.Address.City == city && o.Birth >= from && o.Birth < from+90 }),
		}
	}},
	{"patients-of-lot", func(d *dice) ask {
		lot := d.lot()
		return ask{
			resource: "Patient", query: "_has:Immunization:patient:lot-number=" + lot,
			want: whose(func(o *person) bool {
				return slices.ContainsFunc(o.doses, func(dose population.Dose) bool { return d.state.Lot(&dose) == lot })
			}),
		}
	}},
	{"doses-not-done-for-a-reason", func(d *dice) ask {
		_, dose := d.dose(func(dose *population.Dose) bool { return dose.Status == population.NotDone })
		reason := dose.NotDoneReason()
		return ask{
			resource: "Immunization", query: "status=not-done&status-reason=" + reason,
			want: doses(func(_ *person, dose *population.Dose) bool { return dose.NotDoneReason() == reason }),
		}
	}},
	{"doses-without-vaccine", func(*dice) ask {
		return ask{resource: "Immunization", query: "vaccine-code:missing=true", want: func([]person) int { return 0 }}
	}},
	{"doses-newest-first", func(*dice) ask {
		return ask{resource: "Immunization", query: "_sort=-_lastUpdated&_total=none", want: allDoses}
	}},
	{"doses-of-the-born-since", func(d *dice) ask {
		year := 1960 + d.IntN(60)
		since := calendar.Of(year, 1, 1)
		return ask{
			resource: "Immunization", query: "patient.birthdate=ge" + since.String(),
			want: doses(func(o *person, _ *population.Dose) bool { return o.Birth >= since }),
		}
	}},
	{"doses-of-the-born-in-a-month", func(d *dice) ask {
		from := d.patient().Birth - calendar.Date(d.IntN(30))
		return ask{
			resource: "Immunization", query: days("patient.birthdate", from, from+30),
			want: doses(func(o *person, _ *population.Dose) bool { return o.Birth >= from && o.Birth < from+30 }),
		}
	}},
	{"doses-in-a-week-of-the-born-in-a-year", func(d *dice) ask {
		p, dose := d.given()
		year, _, _ := p.Birth.Civil()
		from, born := dose.Date-calendar.Date(d.IntN(7)), calendar.Of(year, 1, 1)
		return ask{
			resource: "Immunization", query: days("date", from, from+7) + "&patient.birthdate=" + born.String()[:4],
			want: doses(func(o *person, dose *population.Dose) bool {
				return o.Birth >= born && o.Birth < calendar.Of(year+1, 1, 1) && dose.Date >= from && dose.Date < from+7
			}),
		}
	}},
}

// allDoses counts all doses.
func allDoses(all []person) int {
	return doses(func(*person, *population.Dose) bool { return true })(all)
}
