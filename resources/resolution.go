package resources

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/fhir/search"
)

// resolution is one attempt to carry out changes: what they come to against
// the store as it is read now. The commit then holds the store to what was
// read, so an attempt has either been right or changes nothing.
type resolution struct {
	s        *Service
	access   Access
	changes  []*change
	steps    []*step           // one for each change, and then those of further matches of deletes
	changed  map[string]Effect // by Type/id: what is updated or deleted
	partial  bool              // a change that is refused is left out, and the others are made
	once     *Once
	criteria []Criterion
	targets  map[string]string // fullUrl to Type/id, for references between entries
	matched  map[string]string // conditional references resolved so far
}

// step is one change of one resource, resolved.
type step struct {
	*change
	id      string
	sought  *search.Query // the criteria, with other entries under their ids
	current Version       // zero when there never was one
	exists  bool          // there is a current version and it is no deletion
	matches bool          // the criteria of an update or delete match the resource
	effect  Effect
	deleted int         // how many resources the criteria of a delete match
	source  codec.Value // the resource: as given, or what a patch makes of the current one
	text    codec.Value // source with its references rewritten
	write   int         // index of its write in the batch, -1 when it makes none
	err     error       // why it was refused, where changes are made in part

	begun, identified bool
}

func (r *resolution) resolve(ctx context.Context) error {
	steps := make([]step, len(r.changes))
	r.steps = make([]*step, len(r.changes))
	for i, c := range r.changes {
		steps[i] = step{change: c, id: c.id, source: c.resource, write: -1}
		r.steps[i] = &steps[i]
	}
	r.changed = map[string]Effect{}
	// The specification's order: deletes, then creates, then updates. What is
	// deleted does not count as a match of the others' criteria.
	for _, method := range [...]Method{DELETE, POST, PUT, PATCH} {
		for i := range r.changes {
			if st := r.steps[i]; st.method == method {
				if err := r.identifyOnce(ctx, st); err != nil {
					return err
				}
			}
		}
	}
	if err := r.distinct(); err != nil {
		return err
	}
	for _, st := range r.steps {
		if st.effect == Updated {
			r.changed[st.typ+"/"+st.id] = Updated
		}
	}
	r.mapTargets()
	for _, st := range r.steps {
		if err := r.refuse(st, r.rewrite(ctx, st)); err != nil {
			return err
		}
	}
	return nil
}

// refuse decides what the failure of one change means: that all fail, or,
// where changes are made in part, that this one is left out.
func (r *resolution) refuse(st *step, err error) error {
	if err == nil || !r.partial || !aboutContent(err) {
		return err
	}
	st.err, st.effect = err, Refused
	delete(r.changed, st.typ+"/"+st.id)
	return nil
}

// identify finds out which resource a change is about and what there is of it.
func (r *resolution) identify(ctx context.Context, st *step) error {
	if st.criteria != nil {
		if err := r.applyCriteria(ctx, st); err != nil {
			return err
		}
	}
	if st.effect == Matched {
		return nil
	}
	if st.id == "" {
		switch st.method {
		case DELETE:
			st.effect = Absent
			return nil
		case POST:
			st.id, st.effect = r.s.NewID(), Created
			return nil
		case PATCH:
			return fhir.NewInvalid(ErrNotFound, fhir.CodeNotFound, expression(st.path, "request.url"), "the criteria match no "+st.typ)
		}
		if st.id = st.resource.Get("id").Text(); st.id == "" {
			st.id = r.s.NewID()
		}
	}
	if err := r.read(ctx, st); err != nil {
		return err
	}
	if st.method == PUT && st.criteria != nil && st.exists && !st.matches {
		return fhir.NewInvalid(ErrStale, fhir.CodeConflict, st.resource.Path()+".id",
			"the criteria match no "+st.typ+", and one with this id exists that they do not match")
	}
	if err := st.checkMatch(); err != nil {
		return err
	}
	if st.method == PATCH {
		return r.applyPatch(st)
	}
	switch {
	case st.method == DELETE && st.exists:
		st.effect = Deleted
		r.changed[st.typ+"/"+st.id] = Deleted
	case st.method == DELETE:
		st.effect = Absent
	case st.exists:
		st.effect = Updated
	default:
		st.effect = Created
	}
	return nil
}

// read finds the current version of what a change is about, unless the search
// by its criteria has: what that saw, and how many there were, was so at one
// moment, and a version read later might never have been among them.
func (r *resolution) read(ctx context.Context, st *step) error {
	if st.exists {
		return nil
	}
	v, err := r.s.Store.Read(ctx, r.access, st.typ, st.id)
	switch {
	case err == nil:
		st.current, st.exists = v, true
	case errors.Is(err, ErrGone):
		st.current = v
	case !errors.Is(err, ErrNotFound):
		return fmt.Errorf("read %s/%s: %w", st.typ, st.id, err)
	}
	return nil
}

// applyCriteria decides a conditional change by what its criteria match.
func (r *resolution) applyCriteria(ctx context.Context, st *step) error {
	most := 1
	if st.method == DELETE {
		most = r.s.MaxDeletes
	}
	found, err := r.search(ctx, st.sought, most)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(v Version) bool { return r.changed[st.typ+"/"+v.ID] == Deleted })
	if len(found) > most {
		text := "the criteria match more than one " + st.typ
		if most > 1 {
			text = fmt.Sprintf("the criteria match more than %d resources, which is the most that one delete may delete here; nothing was deleted. Make the criteria more selective", most)
		}
		return fhir.NewInvalid(ErrMultipleMatches, fhir.CodeMultipleMatches, expression(st.path, "request"), text)
	}
	if len(found) > 1 {
		if err := r.deleteFurther(ctx, st, found[1:]); err != nil {
			return err
		}
	}
	switch {
	case len(found) == 0:
		return nil
	case st.method == POST:
		st.id, st.effect, st.current = found[0].ID, Matched, found[0]
		return nil
	}
	if own := st.resource.Get("id").Text(); st.method == PUT && own != "" && own != found[0].ID {
		return fhir.NewInvalid(nil, fhir.CodeInvalid, st.resource.Path()+".id", "the resource's id is not that of the resource which the criteria match")
	}
	st.found(found[0])
	st.deleted = len(found)
	return nil
}

// found notes what the criteria of a change match.
func (st *step) found(v Version) {
	st.id, st.current, st.exists, st.matches = v.ID, v, true, true
}

// deleteFurther adds the steps of what a conditional delete matches beside the
// first.
func (r *resolution) deleteFurther(ctx context.Context, st *step, found []Version) error {
	if st.match.Version != 0 {
		return fhir.NewInvalid(ErrMultipleMatches, fhir.CodeMultipleMatches, expression(st.path, "request.ifMatch"),
			"the criteria match several resources, and a version is that of one")
	}
	if len(r.steps)+len(found) > r.s.MaxEntries {
		return fhir.NewInvalid(ErrTooCostly, fhir.CodeTooCostly, expression(st.path, "request"),
			fmt.Sprintf("a request may change at most %d resources, counting those that criteria match", r.s.MaxEntries))
	}
	for _, v := range found {
		further := &step{change: &change{path: st.path, method: DELETE, typ: st.typ}, write: -1}
		further.found(v)
		if err := r.identify(ctx, further); err != nil {
			return err
		}
		r.steps = append(r.steps, further)
	}
	return nil
}

// search gives what a condition matches, so many that one more than the most
// remains when what these changes are about is left out, and makes the commit
// depend on it.
func (r *resolution) search(ctx context.Context, q *search.Query, most int) ([]Version, error) {
	few := *q
	few.Count, few.Total = most+1, search.TotalNone
	for _, st := range r.steps { // a delete may be of several
		if st.typ == q.Resource && st.method != POST {
			few.Count++
		}
	}
	page, err := r.s.Store.Search(ctx, r.access, &few)
	if err != nil {
		return nil, fmt.Errorf("search %s by criteria: %w", q.Resource, err)
	}
	ids := make([]string, len(page.Versions))
	for i, v := range page.Versions {
		ids[i] = v.ID
	}
	r.criteria = append(r.criteria, Criterion{Query: &few, Matches: ids})
	return page.Versions, nil
}

// checkMatch holds the current version against If-Match and If-None-Match.
func (st *step) checkMatch() error {
	switch {
	case st.match.NotExists && st.exists:
		return fhir.NewInvalid(ErrStale, fhir.CodeConflict, expression(st.path, "request.ifNoneMatch"), "the resource exists already")
	case st.match.Version != 0 && !st.exists:
		return fhir.NewInvalid(ErrStale, fhir.CodeConflict, expression(st.path, "request.ifMatch"), "there is no current version to match")
	case st.match.Version != 0 && st.match.Version != st.current.Version:
		return fhir.NewInvalid(ErrStale, fhir.CodeConflict, expression(st.path, "request.ifMatch"),
			fmt.Sprintf(`the current version is W/"%d", not the one that is expected`, st.current.Version))
	}
	return nil
}

// distinct refuses two changes of one resource.
func (r *resolution) distinct() error {
	seen := make(map[string]*step, len(r.steps))
	claim := func(st *step) error {
		key := st.typ + "/" + st.id
		other, taken := seen[key]
		if !taken {
			seen[key] = st
			return nil
		}
		return r.refuse(st, fhir.NewInvalid(nil, fhir.CodeDuplicate, expression(st.path, ""),
			"a transaction changes a resource once; this entry is about the same one as "+expression(other.path, "")))
	}
	for _, st := range r.steps {
		if st.id != "" && st.effect != Matched && st.effect != Refused {
			if err := claim(st); err != nil {
				return err
			}
		}
	}
	if err := r.distinctCreates(); err != nil {
		return err
	}
	// Several conditional creates may match one resource that exists, as long
	// as nothing else changes it.
	for _, st := range r.steps {
		if st.effect == Matched && seen[st.typ+"/"+st.id] != nil {
			if err := claim(st); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxConditionalCreates bounds the comparisons that distinctCreates makes.
const maxConditionalCreates = 1_000

// distinctCreates refuses a conditional create whose criteria match what
// another entry creates: the two would be one resource, made twice.
func (r *resolution) distinctCreates() error {
	created := map[string][]*step{}
	conditional := 0
	for _, st := range r.steps {
		if st.effect == Created {
			created[st.typ] = append(created[st.typ], st)
			if st.criteria != nil {
				conditional++
			}
		}
	}
	if conditional == 0 {
		return nil
	}
	if conditional > maxConditionalCreates {
		return fhir.NewInvalid(ErrTooCostly, fhir.CodeTooCostly, "", fmt.Sprintf("a transaction may hold at most %d conditional creates", maxConditionalCreates))
	}
	entries := map[*step][]search.Entry{}
	for _, steps := range created {
		for _, st := range steps {
			entries[st] = r.s.Search.AppendEntries(nil, st.source)
		}
	}
	for _, steps := range created {
		for _, st := range steps {
			if st.criteria == nil {
				continue
			}
			for _, other := range steps {
				// The other's references to entries are as they were sent.
				if other == st || !matchesAlone(st.criteria, entries[other]) && !matchesAlone(st.sought, entries[other]) {
					continue
				}
				err := fhir.NewInvalid(nil, fhir.CodeDuplicate, expression(st.path, "request.ifNoneExist"),
					"the criteria match the resource that is created by "+expression(other.path, ""))
				if err := r.refuse(st, err); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// commit makes the batch of the resolved steps and has the store commit it.
func (r *resolution) commit(ctx context.Context) ([]Outcome, error) {
	var batch Batch
	for _, st := range r.steps {
		w := Write{Type: st.typ, ID: st.id, Method: st.method, Expect: st.current.Version}
		switch {
		case st.effect == Absent || st.effect == Matched || st.effect == Refused:
			continue
		case st.effect == Updated && r.same(st):
			st.effect, w.CheckOnly = Unchanged, true
		case st.effect == Created || st.effect == Updated:
			w.Resource = st.text
			w.Draft = codec.NewDraft(st.text, st.id)
		}
		if st.effect == Updated && w.Method == POST {
			w.Method = PUT // of a load, whose records have ids of their own
		}
		st.write = len(batch.Writes)
		batch.Writes = append(batch.Writes, w)
	}
	var err error
	if batch.Writes, err = r.appendProvenance(ctx, batch.Writes); err != nil {
		return nil, err
	}
	batch.Criteria = r.criteria
	if r.once != nil {
		once := *r.once
		if once.Result, err = r.result(); err != nil {
			return nil, fmt.Errorf("write what is kept for a key: %w", err)
		}
		batch.Once = &once
	}
	var versions []Version
	if len(batch.Writes)+len(batch.Criteria) > 0 || batch.Once != nil {
		if versions, err = r.s.Store.Commit(ctx, r.access, batch); err != nil {
			return nil, fmt.Errorf("commit %d changes: %w", len(batch.Writes), err)
		}
	}
	outcomes := make([]Outcome, len(r.changes))
	for i := range outcomes {
		st := r.steps[i]
		outcomes[i] = Outcome{Effect: st.effect, Version: st.current}
		switch {
		case st.deleted > 1:
			outcomes[i] = Outcome{Effect: Deleted, Several: st.deleted}
		case st.write >= 0 && st.effect != Unchanged:
			outcomes[i].Version = versions[st.write]
		}
	}
	r.countDangling(ctx)
	return outcomes, nil
}

// same reports whether an update says exactly what is stored, but for what the
// server itself sets: id, meta.versionId and meta.lastUpdated.
func (r *resolution) same(st *step) bool {
	stored, err := codec.Parse(st.current.JSON, codec.Limits{})
	if err != nil {
		return false
	}
	// A draft of what is stored, with equal id and meta, differs only where the resource does.
	text := codec.NewDraft(st.text, st.id).Append(nil, st.current.Version, st.current.LastUpdated)
	draft, err := codec.Parse(text, codec.Limits{})
	return err == nil && codec.Equal(stored.Root(), draft.Root())
}

// expression is the FHIRPath of an element of an entry; path ends in a point. What
// a request that is no entry says there stands in its URL and headers, which have none.
func expression(path, element string) string {
	switch {
	case path == "":
		return ""
	case element == "":
		return path[:len(path)-1]
	}
	return path + element
}
