package population

import "github.com/jenner-iis/jenner/forecast/calendar"

// Finding is a Condition, AllergyIntolerance or Observation that matters for the
// forecast.
type Finding struct {
	ID   ID
	Date calendar.Date
	kind *findingKind
}

// Type is the type of the resource.
func (f *Finding) Type() string { return f.kind.resource }

// findingKind is what can be found, and in whom.
type findingKind struct {
	resource      string
	code, display string // SNOMED CT
	permille      int    // of those of the age and sex
	from, to      int    // age in years at which it begins
	gender        string // empty for all
	recent        int    // days for which it lasts, 0 for ever
}

var findingKinds = []findingKind{
	{resource: "Condition", code: "77386006", display: "Pregnant", permille: 40, from: 18, to: 44, gender: "female", recent: 250},
	{resource: "Condition", code: "73211009", display: "Diabetes mellitus", permille: 80, from: 30, to: 80},
	{resource: "Condition", code: "328383001", display: "Chronic liver disease", permille: 9, from: 35, to: 75},
	{resource: "Condition", code: "413839001", display: "Chronic lung disease", permille: 35, from: 40, to: 80},
	{resource: "Condition", code: "709044004", display: "Chronic kidney disease", permille: 22, from: 50, to: 85},
	{resource: "Condition", code: "128238001", display: "Chronic heart disease", permille: 30, from: 50, to: 85},
	{resource: "Condition", code: "86406008", display: "Human immunodeficiency virus infection", permille: 3, from: 18, to: 60},
	{resource: "Condition", code: "707147002", display: "Asplenia", permille: 1, from: 0, to: 60},
	{resource: "Condition", code: "370388006", display: "Patient immunocompromised", permille: 4, from: 0, to: 80},
	{resource: "Condition", code: "38907003", display: "Varicella", permille: 50, from: 2, to: 12},
	{resource: "AllergyIntolerance", code: "300916003", display: "Latex allergy", permille: 3, from: 5, to: 50},
	{resource: "AllergyIntolerance", code: "91930004", display: "Allergy to egg", permille: 6, from: 1, to: 5},
	{resource: "AllergyIntolerance", code: "294847001", display: "Gelatin allergy", permille: 1, from: 1, to: 20},
	{resource: "Observation", code: "371113008", display: "Varicella immune", permille: 12, from: 18, to: 50},
	{resource: "Observation", code: "271511000", display: "Hepatitis B immune", permille: 15, from: 18, to: 60},
}

// Findings appends the findings of a patient to dst. A second record has none.
func (s *State) Findings(dst []Finding, p *Patient) []Finding {
	if p.Same >= 0 {
		return dst
	}
	r := open(s.seed, forFindings, p.Number, 0)
	end := s.asOf
	if !p.Died.IsZero() {
		end = p.Died
	}
	for i := range findingKinds {
		k := &findingKinds[i]
		if !r.chance(k.permille) || k.gender != "" && k.gender != p.Gender {
			continue
		}
		at := p.Birth + calendar.Date(365*k.from+r.below(365*(k.to-k.from)))
		if k.recent > 0 {
			at = end - calendar.Date(r.below(k.recent))
			if years := int(at-p.Birth) / 365; years < k.from || years > k.to {
				continue
			}
		}
		if at <= end {
			dst = append(dst, Finding{ID: s.id(idFinding, p.Number, i), Date: at, kind: k})
		}
	}
	return dst
}

// AppendFinding appends a finding of a patient as JSON without white space.
func (s *State) AppendFinding(b []byte, p *Patient, f *Finding) []byte {
	k := f.kind
	b = append(append(b, `{"resourceType":"`...), k.resource...)
	b = append(f.ID.Append(append(b, `","id":"`...)), `",`...)
	subject, date := `"},"subject":{"reference":"Patient/`, `"},"onsetDateTime":"`
	switch k.resource {
	case "Condition":
		b = append(b, `"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},`...)
	case "AllergyIntolerance":
		b = append(b, `"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},`...)
		subject = `"},"patient":{"reference":"Patient/`
	case "Observation":
		b = append(b, `"status":"final",`...)
		date = `"},"effectiveDateTime":"`
	}
	b = append(append(b, `"code":{"coding":[{"system":"http://snomed.info/sct","code":"`...), k.code...)
	b = append(append(append(b, `","display":"`...), k.display...), `"}],"text":"`...)
	b = p.ID.Append(append(append(b, k.display...), subject...))
	return append(f.Date.Append(append(b, date...)), `"}`...)
}
