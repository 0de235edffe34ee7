package follow

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// maxDepth is how deep folders may lie in each other. Symbolic links, which are followed, may lead in circles.
const maxDepth = 8

// Folder is the value that is read from the files of a folder and of the folders below it. It follows them as File
// follows a file. Files and folders with names that begin with a dot are not looked at. It is safe for concurrent use.
type Folder[T any] struct{ follower[T] }

// OpenFolder reads the folder of the options by read, which is called again after files have changed. An error of read
// keeps the last value, unless it is an ErrPart.
func OpenFolder[T any](o Options, read func() (T, error)) (*Folder[T], error) {
	f := new(Folder[T])
	f.prepare(o)
	f.list = func() (listing, error) { return list(o.Path) }
	f.read = func() (T, listing, error) {
		value, err := read()
		return value, nil, err
	}
	files, err := f.list()
	if err != nil {
		return nil, err
	}
	value, err := read()
	if err != nil {
		return nil, err
	}
	f.value.Store(&value)
	f.tried, f.seen = files, files
	o.Watch.add(f)
	return f, nil
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
