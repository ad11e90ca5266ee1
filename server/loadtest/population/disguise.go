package population

import (
	"strings"
	"time"
	"unicode"

	"github.com/jenner-iis/jenner/forecast/calendar"
)

// Difference is a set of ways in which a second record differs from the first.
// A matcher can be judged by it.
type Difference uint16

// The differences.
const (
	Misspelt    Difference = 1 << iota // a letter of the family or given name
	Swapped                            // family and given name in each other's place
	Plain                              // no accents, apostrophes and hyphens
	Nickname                           // Bill for William
	Renamed                            // another family name, as after marriage
	WrongBirth                         // a digit of the birth date, or month and day swapped
	Moved                              // another address and telephone
	NoMiddle                           // no middle name
	OtherClinic                        // the record was made elsewhere
)

var differenceNames = [...]string{"misspelt", "swapped", "plain", "nickname", "renamed", "wrong-birth", "moved", "no-middle", "other-clinic"}

// String lists the differences, divided by commas.
func (d Difference) String() string {
	var names []string
	for i, name := range differenceNames {
		if d&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// disguise makes a person's record what another clinic, with less time, would
// have written down.
func (s *State) disguise(r *stream, p *Patient) {
	if r.chance(850) {
		p.Clinic = s.site(r, familyPractice)
		p.Differences |= OtherClinic
	}
	for range 1 + r.low(3) {
		p.Differences |= s.blur(r, p)
	}
	if p.Middle != "" && r.chance(600) {
		p.Middle = ""
		p.Differences |= NoMiddle
	}
}

// blur makes one difference. One that would change nothing becomes a misspelling.
func (s *State) blur(r *stream, p *Patient) Difference {
	switch kind := r.below(100); {
	case kind < 8:
		p.Family, p.Given = p.Given, p.Family
		return Swapped
	case kind < 24:
		family, given := plain.Replace(p.Family), plain.Replace(p.Given)
		if family != p.Family || given != p.Given {
			p.Family, p.Given = family, given
			return Plain
		}
	case kind < 40:
		if short, ok := nicknames[p.Given]; ok {
			p.Given = short
			return Nickname
		}
	case kind < 50:
		if name := s.surname(r); p.Gender == "female" && name != p.Family {
			p.Family = name
			return Renamed
		}
	case kind < 65:
		if birth := s.wrongBirth(r, p); birth != p.Birth {
			p.Birth = birth
			return WrongBirth
		}
	case kind < 82:
		p.Address, p.Phone, p.Mobile = s.address(r), phone(r), 0
		return Moved
	}
	if r.chance(500) {
		p.Family = misspell(r, p.Family)
	} else {
		p.Given = misspell(r, p.Given)
	}
	return Misspelt
}

// plain writes a name as an old system does.
var plain = strings.NewReplacer(
	"á", "a", "ã", "a", "à", "a", "å", "a", "ă", "a", "Å", "A", "Á", "A", "ç", "c", "Ç", "C", "Đ", "D", "é", "e", "è", "e", "ë", "e", "ễ", "e", "í", "i", "ï", "i",
	"Ł", "L", "ł", "l", "ñ", "n", "ó", "o", "ö", "o", "ø", "o", "Ó", "O", "Ö", "O", "ş", "s", "ú", "u", "ü", "u", "ß", "ss", "â", "a", "ị", "i", "ặ", "a",
	"'", "", "-", " ", ".", "",
)

// wrongBirth is the birth date with month and day swapped, or a day or a year
// off; never after the state's last day.
func (s *State) wrongBirth(r *stream, p *Patient) calendar.Date {
	year, month, day := p.Birth.Civil()
	wrong := p.Birth
	switch {
	case day <= 12 && day != int(month) && r.chance(500):
		wrong = calendar.Of(year, time.Month(day), int(month))
	case r.chance(500):
		wrong = p.Birth + calendar.Date(pick(r, []int{-1, 1, -10, 10}))
	case month != 2 || day != 29:
		wrong = calendar.Of(year-1, month, day)
	}
	if wrong > s.asOf {
		return p.Birth
	}
	return wrong
}

// misspell changes one letter: leaves it out, doubles it, swaps it with the next
// or replaces it. The result differs from the name.
func misspell(r *stream, name string) string {
	letters := []rune(name)
	for range 20 {
		i := r.below(len(letters) - 1)
		if !unicode.IsLower(letters[i]) {
			continue
		}
		changed := append([]rune(nil), letters[:i]...)
		switch r.below(4) {
		case 0:
			changed = append(changed, letters[i+1:]...)
		case 1:
			changed = append(append(changed, letters[i]), letters[i:]...)
		case 2:
			changed = append(append(changed, letters[i+1], letters[i]), letters[i+2:]...)
		default:
			changed = append(append(changed, rune('a'+r.below(26))), letters[i+1:]...)
		}
		if wrong := string(changed); wrong != name && strings.TrimSpace(wrong) == wrong {
			return wrong
		}
	}
	return name + "e"
}
