// Package follow reads files that may change while the process runs. It reads a file again when the file has been
// replaced or rewritten, and keeps the last sound content while the new one is broken.
package follow

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is the time between two checks of a file for changes.
const lookEvery = 5 * time.Second

// Options configure a File.
type Options struct {
	Path string
	// Name is the kind of file in log lines, such as "GeoIP file".
	Name string
	// Setting is the environment variable that names the file. Watch, if not nil, looks at the file of it.
	Setting string
	Watch   *Watch
	// Log is slog.Default if nil.
	Log *slog.Logger
	// Now is time.Now if nil.
	Now func() time.Time
}

// ErrPart is part of the error of a read that has a value nevertheless, to replace the last one: only a part of the
// files is faulty. The read has logged the fault.
var ErrPart = errors.New("a part of the files is faulty")

// follower holds a value, and reads it again when the files that it is read from have changed.
type follower[T any] struct {
	options Options
	// list looks at the files. read reads the value, and returns the files that it was read from; nil means those that
	// list has seen.
	list  func() (listing, error)
	read  func() (T, listing, error)
	value atomic.Pointer[T]

	// looking is held by the goroutine that checks the files; the others use the loaded value.
	looking sync.Mutex
	due     time.Time
	// tried has the files that were last read, loaded or not. seen has those of the last check, nil if it failed.
	tried, seen listing
	// unread reports that tried was not loaded, or not all of it.
	unread bool
	// outdated reports that the value is not that of the present files, because they are missing or faulty.
	outdated atomic.Bool
}

// prepare sets the options, with their defaults.
func (f *follower[T]) prepare(o Options) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f.options, f.due = o, o.Now().Add(lookEvery)
}

// Value returns the last value that was read without an error.
func (f *follower[T]) Value() T {
	f.look()
	return *f.value.Load()
}

// look checks whether files have changed. It reads them only if they are the same at two checks in a row: before that
// another process may still be writing. Files that fail to load are not tried again.
func (f *follower[T]) look() {
	if !f.looking.TryLock() {
		return
	}
	defer f.looking.Unlock()
	now := f.options.Now()
	if now.Before(f.due) {
		return
	}
	f.due = now.Add(lookEvery)
	before := f.seen
	files, err := f.list()
	f.seen = files
	switch {
	case err != nil:
		f.seen = nil
		if before != nil {
			f.keep(err)
		}
	case files.equal(f.tried):
		f.outdated.Store(f.unread)
	case files.equal(before):
		f.load(files)
	}
}

// load reads the files, which have changed.
func (f *follower[T]) load(files listing) {
	f.tried = files
	value, taken, err := f.read()
	f.unread = err != nil
	if err != nil && !errors.Is(err, ErrPart) {
		f.keep(err)
		return
	}
	if taken != nil {
		f.tried = taken
	}
	f.value.Store(&value)
	f.outdated.Store(f.unread)
	f.options.Log.Info("a new "+f.options.Name+" is in use", "path", f.options.Path)
}

// keep reports files that are missing or faulty. The last value stays.
func (f *follower[T]) keep(err error) {
	f.options.Log.Warn(f.options.Name+" cannot be read; the previous one stays in use",
		"setting", f.options.Setting, "error", err.Error())
	f.outdated.Store(true)
}

// state returns the setting of the files, and whether the value is not that of the present ones.
func (f *follower[T]) state() (setting string, outdated bool) {
	return f.options.Setting, f.outdated.Load()
}

// listing has files by their paths.
type listing map[string]os.FileInfo

func (l listing) equal(other listing) bool {
	return l != nil && other != nil && maps.EqualFunc(l, other, same)
}

// File is the value that is parsed from a file. It follows the file and needs no Close. It is safe for concurrent use.
type File[T any] struct{ follower[T] }

// Open reads the file. The file is read whole into memory and not mapped: a mapped file that is rewritten changes under
// its readers, and one that is truncated kills the process.
func Open[T any](o Options, parse func(content []byte) (T, error)) (*File[T], error) {
	f := newFile(o, parse)
	value, files, err := f.read()
	if err != nil {
		return nil, err
	}
	f.value.Store(&value)
	f.tried, f.seen = files, files
	o.Watch.add(f)
	return f, nil
}

// OpenOptional is Open for a file that may be missing. Without the file the value is the zero value, until the file
// appears.
func OpenOptional[T any](o Options, parse func(content []byte) (T, error)) (*File[T], error) {
	f, err := Open(o, parse)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	f = newFile(o, parse)
	f.value.Store(new(T))
	o.Watch.add(f)
	return f, nil
}

func newFile[T any](o Options, parse func([]byte) (T, error)) *File[T] {
	f := new(File[T])
	f.prepare(o)
	f.list = func() (listing, error) {
		info, err := os.Stat(o.Path)
		return listing{o.Path: info}, err
	}
	f.read = func() (value T, files listing, err error) {
		content, info, err := load(o.Path)
		if err != nil {
			return value, nil, err
		}
		if value, err = parse(content); err != nil {
			return value, nil, fmt.Errorf("%s: %w", o.Path, err)
		}
		return value, listing{o.Path: info}, nil
	}
	return f
}

// load returns an error if the file changes while it is read.
func load(path string) ([]byte, os.FileInfo, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	before, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: not a file", path)
	}
	content := make([]byte, before.Size())
	if _, err := io.ReadFull(file, content); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	after, err := file.Stat()
	if err != nil {
		return content, after, err
	}
	if !same(before, after) {
		return content, after, errors.New(path + ": changed while it was read")
	}
	return content, after, nil
}

// same reports whether two checks saw the same file, unchanged. It compares the inode too, because a copy may have the
// times and size of the file that it replaces.
func same(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
