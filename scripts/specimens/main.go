// Command specimens writes photographs of documents of a fictional state, and films of them for Chromium's test camera,
// into a folder. The browser tests use it: go run ./scripts/specimens FOLDER.
package main

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"

	"github.com/stile-id/stile/internal/specimen"
)

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("give one folder"))
	}
	for name, content := range files() {
		err := os.WriteFile(filepath.Join(os.Args[1], name), content, 0o600) //nolint:gosec // the caller's folder
		if err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "specimens:", err)
	os.Exit(1)
}

// seed is that of the documents, so that front and back are of one document.
const seed = 7

// files returns the files by their names.
func files() map[string][]byte {
	license := specimen.New(specimen.DriversLicense, seed)
	card := specimen.New(specimen.IDCard, seed)
	passport := specimen.New(specimen.Passport, seed)
	front, back := photo(license.Front()), photo(license.Back())
	return map[string][]byte{
		"license-front.jpg": jpeg(front),
		"license-back.jpg":  jpeg(back),
		"license-blurred.jpg": jpeg(specimen.Photograph(license.Front(), specimen.Shot{
			Seed: seed, Fill: fill, Blur: 9,
		}).NRGBA),
		"card-front.jpg": jpeg(photo(card.Front())),
		"card-back.jpg":  jpeg(photo(card.Back())),
		"passport.jpg":   jpeg(photo(passport.Front())),
		"license.y4m":    film(scene{front, 6}, scene{back, 12}),
		"passport.y4m":   film(scene{photo(passport.Front()), 1}),
	}
}

// fill is the share of a photograph that the document takes, a little less than the frame on the page (86%).
const fill = 0.84

func photo(page image.Image) *image.NRGBA {
	return specimen.Photograph(page, specimen.Shot{Seed: seed, Fill: fill}).NRGBA
}

func jpeg(picture image.Image) []byte { return specimen.JPEG(picture, 90) }

// scene is a picture that a film shows for some seconds.
type scene struct {
	picture *image.NRGBA
	seconds int
}

// film returns scenes of one size as YUV4MPEG2, with one picture a second.
func film(scenes ...scene) []byte {
	size := scenes[0].picture.Bounds().Size()
	out := fmt.Appendf(nil, "YUV4MPEG2 W%d H%d F1:1 Ip A1:1 C420mpeg2\n", size.X, size.Y)
	for _, one := range scenes {
		frame := append([]byte("FRAME\n"), planes(one.picture)...)
		for range one.seconds {
			out = append(out, frame...)
		}
	}
	return out
}

// planes returns the luminance of each pixel, and the two colour differences of each square of four.
func planes(picture *image.NRGBA) []byte {
	size := picture.Bounds().Size()
	luminance := make([]byte, 0, size.X*size.Y*3/2)
	blue, red := make([]byte, 0, size.X*size.Y/4), make([]byte, 0, size.X*size.Y/4)
	for y := range size.Y {
		for x := range size.X {
			at := picture.NRGBAAt(x, y)
			light, b, r := color.RGBToYCbCr(at.R, at.G, at.B)
			luminance = append(luminance, limited(light))
			if x%2 == 0 && y%2 == 0 {
				blue, red = append(blue, b), append(red, r)
			}
		}
	}
	return append(append(luminance, blue...), red...)
}

// limited returns a luminance in the range of video, 16 to 235.
func limited(light uint8) uint8 { return uint8(16 + int(light)*219/255) } //nolint:gosec // at most 235
