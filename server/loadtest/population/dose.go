package population

import (
	"slices"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// Status is a code of Immunization.status.
type Status string

// The statuses.
const (
	Completed      Status = "completed"
	NotDone        Status = "not-done"
	EnteredInError Status = "entered-in-error"
)

// Dose is one vaccination of a patient.
type Dose struct {
	ID            ID
	Number        int // within the patient, by date
	Patient       ID
	Date          calendar.Date
	Recorded      calendar.Date
	Minute        int // of the day at which it was given; 0 if only the day is known
	Status        Status
	PrimarySource bool // false if it was reported from memory or a card
	Site          int  // index in Sites
	Practitioner  int  // index in Practitioners, -1 if not known
	product       int
	lot           int // of the product and quarter; -1 if not known
	limb          int // in limbs
}

// CVX is the code of the vaccine that was given.
func (d *Dose) CVX() string { return products[d.product].cvx }

// Doses appends the doses of a patient to dst, the earliest first.
func (s *State) Doses(dst []Dose, p *Patient) []Dose {
	if p.Same >= 0 {
		return s.copied(dst, p)
	}
	h := history{s: s, r: open(s.seed, forDoses, p.Number, 0), p: p, doses: dst, from: len(dst), end: s.asOf}
	if !p.Died.IsZero() {
		h.end = p.Died
	}
	h.live()
	doses := h.doses[h.from:]
	slices.SortStableFunc(doses, func(a, b Dose) int { return int(a.Date - b.Date) })
	for i := range doses {
		doses[i].Number = i
		doses[i].ID = s.id(idDose, p.Number, i)
	}
	return h.doses
}

// copied are the doses of a second record: some of the first one's, a few of them
// a day off.
func (s *State) copied(dst []Dose, p *Patient) []Dose {
	first := s.Patient(p.Same)
	from := len(dst)
	all := s.Doses(dst, &first)
	r := open(s.seed, forDoses, p.Number, 1)
	kept := all[:from]
	for _, d := range all[from:] {
		if !r.chance(420) {
			continue
		}
		d.ID, d.Number, d.Patient = s.id(idDose, p.Number, len(kept)-from), len(kept)-from, p.ID
		if r.chance(100) && d.Date > p.Birth && d.Date < s.asOf {
			d.Date++
			d.Recorded = max(d.Recorded, d.Date)
		}
		if r.chance(400) {
			d.PrimarySource, d.Practitioner = false, -1
		}
		if r.chance(500) {
			d.lot = -1
		}
		kept = append(kept, d)
	}
	return kept
}

// history is a life in the making.
type history struct {
	s       *State
	r       stream
	p       *Patient
	doses   []Dose
	from    int           // index of the first
	arrived calendar.Date // in the state; what was before is known from cards alone
	end     calendar.Date // nothing happens after it
}

// live goes through the vaccinations of a life.
func (h *history) live() {
	if h.r.chance(300) {
		h.arrived = h.p.Birth + calendar.Date(h.r.below(max(1, int(h.end-h.p.Birth))))
	}
	attitude := h.r.below(100)
	if attitude < 3 { // will have none, which is written down now and then
		if h.r.chance(250) {
			h.give(mmr, h.p.Birth+calendar.Date(400+h.r.below(900)), h.p.Clinic)
			for i := range h.doses[h.from:] {
				h.doses[h.from+i].Status = NotDone
			}
		}
		return
	}
	h.childhood(attitude < 20)
	h.adulthood()
	h.influenza()
	h.covid()
}

// age is the day on which the patient has an age in months.
func (h *history) age(months int) calendar.Date {
	return h.p.Birth + calendar.Date(months*487/16)
}

// reported is how many of a thousand doses of a year came to the registry, which
// began around 2000 and needed years to reach every clinic.
func reported(year int) int {
	switch {
	case year < 1990:
		return 25
	case year < 1998:
		return 90
	case year < 2004:
		return 330
	case year < 2010:
		return 680
	}
	return 930
}

// give has a vaccine given on a day at a site, if it exists by then, and reports
// whether it is in the record.
func (h *history) give(v vaccine, on calendar.Date, site int) bool {
	if on > h.end || on < h.p.Birth {
		return false
	}
	year, _, _ := on.Civil()
	r := &h.r
	product := chooseProduct(r, v, year, site)
	if product < 0 || !r.chance(reported(year)) || on < h.arrived && !r.chance(250) {
		return false
	}
	d := Dose{
		Patient: h.p.ID, Date: on, Recorded: on, Status: Completed, PrimarySource: true, Site: site,
		product: product, lot: r.below(24), limb: r.below(2), Practitioner: -1,
	}
	if staff := h.s.sites[site].staff; staff.to > staff.from {
		d.Practitioner = staff.pick(r)
	}
	if h.p.Birth+3*365 > on {
		d.limb += 2
	}
	if r.chance(200) {
		d.Minute = 8*60 + r.below(9*60)
	}
	switch {
	case year < 1998 || on < h.arrived || r.chance(50):
		d.PrimarySource, d.Practitioner, d.Minute = false, -1, 0
		d.Recorded = min(h.s.asOf, on+calendar.Date(30+r.low(4000)))
		if r.chance(750) {
			d.lot = -1
		}
	case r.chance(30):
		d.lot = -1
	case r.chance(80):
		d.Recorded = min(h.s.asOf, on+calendar.Date(1+r.low(60)))
	}
	switch {
	case r.chance(8):
		d.Status, d.lot = NotDone, -1
	case r.chance(6):
		d.Status = EnteredInError
	}
	h.doses = append(h.doses, d)
	return true
}
