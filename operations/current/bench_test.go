package current_test

import (
	"fmt"
	"testing"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// BenchmarkRefresh looks at patients with 12 doses each. In the first iteration all
// forecasts have to be stored, in the others they stand.
func BenchmarkRefresh(b *testing.B) {
	f := newFixture(b)
	b.ReportAllocs()
	f.manyPatients()
	for b.Loop() {
		for i := range patients {
			f.refresh(fmt.Sprint("p", i))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*patients), "us/patient")
}

// BenchmarkChange adds or takes away a dose of a patient with 12 others, and makes the
// forecast current.
func BenchmarkChange(b *testing.B) {
	f := newFixture(b)
	b.ReportAllocs()
	f.manyPatients()
	for i := range patients {
		f.refresh(fmt.Sprint("p", i))
	}
	n := 0
	for b.Loop() {
		id := fmt.Sprint("p", n%patients)
		if n/patients%2 == 0 {
			f.dose(id+"-more", id, "03", ago(100))
		} else {
			f.delete("Immunization", id+"-more")
		}
		f.refresh(id)
		n++
	}
}

const patients = 500

// manyPatients stores patients with 12 doses each.
func (f *fixture) manyPatients() {
	for i := range patients {
		id := fmt.Sprint("p", i)
		writes := []resources.Write{storetest.Put(f, resources.PUT, "Patient", id, 0, fmt.Sprintf(`"gender":"female","birthDate":%q`, ago(1500+i)))}
		for j, cvx := range []string{"08", "08", "110", "133", "116", "110", "133", "116", "03", "21", "83", "141"} {
			writes = append(writes, storetest.Put(f, resources.PUT, "Immunization", fmt.Sprint(id, "-", j), 0, doseElements(id, cvx, ago(1500+i-40*j))))
		}
		if _, err := f.store.Commit(f.ctx, everything, resources.Batch{Writes: writes}); err != nil {
			f.Fatal(err)
		}
	}
}
