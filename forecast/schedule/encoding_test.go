package schedule_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// folder holds a release as CDC publishes it.
const folder = "../../../shared/cdsi/supporting-data-4.64"

// differs returns how two schedules differ.
func differs(want, got *schedule.Schedule) string {
	if reflect.DeepEqual(want, got) {
		return "" // comparing a whole release at length takes seconds
	}
	return cmp.Diff(want, got, cmp.Comparer(func(a, b calendar.Period) bool { return a == b }))
}

func TestEncodeDecode(t *testing.T) {
	small, err := read(scheduleFile, mumpsFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]*schedule.Schedule{"small": small, "built in": schedule.Default()} {
		b := schedule.Encode(want)
		got, err := schedule.Decode(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := differs(want, got); diff != "" {
			t.Errorf("%s: Decode(Encode(s)) (-want +got):\n%s", name, diff)
		}
		if again := schedule.Encode(got); !bytes.Equal(b, again) {
			t.Errorf("%s: encoding twice gives %d and %d bytes that differ", name, len(b), len(again))
		}
	}
}

func TestDecodeDamaged(t *testing.T) {
	small, err := read(scheduleFile, mumpsFile)
	if err != nil {
		t.Fatal(err)
	}
	b := schedule.Encode(small)
	for n := range b {
		if _, err := schedule.Decode(b[:n]); !errors.Is(err, schedule.ErrData) {
			t.Fatalf("Decode of the first %d of %d bytes = %v, want ErrData", n, len(b), err)
		}
	}
	if _, err := schedule.Decode(append(b, 0)); !errors.Is(err, schedule.ErrData) {
		t.Errorf("Decode with a byte more = %v, want ErrData", err)
	}
}

func FuzzDecode(f *testing.F) {
	small, err := read(scheduleFile, mumpsFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(schedule.Encode(small))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := schedule.Decode(b)
		if err != nil {
			return
		}
		again, err := schedule.Decode(schedule.Encode(s))
		if err != nil {
			t.Fatal(err)
		}
		if diff := differs(s, again); diff != "" {
			t.Fatalf("a schedule changes when it is written and read (-want +got):\n%s", diff)
		}
	})
}

// TestDefaultIsPublished makes the built-in schedule anew from the published
// files and compares.
func TestDefaultIsPublished(t *testing.T) {
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no supporting data in %s", folder)
	}
	want, err := schedule.ReadCDC(os.DirFS(folder), schedule.Default().Source)
	if err != nil {
		t.Fatal(err)
	}
	if diff := differs(want, schedule.Default()); diff != "" {
		t.Errorf("the built-in schedule differs from the published files; run cdsigen (-published +built in):\n%s", diff)
	}
}

// TestDefault holds the built-in release to its own counts, which CDC's files
// give as well.
func TestDefault(t *testing.T) {
	s := schedule.Default()
	if s.Source.Version != "4.64" || s.Source.Released.String() != "2025-11-10" {
		t.Errorf("Default().Source = %+v", s.Source)
	}
	if _, err := schedule.Decode(schedule.Encode(s)); err != nil {
		t.Errorf("the built-in schedule does not pass the checks: %v", err)
	}
	count := map[string]int{}
	for _, a := range s.Antigens {
		count["contraindications"] += len(a.Contraindications)
		count["vaccine contraindications"] += len(a.VaccineContraindications)
		count["series"] += len(a.Series)
		for _, x := range a.VaccineContraindications {
			count["contraindicated vaccines"] += len(x.Vaccines)
		}
		for _, x := range a.Series {
			count["doses"] += len(x.Doses)
			count["indications"] += len(x.Indications)
			for _, d := range x.Doses {
				count["ages"] += len(d.Ages)
				count["intervals"] += len(d.Intervals)
				count["allowable intervals"] += len(d.AllowableIntervals)
				count["preferable vaccines"] += len(d.PreferableVaccines)
				count["allowable vaccines"] += len(d.AllowableVaccines)
				count["inadvertent vaccines"] += len(d.InadvertentVaccines)
				count["conditional skips"] += len(d.ConditionalSkips)
				for _, k := range d.ConditionalSkips {
					count["sets"] += len(k.Sets)
					for _, set := range k.Sets {
						count["conditions"] += len(set.Conditions)
					}
				}
			}
		}
	}
	for _, v := range s.Vaccines {
		count["associations"] += len(v.Associations)
	}
	for _, o := range s.Observations {
		count["coded values"] += len(o.CodedValues)
	}
	count["antigens"], count["groups"], count["vaccines"] = len(s.Antigens), len(s.VaccineGroups), len(s.Vaccines)
	count["conflicts"], count["observations"] = len(s.Conflicts), len(s.Observations)
	want := map[string]int{
		"antigens": 30, "groups": 26, "series": 143, "doses": 484, "indications": 731, "contraindications": 250,
		"vaccine contraindications": 142, "contraindicated vaccines": 329, "ages": 502, "intervals": 490, "allowable intervals": 19,
		"preferable vaccines": 1089, "allowable vaccines": 3706, "inadvertent vaccines": 307, "conditional skips": 264, "sets": 385,
		"conditions": 469, "vaccines": 218, "associations": 290, "conflicts": 625, "observations": 277, "coded values": 476,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestCodes(t *testing.T) {
	for text, want := range map[string]schedule.CVX{"08": 8, "8": 8, "115": 115, "008": 8} {
		if got, ok := schedule.ParseCVX(text); !ok || got != want {
			t.Errorf("ParseCVX(%q) = %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "0", "000", "1234", "8a", "-8", " 8", "08 "} {
		if got, ok := schedule.ParseCVX(text); ok {
			t.Errorf("ParseCVX(%q) = %v, want none", text, got)
		}
	}
	for code, want := range map[schedule.CVX]string{8: "08", 45: "45", 115: "115"} {
		if got := code.String(); got != want {
			t.Errorf("CVX(%d).String() = %q, want %q", uint16(code), got, want)
		}
	}
	for code, want := range map[schedule.ObservationCode]string{1: "001", 55: "055", 211: "211"} {
		if got := code.String(); got != want {
			t.Errorf("ObservationCode(%d).String() = %q, want %q", uint16(code), got, want)
		}
		if got, ok := schedule.ParseObservationCode(want); !ok || got != code {
			t.Errorf("ParseObservationCode(%q) = %v, %v", want, got, ok)
		}
	}
}

func BenchmarkDefault(b *testing.B) {
	encoded := schedule.Encode(schedule.Default())
	b.SetBytes(int64(len(encoded)))
	for b.Loop() {
		if _, err := schedule.Decode(encoded); err != nil {
			b.Fatal(err)
		}
	}
}
