package current_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/current"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
)

// changer changes the records of a few patients at random.
type changer struct {
	*fixture
	*rand.Rand
	patients []string
}

func (f *fixture) changer(seed uint64, name string, patients int) *changer {
	c := &changer{f, rand.New(rand.NewPCG(seed, 5)), nil}
	for i := range patients {
		c.patients = append(c.patients, fmt.Sprint(name, "-", i))
	}
	return c
}

var (
	vaccines = []string{"03", "08", "20", "21", "48", "62", "83", "110", "114", "115", "133", "140", "165", "213", "999", "141"}
	clinical = []string{ // with the patient to be filled in
		`Condition "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"86406008"}]},"subject":{"reference":"Patient/%s"},"onsetDateTime":"2024-05-01"`,
		`Condition "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"77386006"}]},"subject":{"reference":"Patient/%s"},"onsetDateTime":"2026-01-10"`,
		`AllergyIntolerance "code":{"coding":[{"system":"http://snomed.info/sct","code":"294847001"}]},"patient":{"reference":"Patient/%s"}`,
		`Observation "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"82810-3"}],"text":"Pregnancy status"},"valueCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"LA15173-0"}]},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"2026-02-01"`,
	}
)

// change changes something.
func (c *changer) change() {
	n := c.IntN(len(c.patients))
	patient := c.patients[n]
	switch kind := c.IntN(20); {
	case kind < 3:
		c.patient(patient, ago(c.IntN(3)*c.IntN(9000)+c.IntN(400)))
	case kind == 3:
		c.delete("Patient", patient)
	case kind == 4:
		c.put("Patient", patient, `"gender":"male"`)
	case kind < 7:
		text := clinical[c.IntN(len(clinical))]
		for i := range text {
			if text[i] == ' ' {
				c.put(text[:i], patient+"-"+strconv.Itoa(c.IntN(3)), fmt.Sprintf(text[i+1:], patient))
				break
			}
		}
	case kind == 7:
		c.delete("Condition", patient+"-"+strconv.Itoa(c.IntN(3)))
	case kind < 11:
		c.delete("Immunization", patient+"-"+strconv.Itoa(c.IntN(6)))
	case kind < 13: // a dose goes over to another patient
		to := c.patients[c.IntN(len(c.patients))]
		c.dose(patient+"-"+strconv.Itoa(c.IntN(6)), to, vaccines[c.IntN(len(vaccines))], ago(c.IntN(1000)))
	case kind == 13:
		c.put("Immunization", patient+"-"+strconv.Itoa(c.IntN(6)),
			fmt.Sprintf(`"status":"not-done","patient":{"reference":"Patient/%s"},"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"03"}]},"occurrenceDateTime":"2026"`, patient))
	default:
		c.dose(patient+"-"+strconv.Itoa(c.IntN(6)), patient, vaccines[c.IntN(len(vaccines))], ago(c.IntN(1000)-20))
	}
}

// Stored and computed forecasts never differ: at any time for who asks for a patient,
// and for everyone when the keeper has settled, whatever changes and whatever day it is.
func TestStoredIsComputed(t *testing.T) {
	f := newFixture(t)
	f.run()
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	for range 3 {
		var changers sync.WaitGroup
		for w := range 4 {
			c := f.changer(uint64(w)+uint64(f.day.Load()), fmt.Sprint("w", w), 3)
			changers.Go(func() {
				for range rounds {
					c.change()
					patient := c.patients[c.IntN(len(c.patients))]
					c.refresh(patient)
					c.wantCurrent(patient)
				}
			})
		}
		changers.Wait()
		f.settle()
		f.wantAll(4, 3)
		f.wantSound()
		f.day.Add(int32(rounds))
		f.settle()
		f.wantAll(4, 3)
		f.wantSound()
	}
}

// wantAll compares the forecasts of all patients of changers called w0, w1 and so on.
func (f *fixture) wantAll(changers, patients int) {
	f.Helper()
	for w := range changers {
		for i := range patients {
			f.wantCurrent(fmt.Sprint("w", w, "-", i))
		}
	}
}

// killFolder in the environment makes the test program a process to be killed.
const (
	killFolder = "JENNER_TEST_KILL_FOLDER"
	killSeed   = "JENNER_TEST_KILL_SEED"
	killDay    = "JENNER_TEST_KILL_DAY"
	changing   = 4 // goroutines
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(killFolder); folder != "" {
		changeUntilKilled(folder)
		return
	}
	os.Exit(m.Run())
}

// stderrTest lets a fixture be used where no test runs: what fails ends the process.
type stderrTest struct{ testing.TB }

func (stderrTest) Helper()                  {}
func (stderrTest) Cleanup(func())           {}
func (stderrTest) Context() context.Context { return context.Background() }
func (stderrTest) Errorf(format string, a ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", a...)
	os.Exit(1)
}
func (s stderrTest) Fatalf(format string, a ...any) { s.Errorf(format, a...) }
func (s stderrTest) Fatal(a ...any)                 { s.Errorf("%v", fmt.Sprint(a...)) }

// changeUntilKilled changes records beside a keeper that runs. It never ends.
func changeUntilKilled(folder string) {
	t := stderrTest{}
	f := openFolder(t, folder)
	f.run()
	seed, err := strconv.ParseUint(os.Getenv(killSeed), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for w := range changing {
		c := f.changer(seed+uint64(w), fmt.Sprint("w", w), 4)
		go func() {
			for {
				c.change()
			}
		}()
	}
	fmt.Println("changing")
	for {
		time.Sleep(40 * time.Millisecond) // days pass
		f.day.Add(3)
	}
}

func openFolder(t testing.TB, folder string) *fixture {
	r := registry(t)
	store, err := pebblestore.Open(pebblestore.Config{Path: folder, Registry: r, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	// Each process has a release of its own, which says the same, and looks at everyone:
	// by the notes, as long as those before have known of all changes.
	f := over(t, store, r, func(c *current.Config) {
		c.Workers, c.Release, c.Program = 2, strconv.Itoa(os.Getpid())+" "+os.Getenv(killDay), "A"
	})
	if day, err := strconv.Atoi(os.Getenv(killDay)); err == nil {
		f.day.Store(int32(day))
	}
	return f
}

// A process that changes records and keeps their forecasts is killed at a random
// moment, again and again. Who goes on after it makes all forecasts current, most of them
// by the notes, and the store is sound.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes for some seconds; run without -short")
	}
	rounds := 4
	if text := os.Getenv("JENNER_CRASH_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatalf("JENNER_CRASH_ROUNDS: %v", err)
		}
	}
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	day := firstDay
	versions := 0
	for round := range rounds {
		seed := random.Uint64N(1 << 40)
		after := time.Duration(100+random.IntN(700)) * time.Millisecond
		killAfter(t, folder, seed, day, after)
		day += 200
		t.Setenv(killDay, strconv.Itoa(int(day)))
		f := openFolder(t, folder)
		stop := f.run()
		f.settle()
		f.wantAll(changing, 4)
		f.wantSound()
		stop()
		summary, err := f.store.Check(f.ctx, func(fault string) { t.Error(fault) })
		if err != nil {
			t.Fatal(err)
		}
		versions = summary.Versions
		if err := f.store.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("round %d, seed %d, killed after %v", round, seed, after)
		}
	}
	t.Logf("%d rounds, %d versions", rounds, versions)
	if versions < 100*rounds {
		t.Errorf("%d versions in %d rounds; the test proves little", versions, rounds)
	}
}

// killAfter starts the process, and kills it when it has changed records for a while.
func killAfter(t *testing.T, folder string, seed uint64, day calendar.Date, after time.Duration) {
	t.Helper()
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), killFolder+"="+folder, killSeed+"="+strconv.FormatUint(seed, 10), killDay+"="+strconv.Itoa(int(day)))
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 8)); err != nil {
		t.Fatalf("the process to be killed ended: %v", err)
	}
	time.Sleep(after) // the moment is random: nothing is waited for
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err == nil {
		t.Fatal("the process ended before it was killed")
	}
}

var _ resources.Computed = (*current.Keeper)(nil)
