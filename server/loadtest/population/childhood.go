package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// childhood follows the routine schedule as it was in each year, roughly: visits
// at 0, 2, 4, 6, 12, 15 and 18 months, 4, 11 and 16 years. Who comes late comes
// late again; a few visits are too early for their doses to be valid.
func (h *history) childhood(late bool) {
	r := &h.r
	if born, _, _ := h.p.Birth.Civil(); born >= 1991 && r.chance(850) {
		h.give(hepBBirth, h.p.Birth+calendar.Date(r.low(4)), h.s.site(r, hospital))
	}
	at, behind := h.p.Birth, 0
	if late {
		behind = 20 + r.low(300)
	}
	for i, v := range visits {
		due := h.age(v.months)
		switch {
		case r.chance(12):
			due -= calendar.Date(r.between(5, 24)) // too early
		case r.chance(300):
			due += calendar.Date(r.low(90))
		default:
			due += calendar.Date(r.below(18))
		}
		due += calendar.Date(behind)
		at = max(at+calendar.Date(24+r.below(8)), due)
		if at > h.end {
			return
		}
		if r.chance(missed(i, late)) {
			continue
		}
		site := h.p.Clinic
		if r.chance(90) {
			site = h.s.site(r, healthDepartment)
		}
		v.doses(h, at, site)
	}
}

// missed is how many of a thousand do not come to a visit.
func missed(visit int, late bool) int {
	permille := 20 + visit*12
	if late {
		permille += 110
	}
	return permille
}

// visits are the routine ones after birth.
var visits = [...]struct {
	months int
	doses  func(h *history, on calendar.Date, site int)
}{
	{2, func(h *history, on calendar.Date, site int) { h.infant(0, on, site) }},
	{4, func(h *history, on calendar.Date, site int) { h.infant(1, on, site) }},
	{6, func(h *history, on calendar.Date, site int) { h.infant(2, on, site) }},
	{12, (*history).oneYear},
	{15, (*history).fifteenMonths},
	{18, func(h *history, on calendar.Date, site int) {
		if on >= calendar.Of(2006, 1, 1) {
			h.give(hepA, on, site)
		}
	}},
	{49, (*history).beforeSchool},
	{133, (*history).elevenYears},
	{193, (*history).sixteenYears},
}

// infant is one of the three visits at which combination vaccines differ by
// clinic.
func (h *history) infant(visit int, on calendar.Date, site int) {
	year, _, _ := on.Civil()
	formulary := site % 4
	switch {
	case year < 1997:
		h.give(dtp, on, site)
		h.give(polio, on, site)
		h.give(hib, on, site)
		if year >= 1991 && visit != 1 {
			h.give(hepBPeds, on, site)
		}
	case formulary == 0 && year >= 2003:
		h.give(dtapHepBIPV, on, site)
		h.give(hib, on, site)
	case formulary == 1 && year >= 2008:
		h.give(dtapHibIPV, on, site)
		if visit != 1 {
			h.give(hepBPeds, on, site)
		}
	case formulary == 2 && year >= 2021:
		h.give(dtapHibIPVHepB, on, site)
	default:
		h.give(dtap, on, site)
		h.give(polio, on, site)
		h.give(hib, on, site)
		if visit != 1 {
			h.give(hepBPeds, on, site)
		}
	}
	h.give(pcv, on, site)
	if visit < 2 || site%2 == 0 { // the third is of the pentavalent vaccine alone
		h.give(rotavirus, on, site)
	}
	if _, month, _ := on.Civil(); visit < 2 && (month >= 10 || month <= 3) && h.r.chance(350) {
		h.give(rsvInfant, on, site)
	}
}

func (h *history) oneYear(on calendar.Date, site int) {
	if on >= calendar.Of(2006, 6, 1) && h.r.chance(150) {
		h.give(mmrv, on, site)
	} else {
		h.give(mmr, on, site)
		h.give(varicella, on, site)
	}
	if on >= calendar.Of(2006, 1, 1) && h.r.chance(880) {
		h.give(hepA, on, site)
	}
	h.give(pcv, on, site)
}

func (h *history) fifteenMonths(on calendar.Date, site int) {
	if on < calendar.Of(1997, 1, 1) {
		h.give(dtp, on, site)
	} else {
		h.give(dtap, on, site)
	}
	h.give(hib, on, site)
}

func (h *history) beforeSchool(on calendar.Date, site int) {
	switch {
	case on >= calendar.Of(2008, 9, 1) && h.r.chance(800):
		h.give(dtapIPV, on, site)
	case on < calendar.Of(1997, 1, 1):
		h.give(dtp, on, site)
		h.give(polio, on, site)
	default:
		h.give(dtap, on, site)
		h.give(polio, on, site)
	}
	switch {
	case on >= calendar.Of(2007, 1, 1) && h.r.chance(650):
		h.give(mmrv, on, site)
	case on >= calendar.Of(2007, 1, 1):
		h.give(varicella, on, site)
		fallthrough
	case on >= calendar.Of(1990, 1, 1):
		h.give(mmr, on, site)
	}
}

func (h *history) elevenYears(on calendar.Date, site int) {
	year, _, _ := on.Civil()
	if year < 2005 {
		h.give(td, on, site)
	} else {
		h.give(tdap, on, site)
	}
	if h.r.chance(850) {
		h.give(menACWY, on, site)
	}
	if (year >= 2011 || h.p.Gender == "female") && h.r.chance(680) {
		h.give(hpv, on, site)
		if h.r.chance(780) {
			h.give(hpv, on+calendar.Date(h.r.between(140, 420)), site)
		}
	}
}

func (h *history) sixteenYears(on calendar.Date, site int) {
	if on >= calendar.Of(2011, 1, 1) && h.r.chance(620) {
		h.give(menACWY, on, site)
	}
	if h.r.chance(330) {
		h.give(menB, on, site)
		h.give(menB, on+calendar.Date(h.r.between(30, 240)), site)
	}
}
