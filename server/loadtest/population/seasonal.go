package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// influenza comes every autumn, to those who want it.
func (h *history) influenza() {
	r := &h.r
	yearly := 20 // of a thousand
	switch habit := r.below(100); {
	case habit < 17:
		yearly = 720
	case habit < 40:
		yearly = 210
	}
	first, _, _ := max(h.p.Birth, calendar.Of(1999, 1, 1)).Civil()
	last, _, _ := h.end.Civil()
	before := false
	for year := first; year <= last; year++ {
		at := calendar.Of(year, 9, 1) + calendar.Date(r.low(150))
		months := int(at-h.p.Birth) * 16 / 487
		if months < 6 {
			continue
		}
		want := yearly
		if months < 24 || months > 65*12 {
			want += 180
		}
		if year < 2008 && months > 60 {
			want /= 3
		}
		if !r.chance(want) {
			continue
		}
		v := flu
		switch {
		case months < 36:
			v = fluInfant
		case months >= 65*12 && year >= 2010:
			v = fluSenior
		}
		site := h.p.Clinic
		if months >= 12*12 {
			site = h.vaccinator()
		}
		h.give(v, at, site)
		if !before && months < 9*12 && r.chance(550) {
			h.give(v, at+calendar.Date(r.between(27, 60)), site)
		}
		before = true
	}
}

// covid is the campaigns against COVID-19.
func (h *history) covid() {
	r := &h.r
	wish := r.below(1000) // the lower, the more doses
	if wish > 660 {
		return
	}
	years := int(calendar.Of(2021, 7, 1)-h.p.Birth) / 365
	at := calendar.Of(2021, 1, 10) + calendar.Date(max(0, 75-years)*2) + calendar.Date(r.low(200))
	v := covid
	switch {
	case years < 5:
		at, v = max(calendar.Of(2022, 6, 20), h.age(6))+calendar.Date(r.low(400)), covidInfant
		wish *= 3
	case years < 12:
		at, v = calendar.Of(2021, 11, 5)+calendar.Date(r.low(300)), covidChild
		wish = wish * 3 / 2
	case years >= 18 && r.chance(55):
		v = covidSingle
	}
	if wish > 660 {
		return
	}
	site := h.vaccinator()
	h.give(v, at, site)
	if v != covidSingle {
		at += calendar.Date(r.between(21, 35))
		h.give(v, at, site)
	}
	for year := 2021; year <= 2025; year++ {
		autumn := calendar.Of(year, 9, 15) + calendar.Date(r.low(120))
		wish += 110
		if wish > 560 || autumn < at+90 {
			continue
		}
		h.give(h.covidBooster(autumn), autumn, h.vaccinator())
	}
}

// covidBooster is the vaccine for an age.
func (h *history) covidBooster(on calendar.Date) vaccine {
	switch years := int(on-h.p.Birth) / 365; {
	case years < 5:
		return covidInfant
	case years < 12:
		return covidChild
	}
	return covid
}
