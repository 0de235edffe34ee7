package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/stile-id/stile/vision/nn"
)

// Set is the models in a folder.
type Set struct {
	dir    string
	hashes map[string]string
}

// Open checks the files of a folder, and returns the models that are there. It is an error if a file is not that of the
// catalogue; a model without one of its files is not in the set. A folder that does not exist has no models.
func Open(dir string) (*Set, error) {
	s := &Set{dir: dir, hashes: map[string]string{}}
	for _, m := range catalogue {
		_, hash, err := m.read(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.hashes[m.Name] = hash
	}
	return s, nil
}

// Hashes returns the names of the models in the set, each with the SHA-256, in hexadecimal, of its files one after the
// other in the order of the catalogue.
func (s *Set) Hashes() map[string]string {
	all := make(map[string]string, len(s.hashes))
	for name, hash := range s.hashes {
		all[name] = hash
	}
	return all
}

// Missing returns the models of the catalogue that are not in the set.
func (s *Set) Missing() []Model {
	var list []Model
	for _, m := range catalogue {
		if s.hashes[m.Name] == "" {
			list = append(list, m)
		}
	}
	return list
}

// Lacks reports whether a default model is not in the set.
func (s *Set) Lacks() bool { return slices.ContainsFunc(s.Missing(), Model.Default) }

// Load reads a model of the set. It reads the files again and checks them again.
func (s *Set) Load(name string) (*nn.Model, error) {
	for _, m := range catalogue {
		if m.Name != name {
			continue
		}
		files, _, err := m.read(s.dir)
		if err != nil {
			return nil, err
		}
		model, err := m.load(folder{files, m.Files[0].Name})
		if err != nil {
			return nil, fmt.Errorf("load model %s: %w", name, err)
		}
		return model, nil
	}
	return nil, fmt.Errorf("there is no model %q", name)
}

// folder is the checked files of a model: manifest names the first.
type folder struct {
	files    fs.FS
	manifest string
}

// read returns the files of a model, checked, and the SHA-256 of them all. The error is fs.ErrNotExist if one is
// missing.
func (m Model) read(dir string) (files memory, hash string, err error) {
	files, all := memory{}, sha256.New()
	for _, f := range m.Files {
		data, err := f.read(dir)
		if err != nil {
			return nil, "", fmt.Errorf("model %s: %w", m.Name, err)
		}
		all.Write(data)
		files[f.Name] = data
	}
	return files, hex.EncodeToString(all.Sum(nil)), nil
}

// read returns the contents of a file, if they are those of the catalogue.
func (f File) read(dir string) ([]byte, error) {
	file, err := os.Open(filepath.Join(dir, f.Name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, f.Size+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, fmt.Errorf("%s in %s is %w", f.Name, dir, ErrOther)
	}
	return data, nil
}

// Check returns nil if the file is in a folder, and is that of the catalogue.
func (f File) Check(dir string) error {
	_, err := f.read(dir)
	return err
}

// ErrOther is the error of a file with another SHA-256 than in the catalogue.
var ErrOther = errors.New("not the file of the catalogue; stile-vision models install replaces it")

func loadGraph(f folder) (*nn.Model, error) { return nn.LoadTFJS(f.files, f.manifest, nn.Limits{}) }
