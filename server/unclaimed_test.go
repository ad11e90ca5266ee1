package server_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jenner-iis/jenner/fhir/definitions"
)

// statement is what the server claims.
func (a *api) statement() statement {
	a.t.Helper()
	got := a.do("GET /metadata", "").want(200)
	var s statement
	if err := json.Unmarshal([]byte(got.text), &s); err != nil {
		a.t.Fatal(err)
	}
	if len(s.Rest) != 1 || len(s.Rest[0].Resource) == 0 {
		a.t.Fatalf("GET /metadata: %.300s", got.text)
	}
	return s
}

// refuses fails the test unless a request is answered with an OperationOutcome
// that says why it is not served.
func (a *api) refuses(call, body string, headers ...string) {
	a.t.Helper()
	switch got := a.do(call, body, headers...); got.status {
	case 400, 404, 405, 406, 415:
		if code := got.get("issue.0.code"); code != "not-supported" && code != "invalid" {
			a.t.Errorf("%s, which is not claimed, is refused with %d and code %s: %s", call, got.status, code, got.text)
		}
	default:
		a.t.Errorf("%s, which is not claimed, is answered %d: %.300s", call, got.status, got.text)
	}
}

// refusesParameter fails the test unless a search is refused for the parameter,
// not for the value that it has here.
func (a *api) refusesParameter(path, name string) {
	a.t.Helper()
	var last answer
	for _, values := range samples {
		for _, value := range values {
			last = a.do("GET "+path+"?"+name+"="+value, "")
			if last.status == 400 && last.get("issue.0.code") == "not-supported" {
				return
			}
		}
	}
	a.t.Errorf("%s, which is not claimed, is answered %d: %.300s", last.call, last.status, last.text)
}

// someOf are at most n of the elements, spread over the whole and others at each
// start.
func someOf(all []string, start, n int) []string {
	var some []string
	for i := range min(n, len(all)) {
		some = append(some, all[(start*31+i*len(all)/n)%len(all)])
	}
	slices.Sort(some)
	return slices.Compact(some)
}

// Search parameters of R4 that a type does not claim are refused, those of
// other types as well as its own, and so are includes.
func TestUnclaimedParameters(t *testing.T) {
	a := serve(t)
	s := a.statement().Rest[0]
	var names, forward []string // of all types
	for _, p := range definitions.R4().AllSearchParameters() {
		names = append(names, p.Code)
	}
	names = append(names, "_filter", "_list", "_contained", "_containedType", "_query", "_at", "_since")
	slices.Sort(names)
	names = slices.Compact(names)
	for _, r := range s.Resource {
		forward = append(forward, r.SearchInclude[1:]...)
	}
	for i, r := range s.Resource {
		if testing.Short() && i%5 != 0 {
			continue
		}
		claimed := map[string]bool{}
		for _, p := range r.SearchParam {
			claimed[p.Name] = true
		}
		own := []string{"_text", "_content", "_query", "_filter", "_list", "_contained", "_at", "phonetic", "near"}
		for _, p := range definitions.R4().SearchParameters(r.Type) {
			own = append(own, p.Code)
		}
		for _, name := range slices.Concat(own, someOf(names, i, 12)) {
			if !claimed[name] {
				a.refusesParameter("/"+r.Type, name)
			}
		}
		for _, value := range someOf(forward, i, 6) {
			if !slices.Contains(r.SearchInclude, value) {
				a.refuses("GET /"+r.Type+"?_include="+value, "")
			}
			if !slices.Contains(r.SearchRevInclude, value) {
				a.refuses("GET /"+r.Type+"?_revinclude="+value, "")
			}
		}
	}
	claimed := map[string]bool{}
	for _, p := range s.SearchParam {
		claimed[p.Name] = true
	}
	for _, name := range names {
		if !claimed[name] {
			a.refusesParameter("", name)
		}
	}
}

// Interactions that a type does not claim are refused, alone and in a Bundle.
func TestUnclaimedInteractions(t *testing.T) {
	a := serve(t)
	calls := map[string][]string{
		"create": {"POST /TYPE"},
		"update": {"PUT /TYPE/claimed", "PUT /TYPE?_id=claimed"},
		"patch":  {"PATCH /TYPE/claimed", "PATCH /TYPE?_id=claimed"},
		"delete": {"DELETE /TYPE/claimed", "DELETE /TYPE?_id=claimed"},
	}
	unclaimed := 0
	for _, r := range a.statement().Rest[0].Resource {
		for code, lines := range calls {
			if slices.ContainsFunc(r.Interaction, func(i struct{ Code string }) bool { return i.Code == code }) {
				continue
			}
			unclaimed++
			for _, line := range lines {
				line = strings.Replace(line, "TYPE", r.Type, 1)
				body, resource := "", ""
				var headers []string
				switch code {
				case "create", "update":
					body = fmt.Sprintf(`{"resourceType":%q,"id":"claimed"}`, r.Type)
					resource = body
				case "patch":
					body, headers = `[{"op":"remove","path":"/status"}]`, []string{"Content-Type: application/json-patch+json"}
					resource = `{"resourceType":"Parameters"}`
				}
				a.refuses(line, body, headers...)
				if resource != "" {
					resource = `"resource":` + resource + ","
				}
				method, url, _ := strings.Cut(line, " /")
				entry := fmt.Sprintf(`{%s"request":{"method":%q,"url":%q}}`, resource, method, url)
				if got := a.do("POST ", bundleOf("batch", entry)).want(200); got.get("entry.0.response.status")[0] != '4' {
					t.Errorf("%s in a batch, which is not claimed: %s", line, got.text)
				}
				if got := a.do("POST ", transaction(entry)); got.status < 400 || got.status >= 500 {
					t.Errorf("%s in a transaction, which is not claimed: %d %s", line, got.status, got.text)
				}
			}
		}
		for _, member := range []string{"Patient", "*"} {
			if types[strings.ToLower(r.Type)] == "" {
				a.refuses("GET /"+r.Type+"/none/"+member, "") // it has no compartment
			}
		}
	}
	if unclaimed == 0 {
		t.Error("every type claims every interaction; want some of the server's own")
	}
}

// Nor do operations, formats and modes work that are not claimed.
func TestUnclaimedFormatsAndOperations(t *testing.T) {
	a := serve(t)
	a.do("PUT /Patient/p", patient("p", "A")).want(201)
	s := a.statement()
	for _, name := range strings.Fields("everything match merge meta meta-add meta-delete validate export import graph graphql versions convert " +
		"document lookup expand validate-code translate evaluate-measure lastn stats process-message find apply data-requirements") {
		for _, at := range []string{"", "/Patient", "/Patient/p", "/Measure/m"} {
			got := a.do("GET "+at+"/$"+name, "")
			if got.status != 404 && got.status != 405 {
				t.Errorf("GET %s/$%s, which is not claimed: %d", at, name, got.status)
			}
			if got = a.do("POST "+at+"/$"+name, `{"resourceType":"Parameters"}`); got.status != 404 && got.status != 405 {
				t.Errorf("POST %s/$%s, which is not claimed: %d", at, name, got.status)
			}
		}
	}
	for _, format := range []string{"xml", "application/fhir+xml", "text/turtle", "ttl", "text/html", "application/x-ndjson"} {
		if slices.Contains(s.Format, format) {
			continue
		}
		a.refuses("GET /Patient/p?_format="+format, "")
		if strings.Contains(format, "/") {
			a.refuses("GET /Patient/p", "", "Accept: "+format)
			a.refuses("PUT /Patient/p", "<Patient/>", "Content-Type: "+format)
		}
	}
	for _, format := range []string{"application/xml-patch+xml", "application/merge-patch+json", "application/fhir+xml", "application/json"} {
		if !slices.Contains(s.PatchFormat, format) {
			a.refuses("PATCH /Patient/p", `{"gender":"male"}`, "Content-Type: "+format)
		}
	}
	for _, mode := range []string{"normative", "terminology", "none"} {
		a.refuses("GET /metadata?mode="+mode, "")
	}
	if got := a.do("GET /Patient/p", "").want(200); got.get("meta.versionId") != "1" {
		t.Errorf("what was refused made version %s", got.get("meta.versionId"))
	}
}
