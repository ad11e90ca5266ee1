package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// What clients are answered can be explained by an order in which their requests
// were carried out one after the other, each between the moment it was sent and
// the moment it was answered.
func TestLinearizable(t *testing.T) {
	rounds := uint64(6)
	if testing.Short() {
		rounds = 1
	}
	for seed := range rounds {
		a := serve(t)
		history := a.record(seed)
		switch result, info := porcupine.CheckOperationsVerbose(model, history, time.Minute); result {
		case porcupine.Ok:
		case porcupine.Illegal:
			t.Errorf("seed %d: no order explains the answers:\n%s", seed, unexplained(history, info))
		default:
			t.Errorf("seed %d: the check did not end in a minute", seed)
		}
	}
}

// The same check finds out servers that are not linearizable.
func TestLinearizableCanFail(t *testing.T) {
	for name, fault := range map[string]func(http.Handler) http.Handler{
		"stale reads":                  repeatingEverySecond(func(r *http.Request) bool { return r.URL.RawQuery == "" && !strings.Contains(r.URL.Path, "_history") }),
		"stale searches":               repeatingEverySecond(func(r *http.Request) bool { return strings.Contains(r.URL.RawQuery, "identifier=") }),
		"stale histories":              repeatingEverySecond(func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/_history") }),
		"If-Match is passed over":      withoutHeader("If-Match"),
		"If-None-Exist is passed over": withoutHeader("If-None-Exist"),
		"one delete in four is not made": func(good http.Handler) http.Handler {
			var mu sync.Mutex
			n := 0
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				n++
				lost := r.Method == http.MethodDelete && n%4 == 0
				mu.Unlock()
				if lost {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				good.ServeHTTP(w, r)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := serve(t)
			front := httptest.NewServer(fault(a.handler))
			defer front.Close()
			a.base = front.URL + "/fhir"
			if result := porcupine.CheckOperationsTimeout(model, a.record(1), time.Minute); result != porcupine.Illegal {
				t.Errorf("the check of a server with %s says %s, want %s", name, result, porcupine.Illegal)
			}
		})
	}
}

// repeatingEverySecond answers every second GET of some URLs as the one before.
func repeatingEverySecond(which func(*http.Request) bool) func(http.Handler) http.Handler {
	return func(good http.Handler) http.Handler {
		var mu sync.Mutex
		last := map[string]*httptest.ResponseRecorder{}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !which(r) {
				good.ServeHTTP(w, r)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			url := r.URL.String()
			answer := last[url]
			if delete(last, url); answer == nil {
				answer = httptest.NewRecorder()
				good.ServeHTTP(answer, r)
				last[url] = answer
			}
			for name, values := range answer.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(answer.Code)
			w.Write(answer.Body.Bytes())
		})
	}
}

func withoutHeader(name string) func(http.Handler) http.Handler {
	return func(good http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del(name)
			good.ServeHTTP(w, r)
		})
	}
}

// Clients and people are as many as let several requests about one person be
// under way at any time.
const (
	clients, people   = 8, 2
	requestsPerClient = 120
)

// record has clients send random requests about a few people, and gives what was
// asked and answered.
func (a *api) record(seed uint64) []porcupine.Operation {
	a.t.Helper()
	var mu sync.Mutex
	known := make([][]string, people) // ids, by person
	var history []porcupine.Operation
	start := time.Now()
	together(a.t, clients, func(client int) (answer, error) {
		random := rand.New(rand.NewPCG(seed, uint64(client)))
		for range requestsPerClient {
			person := random.IntN(people)
			mu.Lock()
			in := randomRequest(random, person, known[person])
			mu.Unlock()
			called := time.Since(start)
			out, err := a.send(in)
			returned := time.Since(start)
			if err != nil {
				return answer{}, err
			}
			mu.Lock()
			history = append(history, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: int64(called), Return: int64(returned)})
			if out.status == http.StatusCreated && !slices.Contains(known[person], out.id) {
				known[person] = append(known[person], out.id)
			}
			mu.Unlock()
		}
		return answer{}, nil
	})
	return history
}

// request is what a client asks about a person, who is known by an identifier.
// One resource of each person has an id that the clients choose; conditional
// creates may make others.
type request struct {
	person  int
	kind    string
	id      string
	version int // of a vread, and of If-Match where it is not 0
	gender  int // of what is written
}

var kinds = strings.Fields("read read vread history update update update match match delete match-delete create create search search delete-all")

func randomRequest(random *rand.Rand, person int, ids []string) request {
	in := request{person: person, kind: kinds[random.IntN(len(kinds))], id: fmt.Sprintf("person%d", person), gender: random.IntN(len(genders))}
	if n := random.IntN(2 + len(ids)); n < len(ids) && in.kind != "update" {
		in.id = ids[n]
	}
	switch in.kind {
	case "vread", "match", "match-delete":
		in.version = 1 + random.IntN(8)
	}
	return in
}

var genders = []string{"female", "male", "other", "unknown"}

// result is what a client was answered; what does not apply is zero.
type result struct {
	status, version, gender int
	id                      string
	found                   []version // of a search or history
}

// version is a version of a resource; the gender of a deletion is -1.
type version struct {
	id              string
	version, gender int
}

// send sends a request and reads its answer.
func (a *api) send(in request) (result, error) {
	criteria := fmt.Sprintf("identifier=http://example.org/ids|%d", in.person)
	body := fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"http://example.org/ids","value":"%d"}],"gender":%q}`, in.id, in.person, genders[in.gender])
	match := fmt.Sprintf(`If-Match: W/"%d"`, in.version)
	at := "/Patient/" + in.id
	call := map[string]struct {
		line, body, header string
	}{
		"read":         {line: "GET " + at},
		"vread":        {line: fmt.Sprintf("GET %s/_history/%d", at, in.version)},
		"history":      {line: "GET " + at + "/_history?_count=1000"},
		"update":       {"PUT " + at, body, "X: "},
		"match":        {"PUT " + at, body, match},
		"delete":       {line: "DELETE " + at},
		"match-delete": {line: "DELETE " + at, header: match},
		"create":       {"POST /Patient", body, "If-None-Exist: " + criteria},
		"search":       {line: "GET /Patient?" + criteria},
		"delete-all":   {line: "DELETE /Patient?" + criteria},
	}[in.kind]
	if call.header == "" {
		call.header = "X: "
	}
	got, err := a.try(call.line, call.body, call.header)
	if err != nil {
		return result{}, err
	}
	type resource struct {
		ID, Gender string
		Meta       struct {
			VersionID int `json:",string"`
		}
	}
	var content struct {
		resource
		Entry []struct {
			FullURL  string
			Resource resource
			Response struct{ ETag string }
		}
	}
	out := result{status: got.status}
	fmt.Sscanf(got.header.Get("Etag"), `W/"%d"`, &out.version)
	if got.status >= 300 || got.text == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(got.text), &content); err != nil {
		return out, fmt.Errorf("%s: %w in %s", call.line, err, got.text)
	}
	for _, e := range content.Entry {
		v := version{e.FullURL[strings.LastIndexByte(e.FullURL, '/')+1:], e.Resource.Meta.VersionID, slices.Index(genders, e.Resource.Gender)}
		if e.Response.ETag != "" {
			fmt.Sscanf(e.Response.ETag, `W/"%d"`, &v.version)
		}
		out.found = append(out.found, v)
	}
	if content.ID != "" {
		out.id, out.gender = content.ID, slices.Index(genders, content.Gender)
	}
	return out, nil
}

// unexplained are the requests about each person after which no order is found.
func unexplained(history []porcupine.Operation, info porcupine.LinearizationInfo) string {
	var b strings.Builder
	for _, partial := range info.PartialLinearizationsOperations() {
		longest := slices.MaxFunc(partial, func(x, y []porcupine.Operation) int { return len(x) - len(y) })
		if len(longest) == 0 {
			continue
		}
		last := longest[len(longest)-1]
		person := last.Input.(request).person
		fmt.Fprintf(&b, "person %d, after %+v = %+v:\n", person, last.Input, last.Output)
		shown := 0
		for _, o := range history {
			explained := slices.ContainsFunc(longest, func(e porcupine.Operation) bool { return e.ClientId == o.ClientId && e.Call == o.Call })
			if o.Input.(request).person == person && !explained && shown < 10 {
				fmt.Fprintf(&b, "  [%d, %d] %+v = %+v\n", o.Call, o.Return, o.Input, o.Output)
				shown++
			}
		}
	}
	return b.String()
}
