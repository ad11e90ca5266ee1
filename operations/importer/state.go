package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// checkpointFile is the name of the checkpoint in the state folder.
const checkpointFile = "checkpoint.json"

// stateFolders is the name of the folder that holds those of DefaultState.
const stateFolders = ".jenner-import"

// DefaultState is where, below a folder (such as the working directory), the
// state of an import is kept when nothing else is said: a folder for each
// target and set of paths, so that two imports do not meet.
func DefaultState(folder string, t Target, paths []string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q", t.Name(), paths)
	return filepath.Join(folder, stateFolders, hex.EncodeToString(h.Sum(nil)[:6]))
}

// state is what a checkpoint keeps: up to where each file is acknowledged, and
// what was counted up to there.
type state struct {
	Target     string
	Paths      []string
	Seconds    float64 // of the runs before this one
	Types      map[string]*Counts
	Unread     []FileNote
	Unresolved map[string]int // references to no entry of their Bundle, by "urn"
	Refused    int64          // bytes of the journals that belong to the checkpoint
	References int64
	Files      map[string]*place

	file    string
	changed []FileNote
	resumed bool
}

// place is up to where a file is acknowledged.
type place struct {
	Size     int64
	Modified time.Time
	Line     int64
	Offset   int64 // bytes of the decompressed text
	Done     bool
}

// openState reads the checkpoint of the folder, if there is one.
func openState(folder, target string, paths []string) (*state, error) {
	fresh := &state{
		Target: target, Paths: paths, Types: map[string]*Counts{}, Unresolved: map[string]int{}, Files: map[string]*place{},
		file: filepath.Join(folder, checkpointFile),
	}
	text, err := os.ReadFile(fresh.file)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint: %w", err)
	}
	s := &state{file: fresh.file, resumed: true}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("read the checkpoint %s: %w", fresh.file, err)
	}
	if s.Target != target || !slices.Equal(s.Paths, paths) {
		return nil, fmt.Errorf("the state folder %s holds an unfinished import of %q into %s; finish it, name another state folder, or remove this one",
			folder, s.Paths, s.Target)
	}
	return s, nil
}

// attach gives a source its place. A file that is not as it was is read from
// its start; what was counted of it stays counted.
func (s *state) attach(src *source) {
	p := s.Files[src.path]
	if p != nil && (p.Size != src.size || !p.Modified.Equal(src.modified)) {
		s.changed = append(s.changed, FileNote{src.path, "changed since the import was interrupted: read again from its start, and its records counted again"})
		p = nil
	}
	if p == nil {
		p = &place{Size: src.size, Modified: src.modified}
		s.Files[src.path] = p
	}
	src.place = p
}

// write replaces the checkpoint as a whole or not at all.
func (s *state) write() error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	temporary := s.file + ".new"
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, s.file); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.file))
}

// syncFolder makes renames and removals within a folder durable.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// save writes a checkpoint of all that is acknowledged.
func (r *run) save() error {
	began := r.Now()
	var err error
	if r.state.Refused, err = r.refused.sync(); err != nil {
		return fmt.Errorf("write refused records: %w", err)
	}
	if r.state.References, err = r.links.sync(); err != nil {
		return fmt.Errorf("note references: %w", err)
	}
	r.state.Seconds += began.Sub(r.began).Seconds()
	r.began = began
	if err := r.state.write(); err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	r.saved = r.Now()
	r.saving = r.saved.Sub(began)
	return nil
}

// saveIfDue writes a checkpoint when the last one is old enough. One that is
// costly, because there are very many files, is written less often: it shall
// not take more than a twentieth of the time.
func (r *run) saveIfDue() error {
	if r.Now().Sub(r.saved) < max(r.Checkpoint, 20*r.saving) && r.Checkpoint >= 0 {
		return nil
	}
	return r.save()
}

// clear removes what a finished import leaves no need for. Refused records stay,
// and with them a folder that DefaultState named.
func (r *run) clear() error {
	if _, err := r.refused.sync(); err != nil {
		return fmt.Errorf("write refused records: %w", err)
	}
	r.links.remove()
	if r.refused.size == 0 {
		r.refused.remove()
	}
	if err := os.Remove(r.state.file); err != nil {
		return fmt.Errorf("remove the checkpoint: %w", err)
	}
	if err := syncFolder(r.Config.State); err != nil {
		return fmt.Errorf("remove the checkpoint: %w", err)
	}
	if all := filepath.Dir(filepath.Clean(r.Config.State)); filepath.Base(all) == stateFolders {
		// A folder that is not empty stays.
		os.Remove(r.Config.State)
		os.Remove(all)
	}
	return nil
}
