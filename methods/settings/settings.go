// Package settings reads the configuration files of methods.
package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// Read decodes a YAML file into a struct. An unknown member and one of the wrong type is an error that names the file
// and the member. Variable is the environment variable that names the file.
func Read(variable, path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: %s is empty", variable, path)
		}
		return fmt.Errorf("%s: %s: %w", variable, path, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %s must hold one document", variable, path)
	}
	return nil
}
