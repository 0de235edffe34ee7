// Package repo finds files of this repository, for tests and for programs that run in it. It does not use the paths
// that the compiler records, because builds with -trimpath have none.
package repo

import (
	"errors"
	"os"
	"path/filepath"
)

// Root returns the folder of the repository: the nearest one above the working directory that has a go.mod. A test runs
// in the folder of its package.
func Root() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		above := filepath.Dir(folder)
		if above == folder {
			return "", errors.New("the working directory is not in the repository")
		}
		folder = above
	}
}
