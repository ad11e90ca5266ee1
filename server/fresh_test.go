package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What a write acknowledged, the very next search finds, whoever sends it and
// whichever parameter it is by; what an update or delete took away, none does.
func TestSearchAfterWrite(t *testing.T) {
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	a := serve(t)
	other := *a
	other.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // shares no connection
	together(t, 20, func(i int) (answer, error) {
		for round := range rounds {
			if err := writeAndFind(a, &other, fmt.Sprintf("%d-%d", i, round), 1000+100*i+round); err != nil {
				return answer{}, err
			}
		}
		return answer{}, nil
	})
}

// writeAndFind writes a child and a dose with the one client and looks for them
// with the other; the year of birth is nobody else's.
func writeAndFind(writer, reader *api, mark string, year int) error {
	write := func(call, body string, status int) error {
		got, err := writer.try(call, body)
		if err == nil && got.status != status {
			err = fmt.Errorf("%s: %d, want %d: %s", call, got.status, status, got.text)
		}
		return err
	}
	// finds makes searches that each have their matches, and what comes along with them.
	finds := func(searches map[string]string) error {
		for query, want := range searches {
			got, err := reader.try("GET /"+query, "")
			if err == nil && (got.status != 200 || got.everything() != want) {
				err = fmt.Errorf("GET /%s after %s was written: %d, found %q, want %q", query, mark, got.status, got.everything(), want)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	patientWith := func(family, code string, year int) string {
		return fmt.Sprintf(`{"resourceType":"Patient","id":"p%[1]s","name":[{"family":%[2]q}],"birthDate":"%[4]d-03-04","identifier":[{"system":"urn:mark","value":%[3]q}]}`, mark, family, code, year)
	}
	dose := strings.Replace(immunization("i"+mark, "Patient/p"+mark, "03", "2021-03-01"), "lot-i", "lot", 1)
	p, i := "p"+mark, "i"+mark

	if err := write("PUT /Patient/"+p, patientWith("Old"+mark, "old"+mark, year), 201); err != nil {
		return err
	}
	if err := finds(map[string]string{
		"Patient?identifier=urn:mark|old" + mark:                      p,
		"Patient?family:exact=Old" + mark:                             p,
		fmt.Sprintf("Patient?birthdate=%d", year):                     p,
		"Patient?_id=" + p:                                            p,
		"?_type=Patient,Organization&_id=" + p:                        p,
		"Immunization?patient=" + p:                                   "",
		"Patient?_has:Immunization:patient:status=completed&_id=" + p: "",
	}); err != nil {
		return err
	}
	if err := write("PUT /Immunization/"+i, dose, 201); err != nil {
		return err
	}
	if err := finds(map[string]string{
		"Immunization?patient=" + p:                                                   i,
		"Immunization?patient.family:exact=Old" + mark:                                i,
		"Immunization?lot-number:exact=lot" + mark + "&_include=Immunization:patient": i + " " + p,
		"Patient?_has:Immunization:patient:lot-number:exact=lot" + mark:               p,
		"Patient?_id=" + p + "&_revinclude=Immunization:patient":                      p + " " + i,
		"Patient/" + p + "/Immunization":                                              i,
		"Immunization?patient.identifier=urn:mark|old" + mark + "&date=2021-03-01":    i,
	}); err != nil {
		return err
	}
	if err := write("PUT /Patient/"+p, patientWith("New"+mark, "new"+mark, year+5000), 200); err != nil {
		return err
	}
	if err := finds(map[string]string{
		"Patient?identifier=urn:mark|old" + mark:       "",
		"Patient?identifier=urn:mark|new" + mark:       p,
		"Patient?family:exact=Old" + mark:              "",
		fmt.Sprintf("Patient?birthdate=%d", year):      "",
		fmt.Sprintf("Patient?birthdate=%d", year+5000): p,
		"Immunization?patient.family:exact=Old" + mark: "",
		"Immunization?patient.family:exact=New" + mark: i,
	}); err != nil {
		return err
	}
	if err := write("DELETE /Patient/"+p, "", 204); err != nil {
		return err
	}
	return finds(map[string]string{
		"Patient?identifier=urn:mark|new" + mark:                                      "",
		"Patient?_id=" + p:                                                            "",
		"Immunization?patient.family:exact=New" + mark:                                "",
		"Patient?_has:Immunization:patient:lot-number:exact=lot" + mark:               "",
		"Immunization?lot-number:exact=lot" + mark + "&_include=Immunization:patient": i,
	})
}

// everything are the ids of matches and of what is included.
func (got answer) everything() string {
	var ids []string
	for i := 0; got.get(fmt.Sprintf("entry.%d.search.mode", i)) != ""; i++ {
		ids = append(ids, got.get(fmt.Sprintf("entry.%d.resource.id", i)))
	}
	return strings.Join(ids, " ")
}
