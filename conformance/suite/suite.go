// Package suite judges a FHIR R4 server from outside. It knows nothing of how
// the server is made: it reads the CapabilityStatement, demands what is claimed
// there, and checks that the rest is refused properly.
//
// Every demand is a [Requirement] with a stable id and the clause that it comes
// from. The package imports the standard library alone, so that it can judge
// any server. It makes its own data, under names of its own, and deletes it at
// the end; what else the server holds neither helps nor hurts.
package suite

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"
)

// Config says which server to judge, and on what.
type Config struct {
	// Base is the service base URL, such as http://127.0.0.1:8080/fhir.
	Base string
	// Client sends the requests. The zero value is a client that gives up on an
	// answer after 30 seconds. Redirects are not followed.
	Client *http.Client
	// Header is sent with every request, such as an Authorization.
	Header http.Header
	// Only limits the run to requirements by id or by its beginning up to a
	// point: search, search.token, search.token.3. Empty means all.
	Only []string
	// Timeout bounds one requirement; zero means a minute.
	Timeout time.Duration
	// LargeBody is the size in bytes of a body that the server may refuse as too
	// large; zero means 33 MiB.
	LargeBody int
}

// Verdict is what became of a requirement.
type Verdict string

// The verdicts.
const (
	Pass       Verdict = "pass"
	Fail       Verdict = "fail"
	NotClaimed Verdict = "not claimed" // or refused in the way R4 has for it
)

// Result is the verdict on one requirement.
type Result struct {
	ID      string        `json:"id"`
	Family  string        `json:"family"`
	Text    string        `json:"text"`
	Clause  string        `json:"clause"`
	Verdict Verdict       `json:"verdict"`
	Details []string      `json:"details,omitempty"` // what failed, or what is not claimed
	Elapsed time.Duration `json:"elapsed"`           // in nanoseconds
}

// Run judges the server on every requirement that Only selects, one after the
// other. Where the CapabilityStatement cannot be read, that is the only result.
// When ctx ends, what is left fails.
func Run(ctx context.Context, c Config) []Result {
	r := newRun(c)
	statement := r.perform(ctx, &Requirement{
		ID: "metadata.1", Clause: r4 + "http.html#capabilities", Family: "metadata",
		Text: "GET [base]/metadata answers with a CapabilityStatement",
		Check: func(s *Session) {
			a := s.do("GET /metadata", "").want(200)
			if s.claims = readCapability(a.body); s.claims == nil {
				s.fatalf("%s: the answer is no CapabilityStatement with rest.mode server", a.call)
			}
			r.claims = s.claims
		},
	})
	if statement.Verdict == Fail {
		return []Result{statement}
	}
	var results []Result
	if r.selects(statement.ID) {
		results = append(results, statement)
	}
	for _, q := range Requirements() {
		if r.selects(q.ID) {
			results = append(results, r.perform(ctx, &q))
		}
	}
	return append(results, r.closing(ctx)...)
}

// run is what the requirements of one run share.
type run struct {
	Config
	id     string // in every name that the run makes
	claims *Capability
	watch  watch
	made   made
}

func newRun(c Config) *run {
	client := http.Client{Timeout: 30 * time.Second}
	if c.Client != nil {
		client = *c.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client
	c.Base = strings.TrimSuffix(c.Base, "/")
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	if c.LargeBody == 0 {
		c.LargeBody = 33 << 20
	}
	return &run{Config: c, id: strings.ToLower(rand.Text()[:12])}
}

func (r *run) selects(id string) bool {
	for _, only := range r.Only {
		if id == only || strings.HasPrefix(id, only+".") {
			return true
		}
	}
	return len(r.Only) == 0
}

// perform carries out one requirement, on a goroutine of its own so that a
// check can end itself.
func (r *run) perform(ctx context.Context, q *Requirement) Result {
	result := Result{ID: q.ID, Family: q.Family, Text: q.Text, Clause: q.Clause}
	for _, n := range q.Needs {
		if !n.Met(r.claims) {
			result.Verdict, result.Details = NotClaimed, []string{n.Text}
			return result
		}
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	s := newSession(ctx, r, q)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				stack := make([]byte, 2000)
				s.errorf("the check itself broke: %v\n%s", p, stack[:runtime.Stack(stack, false)])
			}
		}()
		q.Check(s)
	}()
	<-done
	result.Elapsed = time.Since(start)
	switch {
	case len(s.problems) > 0:
		result.Verdict, result.Details = Fail, s.problems
	case len(s.refused) > 0 && !s.worked:
		result.Verdict, result.Details = NotClaimed, s.refused
	default:
		result.Verdict = Pass
	}
	return result
}

// String is the result in one line.
func (r Result) String() string {
	return fmt.Sprintf("%s %s %s %s", r.Verdict, r.ID, r.Text, strings.Join(r.Details, "; "))
}
