package pebblestore_test

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// disk is a file system whose syncs are counted, take longer, or fail.
type disk struct {
	vfs.FS
	delay  time.Duration
	syncs  atomic.Int64
	broken atomic.Bool
}

var errBroken = errors.New("the disk is broken")

func (d *disk) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.Create(name, c)
	return d.file(f, err)
}

func (d *disk) ReuseForWrite(oldname, newname string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.ReuseForWrite(oldname, newname, c)
	return d.file(f, err)
}

func (d *disk) file(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return diskFile{f, d}, nil
}

type diskFile struct {
	vfs.File
	d *disk
}

func (f diskFile) sync() error {
	f.d.syncs.Add(1)
	time.Sleep(f.d.delay)
	if f.d.broken.Load() {
		return errBroken
	}
	return nil
}

func (f diskFile) Sync() error     { return errors.Join(f.sync(), f.File.Sync()) }
func (f diskFile) SyncData() error { return errors.Join(f.sync(), f.File.SyncData()) }
func (f diskFile) SyncTo(length int64) (bool, error) {
	if err := f.sync(); err != nil {
		return false, err
	}
	return f.File.SyncTo(length)
}
