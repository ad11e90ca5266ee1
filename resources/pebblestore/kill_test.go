package pebblestore_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/storetest"
)

// crashRounds is how often crash tests crash: 5 times, or as the environment
// variable JENNER_CRASH_ROUNDS says.
func crashRounds(t *testing.T) int {
	text := os.Getenv("JENNER_CRASH_ROUNDS")
	if text == "" {
		return 5
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("JENNER_CRASH_ROUNDS: %v", err)
	}
	return n
}

// killFolder in the environment makes the test program a process to be killed.
const (
	killFolder = "JENNER_TEST_KILL_FOLDER"
	killRound  = "JENNER_TEST_KILL_ROUND"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(killFolder); folder != "" {
		writeUntilKilled(folder, os.Getenv(killRound))
		return
	}
	os.Exit(m.Run())
}

// acknowledged is what the process to be killed prints when a commit has
// answered: one line.
type acknowledged struct {
	Type, ID string
	Version  uint64
	Sum      [sha256.Size]byte // of the JSON
}

// writeUntilKilled writes from many goroutines and tells of every commit that
// has answered. It never ends.
func writeUntilKilled(folder, round string) {
	number, err := strconv.Atoi(round)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Every second process loads in bulk, and what it left is served by another.
	s, err := pebblestore.Open(pebblestore.Config{Path: folder, Registry: registry, Logger: quiet, MemTableSize: 256 << 10, Bulk: number%2 == 1})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var printing sync.Mutex
	out := json.NewEncoder(os.Stdout)
	for w := range 8 {
		go func() {
			random := rand.New(rand.NewPCG(uint64(w), uint64(time.Now().UnixNano())))
			var versions [8]uint64
			for n := 0; ; n++ {
				i := random.IntN(len(versions))
				writes := killedWrites(round, w, n, i, versions[i], random.IntN(4) == 0)
				notes := []resources.Note{versionNote(writes[0].ID, versions[i]+1, n)}
				made, err := s.Commit(context.Background(), everything, resources.Batch{Writes: writes, Notes: notes})
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				versions[i]++
				var lines []acknowledged
				for _, v := range made {
					lines = append(lines, acknowledged{v.Type, v.ID, v.Version, sha256.Sum256(v.JSON)})
				}
				printing.Lock()
				out.Encode(lines)
				printing.Unlock()
			}
		}()
	}
	select {}
}

// killedWrites are a change of one of the writer's resources, and now and then
// two new ones that belong together.
func killedWrites(round string, w, n, i int, expect uint64, several bool) []resources.Write {
	method := resources.PUT
	if n%5 == 4 {
		method = resources.DELETE
	}
	writes := []resources.Write{storetest.Put(noTest{}, method, "Patient", fmt.Sprintf("r%s-w%d-%d", round, w, i), expect, fmt.Sprintf(`"multipleBirthInteger":%d,"gender":"other"`, n))}
	if several {
		for half := range 2 {
			writes = append(writes, storetest.Put(noTest{}, resources.PUT, "Organization", fmt.Sprintf("r%s-w%d-%d-%d", round, w, n, half), 0, `"name":"half"`))
		}
	}
	return writes
}

// noTest lets storetest.Put be used where no test runs.
type noTest struct{ testing.TB }

func (noTest) Helper() {}

// TestKill kills a writing process at a random moment, again and again on the
// same folder. Everything it had acknowledged must be there, whole commits
// only, and the store must be sound.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes for some seconds; run without -short")
	}
	folder := t.TempDir()
	versions := map[string]acknowledged{} // all that were ever acknowledged
	for round := range crashRounds(t) {
		lines := killed(t, folder, round)
		for _, line := range lines {
			for _, a := range line {
				versions[fmt.Sprint(a.Type, "/", a.ID, "/", a.Version)] = a
			}
		}
		s, err := pebblestore.Open(pebblestore.Config{Path: folder, Registry: registry, Logger: quiet})
		if err != nil {
			t.Fatalf("Open after the kill: %v", err)
		}
		for name, a := range versions {
			v, err := s.VersionRead(t.Context(), everything, a.Type, a.ID, a.Version)
			if err != nil || sha256.Sum256(v.JSON) != a.Sum {
				t.Errorf("round %d: %s was acknowledged and is %v, %v", round, name, v, err)
			}
		}
		wantPairs(t, s)
		wantNotes(t, s)
		summary, err := s.Check(t.Context(), func(fault string) { t.Errorf("round %d: Check: %s", round, fault) })
		if err != nil || summary.Faults > 0 {
			t.Errorf("round %d: Check = %+v, %v", round, summary, err)
		}
		t.Logf("round %d: %d commits acknowledged; %+v", round, len(lines), summary)
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// killed runs the writing process, kills it, and gives what it acknowledged.
func killed(t *testing.T, folder string, round int) [][]acknowledged {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process := exec.Command(program)
	process.Env = append(os.Environ(), killFolder+"="+folder, killRound+"="+strconv.Itoa(round))
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	var lines [][]acknowledged
	in := bufio.NewScanner(out)
	in.Buffer(nil, 1<<20)
	for until := 1 + rand.IntN(600); in.Scan(); {
		var line []acknowledged
		// The last line may be cut: then its commit was not told of.
		if json.Unmarshal(in.Bytes(), &line) != nil {
			break
		}
		if lines = append(lines, line); len(lines) == until {
			process.Process.Kill() // SIGKILL; what it wrote before is still read
		}
	}
	if err := process.Wait(); process.ProcessState.ExitCode() != -1 {
		t.Fatalf("the writing process ended by itself: %v", err)
	}
	return lines
}
