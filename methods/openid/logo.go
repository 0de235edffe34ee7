package openid

import (
	"errors"
	"fmt"
	"os"

	"github.com/stile-id/stile/methods"
)

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
