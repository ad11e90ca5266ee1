package scale_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// batch is how many resources are loaded together.
const batch = 500

// generatedRecord is a resource as the population has it.
type generatedRecord struct {
	id   population.ID
	text []byte
}

// recordsOf are the resources of patient n.
func recordsOf(s *population.State, n int) []generatedRecord {
	p := s.Patient(n)
	all := []generatedRecord{{p.ID, s.AppendPatient(nil, &p, true)}}
	doses := s.Doses(nil, &p)
	for i := range doses {
		all = append(all, generatedRecord{doses[i].ID, s.AppendDose(nil, &doses[i], true, "")})
	}
	findings := s.Findings(nil, &p)
	for i := range findings {
		all = append(all, generatedRecord{findings[i].ID, s.AppendFinding(nil, &p, &findings[i])})
	}
	return all
}

// places are the resources of all clinics and of those who work there.
func places(s *population.State) []generatedRecord {
	var all []generatedRecord
	for i := range s.Sites() {
		site := &s.Sites()[i]
		all = append(all, generatedRecord{site.ID, s.AppendOrganization(nil, site)})
		if text := s.AppendLocation(nil, site); text != nil {
			all = append(all, generatedRecord{site.Location, text})
		}
	}
	for i := range s.Practitioners() {
		p := &s.Practitioners()[i]
		all = append(all, generatedRecord{p.ID, s.AppendPractitioner(nil, p)})
	}
	return all
}

// load stores the places and all patients with theirs, patient by patient, and
// gives the number of resources.
func (r *registry) load(t testing.TB) int {
	t.Helper()
	loaded := r.put(t, places(r.state))
	var next, total atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var some []generatedRecord
			for n := int(next.Add(1)) - 1; n < r.patients && !t.Failed(); n = int(next.Add(1)) - 1 {
				if some = append(some, recordsOf(r.state, n)...); len(some) >= batch {
					total.Add(int64(r.put(t, some)))
					some = some[:0]
				}
			}
			total.Add(int64(r.put(t, some)))
		})
	}
	workers.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return loaded + int(total.Load())
}

// put loads resources, all of which must be accepted.
func (r *registry) put(t testing.TB, some []generatedRecord) int {
	records := make([]resources.Record, len(some))
	for i, one := range some {
		document, err := codec.Parse(one.text, codec.Limits{})
		if err != nil {
			t.Errorf("Parse(%s): %v", one.text, err)
			return 0
		}
		records[i] = resources.Record{Resource: document.Root(), ID: one.id.String()}
	}
	results, err := r.Load(t.Context(), everything, records)
	if err != nil {
		t.Errorf("Load: %v", err)
	}
	for i, result := range results {
		if result.Err != nil {
			t.Errorf("Load(%s): %v", some[i].text, result.Err)
		}
	}
	return len(some)
}
