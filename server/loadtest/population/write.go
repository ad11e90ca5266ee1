package population

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Counts is how many resources of each type were written, and their bytes.
type Counts struct {
	Resources map[string]int
	Bytes     int64
}

// Total is the number of resources.
func (c Counts) Total() (n int) {
	for _, of := range c.Resources {
		n += of
	}
	return n
}

// Write writes patients 0 to n-1, and the clinics, as NDJSON into a folder, which
// must exist: a file per type, as a bulk export has them. In memory it keeps no
// more than one patient.
func (s *State) Write(ctx context.Context, folder string, n int) (Counts, error) {
	w := &writer{folder: folder, counts: Counts{Resources: map[string]int{}}, files: map[string]*file{}}
	s.writeSites(w)
	var doses []Dose
	var findings []Finding
	for i := range n {
		if ctx.Err() != nil {
			w.fail(ctx.Err())
		}
		if w.err != nil {
			break
		}
		p := s.Patient(i)
		w.line("Patient", s.AppendPatient(w.text[:0], &p, true))
		doses = s.Doses(doses[:0], &p)
		for j := range doses {
			w.line("Immunization", s.AppendDose(w.text[:0], &doses[j], true, ""))
		}
		findings = s.Findings(findings[:0], &p)
		for j := range findings {
			w.line(findings[j].Type(), s.AppendFinding(w.text[:0], &p, &findings[j]))
		}
	}
	return w.counts, w.close()
}

func (s *State) writeSites(w *writer) {
	for i := range s.sites {
		w.line("Organization", s.AppendOrganization(w.text[:0], &s.sites[i]))
		if text := s.AppendLocation(w.text[:0], &s.sites[i]); len(text) > 0 {
			w.line("Location", text)
		}
	}
	for i := range s.practitioners {
		w.line("Practitioner", s.AppendPractitioner(w.text[:0], &s.practitioners[i]))
	}
}

// WriteBundles writes patients 0 to n-1 as transaction Bundles into a folder,
// which must exist: a file per patient, in subfolders of a thousand.
func (s *State) WriteBundles(ctx context.Context, folder string, n int) (Counts, error) {
	c := Counts{Resources: map[string]int{}}
	var text []byte
	var doses []Dose
	for i := range n {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		p := s.Patient(i)
		doses = s.Doses(doses[:0], &p)
		text = s.AppendTransaction(text[:0], &p, doses)
		part := filepath.Join(folder, fmt.Sprintf("%04d", i/1000))
		if i%1000 == 0 {
			if err := os.MkdirAll(part, 0o755); err != nil {
				return c, err
			}
		}
		if err := os.WriteFile(filepath.Join(part, fmt.Sprintf("patient-%d.json", i)), text, 0o644); err != nil {
			return c, err
		}
		c.Resources["Patient"]++
		c.Resources["Immunization"] += len(doses)
		c.Bytes += int64(len(text))
	}
	return c, nil
}

// writer holds the files of a folder. After its first error it does nothing.
type writer struct {
	folder string
	files  map[string]*file
	counts Counts
	text   []byte // reused
	err    error
}

type file struct {
	*bufio.Writer
	file *os.File
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// line writes a resource to the file of its type, and keeps its memory.
func (w *writer) line(resourceType string, text []byte) {
	w.text = append(text, '\n')
	if w.err != nil {
		return
	}
	f := w.files[resourceType]
	if f == nil {
		created, err := os.Create(filepath.Join(w.folder, resourceType+".ndjson"))
		if err != nil {
			w.fail(err)
			return
		}
		f = &file{bufio.NewWriterSize(created, 1<<18), created}
		w.files[resourceType] = f
	}
	if _, err := f.Write(w.text); err != nil {
		w.fail(err)
		return
	}
	w.counts.Resources[resourceType]++
	w.counts.Bytes += int64(len(w.text))
}

func (w *writer) close() error {
	for _, f := range w.files {
		if err := f.Flush(); err != nil {
			w.fail(err)
		}
		if err := f.file.Close(); err != nil {
			w.fail(err)
		}
	}
	return w.err
}
