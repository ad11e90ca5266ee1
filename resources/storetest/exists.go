package storetest

import (
	"fmt"
	"strings"

	"github.com/jenner-iis/jenner/resources"
)

// exists: as Read says, through each change, for ids of every form and for more
// of them than a store keeps in memory.
func (s *suite) exists() {
	want := func(resourceType, id string, want bool) {
		s.Helper()
		if got, err := s.store.Exists(s.ctx, s.all, resourceType, id); err != nil || got != want {
			s.Errorf("Exists(%s/%s) = %v, %v, want %v", resourceType, id, got, err, want)
		}
	}
	long := strings.Repeat("x", 63)
	ids := []string{"a", "A", "0b8d3a5e-7b1c-4a53-9c7e-0f6a1c2b3d4e", "0B8D3A5E-7B1C-4A53-9C7E-0F6A1C2B3D4E", long + "1", long + "2"}
	for i := range 300 {
		ids = append(ids, fmt.Sprint("p", i))
	}
	for i, id := range ids {
		want("Patient", id, false)
		s.create("Patient", id, "")
		want("Patient", id, true)
		want("Location", id, false)
		if i%3 > 0 {
			s.put(resources.DELETE, "Patient", id, 1, "")
			want("Patient", id, false)
		}
		if i%3 == 2 {
			s.put(resources.PUT, "Patient", id, 2, "")
			want("Patient", id, true)
		}
	}
	for i, id := range ids {
		want("Patient", id, i%3 != 1)
		if v, err := s.store.VersionRead(s.ctx, s.all, "Patient", id, 1); err != nil || v.ID != id {
			s.Errorf("VersionRead(Patient/%s, 1) = %s, %v", id, v.ID, err)
		}
		// What resolves references asks for the same.
		q := s.query("Patient", "_id="+id)
		page, err := s.store.Search(s.ctx, s.all, q)
		if err != nil || len(page.Versions) > 1 || (len(page.Versions) == 1) != (i%3 != 1) {
			s.Errorf("Search(Patient?_id=%s) = %d resources, %v", id, len(page.Versions), err)
		}
	}
}
