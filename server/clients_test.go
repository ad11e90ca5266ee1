package server_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Clients that no one here wrote work with a server as it is started for anybody.
// They are fetched once, in the versions that testdata/clients/package-lock.json
// names, into a folder beside other caches of the user.
func TestClients(t *testing.T) {
	if testing.Short() {
		t.Skip("fetches clients from the npm registry")
	}
	folder := installClients(t)
	// A step is more than one request; their number shows that none was left out.
	for name, steps := range map[string]string{"fhirclient": "14", "fhir-kit-client": "19"} {
		t.Run(name, func(t *testing.T) {
			a := serve(t)
			out, err := exec.CommandContext(t.Context(), "node", filepath.Join(folder, "clients.mjs"), name, a.base).CombinedOutput()
			if err != nil || !strings.HasSuffix(string(out), "\ndone "+steps+"\n") {
				t.Fatalf("node clients.mjs %s: %v, want %s steps done\n%s", name, err, steps, out)
			}
			// What they were told was done, was: of nine patients one was deleted.
			if patients, doses := a.total("Patient"), a.total("Immunization"); patients != "8" || doses != "1" {
				t.Errorf("%s leaves %s patients and %s doses, want 8 and 1", name, patients, doses)
			}
		})
	}
}

// installClients gives a folder in which the clients and the script that drives
// them are installed. Where that cannot be done, the test is skipped.
func installClients(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: %v", program, err)
		}
	}
	files := os.DirFS(filepath.Join("testdata", "clients"))
	sum := sha256.New()
	if err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %q", path, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("there is no folder for the clients: %v", err)
	}
	cache = filepath.Join(cache, "jenner-test-clients")
	folder := filepath.Join(cache, fmt.Sprintf("%x", sum.Sum(nil)[:8]))
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Skipf("there is no folder for the clients: %v", err)
	}
	// Another test may be at it too: whoever is first gives the folder its name.
	draft, err := os.MkdirTemp(cache, "draft-")
	if err != nil {
		t.Skipf("there is no folder for the clients: %v", err)
	}
	defer os.RemoveAll(draft)
	if err := os.CopyFS(draft, files); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci")
	install.Dir = draft
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("the clients cannot be fetched: npm ci: %v\n%s", err, out)
	}
	if err := os.Rename(draft, folder); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	return folder
}
