package immds_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/operations"
	"github.com/jenner-iis/jenner/operations/immds"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// today is the assessment date of requests that name none.
var today = calendar.Of(2026, 1, 31)

func newForecaster(t testing.TB, records immds.Records) *immds.Forecaster {
	t.Helper()
	f, err := immds.New(immds.Config{
		Engines: []*forecast.Engine{forecast.Default()},
		Today:   func() calendar.Date { return today },
		Records: records,
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return f
}

// answer is an answer as far as tests look into it.
type answer struct {
	Evaluations    []evaluation
	Recommendation recommendation
	Issues         []issue
	Version        string
}

type concept struct {
	Coding []struct{ System, Code, Display string }
	Text   string
}

type reference struct{ Reference, Display string }

type extension struct {
	URL            string
	ValueString    string
	ValueCode      string
	ValueDate      calendar.Date
	ValueReference reference
	ValueCoding    struct{ System, Code string }
	ValueInteger   *int
	ValueBoolean   *bool
	Extension      []extension
}

type evaluation struct {
	ID                string
	Extension         []extension
	Status, Date      string
	Patient           json.RawMessage
	TargetDisease     concept
	ImmunizationEvent reference
	DoseStatus        concept
	DoseStatusReason  []concept
	Description       string
	Series            string
	DoseNumber        int `json:"doseNumberPositiveInt"`
	SeriesDoses       int `json:"seriesDosesPositiveInt"`
}

func (e evaluation) reasons() string {
	var codes []string
	for _, r := range e.DoseStatusReason {
		code := "-"
		if len(r.Coding) > 0 {
			code = r.Coding[0].Code
		}
		codes = append(codes, code)
	}
	return strings.Join(codes, " ")
}

type recommendation struct {
	Patient        json.RawMessage
	Date           string
	Recommendation []entry
}

type entry struct {
	Extension      []extension
	VaccineCode    []concept
	TargetDisease  *concept
	ForecastStatus concept
	ForecastReason []concept
	DateCriterion  []struct {
		Code  concept
		Value string
	}
	Description            string
	Series                 string
	DoseNumber             int `json:"doseNumberPositiveInt"`
	SeriesDoses            int `json:"seriesDosesPositiveInt"`
	SupportingImmunization []reference
}

type issue struct {
	Severity, Code, Diagnostics string
	Expression                  []string
}

// group is the first entry of a vaccine group.
func (a answer) group(name string) *entry {
	for i, e := range a.Recommendation.Recommendation {
		if len(e.VaccineCode) > 0 && e.VaccineCode[0].Text == name {
			return &a.Recommendation.Recommendation[i]
		}
	}
	return nil
}

func decode(t testing.TB, text []byte) answer {
	t.Helper()
	var p struct {
		ResourceType string
		Parameter    []struct {
			Name        string
			Resource    json.RawMessage
			ValueString string
		}
	}
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatalf("answer is not JSON: %v\n%s", err, text)
	}
	var a answer
	for _, x := range p.Parameter {
		var err error
		switch x.Name {
		case "evaluation":
			a.Evaluations = append(a.Evaluations, evaluation{})
			err = json.Unmarshal(x.Resource, &a.Evaluations[len(a.Evaluations)-1])
		case "recommendation":
			err = json.Unmarshal(x.Resource, &a.Recommendation)
		case "issues":
			var o struct{ Issue []issue }
			err = json.Unmarshal(x.Resource, &o)
			a.Issues = o.Issue
		case "knowledgeBaseVersionUsed":
			a.Version = x.ValueString
		}
		if err != nil {
			t.Fatalf("parameter %s: %v", x.Name, err)
		}
	}
	return a
}

func parse(t testing.TB, text string) codec.Value {
	t.Helper()
	d, err := codec.ParseString(text, codec.Limits{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return d.Root()
}

// ask asks the operation at system level.
func ask(t testing.TB, f *immds.Forecaster, query string, parameters ...string) (answer, error) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.System(context.Background(), nil, operations.Request{Parameters: parse(t, body(parameters...)), Query: q})
	if err != nil {
		return answer{}, err
	}
	return decode(t, out), nil
}

func mustAsk(t testing.TB, f *immds.Forecaster, query string, parameters ...string) answer {
	t.Helper()
	a, err := ask(t, f, query, parameters...)
	if err != nil {
		t.Fatalf("System(%s): %v", body(parameters...), err)
	}
	return a
}

func body(parameters ...string) string {
	if len(parameters) == 0 {
		return `{"resourceType":"Parameters"}`
	}
	return `{"resourceType":"Parameters","parameter":[` + strings.Join(parameters, ",") + `]}`
}

func resource(name, json string) string { return fmt.Sprintf(`{"name":%q,"resource":%s}`, name, json) }

const assessed = `{"name":"assessmentDate","valueDate":"2026-01-31"}`

func patient(birthDate string) string {
	return resource("patient", fmt.Sprintf(`{"resourceType":"Patient","id":"p","gender":"female","birthDate":%q}`, birthDate))
}

// vaccination is an immunization parameter; the id may be empty.
func vaccination(id, cvx, date string, more ...string) string {
	if id != "" {
		id = fmt.Sprintf(`"id":%q,`, id)
	}
	return resource("immunization", fmt.Sprintf(`{"resourceType":"Immunization",%s"status":"completed",`+
		`"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q}]},"patient":{"reference":"Patient/p"},`+
		`"occurrenceDateTime":%q%s}`, id, cvx, date, strings.Join(append([]string{""}, more...), ",")))
}

// TestGolden compares whole answers with those that were read and approved.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no requests in testdata: %v", err)
	}
	f := newForecaster(t, nil)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			request, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out, err := f.File(request)
			if err != nil {
				t.Fatalf("File(%s): %v", file, err)
			}
			checkShape(t, out)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, out, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			golden := filepath.Join("testdata", "golden", filepath.Base(file))
			if *update {
				if err := os.WriteFile(golden, pretty.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), pretty.String()); diff != "" {
				t.Errorf("File(%s) (-want +got):\n%s", file, diff)
			}
		})
	}
}
