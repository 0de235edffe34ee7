// Package localenv finds the settings of a command on a developer's machine: in the environment, in the file .env of
// the current folder, and in the data folder of stile-dev.
package localenv

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The variables of the commands that call the API.
const (
	APIURL   = "STILE_API_URL"
	APIKey   = "STILE_API_KEY" //nolint:gosec // the name of a variable
	Workflow = "STILE_WORKFLOW"
	// WebhookSecret signs events that a command forwards to a local server.
	WebhookSecret = "STILE_WEBHOOK_SECRET" //nolint:gosec // the name of a variable
)

// installation are the variables that name one installation. A command takes all of them from the data folder or none,
// because keys open the rows of their own database alone.
func installation() []string {
	return []string{"DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY"}
}

// Reads reports whether commands read this variable from a file: DATABASE_URL, and names that begin with STILE_ or
// TEMPORAL_. Others, such as those of the developer's own program, count for nothing.
func Reads(name string) bool {
	return name == "DATABASE_URL" || strings.HasPrefix(name, "STILE_") || strings.HasPrefix(name, "TEMPORAL_")
}

// Sources are the places of settings.
type Sources struct {
	// Lookup returns a variable of the process; nil means os.LookupEnv.
	Lookup func(name string) (string, bool)
	// File is the path of the file of variables; "" means File.
	File string
	// Folder is the data folder of stile-dev; "" means none.
	Folder string
	// FolderGiven means that the caller asked for the folder: it must have been used, and its values come before all
	// others.
	FolderGiven bool
}

// Environment are the variables of a command.
type Environment struct {
	lookup          func(name string) (string, bool)
	file, folder    map[string]string
	fileAt, dirAt   string
	folderBeforeAll bool
}

// Read reads the places. A variable of the process comes before one of the file, and that before the data folder. The
// data folder is not used for variables of an installation if process or file name another one.
func Read(s Sources) (Environment, error) {
	e := Environment{lookup: s.Lookup, fileAt: s.File, folder: map[string]string{}}
	if e.lookup == nil {
		e.lookup = os.LookupEnv
	}
	if e.fileAt == "" {
		e.fileAt = File
	}
	var err error
	if e.file, err = readFile(e.fileAt); err != nil {
		return e, err
	}
	maps.DeleteFunc(e.file, func(name, _ string) bool { return !Reads(name) })
	if s.Folder == "" {
		return e, nil
	}
	dir, err := filepath.Abs(s.Folder)
	if err != nil {
		return e, err
	}
	folder := Folder{Dir: dir}
	if !s.FolderGiven && !folder.runs() {
		return e, nil
	}
	if e.folder, err = folder.Environment(); err != nil {
		return e, err
	}
	e.dirAt, e.folderBeforeAll = dir, s.FolderGiven
	if !s.FolderGiven && slices.ContainsFunc(installation(), e.elsewhere) {
		e.keepOnlyAPI()
	}
	return e, nil
}

// elsewhere reports whether the process or the file has the variable.
func (e Environment) elsewhere(name string) bool {
	if value, set := e.lookup(name); set && value != "" {
		return true
	}
	return e.file[name] != ""
}

// keepOnlyAPI forgets the variables of the data folder but those of the API.
func (e Environment) keepOnlyAPI() {
	api := []string{APIURL, APIKey, Workflow}
	maps.DeleteFunc(e.folder, func(name, _ string) bool { return !slices.Contains(api, name) })
}

// Get returns a variable; "" if no place has it.
func (e Environment) Get(name string) string {
	value, _ := e.find(name)
	return value
}

// Origin names the place of a variable: "the environment", the path of a file, the path of the data folder, or "".
func (e Environment) Origin(name string) string {
	_, origin := e.find(name)
	return origin
}

// Folder returns the path of the data folder that is in use; "" means none.
func (e Environment) Folder() string { return e.dirAt }

func (e Environment) find(name string) (value, origin string) {
	inFolder, has := e.folder[name]
	if has && e.folderBeforeAll {
		return inFolder, e.dirAt
	}
	if value, set := e.lookup(name); set {
		return value, "the environment"
	}
	if value, set := e.file[name]; set {
		return value, e.fileAt
	}
	if has {
		return inFolder, e.dirAt
	}
	return "", ""
}

// Explain adds to an error about missing variables where they may be set.
func (e Environment) Explain(err error) error {
	if err == nil {
		return nil
	}
	place := "no data folder of stile-dev is in use (--data names one)"
	if e.dirAt != "" {
		place = "the data folder " + e.dirAt + " belongs to another installation"
	}
	return fmt.Errorf("%w\nset them in the environment or in %s; %s", err, e.fileAt, place)
}
