package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// adulthood is what adults are given apart from influenza and COVID-19.
func (h *history) adulthood() {
	grown := h.age(19 * 12)
	if grown > h.end {
		return
	}
	h.tetanus(max(grown, calendar.Of(2006, 1, 1)))
	r := &h.r
	if r.chance(110) {
		h.series(hepBAdult, h.someday(grown), 3, 30, 160)
	}
	if r.chance(45) {
		h.series(hepAAdult, h.someday(grown), 2, 183, 300)
	}
	if r.chance(20) {
		h.series(hepAHepB, h.someday(grown), 3, 30, 150)
	}
	if r.chance(25) {
		h.give(typhoid, h.someday(grown), h.s.site(r, healthDepartment))
	}
	if r.chance(6) {
		h.give(yellowFever, h.someday(grown), h.s.site(r, healthDepartment))
	}
	if r.chance(2) {
		h.series(rabies, h.someday(grown), 4, 3, 10)
	}
	if h.p.Birth > calendar.Of(1984, 1, 1) && r.chance(130) {
		h.series(hpv, grown+calendar.Date(r.below(6*365)), 3, 60, 140)
	}
	h.older()
}

// tetanus comes every ten years, for those who think of it.
func (h *history) tetanus(from calendar.Date) {
	at := from + calendar.Date(h.r.below(12*365))
	for n := 0; at <= h.end && h.r.chance(560); n++ {
		v := td
		if n == 0 || h.r.chance(500) {
			v = tdap
		}
		h.give(v, at, h.p.Clinic)
		at += calendar.Date(3653 + h.r.low(1500))
	}
}

// older is what people are given from 50 and 65 years on.
func (h *history) older() {
	r := &h.r
	if at := max(h.age(60*12), calendar.Of(2006, 9, 1)) + calendar.Date(r.below(2500)); at < calendar.Of(2018, 1, 1) && r.chance(240) {
		h.give(zoster, at, h.vaccinator())
	}
	if at := max(h.age(50*12), calendar.Of(2018, 1, 1)) + calendar.Date(r.low(2500)); at < h.end && r.chance(400) {
		h.series(zoster, at, 2, 60, 180)
	}
	senior := h.age(65 * 12)
	if at := senior + calendar.Date(r.low(1500)); r.chance(640) {
		h.give(pneumoAdult, at, h.vaccinator())
		if r.chance(350) {
			h.give(pneumoAdult, at+calendar.Date(370+r.below(900)), h.vaccinator())
		}
	}
	if at := max(senior, calendar.Of(2023, 9, 1)) + calendar.Date(r.below(800)); r.chance(300) {
		h.give(rsvAdult, at, h.vaccinator())
	}
}

// someday is a day of adult life, in the years since 1998.
func (h *history) someday(grown calendar.Date) calendar.Date {
	from := max(grown, calendar.Of(1998, 1, 1))
	return from + calendar.Date(h.r.below(max(1, int(h.end-from))))
}

// series gives a vaccine several times, with a number of days in between.
func (h *history) series(v vaccine, at calendar.Date, doses, low, high int) {
	site := h.vaccinator()
	for range doses {
		if !h.give(v, at, site) && h.r.chance(300) {
			return
		}
		at += calendar.Date(h.r.between(low, high))
	}
}

// vaccinator is where an adult goes: the own clinic or a pharmacy.
func (h *history) vaccinator() int {
	if h.r.chance(480) {
		return h.s.site(&h.r, pharmacy)
	}
	return h.p.Clinic
}
