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
	const patients = 500
	for i := range patients {
		id := fmt.Sprint("p", i)
		writes := []resources.Write{storetest.Put(b, resources.PUT, "Patient", id, 0, fmt.Sprintf(`"gender":"female","birthDate":%q`, ago(1500+i)))}
		for j, cvx := range []string{"08", "08", "110", "133", "116", "110", "133", "116", "03", "21", "83", "141"} {
			writes = append(writes, storetest.Put(b, resources.PUT, "Immunization", fmt.Sprint(id, "-", j), 0, doseElements(id, cvx, ago(1500+i-40*j))))
		}
		if _, err := f.store.Commit(f.ctx, everything, resources.Batch{Writes: writes}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		for i := range patients {
			f.refresh(fmt.Sprint("p", i))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*patients), "us/patient")
}
