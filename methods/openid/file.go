package openid

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/stile-id/stile/methods"
)

// ReadFile reads a configuration file of one YAML document into a struct. It refuses unknown members. Its error names
// the file.
func ReadFile(path string, into any) (folder string, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("%s: it must be one YAML document", path)
	}
	return filepath.Dir(path), nil
}

// largestLogo is the size of a logo in bytes.
const largestLogo = 64 << 10

func readLogo(path string) (methods.Picture, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return methods.Picture{}, err
	}
	kind, known := methods.UploadType(content)
	if !known || kind != methods.TypePNG && kind != methods.TypeJPEG && kind != methods.TypeWebP {
		return methods.Picture{}, errors.New("it must be a PNG, JPEG or WebP")
	}
	if len(content) > largestLogo {
		return methods.Picture{}, fmt.Errorf("it must not have more than %d KiB", largestLogo>>10)
	}
	return methods.Picture{MediaType: kind, Content: content}, nil
}
