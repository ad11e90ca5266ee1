package importer

import (
	"bufio"
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"math/bits"
	"strings"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// link is a reference of a resource to another one.
type link struct {
	text  string // as written
	to    string // Type/id, of a relative reference
	asked string // the type that a conditional reference searches, or empty
}

// linksOf gives the references of a resource: every Reference.reference but
// those to contained resources. It goes by the element's name, and takes the
// few elements called so that are no Reference (Immunization.education.reference
// is a uri) for one only if they look like a relative reference.
func linksOf(v codec.Value) []link {
	var links []link
	var walk func(codec.Value)
	walk = func(v codec.Value) {
		for c := v.First(); c.Exists(); c = c.Next() {
			if c.Kind() != codec.String {
				walk(c)
				continue
			}
			if c.Name() != "reference" {
				continue
			}
			ref := fhir.ParseReference(c.Text())
			l := link{text: ref.Text}
			switch ref.Kind {
			case fhir.Relative:
				l.to = ref.Type + "/" + ref.ID
			case fhir.Conditional:
				l.asked = ref.Type
			case fhir.Fragment, fhir.Unusable:
				continue
			}
			links = append(links, l)
		}
	}
	walk(v)
	return links
}

// noteLinks decides what the references of a stored record point to. One that
// cannot be decided yet is noted, to be looked up when all is loaded.
func (r *run) noteLinks(g *group, rec *record) error {
	base := ""
	if g.urls != nil {
		base = fhir.ParseReference(rec.FullURL).Base
	}
	for _, l := range rec.links {
		to := l.to
		if other, ok := g.entry(l.text, base); ok {
			to = other.target()
		}
		switch {
		case to == "" && strings.HasPrefix(l.text, "urn:"):
			r.state.Unresolved["urn"]++
		case to == "" || r.known.has(to):
			// A reference to elsewhere, a conditional one that was resolved, or
			// one to a resource of this import.
		default:
			if err := r.links.line([]byte(to)); err != nil {
				return fmt.Errorf("note references: %w", err)
			}
		}
	}
	return nil
}

// entry is the record of the group that a reference means by its fullUrl.
func (g *group) entry(text, base string) (*record, bool) {
	if len(g.urls) == 0 {
		return nil, false
	}
	text, _, _ = strings.Cut(text, "/_history/")
	i, ok := g.urls[text]
	if !ok && base != "" {
		i, ok = g.urls[base+"/"+text]
	}
	if !ok {
		return nil, false
	}
	return &g.records[i], true
}

// target is what references to a record become: mostly its own identity, and
// that of the resource found where it was created on condition.
func (rec *record) target() string {
	if id := rec.Outcome.Version.ID; id != "" {
		return rec.typ + "/" + id
	}
	return rec.typ + "/" + rec.ID
}

// knownResources remembers resources that this import has stored, to spare most
// look-ups: it never errs on what it knows (but for a collision of 64-bit
// hashes) and forgets some of them, since its memory is bounded.
type knownResources struct {
	seed  maphash.Seed
	slots []uint64
}

// newKnownResources has room for what fits into so many bytes of input, at most
// 16 million resources.
func newKnownResources(bytes int64) knownResources {
	slots := min(max(1<<10, 1<<bits.Len64(uint64(bytes/256))), 1<<24)
	return knownResources{maphash.MakeSeed(), make([]uint64, slots)}
}

func (k knownResources) slot(target string) (*uint64, uint64) {
	h := maphash.String(k.seed, target) | 1 // 0 is an empty slot
	return &k.slots[h>>1%uint64(len(k.slots))], h
}

func (k knownResources) add(target string) {
	slot, h := k.slot(target)
	*slot = h
}

func (k knownResources) has(target string) bool {
	slot, h := k.slot(target)
	return *slot == h
}

// lookUpAtOnce is how many targets are looked up in one call.
const lookUpAtOnce = 1000

// findUnresolved looks up what was noted, and counts the references that point
// nowhere now that everything is loaded.
func (r *run) findUnresolved(ctx context.Context) error {
	r.read.total.Add(r.links.size)
	if _, err := r.links.f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the references noted: %w", err)
	}
	lines := bufio.NewScanner(metered{r.links.f, &r.read})
	counts := map[string]int{}
	found := map[string]int{}
	lookUp := func() error {
		targets := make([]string, 0, len(counts))
		for t := range counts {
			targets = append(targets, t)
		}
		missing, err := r.Target.Missing(ctx, targets)
		if err != nil {
			return interrupted(ctx, err)
		}
		for i, t := range targets {
			if missing[i] {
				typ, _, _ := strings.Cut(t, "/")
				found[typ] += counts[t]
			}
		}
		clear(counts)
		return nil
	}
	for lines.Scan() {
		if counts[lines.Text()]++; len(counts) == lookUpAtOnce {
			if err := lookUp(); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the references noted: %w", err)
	}
	if err := lookUp(); err != nil {
		return err
	}
	for typ, n := range found {
		r.state.Unresolved[typ] += n
	}
	return nil
}
