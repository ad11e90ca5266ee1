package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// Patient is one record of a person.
type Patient struct {
	Number int
	ID     ID

	Family, Given, Middle string
	Suffix                string
	MotherMaiden          string // family name of the mother at her birth; of children
	Gender                string // a code of AdministrativeGender
	Birth                 calendar.Date
	BirthOrder            int           // in a multiple birth, from 1; else 0
	Died                  calendar.Date // zero for the living
	Registry              int           // number in the registry, unique; 0 for a record that has none yet
	MRN                   int           // medical record number at the clinic
	Clinic                int           // the site that cares for the patient
	Phone                 int           // seven digits
	Mobile                int           // seven digits, 0 for none
	Email                 bool
	Address               Address
	Language              string // BCP 47, empty if not known
	Race                  int    // in races, -1 if not known
	Hispanic              int    // 1 yes, 0 no, -1 not known
	Guardian              string // given name of the mother; of children
	GuardianFamily        string

	// Same is the number of the patient whose person this is a second record of,
	// or -1, and Differences says how the records differ.
	Same        int
	Differences Difference
}

// Patient returns patient n, which must not be negative.
func (s *State) Patient(n int) Patient {
	h, at := s.household(n)
	if same := int(h.members[at].same); same >= 0 {
		p := s.person(&h, same)
		r := open(s.seed, forDisguise, n, 0)
		s.disguise(&r, &p)
		p.Same, p.Number, p.ID = p.Number, n, s.id(idPatient, n, 0)
		p.Registry, p.MRN = 0, recordNumber(n)
		return p
	}
	return s.person(&h, at)
}

// home is what a household shares.
type home struct {
	surname, partner string
	address          Address
	phone            int
	language         string
	race, hispanic   int
	clinics          [2]int // for children, for adults
}

func (s *State) home(h *household) (f home) {
	r := open(s.seed, forHome, h.first, 0)
	f.surname = s.surname(&r)
	if r.chance(300) {
		f.partner = s.surname(&r)
	}
	f.address, f.phone = s.address(&r), phone(&r)
	f.language = "en"
	if r.chance(230) {
		f.language = languages[r.low(len(languages))]
	}
	if r.chance(40) {
		f.language = ""
	}
	f.race, f.hispanic = r.low(len(races)), r.below(5)/4
	if r.chance(120) {
		f.race, f.hispanic = -1, -1
	}
	f.clinics = [2]int{s.site(&r, pediatric), s.site(&r, familyPractice)}
	if r.chance(350) {
		f.clinics[0] = f.clinics[1]
	}
	return f
}

// person returns the first record of a member.
func (s *State) person(h *household, at int) Patient {
	m, f := &h.members[at], s.home(h)
	n := h.first + at
	r := open(s.seed, forPerson, n, 0)
	p := Patient{
		Number: n, ID: s.id(idPatient, n, 0), Same: -1,
		Family: f.surname, Birth: m.birth, BirthOrder: int(m.order),
		Registry: recordNumber(n) + 1_000_000_000, MRN: recordNumber(n),
		Phone: f.phone, Address: f.address, Language: f.language, Race: f.race, Hispanic: f.hispanic,
		Clinic: f.clinics[0],
	}
	p.Gender = "male"
	if m.female {
		p.Gender = "female"
	}
	p.Given = givenName(&r, m.female)
	if r.chance(650) {
		p.Middle = givenName(&r, m.female)
	}
	if m.adult {
		p.Clinic = f.clinics[1]
		if f.partner != "" && at > 0 {
			p.Family = f.partner
		}
		if r.chance(600) {
			p.Mobile = phone(&r)
		}
		p.Email = r.chance(450)
		if !m.female && r.chance(20) {
			p.Suffix = pick(&r, []string{"Jr.", "Sr.", "II", "III"})
		}
	} else {
		s.guard(&r, &p, h, int(m.mother))
	}
	switch {
	case r.chance(4):
		p.Gender = "unknown"
	case r.chance(3):
		p.Gender = "other"
	}
	s.die(&r, &p)
	return p
}

// guard says who a child's mother is.
func (s *State) guard(r *stream, p *Patient, h *household, mother int) {
	p.MotherMaiden = s.simpleSurname(r)
	if r.chance(150) { // a blended family
		p.Family = p.MotherMaiden
	}
	// The mother's name is the first thing drawn from her own numbers.
	m := open(s.seed, forPerson, h.first+mother, 0)
	p.Guardian, p.GuardianFamily = givenName(&m, true), p.Family
	if r.chance(200) {
		p.GuardianFamily = p.MotherMaiden
	}
}

// die lets some of the old, and very few of the young, be dead.
func (s *State) die(r *stream, p *Patient) {
	age := int(s.asOf-p.Birth) / 365
	permille := 1
	if age > 50 {
		permille = 3 + (age-50)*(age-50)/8
	}
	if !r.chance(permille) {
		return
	}
	p.Died = max(p.Birth, s.asOf-calendar.Date(r.below(12*365)))
}

// recordNumber spreads patients over nine digits, no two on one: the factor has
// none with 10^9 in common.
func recordNumber(n int) int { return int(uint64(n+1) % 1e9 * 387_420_489 % 1e9) }
