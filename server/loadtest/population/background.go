package population

// languages are those of homes that do not speak English, most spoken first.
var languages = []string{"es", "es-MX", "vi", "zh", "ar", "so", "tl", "nv", "fr", "ru", "ko", "hmn", "sw", "uk"}

// race is a category of the OMB, as the US Core extensions write it:
// http://hl7.org/fhir/us/core/StructureDefinition/us-core-race
type race struct{ code, display string }

var races = []race{
	{"2106-3", "White"},
	{"2054-5", "Black or African American"},
	{"2028-9", "Asian"},
	{"1002-5", "American Indian or Alaska Native"},
	{"2076-8", "Native Hawaiian or Other Pacific Islander"},
}

const omb = `"system":"urn:oid:2.16.840.1.113883.6.238","code":"`

// appendBackground appends race and ethnicity, each with what follows it.
func appendBackground(b []byte, p *Patient) []byte {
	if p.Race < 0 {
		return b
	}
	b = append(b, `"extension":[`...)
	b = appendOMB(b, "race", races[p.Race])
	ethnicity := race{"2186-5", "Not Hispanic or Latino"}
	if p.Hispanic == 1 {
		ethnicity = race{"2135-2", "Hispanic or Latino"}
	}
	b = appendOMB(append(b, ','), "ethnicity", ethnicity)
	if p.MotherMaiden != "" {
		b = append(b, `,{"url":"http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName","valueString":"`...)
		b = append(append(b, p.MotherMaiden...), `"}`...)
	}
	return append(b, `],`...)
}

func appendOMB(b []byte, what string, r race) []byte {
	b = append(b, `{"extension":[{"url":"ombCategory","valueCoding":{`+omb...)
	b = append(append(append(b, r.code...), `","display":"`...), r.display...)
	b = append(append(b, `"}},{"url":"text","valueString":"`...), r.display...)
	b = append(append(b, `"}],"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-`...), what...)
	return append(b, `"}`...)
}
