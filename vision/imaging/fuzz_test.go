package imaging_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// FuzzDecode holds Decode to its contract for any file: a picture of a permitted size, or a refusal with a code.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := imaging.Decode(t.Context(), data)
		if err != nil {
			var refused *vision.ImageError
			if !errors.As(err, &refused) || refused.Code == "" || refused.Code == vision.CodeParameterInvalid {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		if p.Width < 1 || p.Height < 1 || p.Width > imaging.MaxSide || p.Height > imaging.MaxSide ||
			len(p.Color().Pix) != 4*p.Width*p.Height || len(p.Gray().Pix) != p.Width*p.Height {
			t.Fatalf("a picture of %d × %d pixels", p.Width, p.Height)
		}
	})
}
