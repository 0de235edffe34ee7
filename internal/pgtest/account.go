package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is the account that runs the cluster; nil means the current one. PostgreSQL refuses to run as root, and tests
// often run as root in a container.
type account struct {
	uid, gid int
}

func findAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(found.Uid)
		gid, gidErr := strconv.Atoi(found.Gid)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, fmt.Errorf("pgtest: user %s: %w", name, err)
		}
		return &account{uid: uid, gid: gid}, nil
	}
	return nil, errors.New("pgtest: PostgreSQL does not run as root, and there is no user postgres or nobody")
}

// own gives the folder to the account and makes its parents traversable.
func (a *account) own(dir string) error {
	if a == nil {
		return nil
	}
	if err := os.Chown(dir, a.uid, a.gid); err != nil {
		return err
	}
	return openParents(dir)
}

// openParents makes temporary folders above dir traversable, such as the one that testing creates for root alone. It
// leaves other folders unchanged.
func openParents(dir string) error {
	const traverse fs.FileMode = 0o011
	temporary := filepath.Clean(os.TempDir()) + string(filepath.Separator)
	for parent := filepath.Dir(dir); parent != filepath.Dir(parent); parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&traverse == traverse {
			continue
		}
		if !strings.HasPrefix(parent, temporary) {
			return fmt.Errorf("pgtest: %s is closed to the user PostgreSQL runs as; choose a folder below %s", parent, temporary)
		}
		if err := os.Chmod(parent, info.Mode().Perm()|traverse); err != nil {
			return err
		}
	}
	return nil
}

func (a *account) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{}
	if a != nil {
		attributes.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attributes
}
