package population

import "strconv"

// siteKind is what a site is.
type siteKind int

const (
	healthSystem siteKind = iota
	pediatric
	familyPractice
	hospital
	pharmacy
	healthDepartment
	siteKinds
)

// span is a range of indices, its end excluded.
type span struct{ from, to int }

func (s span) pick(r *stream) int { return s.from + r.below(s.to-s.from) }

// careKinds says how many sites of each kind a state has, how many vaccinators
// work at each, and what they are called.
var careKinds = [siteKinds]struct {
	sites, staff int
	ends         []string
}{
	healthSystem:     {12, 0, []string{" Health System", " Health Partners"}},
	pediatric:        {70, 4, []string{" Pediatrics", " Children's Clinic"}},
	familyPractice:   {150, 4, []string{" Family Medicine", " Health Center", " Clinic", " Internal Medicine"}},
	hospital:         {30, 12, []string{" Regional Hospital", " Medical Center", " Memorial Hospital"}},
	pharmacy:         {110, 3, []string{" Pharmacy", " Drug", " Apothecary"}},
	healthDepartment: {28, 5, []string{" County Health Department", " Public Health"}},
}

// Site is an Organization that gives vaccines, with its Location; a health
// system has no Location of its own and gives none.
type Site struct {
	ID, Location ID
	Name         string
	kind         siteKind
	parent       int // its health system, or -1
	address      Address
	phone        int
	staff        span
	locationJSON string // how a dose names the Location
	performer    string // how a dose names the Organization
}

// Practitioner is somebody who gives vaccines.
type Practitioner struct {
	ID            ID
	Family, Given string
	Female        bool
	NPI           int // National Provider Identifier: ten digits, the last a check digit
	performer     string
}

func (s *State) makeSites() {
	for kind := range siteKinds {
		c := careKinds[kind]
		s.careSites[kind] = span{len(s.sites), len(s.sites) + c.sites}
		for range c.sites {
			s.sites = append(s.sites, s.makeSite(len(s.sites), kind))
		}
	}
}

func (s *State) makeSite(n int, kind siteKind) Site {
	r := open(s.seed, forSite, n, 0)
	o := Site{ID: s.id(idOrganization, n, 0), Location: s.id(idLocation, n, 0), kind: kind, parent: -1, address: s.address(&r), phone: phone(&r)}
	o.Name = o.address.City
	switch {
	case kind == healthDepartment:
		o.Name = o.address.County
	case r.chance(600):
		o.Name = s.simpleSurname(&r)
	}
	o.Name += pick(&r, careKinds[kind].ends)
	if kind != healthSystem && kind != healthDepartment && r.chance(450) {
		o.parent = s.careSites[healthSystem].pick(&r)
	}
	o.staff.from = len(s.practitioners)
	for range careKinds[kind].staff {
		s.practitioners = append(s.practitioners, s.makePractitioner(len(s.practitioners)))
	}
	o.staff.to = len(s.practitioners)
	o.locationJSON = `,"location":{"reference":"Location/` + o.Location.String() + `","display":"` + o.Name + `"}`
	o.performer = `{"actor":{"reference":"Organization/` + o.ID.String() + `","display":"` + o.Name + `"}}`
	return o
}

func (s *State) makePractitioner(n int) Practitioner {
	r := open(s.seed, forPractitioner, n, 0)
	p := Practitioner{ID: s.id(idPractitioner, n, 0), Family: s.surname(&r), Female: r.chance(700)}
	p.Given = givenName(&r, p.Female)
	p.NPI = npi(100_000_000 + n*7919)
	p.performer = `{"function":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0443","code":"AP"}]},"actor":{"reference":"Practitioner/` +
		p.ID.String() + `"}},`
	return p
}

// npi adds the check digit to nine digits: Luhn's, with 24 added for the prefix
// 80840 that is left out.
func npi(nine int) int {
	sum := 24
	for i, n := 0, nine; n > 0; i, n = i+1, n/10 {
		digit := n % 10
		if i%2 == 0 {
			digit *= 2
			digit = digit/10 + digit%10
		}
		sum += digit
	}
	return nine*10 + (10-sum%10)%10
}

// site picks a site of a kind.
func (s *State) site(r *stream, kind siteKind) int { return s.careSites[kind].pick(r) }

// Sites returns the sites: their index is Patient.Clinic and Dose.Site.
func (s *State) Sites() []Site { return s.sites }

// Practitioners returns those who give vaccines, in the order of Dose.Practitioner.
func (s *State) Practitioners() []Practitioner { return s.practitioners }

// AppendOrganization appends a site's Organization as JSON.
func (s *State) AppendOrganization(b []byte, o *Site) []byte {
	kind := `"prov","display":"Healthcare Provider"`
	if o.kind == healthDepartment {
		kind = `"govt","display":"Government"`
	}
	b = append(o.ID.Append(append(b, `{"resourceType":"Organization","id":"`...)), `","identifier":[{"system":"`+Base+`/site","value":"`...)
	b = append(append(b, siteCode(o)...), `"}],"active":true,"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/organization-type","code":`...)
	b = append(append(b, kind...), `}]}],"name":"`...)
	b = appendPhone(append(append(b, o.Name...), `","telecom":[`...), o.phone, "work")
	b = append(appendAddress(append(b, `],"address":[`...), workplace(o)), ']')
	if o.parent >= 0 {
		b = append(s.sites[o.parent].ID.Append(append(b, `,"partOf":{"reference":"Organization/`...)), `"}`...)
	}
	return append(b, '}')
}

// AppendLocation appends the place of a site as JSON; nothing for a health
// system.
func (s *State) AppendLocation(b []byte, o *Site) []byte {
	if o.kind == healthSystem {
		return b
	}
	b = append(o.Location.Append(append(b, `{"resourceType":"Location","id":"`...)), `","identifier":[{"system":"`+Base+`/location","value":"`...)
	b = append(append(append(b, siteCode(o)...), `"}],"status":"active","name":"`...), o.Name...)
	b = appendPhone(append(b, `","mode":"instance","telecom":[`...), o.phone, "work")
	b = appendAddress(append(b, `],"address":`...), workplace(o))
	b = o.ID.Append(append(b, `,"managingOrganization":{"reference":"Organization/`...))
	return append(b, `"}}`...)
}

// AppendPractitioner appends a Practitioner as JSON.
func (s *State) AppendPractitioner(b []byte, p *Practitioner) []byte {
	b = append(p.ID.Append(append(b, `{"resourceType":"Practitioner","id":"`...)), `","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"`...)
	b = append(strconv.AppendInt(b, int64(p.NPI), 10), `"}],"active":true,"name":[{"family":"`...)
	b = append(append(append(append(b, p.Family...), `","given":["`...), p.Given...), `"]}],"gender":"`...)
	if p.Female {
		b = append(b, `fe`...)
	}
	return append(b, `male"}`...)
}

// siteCode is the site's number in the registry.
func siteCode(o *Site) string { return "S-" + o.ID.String()[:8] }

// workplace is where a site is; its address needs no apartment.
func workplace(o *Site) *Address {
	a := o.address
	a.Unit = 0
	return &a
}
