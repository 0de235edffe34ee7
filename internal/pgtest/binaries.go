package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// debianBinaries is where Debian installs each major version, outside the PATH.
const debianBinaries = "/usr/lib/postgresql/*/bin"

var errNoBinaries = errors.New("pgtest: PostgreSQL is not installed: run scripts/ensure-postgres, " +
	"or point " + urlVariable + " at a server whose user may create databases")

// binaries are the two programs a cluster needs. They come from one folder, so
// that they are of one version.
type binaries struct {
	initdb, postgres string
}

// findBinaries looks in the PATH first and then takes Debian's highest version.
func findBinaries() (binaries, error) {
	if postgres, err := exec.LookPath("postgres"); err == nil {
		if b, ok := binariesIn(filepath.Dir(postgres)); ok {
			return b, nil
		}
	}
	folders, err := filepath.Glob(debianBinaries)
	if err != nil {
		return binaries{}, err
	}
	var best binaries
	highest := -1
	for _, folder := range folders {
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		if err != nil || version <= highest {
			continue
		}
		if b, ok := binariesIn(folder); ok {
			best, highest = b, version
		}
	}
	if highest < 0 {
		return binaries{}, errNoBinaries
	}
	return best, nil
}

func binariesIn(folder string) (binaries, bool) {
	b := binaries{initdb: filepath.Join(folder, "initdb"), postgres: filepath.Join(folder, "postgres")}
	for _, program := range []string{b.initdb, b.postgres} {
		if _, err := os.Stat(program); err != nil {
			return binaries{}, false
		}
	}
	return b, true
}
