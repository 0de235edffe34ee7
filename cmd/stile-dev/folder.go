package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/models/seal"
)

// folder is the data folder: databases, keys, and the credentials of the seeded organizations. One process uses it at a
// time. Its lock ends with the process, even after a crash.
type folder struct {
	localenv.Folder
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
	return &folder{Folder: localenv.Folder{Dir: dir}, lock: lock}, nil
}

// Close releases the lock of the folder.
func (f *folder) Close() error { return f.lock.Close() }

type encryptionKeys struct {
	Encryption string `json:"encryption"`
	Lookup     string `json:"lookup"`
}

// keys returns the encryption keys of the folder and generates them at the first run.
func (f *folder) keys() (encryptionKeys, error) {
	var keys encryptionKeys
	if found, err := f.Load("keys.json", &keys); err != nil || found {
		return keys, err
	}
	keys = encryptionKeys{Encryption: "dev:" + seal.GenerateKey(), Lookup: seal.GenerateKey()}
	return keys, f.Save("keys.json", keys)
}
