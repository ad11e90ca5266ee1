package population

import "strconv"

// town is a place that people live in.
type town struct {
	name, county string
	postal       int
}

var townBeginnings = []string{"Cedar", "Clear", "Eagle", "Elk", "Fox", "Maple", "Mill", "Pine", "River", "Rock", "Silver", "Spring", "Stone", "Willow", "Winter"}

var townEnds = []string{" City", " Falls", " Grove", " Heights", " Lake", " Springs", "dale", "ton", "view", "ville"}

var counties = []string{
	"Adler", "Bellweather", "Cañon", "Dry Fork", "Eastmark", "Fairmont", "Granite", "Highline", "Ironwood", "Juniper", "Kestrel", "Lakeshore",
	"Meridian", "Northfork", "Old Mesa", "Prairie", "Quarry", "Ridgeway", "Sage", "Timber", "Union Flat", "Valley", "Westmark", "Yellow Rock",
}

func makeTowns() []town {
	var all []town
	for i, begin := range townBeginnings {
		for j, end := range townEnds {
			n := i*len(townEnds) + j
			all = append(all, town{name: begin + end, county: counties[n%len(counties)], postal: 100 + n*2})
		}
	}
	return all
}

var streetNames = []string{
	"Adams", "Aspen", "Birch", "Canyon", "Cesar Chavez", "Cherry", "Church", "County Road 12", "Dogwood", "Elm", "First", "Fourth", "Franklin", "Hickory", "Hill",
	"Jefferson", "King", "Lakeview", "Laurel", "Liberty", "Lincoln", "Madison", "Main", "Market", "Martin Luther King", "Meadow", "Monroe", "Oak", "Orchard", "Park",
	"Peña", "Poplar", "Prairie", "Railroad", "Ridge", "San José", "Second", "Spruce", "State", "Sunset", "Third", "Valley", "Walnut", "Washington", "Wilson",
}

var streetKinds = []string{" St", " Ave", " Rd", " Ln", " Dr", " Ct", " Blvd", " Way"}

func makeStreets() []string {
	var all []string
	for _, name := range streetNames {
		for _, kind := range streetKinds {
			all = append(all, name+kind)
		}
	}
	return all
}

// Address is where somebody lives or works.
type Address struct {
	House  int
	Street string
	Unit   int // 0 for none
	City   string
	County string
	Postal int // five digits, with leading zeros
}

func (s *State) address(r *stream) Address {
	t := s.towns[r.low(len(s.towns))]
	a := Address{House: r.between(1, 9899), Street: pick(r, s.streets), City: t.name, County: t.county, Postal: t.postal + r.below(2)}
	if r.chance(260) {
		a.Unit = r.between(1, 240)
	}
	return a
}

// phone returns a telephone number as its last seven digits; the area code is 555.
func phone(r *stream) int { return r.between(200_0000, 999_9999) }

func appendAddress(b []byte, a *Address) []byte {
	b = append(b, `{"type":"physical","line":["`...)
	b = strconv.AppendInt(b, int64(a.House), 10)
	b = append(append(b, ' '), a.Street...)
	if a.Unit > 0 {
		b = strconv.AppendInt(append(b, ` Apt `...), int64(a.Unit), 10)
	}
	b = append(append(b, `"],"city":"`...), a.City...)
	b = append(append(b, `","district":"`...), a.County...)
	b = append(b, `","state":"ZZ","postalCode":"`...)
	b = appendDigits(b, a.Postal, 5)
	return append(b, `","country":"US"}`...)
}

func appendPhone(b []byte, number int, use string) []byte {
	b = append(b, `{"system":"phone","value":"(555) `...)
	b = appendDigits(b, number/10000, 3)
	b = append(b, '-')
	b = appendDigits(b, number%10000, 4)
	b = append(append(b, `","use":"`...), use...)
	return append(b, `"}`...)
}

// appendDigits appends a number with leading zeros to a width.
func appendDigits(b []byte, n, width int) []byte {
	for limit := 10; width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			b = append(b, "000000000000"[:width-1]...)
			break
		}
	}
	return strconv.AppendInt(b, int64(n), 10)
}
