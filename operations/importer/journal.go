package importer

import (
	"bufio"
	"errors"
	"fmt"
	"os"
)

// journal is a private file that grows line by line, and goes back to where it
// was at the last checkpoint when the import is resumed.
type journal struct {
	f    *os.File
	w    *bufio.Writer
	size int64
}

// openJournal opens a journal with the first size bytes of what it holds.
func openJournal(path string, size int64) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() < size {
		err = fmt.Errorf("%s has lost what the checkpoint counts on; remove the state folder to begin anew", path)
	}
	if err == nil {
		err = errors.Join(f.Chmod(0o600), f.Truncate(size))
	}
	if err == nil {
		_, err = f.Seek(size, 0)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &journal{f: f, w: bufio.NewWriter(f), size: size}, nil
}

// line appends one line.
func (j *journal) line(text []byte) error {
	j.size += int64(len(text)) + 1
	if _, err := j.w.Write(text); err != nil {
		return err
	}
	return j.w.WriteByte('\n')
}

// sync makes the lines durable and gives their length.
func (j *journal) sync() (int64, error) {
	if err := j.w.Flush(); err != nil {
		return 0, err
	}
	return j.size, j.f.Sync()
}

func (j *journal) remove() { os.Remove(j.f.Name()) }

// Close closes the file. What was not synced may be lost, as after a crash.
func (j *journal) Close() error { return j.f.Close() }
