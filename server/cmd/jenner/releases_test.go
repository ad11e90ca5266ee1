package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations/immds"
)

// smallRelease is a folder of supporting data that knows nothing but mumps.
const smallRelease = "testdata/release-9.9"

// answeredBy asks for a forecast by the release of that version, any if it is empty, and
// returns which one answered and the vaccine groups it knows.
func answeredBy(t *testing.T, version string, args ...string) (used string, groups []string) {
	t.Helper()
	request := `{"resourceType":"Parameters","parameter":[{"name":"assessmentDate","valueDate":"2026-01-31"},` +
		`{"name":"knowledgeBaseVersion","valueString":"` + version + `"},{"name":"patient","resource":{"resourceType":"Patient","birthDate":"2020-01-01"}}]}`
	if version == "" {
		request = strings.Replace(request, `{"name":"knowledgeBaseVersion","valueString":""},`, "", 1)
	}
	got := jenner(t, request, nil, append([]string{"forecast", "-"}, args...)...)
	if got.code != done {
		t.Fatalf("jenner forecast - %v by %q: %+v", args, version, got)
	}
	var answer struct {
		Parameter []struct {
			Name        string
			ValueString string
			Resource    struct {
				Recommendation []struct{ VaccineCode []struct{ Text string } }
			}
		}
	}
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil {
		t.Fatal(err)
	}
	for _, p := range answer.Parameter {
		switch p.Name {
		case "knowledgeBaseVersionUsed":
			used = p.ValueString
		case "recommendation":
			for _, r := range p.Resource.Recommendation {
				groups = append(groups, r.VaccineCode[0].Text)
			}
		}
	}
	return used, groups
}

func TestReleases(t *testing.T) {
	only := func(groups []string) bool { return len(groups) == 1 && groups[0] == "Mumps" }
	for _, tt := range []struct {
		args    []string
		version string // asked for
		used    string
		small   bool // by the small release
	}{
		{nil, "", "4.64", false},
		{[]string{"--cdsi-data", smallRelease}, "", "9.9", true},
		{[]string{"--cdsi-data", smallRelease}, "4.64", "4.64", false},
		{[]string{"--cdsi-data", "4.63=" + smallRelease}, "", "4.64", false},
		{[]string{"--cdsi-data", "4.63=" + smallRelease}, "4.63", "4.63", true},
		{[]string{"--cdsi-data", "4.63@2025-08-01=" + smallRelease, "--no-cdsi-built-in"}, "", "4.63", true},
		{[]string{"--cdsi-data", "4.63=" + smallRelease, "--cdsi-data", "4.7=" + smallRelease}, "", "4.64", false}, // 4.7 is before 4.63
		{[]string{"--cdsi-data", "4.63=" + smallRelease, "--cdsi-data", "4.100=" + smallRelease}, "", "4.100", true},
		{[]string{"--cdsi-data", "4.64=" + smallRelease}, "", "4.64", true}, // in place of the one built in
	} {
		used, groups := answeredBy(t, tt.version, tt.args...)
		if used != tt.used || only(groups) != tt.small {
			t.Errorf("jenner forecast %v by %q: release %s with %d groups answered, want %s; the small one: %t", tt.args, tt.version, used, len(groups), tt.used, tt.small)
		}
	}
}

// The variable takes several folders, too.
func TestReleasesOfVariable(t *testing.T) {
	request := example(t, "forecast/parameters.json")
	variables := []string{"JENNER_CDSI_DATA=4.63=" + smallRelease + ";9.9@2026-01-01=" + smallRelease, "JENNER_CDSI_BUILT_IN=false"}
	got := jenner(t, request, variables, "forecast", "-")
	if got.code != done || !strings.Contains(got.stdout, `"knowledgeBaseVersionUsed","valueString":"9.9"`) {
		t.Errorf("jenner forecast with %v: %+v", variables, got)
	}
}

func TestReleasesRefused(t *testing.T) {
	unnamed := t.TempDir()
	broken := func(file, old, new string) string {
		folder := t.TempDir()
		for _, name := range []string{"ScheduleSupportingData.xml", "AntigenSupportingData- Mumps-508.xml"} {
			text, err := os.ReadFile(filepath.Join(smallRelease, name))
			if err != nil {
				t.Fatal(err)
			}
			if name == file {
				if !bytes.Contains(text, []byte(old)) {
					t.Fatalf("%s does not hold %q", name, old)
				}
				text = bytes.Replace(text, []byte(old), []byte(new), 1)
			}
			if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return "9.9=" + folder
	}
	const antigenFile, scheduleFile = "AntigenSupportingData- Mumps-508.xml", "ScheduleSupportingData.xml"
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no version", []string{"--cdsi-data", unnamed}, wrongUsage, "does not say which release it is"},
		{"a version that is none", []string{"--cdsi-data", "newest=" + smallRelease}, wrongUsage, "does not say which release it is"},
		{"a day that is none", []string{"--cdsi-data", "9.9@2026-02-30=" + smallRelease}, wrongUsage, "day of release must be YYYY-MM-DD"},
		{"no such folder", []string{"--cdsi-data", "9.9=no-such-folder"}, wrongUsage, "no-such-folder is no folder"},
		{"a file", []string{"--cdsi-data", "9.9=main.go"}, wrongUsage, "main.go is no folder"},
		{"nothing at all", []string{"--no-cdsi-built-in"}, wrongUsage, "there must be --cdsi-data"},
		{"one version twice", []string{"--cdsi-data", "9.9=" + smallRelease, "--cdsi-data", "9.9=" + smallRelease}, failed, `have version "9.9"`},
		{"an empty folder", []string{"--cdsi-data", "9.9=" + unnamed}, failed, "no file has the root element scheduleSupportingData"},
		{"structure", []string{"--cdsi-data", broken(antigenFile, "<maxAge/>", "<maximum/>")}, failed, antigenFile + `:10: Mumps, series "Mumps series", dose 1, maximum: element is not known`},
		{"reference", []string{"--cdsi-data", broken(antigenFile, "<cvx>07</cvx>", "<cvx>08</cvx>")}, failed, antigenFile + `: series "Mumps series", dose 1: vaccine 08 is not in cvxToAntigenMap`},
		{"impossible age", []string{"--cdsi-data", broken(antigenFile, "<maxAge/>", "<maxAge>6 months</maxAge>")}, failed, antigenFile + `: series "Mumps series", dose 1: age begins at 12 months - 4 days and ends at 6 months`},
		{"no file for an antigen", []string{"--cdsi-data", broken(scheduleFile, "<name>Mumps</name><antigen>Mumps", "<name>Mumps</name><antigen>Rubella")}, failed, scheduleFile + `: vaccine group "Mumps" holds antigen "Rubella", for which there is no file`},
		{"not XML", []string{"--cdsi-data", broken(scheduleFile, "<observations/>", "<observations>")}, failed, scheduleFile + ": XML syntax error"},
	} {
		got := jenner(t, example(t, "forecast/parameters.json"), nil, append([]string{"forecast", "-"}, tt.args...)...)
		if got.code != tt.code || got.stdout != "" || !strings.Contains(got.stderr, tt.want) {
			t.Errorf("%s: jenner forecast %v: %d %q, want %d and %q", tt.name, tt.args, got.code, got.stderr, tt.code, tt.want)
		}
	}
}

func TestLogReleases(t *testing.T) {
	var b bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	logReleases([]immds.Release{
		{Version: "4.65", Released: calendar.Of(2026, 1, 30), Default: true},
		{Version: "4.50", Released: calendar.Of(2025, 1, 30)},
		{Version: "4.49"},
	}, calendar.Of(2026, 1, 31), logger)
	want := `level=INFO msg="CDSi supporting data" version=4.65 default=true released=2026-01-30 days=1
level=WARN msg="CDSi supporting data is older than a year" version=4.50 default=false released=2025-01-30 days=366
level=WARN msg="CDSi supporting data of which the day of release is not known: state it as in --cdsi-data 4.49@YYYY-MM-DD=FOLDER" version=4.49 default=false
`
	if b.String() != want {
		t.Errorf("logReleases wrote\n%swant\n%s", b.String(), want)
	}
}

// A server says in its log and in its metrics by what it forecasts, and how old that is.
func TestReleasesOfServer(t *testing.T) {
	s := start(t, filepath.Join(t.TempDir(), "store"), nil, "--metrics-listen", "127.0.0.1:0", "--cdsi-data", "4.63@2020-01-01="+smallRelease)
	_, figures := call(t, "GET", s.metrics, "")
	for _, want := range []string{
		`jenner_cdsi_release_info{default="true",released="2025-11-10",version="4.64"} 1`,
		`jenner_cdsi_release_info{default="false",released="2020-01-01",version="4.63"} 1`,
		`jenner_cdsi_release_age_days{version="4.63"} `,
		`jenner_cdsi_release_age_days{version="4.64"} `,
	} {
		if !strings.Contains(figures, want) {
			t.Errorf("metrics without %s\n%s", want, figures)
		}
	}
	if log := s.stop().stderr; !strings.Contains(log, `"CDSi supporting data is older than a year","version":"4.63"`) {
		t.Errorf("the log does not warn of the release of 2020:\n%s", log)
	}
}
