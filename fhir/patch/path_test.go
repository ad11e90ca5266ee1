package patch_test

import (
	"strings"
	"testing"
)

// TestPaths lets paths find the elements of a patient that are marked with
// their place: deleting one must take its mark away and no other.
func TestPaths(t *testing.T) {
	const resource = `{"resourceType":"Patient","active":true,"multipleBirthInteger":2,"language":"<language>",` +
		`"extension":[{"url":"u","valueString":"<e0>"},{"url":"v'\\","valueString":"<e1>"}],` +
		`"_birthDate":{"extension":[{"url":"u","valueString":"<b>"}]},` +
		`"name":[{"use":"official","family":"<family0>","given":["<given00>","<given01>"],"period":{"start":"2020-01-01"}},` +
		`{"use":"usual","family":"<family1>","given":["<given10>"]}],` +
		`"telecom":[{"system":"phone","rank":1,"value":"<t0>"},{"system":"phone","rank":2,"value":"<t1>"},{"system":"email","value":"<t2>"}],` +
		`"communication":[{"language":{"coding":[{"code":"a"},{"code":"b"}],"text":"<c0>"}},{"language":{"coding":[{"code":"c"}],"text":"<c1>"},"preferred":true}],` +
		`"contained":[{"resourceType":"Organization","id":"o","name":"<o>"},{"resourceType":"Practitioner","id":"p","gender":"<p>"}]}`
	for path, mark := range map[string]string{
		"Patient.language":                                                                    "language",
		"Resource.language":                                                                   "language",
		"DomainResource . language":                                                           "language",
		"language":                                                                            "language",
		"Patient.name[0].family":                                                              "family0",
		" Patient.name [ 1 ] . family ":                                                       "family1",
		"Patient.name.first().family":                                                         "family0",
		"Patient.name.last().family":                                                          "family1",
		"Patient.name.given[2]":                                                               "given10",
		"Patient.name.given.first()":                                                          "given00",
		"Patient.name.given.last()":                                                           "given10",
		"Patient.name[0].given.last()":                                                        "given01",
		"Patient.name.where(use = 'official').family":                                         "family0",
		"Patient.name.where(use='usual').family.single()":                                     "family1",
		"Patient.name.where(use != 'usual').family":                                           "family0",
		"Patient.name.where(period.start = @2020-01-01).family":                               "family0",
		"Patient.name.where(period.start = '2020-01-01').family":                              "family0",
		"Patient.name.where(period.exists()).family":                                          "family0",
		"Patient.name.where(period.empty()).family":                                           "family1",
		"Patient.name.where(given = '<given10>').family":                                      "family1",
		"Patient.name.where(given[0] = '<given00>').family":                                   "family0",
		"Patient.name.where(given.exists($this='<given01>')).given[1]":                        "given01",
		"Patient.name.given.where($this = '<given01>')":                                       "given01",
		"Patient.telecom.where(system = 'phone' and rank = 1).value":                          "t0",
		"Patient.telecom.where(system = 'phone' and rank = 2.0).value":                        "t1",
		"Patient.telecom.where(system = 'phone')[1].value":                                    "t1",
		"Patient.telecom.where(rank.empty() or system = 'fax').value":                         "t2",
		"Patient.telecom.where(system = 'email' or rank = 2 and system = 'fax').value":        "t2",
		"Patient.telecom.where((system = 'email' or rank = 2) and rank.exists()).value":       "t1",
		"Patient.telecom.where(rank != 1).value":                                              "t1",
		"Patient.communication.where(preferred = true).language.text":                         "c1",
		"Patient.communication.where(language.coding.code = 'c').language.text":               "c1",
		"Patient.communication.where(language.coding.code != 'c').language.text":              "c0",
		"Patient.communication.where(language.coding.exists(code = 'b')).language.text":       "c0",
		"Patient.communication.where(language.coding.where(code='a').exists()).language.text": "c0",
		"Patient.communication.language.where(coding.code = 'c').text":                        "c1",
		"Patient.where(active = true).language":                                               "language",
		"Patient.where(multipleBirth = 2).language":                                           "language",
		"Patient.extension('u').value":                                                        "e0",
		`Patient.extension('v\'\\').value`:                                                    "e1",
		"Patient.extension.where(url = 'u').value.ofType(string)":                             "e0",
		"Patient.contained[0].name":                                                           "o",
		"Patient.contained.name":                                                              "o",
		"Patient.contained.where(id = 'p').gender":                                            "p",
		"Patient.contained.ofType(Practitioner).gender":                                       "p",

		"Patient.where(birthDate.exists()).birthDate.extension.value": "b",

		// Nothing is found, which a delete may.
		"Patient.name[2].family":                           "",
		"Patient.name.where(given = '<given00>').family":   "", // of two given names, neither is equal to one string
		"Patient.telecom.where(rank = '1').value":          "",
		"Patient.name.where(use = 'old').family":           "",
		"Patient.name.where(period = 'x').family":          "",
		"Patient.name.where(suffix != 'x').family":         "",
		"Patient.where(active = false).language":           "",
		"Patient.contained.ofType(Organization).alias":     "",
		"Patient.contained.ofType(Patient).language":       "",
		"Patient.birthDate.where($this != @2020-01-01)":    "", // it has no value
		"Patient.where(birthDate != '2020').language":      "",
		"Patient.extension('w').value":                     "",
		"Patient.maritalStatus.coding.last().code":         "",
		"Patient.deceased.ofType(dateTime)":                "",
		"Patient.multipleBirth.ofType(boolean).extension":  "",
		"Patient.language.extension('u').value.extension":  "",
		"Patient.contained.contained.contained.whatsoever": "",
	} {
		p, err := parseFHIRPatch(t, operations(remove(path)))
		if err != nil {
			t.Errorf("ParseFHIRPatch of a path %s: %v", path, err)
			continue
		}
		text, err := p.Apply([]byte(resource))
		if err != nil {
			t.Errorf("Apply of delete %s: %v", path, err)
			continue
		}
		for _, m := range strings.Split(resource, "<")[1:] {
			m, _, _ := strings.Cut(m, ">")
			if there := strings.Contains(string(text), "<"+m+">"); there == (m == mark) {
				t.Errorf("delete %s: %q is there: %v", path, m, there)
			}
		}
	}
}
