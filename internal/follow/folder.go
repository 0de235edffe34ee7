package follow

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxDepth is how deep folders may lie in each other. Symbolic links, which are followed, may lead in circles.
const maxDepth = 8

// Folder is the value that is read from the files of a folder and of the folders below it. It follows them as File
// follows a file. Files and folders with names that begin with a dot are not looked at. It is safe for concurrent use.
type Folder[T any] struct {
	options Options
	read    func() (T, error)
	value   atomic.Pointer[T]

	// looking is held by the goroutine that checks the folder; the others use the loaded value.
	looking sync.Mutex
	due     time.Time
	// tried has the files that were last read, loaded or not. seen has those of the last check, nil if it failed.
	tried, seen listing
}

// OpenFolder reads the folder of the options by read, which is called again after files have changed. An error of read
// keeps the last value.
func OpenFolder[T any](o Options, read func() (T, error)) (*Folder[T], error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Folder[T]{options: o, read: read, due: o.Now().Add(lookEvery)}
	files, err := list(o.Path)
	if err != nil {
		return nil, err
	}
	value, err := read()
	if err != nil {
		return nil, err
	}
	f.value.Store(&value)
	f.tried, f.seen = files, files
	return f, nil
}

// Value returns the last value that was read without an error.
func (f *Folder[T]) Value() T {
	f.look()
	return *f.value.Load()
}

// look checks whether files have changed. It reads the folder only if it is the same at two checks in a row: before
// that another process may still be writing to it.
func (f *Folder[T]) look() {
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
	files, err := list(f.options.Path)
	if err != nil {
		f.seen = nil
		if before != nil {
			f.keep(err)
		}
		return
	}
	f.seen = files
	if files.equal(f.tried) || !files.equal(before) {
		return
	}
	f.tried = files
	value, err := f.read()
	if err != nil {
		f.keep(err)
		return
	}
	f.value.Store(&value)
	f.options.Log.Info("a new "+f.options.Name+" is in use", "path", f.options.Path)
}

func (f *Folder[T]) keep(err error) {
	f.options.Log.Warn(f.options.Name+" cannot be read; the previous one stays in use", "error", err.Error())
}

// listing has the files of a folder by their paths.
type listing map[string]os.FileInfo

func (l listing) equal(other listing) bool {
	return l != nil && other != nil && maps.EqualFunc(l, other, same)
}

func list(folder string) (listing, error) {
	files := listing{}
	return files, files.add(folder, 0)
}

func (l listing) add(folder string, depth int) error {
	if depth == maxDepth {
		return fmt.Errorf("%s: too many folders in each other", folder)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			l[path] = info
			continue
		}
		if err := l.add(path, depth+1); err != nil {
			return err
		}
	}
	return nil
}
