package immds

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/forecast"
	"github.com/jenner-iis/jenner/forecast/calendar"
	"github.com/jenner-iis/jenner/forecast/schedule"
)

// A note is kept beside a patient, with the documents of an Advice, by whoever stores
// them. It holds a digest of what they say, and in some hundred bytes what was read for
// them: with it, Forecaster.Stands finds out whether they still stand, without the
// record, of which the resources may lie anywhere in the store.
//
// The doses that most are, done and with one CVX code, are in the note as the engine
// takes them. Any other resource is in it whole, since what it means may depend on the
// supporting data. What is read of the Patient does not.

const (
	noteFormat = 1
	// noteHead is the format, the digest of the documents, and the day of their next
	// change, all as they are stored.
	noteHead = 1 + 8 + 4
	// maxNoted bounds the resources that a note holds whole, in bytes. Who has more is
	// read anew.
	maxNoted = 8 << 10
)

// notedDose begins a dose as the engine takes it. A resource that is in the note whole
// begins with its findingKind. Before them stands what was read of the Patient.
const notedDose = 255

// Noted gives the note to keep beside the patient of an Advice with a forecast, and
// whether the documents with which the note before was stored say what this advice does.
// If they do they stay, and if the notes are the same too there is nothing to store.
func (a *Advice) Noted(before []byte) (note []byte, stands bool) {
	if a.None != nil {
		return nil, false
	}
	note = make([]byte, 0, noteHead+len(a.read))
	if stands = a.standsBy(before); stands {
		note = append(note, before[:noteHead]...)
	} else {
		note = binary.BigEndian.AppendUint64(append(note, noteFormat), a.digest())
		note = binary.BigEndian.AppendUint32(note, uint32(a.NextChange))
	}
	return append(note, a.read...), stands
}

// standsBy reports whether documents that were stored with a note say what the advice
// does, and will be looked at again no later than it must be.
func (a *Advice) standsBy(note []byte) bool {
	if len(note) < noteHead || note[0] != noteFormat || binary.BigEndian.Uint64(note[1:]) != a.digest() {
		return false
	}
	next := calendar.Date(binary.BigEndian.Uint32(note[9:]))
	return a.NextChange.IsZero() || !next.IsZero() && next <= a.NextChange
}

// digest is of what the recommendation says, and with it the evaluations, whose digest
// it has: of all that Document.Stands compares but the days.
func (a *Advice) digest() uint64 {
	p, _ := cutAdvice(a.Documents[len(a.Documents)-1].JSON)
	return xxhash.Sum64(p.rest)
}

// Stands reports whether the documents with which a note was stored say what advice on
// the patient does today and by the latest supporting data, if the record is what it was.
// It is false, too, when the note does not tell.
func (f *Forecaster) Stands(patientID string, note []byte) bool {
	if len(note) <= noteHead || note[0] != noteFormat {
		return false
	}
	x := f.start()
	defer f.finish(x)
	x.advice = &Advice{}
	if !x.readNote(patientID, note[noteHead:]) || f.forecast(x) != nil {
		return false
	}
	if x.scratch == nil {
		x.scratch = make([]byte, 0, adviceSize)
	}
	x.writeAdvice(x.scratch)
	return x.advice.standsBy(note)
}

// notePatient begins what is noted of a record with what was read of the Patient.
func (x *run) notePatient() {
	p := &x.in.Patient
	b := binary.AppendUvarint(make([]byte, 0, 512), uint64(p.BirthDate))
	b = append(b, byte(p.Sex))
	b = appendNoted(b, p.BirthCountry)
	b = binary.AppendUvarint(b, uint64(len(x.findings)))
	for i := range x.findings { // the races
		b = binary.AppendVarint(b, int64(x.findings[i].term))
	}
	x.read = b
}

// noteResource adds a resource of the record, and the dose that it was read as, if it
// was one.
func (x *run) noteResource(kind findingKind, r StoredResource, read []storedDose) {
	switch {
	case x.read == nil:
	case len(read) == 1 && plain(r.Root, &read[0]):
		x.read = appendDose(x.read, &read[0])
	case x.notedWhole+len(r.JSON) > maxNoted:
		x.read = nil
	default:
		x.notedWhole += len(r.JSON)
		x.read = appendNoted(append(x.read, byte(kind)), r.JSON)
	}
}

// plain reports whether the supporting data do not matter to how a dose is read: the one
// code that can be that of a vaccine is its CVX code.
func plain(r codec.Value, s *storedDose) bool {
	codes := 0
	for c := r.Get("vaccineCode").Get("coding").First(); c.Exists(); c = c.Next() {
		if code, ok := schedule.ParseCVX(c.Get("code").Text()); ok {
			if system := c.Get("system").Text(); code != s.in.CVX || system != "" && !isCVX(system) {
				return false
			}
			codes++
		}
	}
	return codes == 1 && !s.product && s.id != ""
}

// readNote takes over what was noted of a record, as readRecord does the record. It is
// false if that cannot be had from the note, by these supporting data.
func (x *run) readNote(patientID string, noted []byte) bool {
	n := noteReader{b: noted}
	x.hasPatient = true
	x.referToID(patientID)
	x.in.Patient = forecast.Patient{BirthDate: n.date(), Sex: schedule.Sex(n.byte()), BirthCountry: n.text()}
	for races := n.uvarint(); races > 0 && !n.bad; races-- {
		x.addRace(term(n.varint()))
	}
	var stored []storedDose
	for len(n.b) > 0 && !n.bad {
		switch kind := n.byte(); {
		case kind == notedDose:
			s := n.dose()
			if x.history++; x.history > forecast.MaxDoses || x.edition.findings.products[s.in.CVX] {
				return false
			}
			stored = append(stored, s)
		case kind < byte(kindPatient):
			d, err := codec.ParseString(n.text(), codec.Limits{})
			if err != nil {
				return false
			}
			stored = x.readStored(stored, findingKind(kind), d.Root())
		default:
			return false
		}
	}
	if n.bad {
		return false
	}
	x.addStored(stored)
	return true
}
