package patch_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/patch"
)

// parseFHIRPatch reads a FHIRPath Patch given as text.
func parseFHIRPatch(t testing.TB, text string) (patch.Patch, error) {
	t.Helper()
	doc, err := codec.Parse([]byte(text), codec.Limits{})
	if err != nil {
		t.Fatalf("the test's own patch %s is no FHIR JSON: %v", text, err)
	}
	return patch.ParseFHIRPatch(doc.Root())
}

// operations is a FHIRPath Patch of operations, each given as its parts.
func operations(parts ...string) string {
	b := strings.Builder{}
	b.WriteString(`{"resourceType":"Parameters"`)
	for i, p := range parts {
		b.WriteString([]string{`,"parameter":[`, ","}[min(i, 1)])
		b.WriteString(`{"name":"operation","part":[` + p + `]}`)
	}
	if len(parts) > 0 {
		b.WriteString("]")
	}
	return b.String() + "}"
}

// The parts of operations; value is a member such as "valueDate":"2020-01-01".
func add(path, name, value string) string {
	return head("add", path) + `,{"name":"name","valueString":"` + name + `"},{"name":"value",` + value + `}`
}

func insert(path, index, value string) string {
	return head("insert", path) + `,{"name":"index","valueInteger":` + index + `},{"name":"value",` + value + `}`
}

func remove(path string) string { return head("delete", path) }

func replace(path, value string) string {
	return head("replace", path) + `,{"name":"value",` + value + `}`
}

func move(path, source, destination string) string {
	return head("move", path) + `,{"name":"source","valueInteger":` + source + `},{"name":"destination","valueInteger":` + destination + `}`
}

func head(kind, path string) string {
	return `{"name":"type","valueCode":"` + kind + `"},{"name":"path","valueString":` + string(codec.AppendString(nil, path)) + `}`
}

// outcome sorts errors by what a server makes of them.
type outcome string

const (
	done       outcome = "done"
	badRequest outcome = "400"
	badPath    outcome = "ErrPath"
	testFailed outcome = "ErrTestFailed"
	tooCostly  outcome = "ErrTooCostly"
	refused    outcome = "another 422"
	internal   outcome = "500"
)

func outcomeOf(err error) outcome {
	var invalid *fhir.Invalid
	switch {
	case err == nil:
		return done
	case !errors.As(err, &invalid) || len(invalid.Issues) != 1 || invalid.Issues[0].Text == "":
		return internal
	case errors.Is(err, patch.ErrPath):
		return badPath
	case errors.Is(err, patch.ErrTestFailed):
		return testFailed
	case errors.Is(err, patch.ErrTooCostly):
		return tooCostly
	case errors.Is(err, fhir.ErrUnprocessable):
		return refused
	default:
		return badRequest
	}
}

// checkError compares an error with the outcome expected and with what its
// text, which begins with the expression, must contain.
func checkError(t *testing.T, call string, err error, want outcome, says string) {
	t.Helper()
	if got := outcomeOf(err); got != want {
		t.Fatalf("%s\n got %s: %v\nwant %s", call, got, err, want)
	}
	if err != nil && !strings.Contains(err.Error(), says) {
		t.Errorf("%s: the error %q does not say %q", call, err, says)
	}
}
