// Package follow reads files that may change while the process runs. It reads a file again when the file has been
// replaced or rewritten, and keeps the last sound content while the new one is broken.
package follow

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
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
	// Log is slog.Default if nil.
	Log *slog.Logger
	// Now is time.Now if nil.
	Now func() time.Time
}

// File is the value that is parsed from a file. It follows the file and needs no Close. It is safe for concurrent use.
type File[T any] struct {
	options Options
	parse   func(content []byte) (T, error)
	value   atomic.Pointer[T]

	// looking is held by the goroutine that checks the file; the others use the loaded value.
	looking sync.Mutex
	due     time.Time
	// tried is the file that was last read, loaded or not. seen is the file at the last check, nil if there was none.
	tried, seen os.FileInfo
}

// Open reads the file. The file is read whole into memory and not mapped: a mapped file that is rewritten changes under
// its readers, and one that is truncated kills the process.
func Open[T any](o Options, parse func(content []byte) (T, error)) (*File[T], error) {
	f := newFile(o, parse)
	value, info, err := f.read()
	if err != nil {
		return nil, err
	}
	f.value.Store(&value)
	f.tried, f.seen = info, info
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
	return f, nil
}

func newFile[T any](o Options, parse func([]byte) (T, error)) *File[T] {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &File[T]{options: o, parse: parse, due: o.Now().Add(lookEvery)}
}

// Value returns the value of the last sound content.
func (f *File[T]) Value() T {
	f.look()
	return *f.value.Load()
}

// look checks whether the file has changed. It loads a new file only if it is the same at two checks in a row: before
// that another process may still be writing it.
func (f *File[T]) look() {
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
	info, err := os.Stat(f.options.Path)
	if err != nil {
		f.seen = nil
		if before != nil {
			f.keep(err)
		}
		return
	}
	f.seen = info
	if !same(info, f.tried) && same(info, before) {
		f.take(info)
	}
}

// take loads the new file. A file that fails to load is not tried again.
func (f *File[T]) take(info os.FileInfo) {
	f.tried = info
	value, taken, err := f.read()
	if err != nil {
		f.keep(err)
		return
	}
	f.tried = taken
	f.value.Store(&value)
	f.options.Log.Info("a new "+f.options.Name+" is in use", "path", f.options.Path)
}

func (f *File[T]) keep(err error) {
	f.options.Log.Warn(f.options.Name+" cannot be read; the previous one stays in use", "error", err.Error())
}

// read returns the parsed value and the file that it was read from.
func (f *File[T]) read() (value T, info os.FileInfo, err error) {
	content, info, err := load(f.options.Path)
	if err != nil {
		return value, nil, err
	}
	if value, err = f.parse(content); err != nil {
		return value, nil, fmt.Errorf("%s: %w", f.options.Path, err)
	}
	return value, info, nil
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
