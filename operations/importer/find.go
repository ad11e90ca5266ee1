package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// source is one file to be read.
type source struct {
	path     string
	size     int64
	modified time.Time
	format   format
	rank     int
	place    *place // up to where it is acknowledged
}

// format is how a file is to be read, as its name tells.
type format struct {
	ndjson      bool   // one resource a line; otherwise the file is one JSON object
	compression string // gz, zst, xz, or empty
}

// formatOf reads a file's format from its name.
func formatOf(path string) (format, bool) {
	name := strings.ToLower(filepath.Base(path))
	var f format
	for _, c := range []string{"gz", "zst", "xz"} {
		if rest, ok := strings.CutSuffix(name, "."+c); ok {
			name, f.compression = rest, c
			break
		}
	}
	f.ndjson = strings.HasSuffix(name, ".ndjson")
	return f, f.ndjson || strings.HasSuffix(name, ".json")
}

// find lists the files of the paths, each once, in the order of their names,
// and what lies beside them and is not read. A symbolic link is followed when
// it is one of the paths, since then it is what was asked for, and not within
// a folder, where it may lead anywhere or in a circle.
func find(state string, paths []string) ([]*source, []FileNote, error) {
	own, err := os.Stat(state)
	if err != nil {
		return nil, nil, fmt.Errorf("find the state folder: %w", err)
	}
	f := finder{own: own, seen: map[string]bool{}}
	for _, p := range paths {
		// A trailing slash has WalkDir follow a link to a folder.
		info, err := os.Stat(p)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("find what to import: %w", err)
		case info.IsDir():
			err = filepath.WalkDir(p+string(filepath.Separator), f.visit)
		default:
			f.file(p, info)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("list %s: %w", p, err)
		}
	}
	slices.SortFunc(f.sources, func(a, b *source) int { return strings.Compare(a.path, b.path) })
	return f.sources, f.skipped, nil
}

type finder struct {
	own     fs.FileInfo // the state folder; like others of its kind it is not to be imported
	seen    map[string]bool
	sources []*source
	skipped []FileNote
}

func (f *finder) visit(path string, entry fs.DirEntry, err error) error {
	if err != nil {
		f.skip(path, "cannot be read: "+reasonOf(err))
		return nil
	}
	if entry.Type()&fs.ModeSymlink != 0 {
		f.skip(path, "a symbolic link within a folder is not followed; name its target")
		return nil
	}
	info, err := entry.Info()
	if err != nil {
		f.skip(path, "cannot be read: "+reasonOf(err))
		return nil
	}
	if entry.IsDir() {
		if os.SameFile(info, f.own) || entry.Name() == stateFolders {
			return filepath.SkipDir
		}
		return nil
	}
	f.file(path, info)
	return nil
}

func (f *finder) file(path string, info fs.FileInfo) {
	path = filepath.Clean(path)
	if f.seen[path] {
		return
	}
	f.seen[path] = true
	if !info.Mode().IsRegular() {
		f.skip(path, "not a regular file")
		return
	}
	form, ok := formatOf(path)
	if !ok {
		f.skip(path, "not a file of a known kind: .json or .ndjson, these also .gz, .zst or .xz")
		return
	}
	f.sources = append(f.sources, &source{path: path, size: info.Size(), modified: info.ModTime(), format: form})
}

func (f *finder) skip(path, reason string) {
	f.skipped = append(f.skipped, FileNote{Path: filepath.Clean(path), Reason: reason})
}

// reasonOf is an error of the file system without the path, which stands
// beside it.
func reasonOf(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}
