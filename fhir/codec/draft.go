package codec

import (
	"strconv"

	"github.com/jenner-iis/jenner/fhir"
)

// Draft is a resource as it will be stored, but for meta.versionId and
// meta.lastUpdated, which are known only when it is committed. The text is
// compact; Append fills the two in.
type Draft struct {
	text []byte // up to and including `"meta":{`, then the rest of meta and all that follows
	at   int    // where versionId and lastUpdated go in
	more bool   // whether meta has other members after them
}

// NewDraft prepares a resource for storage: resourceType, id and meta first,
// the other elements in the order in which they stand. meta.versionId and
// meta.lastUpdated of the input are left out. The edits must not touch id and
// meta.
func NewDraft(resource Value, id string, edits ...Edit) Draft {
	var versionID, lastUpdated Value
	meta := resource.Get("meta")
	if meta.Kind() == Object {
		versionID, lastUpdated = meta.Get("versionId"), meta.Get("lastUpdated")
	}
	b := make([]byte, 0, len(resource.Raw())+128)
	b = append(b, `{"resourceType":`...)
	b = AppendString(b, resource.ResourceType())
	b = append(b, `,"id":"`...)
	b = append(b, id...)
	b = append(b, `","meta":{`...)
	d := Draft{at: len(b)}
	for m := meta.First(); m.Exists(); m = m.Next() {
		if m == versionID || m == lastUpdated {
			continue
		}
		if d.more {
			b = append(b, ',')
		}
		w := writer{dst: b}
		w.member(m)
		b, d.more = w.dst, true
	}
	b = append(b, '}')
	b = appendRest(b, resource, edits)
	d.text = append(b, '}')
	return d
}

// appendRest appends the members but resourceType, id and meta, each after a comma.
func appendRest(b []byte, resource Value, edits []Edit) []byte {
	sortEdits(edits)
	w := writer{dst: b, edits: edits}
	for m := resource.First(); m.Exists(); m = m.Next() {
		switch m.Name() {
		case "resourceType", "id", "meta":
			continue
		}
		if !w.removed(m) {
			w.dst = append(w.dst, ',')
			w.member(m)
		}
	}
	return w.dst
}

// Len is at least the length of what Append will append.
func (d Draft) Len() int { return len(d.text) + 64 + fhir.MomentLength }

// Append appends the resource with its version and time of storage.
func (d Draft) Append(dst []byte, version uint64, lastUpdated fhir.Moment) []byte {
	dst = append(dst, d.text[:d.at]...)
	dst = append(dst, `"versionId":"`...)
	dst = strconv.AppendUint(dst, version, 10)
	dst = append(dst, `","lastUpdated":"`...)
	dst = lastUpdated.AppendInstant(dst)
	dst = append(dst, '"')
	if d.more {
		dst = append(dst, ',')
	}
	return append(dst, d.text[d.at:]...)
}
