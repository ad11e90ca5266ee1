package immds

import (
	"encoding/binary"
	"math"

	"github.com/google/uuid"

	"github.com/jenner-iis/jenner/fhir"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// What is said of a noted dose.
const (
	doseHasUUID = 1 << iota // its id is a UUID, in 16 bytes
	doseHasMVX
	doseExpires
	doseSubstandard
	doseHasVolume
	doseRecorded
)

// appendDose appends a dose as the engine takes it. Without a flag its part is left out.
func appendDose(b []byte, s *storedDose) []byte {
	id, err := uuid.Parse(s.id)
	isUUID := err == nil && id.String() == s.id
	flags := flag(doseHasUUID, isUUID) | flag(doseHasMVX, s.in.MVX != "") | flag(doseExpires, !s.in.Expires.IsZero()) |
		flag(doseSubstandard, s.in.Substandard) | flag(doseHasVolume, s.in.Volume != 0) | flag(doseRecorded, s.recorded != fhir.LatestMoment)
	b = append(b, notedDose, flags, byte(s.subpotent))
	if isUUID {
		b = append(b, id[:]...)
	} else {
		b = appendNoted(b, s.id)
	}
	b = binary.AppendUvarint(b, uint64(s.in.Date))
	b = binary.AppendUvarint(b, uint64(s.in.CVX))
	if s.in.MVX != "" {
		b = appendNoted(b, s.in.MVX)
	}
	if !s.in.Expires.IsZero() {
		b = binary.AppendUvarint(b, uint64(s.in.Expires))
	}
	if s.in.Volume != 0 {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.in.Volume))
	}
	if s.recorded != fhir.LatestMoment {
		b = binary.AppendVarint(b, int64(s.recorded))
	}
	return b
}

func flag(bit byte, set bool) byte {
	if set {
		return bit
	}
	return 0
}

func appendNoted[T string | []byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// noteReader reads a note. What is not there is zero, and bad set.
type noteReader struct {
	b   []byte
	bad bool
}

func (n *noteReader) take(count uint64) []byte {
	if count > uint64(len(n.b)) {
		n.b, n.bad = nil, true
		return nil
	}
	taken := n.b[:count]
	n.b = n.b[count:]
	return taken
}

func (n *noteReader) byte() byte {
	if b := n.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (n *noteReader) uvarint() uint64 {
	v, length := binary.Uvarint(n.b)
	if n.take(uint64(max(length, 0))); length <= 0 {
		n.b, n.bad = nil, true
	}
	return v
}

func (n *noteReader) varint() int64 {
	v, length := binary.Varint(n.b)
	if n.take(uint64(max(length, 0))); length <= 0 {
		n.b, n.bad = nil, true
	}
	return v
}

func (n *noteReader) text() string { return string(n.take(n.uvarint())) }

// date reads a day, or zero for none.
func (n *noteReader) date() calendar.Date {
	d := n.uvarint()
	n.bad = n.bad || d > uint64(calendar.Max)
	return calendar.Date(d)
}

func (n *noteReader) dose() storedDose {
	flags := n.byte()
	s := storedDose{recorded: fhir.LatestMoment}
	s.subpotent = subpotent(n.byte())
	if flags&doseHasUUID != 0 {
		if b := n.take(16); b != nil {
			s.id = uuid.UUID(b).String()
		}
	} else {
		s.id = n.text()
	}
	s.in.Date, s.in.CVX = n.date(), schedule.CVX(n.uvarint())
	if flags&doseHasMVX != 0 {
		s.in.MVX = n.text()
	}
	if flags&doseExpires != 0 {
		s.in.Expires = n.date()
	}
	s.in.Substandard = flags&doseSubstandard != 0
	if flags&doseHasVolume != 0 {
		if b := n.take(8); b != nil {
			s.in.Volume = math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	}
	if flags&doseRecorded != 0 {
		s.recorded = fhir.Moment(n.varint())
	}
	return s
}
