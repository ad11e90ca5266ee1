package pebblestore_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"

	"github.com/jenner-iis/jenner/fhir/codec"
	"github.com/jenner-iis/jenner/resources"
	"github.com/jenner-iis/jenner/resources/pebblestore"
	"github.com/jenner-iis/jenner/resources/pebblestore/disktest"
)

// population makes Patients and their Immunizations, as large and with as much
// that is random in them as Synthea's.
type population struct{ *rand.Rand }

func (p population) uuid() string {
	var u uuid.UUID
	for i := range u {
		u[i] = byte(p.Uint32())
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u.String()
}

func write(t testing.TB, resourceType, id, elements string) (resources.Write, int) {
	text := fmt.Sprintf(`{"resourceType":%q,"id":%q,%s}`, resourceType, id, elements)
	d, err := codec.ParseString(text, codec.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return resources.Write{Type: resourceType, ID: id, Method: resources.PUT, Draft: codec.NewDraft(d.Root(), id), Resource: d.Root()}, len(text) + 1
}

func (p population) patient(t testing.TB, id string) (resources.Write, int) {
	return write(t, "Patient", id, fmt.Sprintf(`"meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Generated.</div>"},"extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3","display":"White"}},{"url":"text","valueString":"White"}]}],"identifier":[{"system":"https://github.com/synthetichealth/synthea","value":%q},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR","display":"Medical Record Number"}],"text":"Medical Record Number"},"system":"http://hospital.smarthealthit.org","value":%q},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"SS","display":"Social Security Number"}],"text":"Social Security Number"},"system":"http://hl7.org/fhir/sid/us-ssn","value":"999-%02d-%04d"}],"name":[{"use":"official","family":"Family%d","given":["Given%d"],"prefix":["Ms."]}],"telecom":[{"system":"phone","value":"555-%03d-%04d","use":"home"}],"gender":%q,"birthDate":"%04d-%02d-%02d","address":[{"line":["%d Street Unit %d"],"city":"Town%d","state":"MA","postalCode":"0%04d","country":"US"}],"multipleBirthBoolean":false`,
		id, id, p.IntN(100), p.IntN(10000), p.IntN(5000), p.IntN(2000), p.IntN(1000), p.IntN(10000), []string{"male", "female"}[p.IntN(2)],
		1930+p.IntN(95), 1+p.IntN(12), 1+p.IntN(28), p.IntN(1000), p.IntN(100), p.IntN(300), p.IntN(3000)))
}

func (p population) immunization(t testing.TB, id, patient string) (resources.Write, int) {
	code := []string{"03", "08", "10", "20", "21", "33", "49", "52", "62", "83", "110", "113", "114", "115", "119", "133", "140", "208"}[p.IntN(18)]
	return write(t, "Immunization", id, fmt.Sprintf(`"meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization"]},"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":%q,"display":"Vaccine of CVX code %s"}],"text":"Vaccine of CVX code %s"},"patient":{"reference":"Patient/%s"},"encounter":{"reference":"Encounter/%s"},"occurrenceDateTime":"%04d-%02d-%02dT%02d:%02d:%02d-04:00","primarySource":true,"location":{"reference":"Location/%08x-5c2f-3385-9967-7550eb4102c8","display":"CLINIC NUMBER %d, P.A."}`,
		code, code, code, patient, p.uuid(), 1990+p.IntN(36), 1+p.IntN(12), 1+p.IntN(28), p.IntN(24), p.IntN(60), p.IntN(60), p.IntN(500), p.IntN(500)))
}

// load commits patients with 20 immunizations each, 500 resources at a time,
// and gives the ids and the size of their NDJSON.
func load(b testing.TB, s *pebblestore.Store, patients int) (patientIDs, immunizationIDs []string, size int) {
	p := population{rand.New(rand.NewPCG(1, 2))}
	var writes []resources.Write
	add := func(w resources.Write, n int) {
		size += n
		if writes = append(writes, w); len(writes) == 500 {
			if _, err := s.Commit(b.Context(), everything, resources.Batch{Writes: writes}); err != nil {
				b.Fatal(err)
			}
			writes = writes[:0]
		}
	}
	for range patients {
		id := p.uuid()
		patientIDs = append(patientIDs, id)
		add(p.patient(b, id))
		for range 20 {
			immunization := p.uuid()
			immunizationIDs = append(immunizationIDs, immunization)
			add(p.immunization(b, immunization, id))
		}
	}
	if _, err := s.Commit(b.Context(), everything, resources.Batch{Writes: writes}); err != nil {
		b.Fatal(err)
	}
	return patientIDs, immunizationIDs, size
}

// BenchmarkCreate commits single Immunizations: durable, indexed, as many as
// the clients allow.
func BenchmarkCreate(b *testing.B) {
	for _, delay := range []time.Duration{0, 5 * time.Millisecond} {
		for _, clients := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("sync+%v/clients=%d", delay, clients), func(b *testing.B) {
				s := open(b, pebblestore.Config{Path: b.TempDir(), FS: &disktest.Disk{FS: vfs.Default, Delay: delay}})
				load(b, s, 1)
				var seed atomic.Uint64
				b.SetParallelism(max(1, clients/2)) // times two processors
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					p := population{rand.New(rand.NewPCG(9, seed.Add(1)))}
					for pb.Next() {
						w, _ := p.immunization(b, p.uuid(), p.uuid())
						if _, err := s.Commit(b.Context(), everything, resources.Batch{Writes: []resources.Write{w}}); err != nil {
							b.Error(err)
							return
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "creates/s")
			})
		}
	}
}

// BenchmarkBatch commits 500 resources at a time.
func BenchmarkBatch(b *testing.B) {
	s := open(b, pebblestore.Config{Path: b.TempDir()})
	load(b, s, 1)
	p := population{rand.New(rand.NewPCG(4, 4))}
	for b.Loop() {
		b.StopTimer()
		patient := p.uuid()
		writes := make([]resources.Write, 500)
		for i := range writes {
			writes[i], _ = p.immunization(b, p.uuid(), patient)
		}
		b.StartTimer()
		if _, err := s.Commit(b.Context(), everything, resources.Batch{Writes: writes}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(500*float64(b.N)/b.Elapsed().Seconds(), "resources/s")
}

// BenchmarkRead reads and searches a store of 50,000 resources whose cache
// holds a small part of them.
func BenchmarkRead(b *testing.B) {
	s := open(b, pebblestore.Config{Path: b.TempDir(), CacheSize: 8 << 20, MemTableSize: 4 << 20})
	patients, immunizations, _ := load(b, s, 2400)
	if err := s.Compact(); err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(6, 6))
	b.Run("id", func(b *testing.B) {
		b.ReportAllocs()
		defer processor(b)()
		for b.Loop() {
			if _, err := s.Read(b.Context(), everything, "Immunization", immunizations[random.IntN(len(immunizations))]); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, text := range map[string]string{
		"patient":      "patient=%s",
		"patient,date": "patient=%s&date=ge2010",
		"patient,sort": "patient=%s&_sort=-date",
		"patient,code": "patient=%s&vaccine-code=08",
		"chain":        "patient.identifier=http://hospital.smarthealthit.org|%s",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			defer processor(b)()
			found := 0
			for b.Loop() {
				q := query(b, "Immunization", fmt.Sprintf(text, patients[random.IntN(len(patients))]))
				page, err := s.Search(b.Context(), everything, q)
				if err != nil {
					b.Fatal(err)
				}
				found += len(page.Versions)
			}
			b.ReportMetric(float64(found)/float64(b.N), "hits")
		})
	}
	for _, text := range []string{"family=family12", "birthdate=1980-05", "_sort=birthdate&_count=20", "family:contains=99&_count=20", "gender=male&birthdate=gt1980&_count=20", "_has:Immunization:patient:vaccine-code=08&gender=female&_count=20"} {
		b.Run("Patient?"+text, func(b *testing.B) {
			q := query(b, "Patient", text)
			defer processor(b)()
			for b.Loop() {
				if _, err := s.Search(b.Context(), everything, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("scan", func(b *testing.B) {
		n := 0
		for b.Loop() {
			if err := s.Scan(b.Context(), everything, "Immunization", func(resources.Version) error { n++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "resources/s")
	})
}

// BenchmarkDisk compares the folder's size with that of the same resources as
// NDJSON. The log is apart: it grows with the memtables, not with the data.
func BenchmarkDisk(b *testing.B) {
	for b.Loop() {
		folder := b.TempDir()
		s, err := pebblestore.Open(pebblestore.Config{Path: folder, Registry: registry, Logger: quiet})
		if err != nil {
			b.Fatal(err)
		}
		patients, immunizations, raw := load(b, s, 5000)
		if err := errors.Join(s.Compact(), s.Close()); err != nil {
			b.Fatal(err)
		}
		var tables, logs int64
		err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			switch {
			case err != nil:
			case filepath.Ext(entry.Name()) == ".log":
				logs += info.Size()
			default:
				tables += info.Size()
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		n := float64(len(patients) + len(immunizations))
		b.ReportMetric(float64(tables)/n, "B/resource")
		b.ReportMetric(float64(raw)/n, "NDJSON-B/resource")
		b.ReportMetric(float64(tables)/float64(raw), "of-NDJSON")
		b.ReportMetric(float64(logs)/(1<<20), "log-MiB")
	}
}
