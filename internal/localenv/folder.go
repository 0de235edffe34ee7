package localenv

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// FolderDefault is the data folder of stile-dev unless another is given.
const FolderDefault = ".stile"

// environmentFile holds the variables under which commands use the data folder.
const environmentFile = "environment.json"

// Folder is the data folder of stile-dev: databases, keys, and the credentials of the seeded organizations.
type Folder struct{ Dir string }

// Path returns the path of a file of the folder.
func (f Folder) Path(name string) string { return filepath.Join(f.Dir, name) }

// Load decodes a file of the folder into out and reports whether the file exists.
func (f Folder) Load(name string, out any) (bool, error) {
	content, err := os.ReadFile(f.Path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(content, out); err != nil {
		return false, fmt.Errorf("%s: %w", f.Path(name), err)
	}
	return true, nil
}

// Save writes a file completely or not at all. Only its owner can read it.
func (f Folder) Save(name string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	draft := f.Path(name + ".new")
	if err := os.WriteFile(draft, append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, f.Path(name))
}

// SaveEnvironment stores the variables of the stile-dev that runs on the folder.
func (f Folder) SaveEnvironment(variables map[string]string) error {
	return f.Save(environmentFile, variables)
}

// Environment returns the variables of the last stile-dev that ran on the folder. An error names the folder.
func (f Folder) Environment() (map[string]string, error) {
	variables := map[string]string{}
	found, err := f.Load(environmentFile, &variables)
	if err == nil && !found {
		err = fmt.Errorf("stile-dev has not run with the folder %s: start it, or name another with --data", f.Dir)
	}
	return variables, err
}

// runs reports whether a stile-dev has run with the folder.
func (f Folder) runs() bool {
	_, err := os.Stat(f.Path(environmentFile))
	return err == nil
}
