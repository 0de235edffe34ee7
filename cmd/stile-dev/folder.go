package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/stile-id/stile/models/seal"
)

// folder is the data folder: databases, keys, and the credentials of the seeded organizations. One process uses it at a
// time. Its lock ends with the process, even after a crash.
type folder struct {
	dir  string
	lock *os.File
}

func openFolder(dir string) (*folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another stile-dev uses %s", dir), lock.Close())
	}
	return &folder{dir: dir, lock: lock}, nil
}

// Close releases the lock of the folder.
func (f *folder) Close() error { return f.lock.Close() }

// load decodes a file of the folder into out and reports whether the file exists.
func (f *folder) load(name string, out any) (bool, error) {
	content, err := os.ReadFile(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(content, out); err != nil {
		return false, fmt.Errorf("%s: %w", f.path(name), err)
	}
	return true, nil
}

// save writes a file completely or not at all.
func (f *folder) save(name string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	draft := f.path(name + ".new")
	if err := os.WriteFile(draft, append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, f.path(name))
}

type encryptionKeys struct {
	Encryption string `json:"encryption"`
	Lookup     string `json:"lookup"`
}

// keys returns the encryption keys of the folder and generates them at the first run.
func (f *folder) keys() (encryptionKeys, error) {
	var keys encryptionKeys
	if found, err := f.load("keys.json", &keys); err != nil || found {
		return keys, err
	}
	keys = encryptionKeys{Encryption: "dev:" + seal.GenerateKey(), Lookup: seal.GenerateKey()}
	return keys, f.save("keys.json", keys)
}
