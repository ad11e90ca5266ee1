package suite

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// made are the resources that a run made, in order.
type made struct {
	mu    sync.Mutex
	paths []string
}

// see notes what an answer says was made.
func (m *made) see(a *answer, method string) {
	if method != http.MethodPost && method != http.MethodPut {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if resourceType, id, _ := location(a.header.Get("Location")); a.status == http.StatusCreated && id != "" {
		m.paths = append(m.paths, resourceType+"/"+id)
	}
	for _, e := range a.body.get("entry").list() {
		status := e.get("response.status").text()
		if resourceType, id, _ := location(e.get("response.location").text()); len(status) >= 3 && status[:3] == "201" && id != "" {
			m.paths = append(m.paths, resourceType+"/"+id)
		}
	}
}

// closing deletes what the run made and judges what needs the whole run.
func (r *run) closing(ctx context.Context) []Result {
	requirements := family(
		Requirement{ID: "error.8", Clause: r4 + "http.html#Status-Codes",
			Text: "Whatever was refused during the run was answered with an OperationOutcome",
			Check: func(s *Session) {
				for _, fault := range slices.Concat(r.watch.faults, r.watch.unnamed) {
					s.errorf("%s", fault)
				}
			}},
		Requirement{ID: "error.9", Clause: r4 + "http.html#Status-Codes",
			Text: "No request of the run made the server fail (5xx)",
			Check: func(s *Session) {
				for _, crash := range r.watch.crashes {
					s.errorf("%s", crash)
				}
			}},
	)
	// What was made is deleted also when the run was ended early.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	cleaned := r.perform(end, &Requirement{
		ID: "delete.9", Clause: r4 + "http.html#delete", Family: "delete",
		Text:  "Everything that the run made could be deleted",
		Check: func(s *Session) { s.deleteAll() },
	})
	var results []Result
	if r.selects(cleaned.ID) {
		results = append(results, cleaned)
	}
	for _, q := range requirements {
		if r.selects(q.ID) {
			results = append(results, r.perform(end, &q))
		}
	}
	return results
}

// deleteAll deletes what the run made, the newest first. A server that keeps
// references whole may refuse some in one round and delete them in the next.
func (s *Session) deleteAll() {
	s.made.mu.Lock()
	left := slices.Clone(s.made.paths)
	s.made.mu.Unlock()
	slices.Reverse(left)
	for range 3 {
		var again []string
		for _, path := range left {
			a, err := s.try(s.ctx, "DELETE /"+path, "")
			if err != nil || a.status == http.StatusConflict {
				again = append(again, path)
				continue
			}
			a.want(200, 202, 204, 404, 410)
		}
		if left = again; len(left) == 0 {
			return
		}
	}
	s.errorf("%d resources are left: %v", len(left), left[:min(len(left), 10)])
}
