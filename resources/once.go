package resources

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jenner-iis/jenner/fhir/codec"
)

// A client that lost the answer to a create sends it again, and must not make
// a second dose by it. It therefore gives the request a key of its own choice;
// of the requests with one key, one has its effect, and the others get its
// answer. What says so is part of the commit that has the effect: there is no
// moment at which a crash could leave the one without the other.
//
// A request that was refused has had no effect, and leaves no record: sent
// again, it is judged again.

// OnceKept is how long a store keeps the record of a commit with a key.
const OnceKept = 24 * time.Hour

// Once names a commit that is to be made once.
type Once struct {
	Key    [sha256.Size]byte // of the request: who sends what kind of it under which name
	Digest [sha256.Size]byte // of what it asks for
	Result []byte            // what is to be told to who sends it again
}

// newOnce is the Once of a request with a key; scope is the interaction.
// Without a key it is nil.
func (s *Service) newOnce(a Access, key, scope string, content codec.Value, criteria string) *Once {
	if key == "" {
		return nil
	}
	o := &Once{Key: sha256.Sum256(fmt.Appendf(nil, "%q %q %q", a.caller(), scope, key))}
	// White space and the choice of escapes may differ between two writings of
	// one request.
	text := content.AppendCompact(fmt.Appendf(nil, "%q ", criteria))
	if s.provenance.Exists() {
		text = s.provenance.AppendCompact(append(text, ' '))
	}
	o.Digest = sha256.Sum256(text)
	return o
}

// CreateOnce is Create of a request that may be sent several times, with a key
// that its sender gives to no other; an empty key is none. If it has been
// carried out, the outcome is what it was then, and Replayed. ErrKeyReused when
// the key is that of another create of this type.
func (s *Service) CreateOnce(ctx context.Context, a Access, key, resourceType string, resource codec.Value, criteria string) (Outcome, error) {
	c := &change{method: POST, typ: resourceType, resource: resource}
	if criteria != "" {
		var err error
		if c.criteria, err = s.parseCriteria(resourceType, criteria); err != nil {
			return Outcome{}, err
		}
	}
	return s.performOne(ctx, a, c, s.newOnce(a, key, "create "+resourceType, resource, criteria))
}

// once has a request carried out, unless one of the same key was: then the
// outcomes are those of that one.
func (s *Service) once(ctx context.Context, a Access, o *Once, carryOut func() ([]Outcome, error)) ([]Outcome, error) {
	if o == nil {
		return carryOut()
	}
	earlier, err := s.earlier(ctx, a, o)
	if earlier != nil || err != nil {
		return earlier, err
	}
	outcomes, err := carryOut()
	if err == nil {
		return outcomes, nil
	}
	// A request with the same key may have been faster, and what it did the
	// reason why this one failed.
	earlier, lookErr := s.earlier(ctx, a, o)
	if earlier != nil || errors.Is(lookErr, ErrKeyReused) {
		return earlier, lookErr
	}
	return nil, err
}

// earlier are the outcomes of the request that was carried out under a key,
// nil when there was none.
func (s *Service) earlier(ctx context.Context, a Access, o *Once) ([]Outcome, error) {
	done, err := s.done(ctx, a, o)
	if done == nil || err != nil {
		return nil, err
	}
	var results []onceResult
	if err := json.Unmarshal(done.Result, &results); err != nil {
		return nil, fmt.Errorf("read what a commit left for its key: %w", err)
	}
	outcomes := make([]Outcome, len(results))
	for i, r := range results {
		outcomes[i] = Outcome{Effect: r.Effect, Several: r.Several, Replayed: true}
		if r.Effect == Absent || r.Several > 1 {
			continue
		}
		if outcomes[i].Version, err = s.Store.VersionRead(ctx, a, r.Type, r.ID, r.Version); err != nil {
			return nil, fmt.Errorf("read what a request did before: %w", err)
		}
	}
	return outcomes, nil
}

// done is the record of a key, nil when there is none. That of another request
// is ErrKeyReused.
func (s *Service) done(ctx context.Context, a Access, o *Once) (*Once, error) {
	done, err := s.Store.Done(ctx, a, o.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look a key up: %w", err)
	case done.Digest != o.Digest:
		return nil, ErrKeyReused
	}
	return &done, nil
}

// entry is the Once of one entry of a batch, which is a commit of its own.
func (o *Once) entry(i int) *Once {
	if o == nil {
		return nil
	}
	return &Once{Key: sha256.Sum256(fmt.Appendf(nil, "%x entry %d", o.Key, i)), Digest: o.Digest}
}

// claim notes a key before a batch begins, whose entries are commits of their
// own, so that the key can serve no other.
func (s *Service) claim(ctx context.Context, a Access, o *Once) error {
	if o == nil {
		return nil
	}
	_, err := s.Store.Commit(ctx, a, Batch{Once: o})
	if errors.Is(err, ErrDone) {
		_, err = s.done(ctx, a, o)
	}
	return err
}

// onceResult is one Outcome in Once.Result.
type onceResult struct {
	Effect  Effect `json:"e"`
	Type    string `json:"t"`
	ID      string `json:"i,omitempty"`
	Version uint64 `json:"v,omitempty"`
	Several int    `json:"n,omitempty"`
}

// result is Once.Result of the steps, as their commit will make them.
func (r *resolution) result() ([]byte, error) {
	results := make([]onceResult, len(r.changes))
	for i := range results {
		st := r.steps[i]
		if st.deleted > 1 {
			results[i] = onceResult{Effect: Deleted, Type: st.typ, Several: st.deleted}
			continue
		}
		results[i] = onceResult{Effect: st.effect, Type: st.typ, ID: st.id, Version: st.current.Version}
		if st.write >= 0 && st.effect != Unchanged {
			results[i].Version++
		}
	}
	return json.Marshal(results)
}
