package load

import (
	"encoding/binary"
	"errors"

	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// Dataset is what a server holds, patients 0 to Patients-1 of State, and values
// drawn from all of it for requests. It may be used by several goroutines.
type Dataset struct {
	State    *population.State
	Patients int
	// Run tells what this run adds from what others added; it should be random.
	Run uint64

	ids       []storedID           // of resources
	people    []population.Patient // to search for and to update
	twenty    []population.ID      // of patients with twenty doses
	doses     []population.Dose    // of patients with another number
	histories []person             // patients with ten doses or more, and ten of these
	forecasts [][]byte             // Parameters about some of them
}

type storedID struct {
	dose bool
	id   population.ID
}

func (r storedID) path() string {
	if r.dose {
		return "/Immunization/" + r.id.String()
	}
	return "/Patient/" + r.id.String()
}

type person struct {
	patient population.Patient
	doses   []population.Dose
}

// Sizes of what is drawn. Requests choose among these at random, so they must be
// far more than any cache of answers would hold by chance.
const (
	drawnIDs       = 300_000
	drawnPeople    = 20_000
	drawnTwenty    = 4_000
	drawnDoses     = 50_000
	drawnHistories = 4_000
	drawnForecasts = 2_000
)

// perPatient is the number of doses of a history in a transaction or forecast.
const perPatient = 10

// Draw draws values, which takes some seconds for a large dataset.
func Draw(s *population.State, patients int, run uint64) (*Dataset, error) {
	if patients < 100 {
		return nil, errors.New("a dataset needs a hundred patients")
	}
	d := &Dataset{State: s, Patients: patients, Run: run}
	// Patients in an order without repetition: steps of a number that has no
	// divisor in common with theirs.
	step := patients*5/8 | 1
	for gcd(step, patients) != 1 {
		step += 2
	}
	var all []population.Dose
	for i, n := 0, 0; i < patients && !d.full(); i, n = i+1, (n+step)%patients {
		p := s.Patient(n)
		all = s.Doses(all[:0], &p)
		d.keep(&p, all)
	}
	if len(d.twenty) == 0 || len(d.histories) == 0 || len(d.doses) == 0 {
		return nil, errors.New("too few patients: none has twenty doses, or none has ten")
	}
	for i := 0; i < len(d.histories) && i < drawnForecasts; i++ {
		h := &d.histories[i]
		d.forecasts = append(d.forecasts, s.AppendForecast(nil, &h.patient, h.doses, s.AsOf()))
	}
	return d, nil
}

// Sample is the dataset with no more than n of the ids that read asks for.
func (d *Dataset) Sample(n int) *Dataset {
	few := *d
	few.ids = d.ids[:min(n, len(d.ids))]
	return &few
}

// Paths are the paths of what read asks for.
func (d *Dataset) Paths() []string {
	var paths []string
	for _, r := range d.ids {
		paths = append(paths, r.path())
	}
	return paths
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (d *Dataset) full() bool {
	return len(d.ids) >= drawnIDs && len(d.people) >= drawnPeople && len(d.twenty) >= drawnTwenty &&
		len(d.doses) >= drawnDoses && len(d.histories) >= drawnHistories
}

func (d *Dataset) keep(p *population.Patient, doses []population.Dose) {
	if len(d.ids) < drawnIDs {
		d.ids = append(d.ids, storedID{false, p.ID})
		for i := range doses {
			d.ids = append(d.ids, storedID{true, doses[i].ID})
		}
	}
	if len(d.people) < drawnPeople {
		d.people = append(d.people, *p)
	}
	switch {
	case len(doses) == 20 && len(d.twenty) < drawnTwenty:
		d.twenty = append(d.twenty, p.ID)
	case len(doses) != 20 && len(d.doses) < drawnDoses:
		d.doses = append(d.doses, doses...)
	}
	if len(doses) >= perPatient && len(d.histories) < drawnHistories {
		ten := append([]population.Dose(nil), doses[len(doses)-perPatient:]...)
		d.histories = append(d.histories, person{*p, ten})
	}
}

// choose picks a value for request n, in no order and yet the same each time.
func choose[T any](d *Dataset, n int, from []T) *T {
	x := (uint64(n) + d.Run) * 0x9e3779b97f4a7c15
	x = (x ^ x>>32) * 0xd6e8feb86659fd93
	return &from[(x^x>>32)%uint64(len(from))]
}

// fresh is an id that no stored resource has, for part k of request n.
func (d *Dataset) fresh(n, k int) (id population.ID) {
	binary.BigEndian.PutUint64(id[:], d.Run)
	binary.BigEndian.PutUint32(id[8:], uint32(n))
	binary.BigEndian.PutUint32(id[12:], uint32(k))
	return id
}

// newcomer makes a stored patient somebody whom no server has seen.
func (d *Dataset) newcomer(n int, p *population.Patient) {
	p.ID = d.fresh(n, 0)
	p.MRN = 1_000_000_000 + int(d.Run%1_000_000)*10_000_000 + n
	p.Registry = p.MRN + 1_000_000_000_000_000
}
