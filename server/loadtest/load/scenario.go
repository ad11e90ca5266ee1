package load

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// scenario is a Source by two functions. want is the status of a good answer, and
// part must occur in its body so often, as far as it is set.
type scenario struct {
	d    *Dataset
	next func(d *Dataset, n int, buffer []byte) Request
	want int
	part string
	// times is how often part occurs; 0 for once or more
	times int
	// id is what must occur in the answer to request n, if it is set
	id func(d *Dataset, n int) population.ID
}

// scenarios are what can be measured, by name.
var scenarios = map[string]scenario{
	// read is GET by id, of doses and patients as they are distributed.
	"read": {next: read, want: http.StatusOK, id: func(d *Dataset, n int) population.ID { return choose(d, n, d.ids).id }},
	// search-doses finds the twenty doses of a patient.
	"search-doses": {next: searchDoses, want: http.StatusOK, part: `"fullUrl":`, times: 20},
	// search-person looks for a person by names and birth date.
	"search-person": {next: searchPerson, want: http.StatusOK, id: personID},
	// search-identifier looks for a person by the medical record number.
	"search-identifier": {next: searchIdentifier, want: http.StatusOK, id: personID},
	// create adds a dose to a stored patient, and each twelfth time a patient.
	"create": {next: create, want: http.StatusCreated},
	// update gives a stored patient another telephone number.
	"update": {next: update, want: http.StatusOK},
	// transaction is a Bundle with a new patient and ten doses.
	"transaction": {next: transaction, want: http.StatusOK, part: `"201`, times: 1 + perPatient},
	// forecast asks for the forecast of a patient with ten doses, all in the request.
	"forecast": {next: forecast, want: http.StatusOK, part: `"ImmunizationRecommendation"`},
}

// mixture is a day's work in percent.
var mixture = []struct {
	name  string
	share int
}{
	{"read", 40}, {"search-doses", 22}, {"search-person", 12}, {"search-identifier", 6},
	{"forecast", 8}, {"create", 7}, {"update", 3}, {"transaction", 2},
}

// Scenarios are the names that Scenario knows.
func Scenarios() []string { return append(slices.Sorted(maps.Keys(scenarios)), "mixed") }

// Scenario returns what to ask of a server that holds a dataset.
func (d *Dataset) Scenario(name string) (Source, error) {
	if name == "mixed" {
		var m mixed
		for _, part := range mixture {
			s := scenarios[part.name]
			s.d = d
			for range part.share {
				m = append(m, s)
			}
		}
		return m, nil
	}
	s, ok := scenarios[name]
	if !ok {
		return nil, fmt.Errorf("no scenario %q; there are %q", name, Scenarios())
	}
	s.d = d
	return s, nil
}

// Next makes request n.
func (s scenario) Next(n int, buffer []byte) Request { return s.next(s.d, n, buffer) }

// Check looks at the answer to request n.
func (s scenario) Check(n int, r Response) error {
	switch {
	case r.Status != s.want:
		return fmt.Errorf("status %d, want %d: %.300s", r.Status, s.want, r.Body)
	case s.times > 0 && bytes.Count(r.Body, []byte(s.part)) != s.times:
		return fmt.Errorf("%s occurs %d times, want %d: %.300s", s.part, bytes.Count(r.Body, []byte(s.part)), s.times, r.Body)
	case s.times == 0 && !bytes.Contains(r.Body, []byte(s.part)):
		return fmt.Errorf("no %s: %.300s", s.part, r.Body)
	}
	if s.id != nil {
		var text [36]byte
		if id := s.id(s.d, n).Append(text[:0]); !bytes.Contains(r.Body, id) {
			return fmt.Errorf("no %s: %.300s", id, r.Body)
		}
	}
	return nil
}

// mixed holds a scenario for each percent.
type mixed []scenario

// part spreads each scenario over every hundred requests.
func (m mixed) part(n int) scenario { return m[n*37%len(m)] }

func (m mixed) Next(n int, buffer []byte) Request { return m.part(n).Next(n, buffer) }

func (m mixed) Check(n int, r Response) error { return m.part(n).Check(n, r) }

func personID(d *Dataset, n int) population.ID { return choose(d, n, d.people).ID }

func read(d *Dataset, n int, _ []byte) Request {
	return Request{Method: http.MethodGet, Path: choose(d, n, d.ids).path()}
}

func searchDoses(d *Dataset, n int, _ []byte) Request {
	return Request{Method: http.MethodGet, Path: "/Immunization?patient=" + choose(d, n, d.twenty).String() + "&_count=50"}
}

func searchPerson(d *Dataset, n int, _ []byte) Request {
	p := choose(d, n, d.people)
	return Request{Method: http.MethodGet, Path: "/Patient?family=" + url.QueryEscape(p.Family) + "&given=" + url.QueryEscape(p.Given) + "&birthdate=" + p.Birth.String()}
}

func searchIdentifier(d *Dataset, n int, _ []byte) Request {
	p := choose(d, n, d.people)
	return Request{Method: http.MethodGet, Path: "/Patient?identifier=" + url.QueryEscape(p.MRNSystem()+"|"+p.MRNValue())}
}

func create(d *Dataset, n int, buffer []byte) Request {
	if n%12 == 0 {
		p := *choose(d, n, d.people)
		d.newcomer(n, &p)
		return Request{Method: http.MethodPost, Path: "/Patient", Body: d.State.AppendPatient(buffer, &p, false)}
	}
	dose := *choose(d, n, d.doses)
	dose.ID = d.fresh(n, 0)
	return Request{Method: http.MethodPost, Path: "/Immunization", Body: d.State.AppendDose(buffer, &dose, false, "")}
}

func update(d *Dataset, n int, buffer []byte) Request {
	p := *choose(d, n, d.people)
	p.Mobile = 200_0000 + (n+int(d.Run%1000)*7919)%799_9999
	return Request{Method: http.MethodPut, Path: "/Patient/" + p.ID.String(), Body: d.State.AppendPatient(buffer, &p, true)}
}

func transaction(d *Dataset, n int, buffer []byte) Request {
	h := choose(d, n, d.histories)
	p := h.patient
	d.newcomer(n, &p)
	var doses [perPatient]population.Dose
	for i := range doses {
		doses[i] = h.doses[i]
		doses[i].ID = d.fresh(n, 1+i)
	}
	return Request{Method: http.MethodPost, Path: "", Body: d.State.AppendTransaction(buffer, &p, doses[:])}
}

func forecast(d *Dataset, n int, buffer []byte) Request {
	return Request{Method: http.MethodPost, Path: "/$immds-forecast", Body: append(buffer, *choose(d, n, d.forecasts)...)}
}
