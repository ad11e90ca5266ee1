package population_test

import (
	"testing"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/server/loadtest/population"
)

// TestDoseSays expects that what a Dose says of itself stands in its resource.
func TestDoseSays(t *testing.T) {
	s := population.New(population.Config{Seed: 5})
	lots, reasons := 0, 0
	for n := range 500 {
		p := s.Patient(n)
		for _, d := range s.Doses(nil, &p) {
			text := s.AppendDose(nil, &d, true, "")
			document, err := codec.Parse(text, codec.Limits{})
			if err != nil {
				t.Fatalf("Parse(%s): %v", text, err)
			}
			dose := document.Root()
			if got, want := s.Lot(&d), dose.Get("lotNumber").Text(); got != want {
				t.Errorf("Lot(%v) = %q, want %q", d, got, want)
			} else if got != "" {
				lots++
			}
			if got, want := d.NotDoneReason(), dose.Get("statusReason").Get("coding").At(0).Get("code").Text(); got != want {
				t.Errorf("%v.NotDoneReason() = %q, want %q", d, got, want)
			} else if got != "" {
				reasons++
			}
		}
	}
	if lots == 0 || reasons == 0 {
		t.Errorf("%d doses have a lot and %d a reason why they were not given, want some", lots, reasons)
	}
}
