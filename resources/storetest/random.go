package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// people makes random resources, and searches that find some of them: the
// values are few, so that many agree.
type people struct {
	*rand.Rand
	ids []string
}

func newPeople(random *rand.Rand) *people { return &people{Rand: random} }

func (p *people) pick(from ...string) string { return from[p.IntN(len(from))] }

// id is a new id, of either form.
func (p *people) id() string {
	id := fmt.Sprintf("p%d", len(p.ids))
	if p.IntN(2) == 0 {
		id = fmt.Sprintf("%08x-0000-4000-8000-%012x", p.Uint32(), len(p.ids))
	}
	p.ids = append(p.ids, id)
	return id
}

func (p *people) date() string {
	year, month, day := 2010+p.IntN(4), 1+p.IntN(3), 1+p.IntN(28)
	switch p.IntN(5) {
	case 0:
		return fmt.Sprintf("%04d", year)
	case 1:
		return fmt.Sprintf("%04d-%02d", year, month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

func (p *people) dateTime() string {
	if p.IntN(2) == 0 {
		return p.date()
	}
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:00%s", 2010+p.IntN(4), 1+p.IntN(3), 1+p.IntN(28), p.IntN(24), p.IntN(60), p.pick("Z", "+02:00", "-05:00", ".250Z"))
}

func (p *people) name() string {
	return p.pick("Smith", "SMITH", "Smithers", "Müller", "Muller", "O'Brien", "Nguyễn", "Zoë", "X", strings.Repeat("long", 40), strings.Repeat("long", 40)+"er")
}

func (p *people) patient() string {
	var e []string
	if p.IntN(5) > 0 {
		e = append(e, fmt.Sprintf(`"name":[{"family":%q,"given":[%q]}]`, p.name(), p.pick("Ann", "Anna", "Ben", "Zoë")))
	}
	if p.IntN(5) > 0 {
		e = append(e, fmt.Sprintf(`"gender":%q`, p.pick("male", "female", "other")))
	}
	if p.IntN(5) > 0 {
		e = append(e, fmt.Sprintf(`"birthDate":%q`, p.date()))
	}
	for range p.IntN(2) {
		e = append(e, fmt.Sprintf(`"identifier":[{"system":%q,"value":%q},{"value":%q}]`, p.pick("urn:a", "urn:b", "urn:c"), p.pick("1", "2", "3"), p.pick("1", "4")))
	}
	if p.IntN(3) == 0 {
		e = append(e, fmt.Sprintf(`"managingOrganization":{"reference":%q}`, p.pick("Organization/1", "Organization/2", "http://example.org/fhir/Organization/1")))
	}
	return strings.Join(e, ",")
}

func (p *people) immunization() string {
	e := fmt.Sprintf(`"status":%q,"patient":{"reference":"Patient/%s"},"occurrenceDateTime":%q`, p.pick("completed", "not-done"), p.pick(p.ids...), p.dateTime())
	if p.IntN(4) > 0 {
		e += fmt.Sprintf(`,"vaccineCode":{"coding":[{"system":%q,"code":%q,"display":%q}]}`, p.pick("http://hl7.org/fhir/sid/cvx", "urn:other"), p.pick("03", "110", "208"), p.pick("MMR", "Moderna", "mumps"))
	}
	if p.IntN(3) > 0 {
		e += fmt.Sprintf(`,"lotNumber":%q`, p.pick("A1", "a12", "B-7", "Ä9"))
	}
	return e
}

// query is a search with one to three conditions.
func (p *people) query() (resourceType, query string) {
	resourceType = p.pick("Patient", "Immunization")
	condition := p.patientCondition
	if resourceType == "Immunization" {
		condition = p.immunizationCondition
	}
	conditions := []string{condition()}
	for range p.IntN(3) {
		conditions = append(conditions, condition())
	}
	if p.IntN(2) == 0 {
		conditions = append(conditions, "_sort="+p.pick("", "-")+p.pick("_id", "_lastUpdated"))
		if resourceType == "Immunization" {
			conditions[len(conditions)-1] = "_sort=" + p.pick("", "-") + p.pick("date", "lot-number", "vaccine-code", "status,-date")
		} else if p.IntN(2) == 0 {
			conditions[len(conditions)-1] = "_sort=" + p.pick("", "-") + p.pick("birthdate", "family", "identifier", "gender,birthdate")
		}
	}
	conditions = append(conditions, "_count="+p.pick("5", "23", "1000"))
	return resourceType, strings.Join(conditions, "&")
}

func (p *people) prefixed(date string) string {
	return p.pick("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap") + date
}

func (p *people) patientCondition() string {
	switch p.IntN(9) {
	case 0:
		return "gender" + p.pick("", ":not") + "=" + p.pick("male", "female", "male,other")
	case 1:
		return "birthdate=" + p.prefixed(p.date())
	case 2:
		return p.pick("name", "family", "given") + p.pick("", ":exact", ":contains") + "=" + p.pick("smith", "Smith", "m", "zoe", "Zoë", "an", "nguyen", strings.Repeat("long", 35), strings.Repeat("long", 40))
	case 3:
		return "identifier=" + p.pick("1", "urn:a|1", "urn:b|", "|4", "|1,urn:c|2", "3,4")
	case 4:
		return p.pick("gender", "birthdate", "family", "identifier", "organization") + ":missing=" + p.pick("true", "false")
	case 5:
		return "organization=" + p.pick("1", "Organization/2", "http://example.org/fhir/Organization/1")
	case 6:
		return "_id=" + p.pick(p.ids...) + "," + p.pick(p.ids...) + "," + p.pick(p.ids...)
	case 7:
		return "identifier:not=" + p.pick("1", "urn:a|1", "urn:b|")
	}
	return "birthdate=" + p.prefixed(p.date()) + "," + p.prefixed(p.date())
}

func (p *people) immunizationCondition() string {
	switch p.IntN(8) {
	case 0:
		return "patient=" + p.pick("", "Patient/") + p.pick(p.ids...)
	case 1:
		return "date=" + p.prefixed(p.date())
	case 2:
		return "vaccine-code" + p.pick("", ":not") + "=" + p.pick("03", "urn:other|110", "http://hl7.org/fhir/sid/cvx|", "208,03")
	case 3:
		return "vaccine-code:text=" + p.pick("m", "MMR", "moderna,mumps")
	case 4:
		return "lot-number" + p.pick("", ":exact", ":contains") + "=" + p.pick("a", "A1", "7", "ä")
	case 5:
		return "status" + p.pick("", ":not") + "=" + p.pick("completed", "not-done")
	case 6:
		return p.pick("date", "vaccine-code", "lot-number") + ":missing=" + p.pick("true", "false")
	}
	return "patient=" + p.pick(p.ids...) + "," + p.pick(p.ids...) + "," + p.pick(p.ids...)
}
