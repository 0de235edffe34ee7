package zone_test

import (
	"context"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/internal/specimen/zonetest"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/zone"
)

// set is the set of samples of these tests. The benchmark reads 500 of another one.
const set = 18

func read(t *testing.T, src *imaging.Gray) *vision.Zone {
	t.Helper()
	found, err := zone.Find(t.Context(), src)
	require.NoError(t, err)
	return found
}

func TestZonesAreReadUnderEachCondition(t *testing.T) {
	t.Parallel()
	for condition := range 10 {
		sample := zonetest.New(set, condition*5+condition%5)
		t.Run(sample.Name, func(t *testing.T) {
			t.Parallel()
			picture, err := imaging.Decode(t.Context(), sample.JPEG)
			require.NoError(t, err)
			var out vision.Document
			require.NoError(t, zone.Analyse(t.Context(), picture, &out))
			require.NotNil(t, out.Zone)
			require.Equal(t, sample.Lines, out.Zone.Lines)
			require.Equal(t, string(sample.Format), out.Zone.Format)
			require.False(t, out.Zone.Mirrored)
			require.Len(t, out.Zone.Confidence, len(sample.Lines))
			for i, line := range out.Zone.Confidence {
				require.Len(t, line, len(sample.Lines[i]))
			}
		})
	}
}

func TestTurnedAndMirroredZonesAreMarked(t *testing.T) {
	t.Parallel()
	doc := specimen.New(specimen.IDCard, 3)
	upright := imaging.Luma(specimen.Photograph(doc.Back(), specimen.Shot{Width: 700, Height: 460, Turn: 3}).NRGBA)
	for _, mirrored := range []bool{false, true} {
		picture := upright
		if mirrored {
			picture = flipped(upright)
		}
		for turned := 0; turned < 360; turned += 90 {
			found := read(t, picture)
			require.NotNil(t, found, "turned %d, mirrored %v", turned, mirrored)
			require.Equal(t, doc.Fields.Zone, found.Lines)
			require.Equal(t, mirrored, found.Mirrored)
			if !mirrored {
				require.Equal(t, turned, found.Turned)
			}
			picture = quarter(picture)
		}
	}
}

// flipped returns the picture in a mirror.
func flipped(src *imaging.Gray) *imaging.Gray {
	out := image.NewGray(src.Rect)
	for y := range src.Rect.Dy() {
		for x := range src.Rect.Dx() {
			out.SetGray(src.Rect.Dx()-1-x, y, src.GrayAt(x, y))
		}
	}
	return out
}

// quarter returns the picture turned clockwise by a quarter of a circle.
func quarter(src *imaging.Gray) *imaging.Gray {
	out := image.NewGray(image.Rect(0, 0, src.Rect.Dy(), src.Rect.Dx()))
	for y := range src.Rect.Dy() {
		for x := range src.Rect.Dx() {
			out.SetGray(src.Rect.Dy()-1-y, x, src.GrayAt(x, y))
		}
	}
	return out
}

func TestCornersEncloseTheZone(t *testing.T) {
	t.Parallel()
	doc := specimen.New(specimen.Passport, 5)
	photo := specimen.Photograph(doc.Front(), specimen.Shot{Width: 1300, Height: 950})
	found := read(t, imaging.Luma(photo.NRGBA))
	require.NotNil(t, found)
	scale := (photo.Corners[1].X - photo.Corners[0].X) / 125 // the page is 125 mm wide
	left := photo.Corners[0].X + (125-44*2.54)/2*scale
	right := left + 44*2.54*scale
	for i, x := range []float64{left, right, right, left} {
		require.InDelta(t, x, found.Corners[i][0], 3*scale)
		require.Greater(t, found.Corners[i][1], photo.Corners[0].Y+60*scale)
		require.Less(t, found.Corners[i][1], photo.Corners[2].Y)
	}
	require.Less(t, found.Corners[0][1]+8*scale, found.Corners[3][1])
}

func TestZoneWithAWrongCheckDigitIsReadAsPrinted(t *testing.T) {
	t.Parallel()
	lines := []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
	shot := specimen.Shot{Width: 1100, Height: 780}
	photograph := func(lines []string) *imaging.Gray {
		return imaging.Luma(specimen.Photograph(specimen.ZonePage(lines, 1), shot).NRGBA)
	}
	require.Equal(t, lines, read(t, photograph(lines)).Lines)
	for _, lower := range []string{
		"L898902C36UTO7408122F1204159ZE184226B<<<<<14", // the composite digit
		"L898902C37UTO7408122F1204159ZE184226B<<<<<10", // the digit of the number
		"L898902C36UTO7508122F1204159ZE184226B<<<<<10", // the year of birth
	} {
		require.Equal(t, []string{lines[0], lower}, read(t, photograph([]string{lines[0], lower})).Lines)
	}
}

func TestPictureWithoutAZoneHasNone(t *testing.T) {
	t.Parallel()
	for _, page := range []*image.NRGBA{
		specimen.New(specimen.DriversLicense, 1).Front(), specimen.New(specimen.DriversLicense, 1).Back(),
		specimen.New(specimen.IDCard, 1).Front(),
	} {
		require.Nil(t, read(t, imaging.Luma(specimen.Photograph(page, specimen.Shot{Width: 900, Height: 640}).NRGBA)))
	}
}

func TestPicturesOfAnySizeAreSearched(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {1, 50}, {50, 1}, {7, 5}, {64, 64}, {3000, 2}} {
		picture := image.NewGray(image.Rect(0, 0, size[0], size[1]))
		for i := range picture.Pix {
			picture.Pix[i] = byte(i * 89)
		}
		require.Nil(t, read(t, picture))
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := zone.Find(ctx, image.NewGray(image.Rect(0, 0, 50, 50)))
	require.ErrorIs(t, err, context.Canceled)
}

func TestVersionNamesTheNetwork(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `^zone \d+\.[0-9a-f]{8}$`, zone.Version())
}

func TestLinesAtAnAngleAreFollowed(t *testing.T) {
	t.Parallel()
	// Upside down, and turned by nearly ten degrees more.
	sample := zonetest.New(3, 22)
	picture, err := imaging.Decode(t.Context(), sample.JPEG)
	require.NoError(t, err)
	found := read(t, picture.Gray())
	require.NotNil(t, found)
	require.Equal(t, sample.Lines, found.Lines)
	require.Equal(t, 180, found.Turned)
}

func TestZoneThatTheFrameCutsIsNotRead(t *testing.T) {
	t.Parallel()
	passport := []string{"PPXXACANDIDE<<DINGO<VICTOR<<<<<<<<<<<<<<<<<<", "2XN93265U7UTO0903226F3009185<<<<<<<<<<<<<<<6"}
	card := []string{"IDUTOV1387D2M92<<<<<<<<<<<<<<<", "0401065F3408076GBR<<<<<<<<<<<6", "QUIXANO<<NORA<<<<<<<<<<<<<<<<<"}
	for _, c := range []struct {
		name  string
		lines []string
		width float64 // of the page, in millimetres
		seed  uint64
		turn  float64
		off   float64 // characters beyond the frame
	}{
		{"a digit under a check digit", passport, 125, 1, 0, 0.6},
		{"a filler at the end of a name", passport, 125, 1, 180, 0.6},
		{"the first letter of a name", card, 85.6, 0, 0, 0.4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			border := (c.width - 2.54*float64(len(c.lines[0]))) / 2
			shot := specimen.Shot{Seed: c.seed, Width: 1000, Height: 700, Turn: c.turn}
			for _, off := range []float64{c.off, -1} {
				shot.Cut = (border + 2.54*off) / c.width
				found := read(t, imaging.Luma(specimen.Photograph(specimen.ZonePage(c.lines, 1), shot).NRGBA))
				if off > 0 {
					require.Nil(t, found)
					continue
				}
				require.NotNil(t, found)
				require.Equal(t, c.lines, found.Lines)
			}
		})
	}
}
