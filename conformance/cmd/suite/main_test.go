package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	for _, test := range []struct {
		args []string
		code int
		want string // in what is printed
	}{
		{[]string{"--base", other.URL}, 1, "FAIL  metadata.1"},
		{[]string{"--base", other.URL, "--only", "read"}, 1, "FAIL  metadata.1"},
		{[]string{"--base", "nonsense"}, 2, "--base must be a URL"},
		{[]string{"--base", other.URL, "more"}, 2, "nothing may follow"},
		{[]string{"--bass", other.URL}, 2, "not defined"},
	} {
		var out bytes.Buffer
		if got := run(t.Context(), test.args, &out, &out); got != test.code || !strings.Contains(out.String(), test.want) {
			t.Errorf("suite %s: exit code %d, want %d with %q:\n%s", strings.Join(test.args, " "), got, test.code, test.want, out.String())
		}
	}
}

func TestRunJSON(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	var out, problems bytes.Buffer
	if got := run(t.Context(), []string{"--base", other.URL, "--json"}, &out, &problems); got != 1 {
		t.Errorf("suite --json: exit code %d, want 1: %s", got, problems.String())
	}
	var results []struct{ ID, Verdict, Clause string }
	if err := json.Unmarshal(out.Bytes(), &results); err != nil || len(results) != 1 || results[0].ID != "metadata.1" || results[0].Verdict != "fail" || results[0].Clause == "" {
		t.Errorf("suite --json printed %s (%v)", out.String(), err)
	}
}
