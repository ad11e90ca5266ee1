package server_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// model says what a server that carries out one request after the other would
// answer. Requests about one person do not depend on those about others.
var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byPerson := map[int][]porcupine.Operation{}
		for _, o := range history {
			person := o.Input.(request).person
			byPerson[person] = append(byPerson[person], o)
		}
		return slices.Collect(maps.Values(byPerson))
	},
	Init: func() any { return kept(nil) },
	Step: func(state, in, out any) (bool, any) {
		s, ok := state.(kept).answer(in.(request), out.(result))
		return ok, s
	},
	Equal: func(a, b any) bool {
		return slices.EqualFunc(a.(kept), b.(kept), func(x, y []version) bool { return slices.Equal(x, y) })
	},
}

// kept are the resources of one person, ordered by id, each with its versions.
// It is never changed.
type kept [][]version

// of are the versions of a resource.
func (s kept) of(id string) []version {
	for _, versions := range s {
		if versions[0].id == id {
			return versions
		}
	}
	return nil
}

// current are the resources that are not deleted.
func (s kept) current() []version {
	var all []version
	for _, versions := range s {
		if last := versions[len(versions)-1]; last.gender >= 0 {
			all = append(all, last)
		}
	}
	return all
}

// with is what is stored after a resource was written, or with gender -1 deleted.
func (s kept) with(id string, gender int) (kept, version) {
	next := version{id, len(s.of(id)) + 1, gender}
	after := slices.Clone(s)
	i, found := slices.BinarySearchFunc(after, id, func(versions []version, id string) int { return strings.Compare(versions[0].id, id) })
	if found {
		after[i] = append(slices.Clip(after[i]), next)
	} else {
		after = slices.Insert(after, i, []version{next})
	}
	return after, next
}

// answer reports whether a request may have this result, and what is stored then.
func (s kept) answer(in request, out result) (kept, bool) {
	versions := s.of(in.id)
	var last version
	exists := false
	if len(versions) > 0 {
		last = versions[len(versions)-1]
		exists = last.gender >= 0
	}
	is := func(status int, v version) bool {
		return out.status == status && out.version == v.version && (v.gender < 0 || out.gender == v.gender && out.id == v.id)
	}
	refused := out.status == http.StatusPreconditionFailed
	switch in.kind {
	case "vread":
		if in.version > len(versions) {
			return s, out.status == http.StatusNotFound
		}
		last = versions[in.version-1]
		exists = last.gender >= 0
		fallthrough
	case "read":
		switch {
		case exists:
			return s, is(http.StatusOK, last)
		case len(versions) > 0:
			return s, is(http.StatusGone, last)
		}
		return s, out.status == http.StatusNotFound
	case "history":
		newestFirst := slices.Clone(versions)
		slices.Reverse(newestFirst)
		if len(versions) == 0 {
			return s, out.status == http.StatusNotFound
		}
		return s, out.status == http.StatusOK && slices.Equal(out.found, newestFirst)
	case "search":
		found := slices.SortedFunc(slices.Values(out.found), func(a, b version) int { return strings.Compare(a.id, b.id) })
		return s, out.status == http.StatusOK && slices.Equal(found, s.current())
	case "match", "match-delete":
		if !exists || last.version != in.version {
			return s, refused
		}
	}
	switch in.kind {
	case "update", "match":
		switch after, next := s.with(in.id, in.gender); {
		case exists && last.gender == in.gender:
			return s, is(http.StatusOK, last) // no new version
		case exists:
			return after, is(http.StatusOK, next)
		default:
			return after, is(http.StatusCreated, next)
		}
	case "delete", "match-delete":
		if !exists {
			return s, out.status == http.StatusNoContent && out.version == 0
		}
		after, next := s.with(in.id, -1)
		return after, is(http.StatusNoContent, next)
	case "delete-all":
		current := s.current()
		after, one := s, version{gender: -1}
		for _, v := range current {
			after, one = after.with(v.id, -1)
		}
		if len(current) != 1 {
			one.version = 0
		}
		return after, is(http.StatusNoContent, one)
	case "create":
		switch current := s.current(); {
		case len(current) > 1:
			return s, refused
		case len(current) == 1:
			return s, is(http.StatusOK, current[0])
		}
		after, next := s.with(out.id, in.gender)
		return after, s.of(out.id) == nil && is(http.StatusCreated, next)
	}
	panic("a request of an unknown kind: " + in.kind)
}
