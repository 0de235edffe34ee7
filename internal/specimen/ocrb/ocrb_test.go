package ocrb_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen/ocrb"
)

const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

func TestEachCharacterHasAShapeOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, face := range []ocrb.Face{ocrb.Round, ocrb.Sharp} {
		seen := map[string]string{}
		for i := range len(characters) {
			shape := string(ocrb.Coverage(characters[i], face, 24).Pix)
			require.Empty(t, seen[shape], characters[i:i+1])
			seen[shape] = characters[i : i+1]
		}
	}
}

func TestCapitalsStandOnTheBaseLine(t *testing.T) {
	t.Parallel()
	for _, face := range []ocrb.Face{ocrb.Round, ocrb.Sharp} {
		const pitch = 100
		mask := ocrb.Coverage('H', face, pitch)
		top, bottom := -1, 0
		for y := range mask.Rect.Dy() {
			for x := range mask.Rect.Dx() {
				if mask.AlphaAt(x, y).A > 127 {
					if top < 0 {
						top = y
					}
					bottom = y + 1
				}
			}
		}
		require.InDelta(t, ocrb.Ascent*pitch, bottom, 2)
		require.InDelta(t, ocrb.CapHeight*pitch, bottom-top, 4)
	}
}

func TestLineIsDrawnAtItsPitch(t *testing.T) {
	t.Parallel()
	dst := image.NewNRGBA(image.Rect(0, 0, 120, 40))
	ocrb.Draw(dst, ocrb.Round, 10.5, 30, 20, color.NRGBA{A: 255}, "HHHHH")
	first := image.NewNRGBA(dst.Rect)
	ocrb.Draw(first, ocrb.Round, 10.5, 30, 20, color.NRGBA{A: 255}, "H")
	for y := range 40 {
		for x := 11; x < 30; x++ {
			require.Equal(t, dst.NRGBAAt(x, y), dst.NRGBAAt(x+60, y))
			require.Equal(t, first.NRGBAAt(x, y), dst.NRGBAAt(x, y))
		}
	}
}
