package resources

import (
	"context"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/fhir/codec"
)

// countDangling reports the references of what was written that point at
// nothing, if anyone wants to know. They are accepted, because a registry gets
// partial records.
func (r *resolution) countDangling(ctx context.Context) {
	if r.s.OnDangling == nil {
		return
	}
	known := make(map[string]bool, len(r.steps))
	for _, st := range r.steps {
		known[st.typ+"/"+st.id] = true
	}
	for _, st := range r.steps {
		if st.effect != Created && st.effect != Updated {
			continue
		}
		dangling := 0
		r.s.links.walk(st.text, func(kind linkKind, v codec.Value) {
			if kind != referenceLink {
				return
			}
			ref := fhir.ParseReference(v.Text())
			if ref.Kind == fhir.URN && st.typ != "Bundle" {
				dangling++ // outside a Bundle nothing has such a name
			}
			if ref.Kind != fhir.Relative {
				return
			}
			target := ref.Type + "/" + ref.ID
			there, asked := known[target]
			if !asked {
				exists, err := r.s.Store.Exists(ctx, r.access, ref.Type, ref.ID)
				there = exists || err != nil
				known[target] = there
			}
			if !there {
				dangling++
			}
		})
		if dangling > 0 {
			r.s.OnDangling(st.typ, dangling)
		}
	}
}
