package importer

import (
	"context"
	"sync"
)

// claims is what a batch writes and what its meaning depends on.
type claims struct {
	resources map[string]bool // Type/id
	types     map[string]bool // of the resources
	asked     map[string]bool // types that its criteria and conditional references search
}

func claimsOf(groups []group) claims {
	c := claims{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, g := range groups {
		for _, r := range g.records {
			if r.Err != nil {
				continue
			}
			c.resources[r.typ+"/"+r.ID] = true
			c.types[r.typ] = true
			if r.Criteria != "" && !r.context {
				c.asked[r.typ] = true
			}
			for _, l := range r.links {
				if l.asked != "" {
					c.asked[l.asked] = true
				}
			}
		}
	}
	return c
}

// conflicts reports whether it matters which of the two is loaded first.
func (c claims) conflicts(other claims) bool {
	return meet(c.resources, other.resources) || meet(c.asked, other.types) || meet(c.types, other.asked)
}

func meet(a, b map[string]bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// turnstile lets batches be loaded at the same time only where the outcome is
// the same as one after the other: they enter in their order, each when no
// batch inside is of another rank or conflicts with it. So the result does not
// depend on which worker is faster, and of two versions of a resource in the
// files the later one stays.
type turnstile struct {
	mu     sync.Mutex
	moved  *sync.Cond
	turn   int // of the batch that enters next
	inside map[*batch]bool
}

func newTurnstile() *turnstile {
	t := &turnstile{inside: map[*batch]bool{}}
	t.moved = sync.NewCond(&t.mu)
	return t
}

// enter waits until b may be loaded. Every batch must enter and leave. When ctx
// has ended, b and all batches after it get its error: those that are loaded
// make up the beginning of the input.
func (t *turnstile) enter(ctx context.Context, b *batch) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.turn != b.turn || t.mustWait(b) {
		t.moved.Wait()
	}
	t.inside[b] = true
	t.turn++
	t.moved.Broadcast()
	return ctx.Err()
}

func (t *turnstile) mustWait(b *batch) bool {
	for other := range t.inside {
		if other.rank != b.rank || b.claims.conflicts(other.claims) {
			return true
		}
	}
	return false
}

func (t *turnstile) leave(b *batch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.inside, b)
	t.moved.Broadcast()
}

// budget bounds the bytes of text that are read and not yet acknowledged.
type budget struct {
	mu    sync.Mutex
	freed *sync.Cond
	used  int64
	limit int64
}

func newBudget(limit int64) *budget {
	b := &budget{limit: limit}
	b.freed = sync.NewCond(&b.mu)
	return b
}

// acquire waits until n more bytes fit. What is larger than the limit fits
// alone.
func (b *budget) acquire(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.used > 0 && b.used+n > b.limit {
		b.freed.Wait()
	}
	b.used += n
}

func (b *budget) release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	b.freed.Signal()
}
