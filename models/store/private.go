package store

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
)

// ownerOnly is the mode of a file that only its owner may read and write.
const ownerOnly = 0o600

// KeepPrivate makes the file of a SQLite database, and the files that SQLite keeps beside it, readable for their owner
// only. It creates a missing database file, because SQLite would create it with the default mode; SQLite gives the
// other files the mode of the database file. An invalid path is left for SQLite to refuse, and the mode of another
// owner's file is not changed.
func KeepPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, ownerOnly)
	if err != nil {
		return nil //nolint:nilerr // SQLite cannot open it either, and returns a better error
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

// keepPrivate is KeepPrivate for the path in a "sqlite:" URL, which SQLite reads as a URI path.
func keepPrivate(path string) error {
	if strings.HasPrefix(path, ":") { // in memory
		return nil
	}
	if unescaped, err := url.PathUnescape(path); err == nil {
		path = unescaped
	}
	return KeepPrivate(path)
}
