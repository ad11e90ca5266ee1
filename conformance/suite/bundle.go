package suite

import (
	"slices"
	"strings"
)

// entries are those of a Bundle.
func (a *answer) entries() []value { return a.body.get("entry").list() }

// matches are the entries of a searchset that the search found: those of mode
// match, and those without a mode that are no outcome.
func (a *answer) matches() []value { return a.modes("match", "") }

// included are the entries of a searchset of mode include.
func (a *answer) included() []value { return a.modes("include") }

func (a *answer) modes(modes ...string) []value {
	var all []value
	for _, e := range a.entries() {
		if slices.Contains(modes, e.get("search.mode").text()) && e.get("resource.resourceType").text() != "OperationOutcome" {
			all = append(all, e)
		}
	}
	return all
}

// link is the URL of a relation in a Bundle.
func (a *answer) link(relation string) string {
	for _, l := range a.body.get("link").list() {
		if l.get("relation").text() == relation {
			return l.get("url").text()
		}
	}
	return ""
}

// pathOf is the Type/id of the resource in an entry.
func pathOf(entry value) string {
	return entry.get("resource.resourceType").text() + "/" + entry.get("resource.id").text()
}

// maxPages bounds the pages that are followed: a next link that leads in
// circles must end.
const maxPages = 60

// pages gets a Bundle and those that its next links lead to.
func (s *Session) pages(call string, headers ...string) []*answer {
	all := []*answer{s.do(call, "", headers...).must(200)}
	for next := all[0].link("next"); next != ""; next = all[len(all)-1].link("next") {
		if len(all) == maxPages {
			s.fatalf("%s: the pages do not end: after %d, next is %s", all[0].call, maxPages, next)
		}
		all = append(all, s.do("GET "+next, "", headers...).must(200))
	}
	return all
}

// tagged limits a search to what the requirement made. One that begins with its
// query is of the whole system.
func (s *Session) tagged(query string) string {
	at := "?"
	if strings.Contains(query, "?") {
		at = "&"
	}
	if !strings.HasPrefix(query, "?") {
		query = "/" + query
	}
	return query + at + "_tag=" + tagSystem + "|" + s.tag
}

// found checks which fixtures a search finds: names in any order, divided by
// spaces.
func (s *Session) found(query, want string) {
	s.compare(s.pages("GET "+s.tagged(query), strict), want)
}

// strict asks that what is not supported be refused, not passed over.
//
// https://hl7.org/fhir/R4/search.html#errors
const strict = "Prefer: handling=strict"

// foundOrRefused is found for what a server may leave out: R4 has no way to
// claim it, but wants it refused where it is not supported, never passed over.
//
// https://hl7.org/fhir/R4/search.html#modifiers
func (s *Session) foundOrRefused(query, want string) {
	a := s.do("GET "+s.tagged(query), "", strict)
	if s.noteRefusal(a) {
		return
	}
	s.compare(s.pages("GET "+s.tagged(query), strict), want)
}

// noteRefusal reports whether an answer refuses what need not be supported.
func (s *Session) noteRefusal(a *answer) bool {
	if (a.status == 400 || a.status == 403 || a.status == 501) && a.outcomeFault() == "" {
		s.refused = append(s.refused, a.call+": refused: "+a.get("issue.0.diagnostics"))
		return true
	}
	s.worked = true
	return false
}

// compare checks the matches of pages against names.
func (s *Session) compare(pages []*answer, want string) {
	var got []string
	for _, page := range pages {
		for _, e := range page.matches() {
			got = append(got, s.nameOf(pathOf(e)))
		}
	}
	s.compareNames(pages[0].call, got, strings.Fields(want))
}

func (s *Session) compareNames(call string, got, want []string) {
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.errorf("%s: found %v, want %v", call, got, want)
	}
}

// namesOf are what the resources of entries are called, in their order.
func (s *Session) namesOf(entries []value) []string {
	var names []string
	for _, e := range entries {
		names = append(names, s.nameOf(pathOf(e)))
	}
	return names
}
