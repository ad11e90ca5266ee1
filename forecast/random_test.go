package forecast_test

import (
	"math/rand/v2"
	"testing"

	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// random makes patients. Half of them have the histories of people; the others
// have whatever a damaged record may hold.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 0))} }

// rounds is how often a property is tried: n times, or less where tests are to be short.
func rounds(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

func (r random) patient() *forecast.Input {
	s := schedule.Default()
	today := s.Source.Released
	in := &forecast.Input{
		Patient: forecast.Patient{
			BirthDate:    today - calendar.Date(r.IntN([]int{400, 2500, 7000, 36500}[r.IntN(4)])),
			Sex:          schedule.Sex(1 << r.IntN(3)),
			BirthCountry: []string{"", "US", "MX"}[r.IntN(3)],
		},
		AssessmentDate: today - calendar.Date(r.IntN(2)*r.IntN(4000)),
	}
	in.AssessmentDate = max(in.AssessmentDate, in.Patient.BirthDate)
	span := int(today-in.Patient.BirthDate) + 1
	for range r.IntN(25) {
		v := s.Vaccines[r.IntN(len(s.Vaccines))]
		if r.IntN(3) > 0 {
			v.CVX = []schedule.CVX{3, 8, 10, 20, 21, 33, 48, 49, 62, 83, 94, 110, 114, 115, 116, 120, 121, 130, 133, 146, 150, 165, 187, 215, 216, 309}[r.IntN(26)]
		}
		in.Doses = append(in.Doses, forecast.Dose{
			Date: in.Patient.BirthDate + calendar.Date(r.IntN(span)),
			CVX:  v.CVX,
			MVX:  []string{"", "", "SKB", "MSD", "PMC"}[r.IntN(5)],
		})
	}
	for range r.IntN(3) * r.IntN(3) {
		o := s.Observations[r.IntN(len(s.Observations))]
		in.Observations = append(in.Observations, forecast.Observation{
			Code: o.Code, Date: today - calendar.Date(r.IntN(600)), Presence: forecast.Presence(r.IntN(8) / 6),
		})
	}
	if r.IntN(2) == 0 {
		return in
	}
	for i := range in.Doses {
		d := &in.Doses[i]
		switch r.IntN(12) {
		case 0:
			d.Date = 0
		case 1:
			d.Date = calendar.Date(r.Int32()) // any number at all
		case 2:
			d.Date = in.Patient.BirthDate - calendar.Date(r.IntN(1000))
		case 3:
			d.CVX = schedule.CVX(r.IntN(1 << 16))
		case 4:
			d.Expires = d.Date + calendar.Date(r.IntN(3)-1)
		case 5:
			d.Substandard = true
		case 6:
			d.Volume = r.Float64()
		case 7:
			d.Date = in.Doses[r.IntN(len(in.Doses))].Date
		}
	}
	switch r.IntN(20) {
	case 0:
		in.Patient.BirthDate = calendar.Min
	case 1:
		in.Patient.BirthDate, in.AssessmentDate = calendar.Max-20, calendar.Max
	case 2:
		in.AssessmentDate = calendar.Max
	case 3:
		in.Observations = append(in.Observations, forecast.Observation{Code: schedule.ObservationCode(r.IntN(1 << 16))})
	case 4:
		in.Options.Literal = forecast.AllDeviations
	}
	return in
}
