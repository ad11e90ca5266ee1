package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/resources"
)

// makeHistory writes a dozen versions of a few resources, a second apart, and
// gives them oldest first.
func (s *suite) makeHistory() []resources.Version {
	var all []resources.Version
	put := func(method resources.Method, resourceType, id string, expect uint64) {
		s.clock.Add(time.Second)
		all = append(all, s.put(method, resourceType, id, expect, fmt.Sprintf(`"language":"l%d"`, len(all))))
	}
	put(resources.POST, "Patient", "a", 0)
	put(resources.POST, "Immunization", "a", 0)
	put(resources.PUT, "Patient", "a", 1)
	put(resources.POST, "Patient", "b", 0)
	put(resources.DELETE, "Patient", "a", 2)
	put(resources.PUT, "Immunization", "a", 1)
	put(resources.PUT, "Patient", "a", 3)
	put(resources.PATCH, "Patient", "b", 1)
	put(resources.POST, "Location", "x", 0)
	put(resources.DELETE, "Location", "x", 1)
	return all
}

// wantHistory compares a history with what it should be, oldest first.
func (s *suite) wantHistory(h resources.History, all []resources.Version, keep func(resources.Version) bool) {
	s.Helper()
	var want []resources.Version
	for i := len(all) - 1; i >= 0; i-- {
		if keep(all[i]) {
			want = append(want, all[i])
		}
	}
	h.Count = 100
	page, err := s.store.History(s.ctx, s.all, h)
	if diff := cmp.Diff(want, page.Versions); err != nil || diff != "" {
		s.Errorf("History(%+v): %v (-want +got):\n%s", h, err, diff)
	}
	if page.Next != nil {
		s.Errorf("History(%+v) has a next page after the last version", h)
	}
	if page.Total != -1 && page.Total != len(want) {
		s.Errorf("History(%+v) has total %d, want %d or -1", h, page.Total, len(want))
	}
}

// within reports whether a version is in the time that a history asks for; all
// are the versions there are, oldest first.
func within(v resources.Version, h resources.History, all []resources.Version) bool {
	if v.LastUpdated < h.Since || h.Until != 0 && v.LastUpdated >= h.Until {
		return false
	}
	if v.LastUpdated >= h.Current {
		return true
	}
	for _, next := range all {
		if next.Type == v.Type && next.ID == v.ID && next.Version == v.Version+1 && next.LastUpdated <= h.Current {
			return false
		}
	}
	return !v.Deleted()
}

// times are the bounds that histories of these versions may have: none, the
// moment of each version and the ones beside it.
func times(all []resources.Version) []fhir.Moment {
	bounds := []fhir.Moment{0}
	for _, v := range all {
		bounds = append(bounds, v.LastUpdated-1, v.LastUpdated, v.LastUpdated+1)
	}
	return bounds
}

func (s *suite) instanceHistory() {
	all := s.makeHistory()
	for _, since := range []fhir.Moment{0, all[2].LastUpdated, all[2].LastUpdated + 1} {
		for _, until := range times(all) {
			for _, current := range times(all) {
				for _, id := range []string{"a", "b"} {
					h := resources.History{Type: "Patient", ID: id, Since: since, Until: until, Current: current}
					s.wantHistory(h, all, func(v resources.Version) bool { return v.Type == "Patient" && v.ID == id && within(v, h, all) })
				}
			}
		}
	}
	for _, h := range []resources.History{{Type: "Patient", ID: "none"}, {Type: "Observation", ID: "a"}} {
		h.Count = 1
		if _, err := s.store.History(s.ctx, s.all, h); !errors.Is(err, resources.ErrNotFound) {
			s.Errorf("History(%+v) = %v, want ErrNotFound", h, err)
		}
	}
}

func (s *suite) typeAndSystemHistory() {
	all := s.makeHistory()
	for _, since := range []fhir.Moment{0, all[1].LastUpdated, all[5].LastUpdated + 1} {
		for _, until := range []fhir.Moment{0, all[6].LastUpdated, all[7].LastUpdated + 1} {
			for _, current := range times(all) {
				h := resources.History{Since: since, Until: until, Current: current}
				s.wantHistory(h, all, func(v resources.Version) bool { return within(v, h, all) })
				for _, resourceType := range []string{"Patient", "Immunization", "Observation"} {
					h.Type = resourceType
					s.wantHistory(h, all, func(v resources.Version) bool { return v.Type == resourceType && within(v, h, all) })
				}
			}
		}
	}
}

// historyPages: pages of every size together give the whole, and versions that
// are added meanwhile do not disturb them.
func (s *suite) historyPages() {
	all := s.makeHistory()
	for _, h := range []resources.History{{}, {Type: "Patient"}, {Type: "Patient", ID: "a"}, {Type: "Patient", Since: 1}, {Current: all[4].LastUpdated, Until: all[8].LastUpdated}} {
		h.Count = 100
		whole, err := s.store.History(s.ctx, s.all, h)
		if err != nil {
			s.Fatal(err)
		}
		for count := 1; count <= len(whole.Versions)+1; count++ {
			h.Count, h.Position = count, nil
			var got []resources.Version
			for pages := 0; ; pages++ {
				page, err := s.store.History(s.ctx, s.all, h)
				if err != nil || len(page.Versions) > count || pages > len(whole.Versions) {
					s.Fatalf("History(%+v), page %d = %d versions, %v", h, pages, len(page.Versions), err)
				}
				got = append(got, page.Versions...)
				if page.Next == nil {
					break
				}
				h.Position = page.Next
				s.create("Patient", fmt.Sprintf("new-%s-%s-%d-%d-%d-%d", h.Type, h.ID, h.Since, h.Current, count, pages), "")
			}
			if diff := cmp.Diff(whole.Versions, got); diff != "" {
				s.Errorf("History(%+v) in pages (-whole +pages):\n%s", h, diff)
			}
			// What was added since belongs to the next round's whole.
			h.Count, h.Position = 1000, nil
			if whole, err = s.store.History(s.ctx, s.all, h); err != nil {
				s.Fatal(err)
			}
			if len(whole.Versions) > 40 {
				break
			}
		}
	}
	for _, h := range []resources.History{{}, {Type: "Patient"}, {Type: "Patient", ID: "a"}} {
		h.Count, h.Position = 1, []byte("no position of this store")
		if _, err := s.store.History(s.ctx, s.all, h); !errors.Is(err, resources.ErrBadCursor) {
			s.Errorf("History(%+v) = %v, want ErrBadCursor", h, err)
		}
	}
}
