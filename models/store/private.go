package store

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
)

// ownerOnly is the mode of a file that its owner alone may read and write.
const ownerOnly = 0o600

// KeepPrivate makes the file of a SQLite database, and those that SQLite keeps beside it, readable for their owner
// alone. It creates the database's file where there is none: SQLite would give it the mode of any other file, and gives
// those beside it the mode of that one. A path that can be no file is left for SQLite to refuse, and the mode of a file
// that belongs to somebody else for them to choose.
func KeepPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, ownerOnly)
	if err != nil {
		return nil //nolint:nilerr // what cannot be opened here SQLite cannot open either, and it says more
	}
	if err := file.Close(); err != nil {
		return err
	}
	for _, kept := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		err := os.Chmod(kept, ownerOnly)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// keepPrivate is for what follows "sqlite:" in a URL, which SQLite reads as the path of a URI.
func keepPrivate(path string) error {
	if strings.HasPrefix(path, ":") { // in memory
		return nil
	}
	if unescaped, err := url.PathUnescape(path); err == nil {
		path = unescaped
	}
	return KeepPrivate(path)
}
