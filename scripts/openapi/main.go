// Command openapi bundles the OpenAPI document of the API: it writes api/openapi.yaml from the files in api/openapi.
// Run it at the root of the repository: go run ./scripts/openapi.
//
// root.yaml holds the document without paths and components. Every other file holds the paths of one resource and the
// components that only these use; common.yaml holds the components of several. The files are merged as text, in the
// order of their names, so comments stay.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

const (
	folder = "api/openapi"
	bundle = "api/openapi.yaml"
	// rootFile begins the document.
	rootFile = "root.yaml"
	heading  = "# Bundled from api/openapi by go run ./scripts/openapi. Change the files there.\n"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := bundleOf(os.DirFS(folder))
	if err != nil {
		return err
	}
	return os.WriteFile(bundle, []byte(text), 0o600)
}

// sections holds the text of a document's paths, and of its components by kind. The kinds are in the order of their
// first appearance.
type sections struct {
	paths      strings.Builder
	kinds      []string
	components map[string]*strings.Builder
	// files names the file of each entry.
	files map[string]string
}

// bundleOf merges the files of a folder. It returns an error for a file of another form, and for a path or component
// that two files have.
func bundleOf(files fs.FS) (string, error) {
	root, err := fs.ReadFile(files, rootFile)
	if err != nil {
		return "", err
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return "", err
	}
	s := &sections{components: map[string]*strings.Builder{}, files: map[string]string{}}
	for _, name := range names { // sorted
		if name == rootFile {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		if err := s.add(name, string(text)); err != nil {
			return "", err
		}
	}
	return heading + string(root) + s.text(), nil
}

// add sorts the lines of a file into the sections.
func (s *sections) add(file, text string) error {
	section, kind := "", ""
	for number, line := range slices.Collect(strings.Lines(text)) {
		at := fmt.Sprintf("%s:%d", file, number+1)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		switch {
		case line == "paths:\n" || line == "components:\n":
			section, kind = strings.TrimSuffix(line, ":\n"), ""
			continue
		case section == "" || indent == 0 && line != "\n": // a blank line is part of a text
			return fmt.Errorf("%s: a file has paths and components, and nothing else", at)
		case section == "components" && indent == 2:
			kind = strings.TrimSpace(line)
			if s.components[kind] == nil {
				s.components[kind] = &strings.Builder{}
				s.kinds = append(s.kinds, kind)
			}
			continue
		}
		if err := s.note(at, section+" "+kind, line, indent); err != nil {
			return err
		}
		if section == "paths" {
			s.paths.WriteString(line)
			continue
		}
		if kind == "" {
			return fmt.Errorf("%s: components have kinds, such as schemas", at)
		}
		s.components[kind].WriteString(line)
	}
	return nil
}

// note remembers where an entry begins. A second beginning is an error.
func (s *sections) note(at, of, line string, indent int) error {
	entry := map[bool]int{true: 2, false: 4}[strings.HasPrefix(of, "paths")]
	name := strings.TrimSpace(line)
	if indent != entry || strings.HasPrefix(name, "#") {
		return nil
	}
	key := of + " " + name
	if first, known := s.files[key]; known {
		return fmt.Errorf("%s: %s is in %s already", at, strings.TrimSuffix(name, ":"), first)
	}
	s.files[key] = at
	return nil
}

func (s *sections) text() string {
	var all strings.Builder
	all.WriteString("paths:\n" + s.paths.String() + "components:\n")
	for _, kind := range s.kinds {
		all.WriteString("  " + kind + "\n" + s.components[kind].String())
	}
	return all.String()
}
