package pdf417_test

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/boombuler/barcode"
	encoder "github.com/boombuler/barcode/pdf417"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision/pdf417"
)

func read(t *testing.T, picture *image.Gray) *pdf417.Symbol {
	t.Helper()
	symbol, err := pdf417.Decode(t.Context(), picture)
	require.NoError(t, err)
	return symbol
}

// gray returns a picture in gray, with margin around it, each pixel scale times as wide and high.
func gray(src image.Image, scale, margin int) *image.Gray {
	size := src.Bounds().Size().Mul(scale)
	picture := image.NewGray(image.Rect(0, 0, size.X+2*margin, size.Y+2*margin))
	draw.Draw(picture, picture.Rect, image.NewUniform(color.Gray{Y: 235}), image.Point{}, draw.Src)
	for y := range size.Y {
		for x := range size.X {
			picture.Set(x+margin, y+margin, src.At(src.Bounds().Min.X+x/scale, src.Bounds().Min.Y+y/scale))
		}
	}
	return picture
}

// TestSymbolsOfAnotherEncoderAreRead reads symbols of boombuler's encoder, which writes a wrong number of rows into the
// left row indicators of many of them.
func TestSymbolsOfAnotherEncoderAreRead(t *testing.T) {
	t.Parallel()
	text := specimen.New(specimen.DriversLicense, 1).Fields.Barcode
	parts := []string{text, text[:60], "0123456789 and\tMixed; text\r\n"}
	for level := range byte(9) {
		part := parts[level%3]
		drawn, err := encoder.EncodeWithColor(part, level, barcode.ColorScheme8)
		require.NoError(t, err)
		require.Equal(t, part, string(read(t, gray(drawn, 2, 20)).Data), level)
	}
}

// TestSymbolsOfZXingAreRead reads symbols that ZXingWriter 1.4.0 has written.
func TestSymbolsOfZXingAreRead(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"text":   `Utopia: {specimen} <No. 1234567890123456789012345678901234> "quoted"; 50% #7 ~end!`,
		"utf8":   "Spécimen Ω Ünïcödé",
		"level8": "LEVEL EIGHT",
	} {
		file, err := os.Open("testdata/zxing-" + name + ".png")
		require.NoError(t, err)
		drawn, err := png.Decode(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		symbol := read(t, gray(drawn, 1, 0))
		require.Equal(t, want, string(symbol.Data))
		if name == "utf8" {
			require.Equal(t, 26, symbol.ECI)
		}
	}
}

// TestPhotographedLicensesAreRead is a sample of the set that bench reads.
func TestPhotographedLicensesAreRead(t *testing.T) {
	t.Parallel()
	for seed, shot := range []specimen.Shot{
		{Turn: 200, Tilt: 0.1}, {Blur: 1.6}, {Noise: 40, Shade: 0.8}, {Light: 0.3, Turn: 95, Noise: 4}, {Glare: 0.8},
	} {
		license := specimen.New(specimen.DriversLicense, uint64(seed))
		shot.Seed, shot.Width, shot.Height, shot.Fill = uint64(seed), 1000, 750, 0.85
		photo := specimen.Photograph(license.Back(), shot)
		picture := image.NewGray(photo.Rect)
		draw.Draw(picture, picture.Rect, photo, image.Point{}, draw.Src)
		symbol := read(t, picture)
		require.Equal(t, license.Fields.Barcode, strings.TrimRight(string(symbol.Data), "\r")+"\r", seed)
		require.False(t, symbol.Mirrored)
	}
}
