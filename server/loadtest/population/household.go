package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// block is how many consecutive patients are divided into households together.
// To find the household of one patient at most a block is divided.
const block = 32

// member is a place in a household, and of what is known before there is a name.
type member struct {
	birth  calendar.Date
	female bool
	adult  bool
	order  int8 // in a multiple birth, from 1; else 0
	same   int8 // the member whose second record this is, or -1
	mother int8 // the mother's place, or -1
}

// household is people who live together and have consecutive numbers.
type household struct {
	first   int // number of its first member
	size    int
	members [block]member
}

// household returns the household of patient n and the patient's place in it.
func (s *State) household(n int) (h household, at int) {
	start, offset := n/block*block, n%block
	for i, taken := 0, 0; ; i++ {
		h = household{first: start + taken}
		r := open(s.seed, forHousehold, start, i)
		h.fill(&r, s)
		h.size = min(h.size, block-taken)
		if offset < taken+h.size {
			return h, offset - taken
		}
		taken += h.size
	}
}

// fill lets people move in.
func (h *household) fill(r *stream, s *State) {
	switch kind := r.below(100); {
	case kind < 26: // alone
		h.add(r, s, member{birth: s.born(r, adultAge(r)), female: r.chance(520), adult: true, mother: -1})
	case kind < 48: // a couple
		h.couple(r, s, adultAge(r))
	case kind < 84: // parents and children
		h.children(r, s, h.couple(r, s, r.between(19, 52)))
	case kind < 95: // a mother and children
		mother := h.add(r, s, member{birth: s.born(r, r.between(18, 50)), female: true, adult: true, mother: -1})
		h.children(r, s, mother)
	default: // three generations
		mother := h.couple(r, s, r.between(20, 48))
		age := int(s.asOf-h.members[mother].birth)/365 + r.between(18, 36)
		h.add(r, s, member{birth: s.born(r, age), female: r.chance(650), adult: true, mother: -1})
		h.children(r, s, mother)
	}
}

// adultAge follows the age pyramid of adults who are in a registry.
func adultAge(r *stream) int {
	if r.chance(120) {
		return r.between(75, 97)
	}
	return 19 + r.below(57)
}

// born returns the birth date of somebody of an age in years.
func (s *State) born(r *stream, age int) calendar.Date {
	return s.asOf - calendar.Date(age*1461/4+r.below(365))
}

// couple adds a woman of an age and a partner, and returns her place.
func (h *household) couple(r *stream, s *State, age int) int {
	at := h.add(r, s, member{birth: s.born(r, age), female: true, adult: true, mother: -1})
	h.add(r, s, member{birth: s.born(r, max(18, age+r.between(-4, 8))), female: r.chance(15), adult: true, mother: -1})
	return at
}

// children adds the children of a mother who live at home.
func (h *household) children(r *stream, s *State, mother int) {
	born := h.members[mother].birth + calendar.Date(365*r.between(17, 33)+r.below(365))
	for range 1 + r.low(5) {
		home := s.asOf-born < 19*365 || r.chance(150)
		if born > s.asOf {
			return
		}
		m := member{birth: born, female: r.chance(488), mother: int8(mother)}
		if home {
			multiple := r.chance(16)
			if multiple {
				m.order = 1
			}
			h.add(r, s, m)
			if multiple {
				m.order, m.female = 2, r.chance(330) != m.female
				h.add(r, s, m)
			}
		}
		born += calendar.Date(r.between(400, 1600))
	}
}

// add gives a member the next place, and perhaps a second record the one after.
func (h *household) add(r *stream, s *State, m member) int {
	at := h.size
	if at == block {
		return at - 1
	}
	m.same = -1
	h.members[at] = m
	h.size++
	if r.chance(s.duplicates) && h.size < block {
		m.same = int8(at)
		h.members[h.size] = m
		h.size++
	}
	return at
}
