package population

import "strconv"

// RegistrySystem is the system of the numbers that the registry gives.
const RegistrySystem = Base + "/registry"

// MRNSystem is the system of the medical record numbers of a patient's clinic.
func (p *Patient) MRNSystem() string { return Base + "/mrn/" + strconv.Itoa(p.Clinic) }

// MRNValue is the medical record number as it is written.
func (p *Patient) MRNValue() string { return strconv.Itoa(p.MRN) }

// DifferenceSystem is the system of the tags of second records, whose codes are
// the names of differences.
const DifferenceSystem = Base + "/CodeSystem/difference"

// AppendPatient appends a Patient as JSON without white space. A patient that is
// new to a server has no id there yet.
func (s *State) AppendPatient(b []byte, p *Patient, withID bool) []byte {
	b = append(b, `{"resourceType":"Patient",`...)
	if withID {
		b = append(p.ID.Append(append(b, `"id":"`...)), `",`...)
	}
	if p.Same >= 0 {
		b = append(b, `"meta":{"tag":[`...)
		comma := false
		for i, name := range differenceNames {
			if p.Differences&(1<<i) == 0 {
				continue
			}
			if comma {
				b = append(b, ',')
			}
			comma = true
			b = append(append(append(b, `{"system":"`+DifferenceSystem+`","code":"`...), name...), `"}`...)
		}
		b = append(b, `]},`...)
	}
	b = appendBackground(b, p)
	b = appendIdentifiers(b, p)
	b = append(append(b, `"active":true,"name":[{"use":"official","family":"`...), p.Family...)
	b = append(append(b, `","given":["`...), p.Given...)
	if p.Middle != "" {
		b = append(append(b, `","`...), p.Middle...)
	}
	b = append(b, `"]`...)
	if p.Suffix != "" {
		b = append(append(append(b, `,"suffix":["`...), p.Suffix...), `"]`...)
	}
	b = append(b, `}],"telecom":[`...)
	b = appendPhone(b, p.Phone, "home")
	if p.Mobile > 0 {
		b = appendPhone(append(b, ','), p.Mobile, "mobile")
	}
	if p.Email {
		b = strconv.AppendInt(append(b, `,{"system":"email","value":"person`...), int64(p.Number), 10)
		b = append(b, `@example.org"}`...)
	}
	b = append(append(b, `],"gender":"`...), p.Gender...)
	b = p.Birth.Append(append(b, `","birthDate":"`...))
	b = append(b, '"')
	if !p.Died.IsZero() {
		b = append(p.Died.Append(append(b, `,"deceasedDateTime":"`...)), '"')
	}
	b = append(appendAddress(append(b, `,"address":[`...), &p.Address), ']')
	if p.BirthOrder > 0 {
		b = strconv.AppendInt(append(b, `,"multipleBirthInteger":`...), int64(p.BirthOrder), 10)
	}
	if p.Guardian != "" {
		b = append(b, `,"contact":[{"relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode","code":"MTH"}]}],"name":{"family":"`...)
		b = append(append(append(b, p.GuardianFamily...), `","given":["`...), p.Guardian...)
		b = append(b, `"]}}]`...)
	}
	if p.Language != "" {
		b = append(b, `,"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"`...)
		b = append(append(b, p.Language...), `"}]},"preferred":true}]`...)
	}
	b = append(b, `,"managingOrganization":{"reference":"Organization/`...)
	b = s.sites[p.Clinic].ID.Append(b)
	return append(b, `"}}`...)
}

func appendIdentifiers(b []byte, p *Patient) []byte {
	const kind = `{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"`
	b = append(b, `"identifier":[`+kind+`MR"}]},"system":"`+Base+`/mrn/`...)
	b = strconv.AppendInt(b, int64(p.Clinic), 10)
	b = strconv.AppendInt(append(b, `","value":"`...), int64(p.MRN), 10)
	b = append(b, `"}`...)
	if p.Registry > 0 {
		b = strconv.AppendInt(append(b, `,`+kind+`SR"}]},"system":"`+RegistrySystem+`","value":"`...), int64(p.Registry), 10)
		b = append(b, `"}`...)
	}
	return append(b, `],`...)
}
