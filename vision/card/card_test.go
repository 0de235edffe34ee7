package card_test

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
)

// shot is a small photograph: the outline is sought in 320 pixels anyway.
func shot(s specimen.Shot) specimen.Shot {
	s.Width, s.Height = 800, 600
	return s
}

func TestOutlineOfPhotographedDocumentIsFound(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]specimen.Shot{
		"straight":    {Seed: 1},
		"perspective": {Seed: 2, Tilt: 0.1, Turn: 8, Noise: 5},
		"turned":      {Seed: 3, Turn: 35, Fill: 0.9},
		"quarter":     {Seed: 4, Turn: 93, Tilt: 0.04},
		"blurred":     {Seed: 5, Blur: 2.5, Tilt: 0.05},
		"dark":        {Seed: 6, Light: 0.3, Shade: 0.4, Noise: 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kinds := specimen.Kinds()
			photo := specimen.Photograph(specimen.New(kinds[s.Seed%5], s.Seed).Front(), shot(s))
			found := card.Find(imaging.NewPicture(photo.NRGBA))
			require.NotNil(t, found)
			require.Less(t, specimen.Astray(found.Corners, photo), 12.0)
		})
	}
}

func TestCutDocumentEndsAtTheFrame(t *testing.T) {
	t.Parallel()
	page := specimen.New(specimen.IDCard, 7).Front()
	photo := specimen.Photograph(page, shot(specimen.Shot{Seed: 7, Cut: 0.15, Tilt: 0.02}))
	found := card.Find(imaging.NewPicture(photo.NRGBA))
	require.NotNil(t, found)
	for _, i := range [2]int{0, 3} {
		require.InDelta(t, 0, found.Corners[i][0], 3)
	}
	for _, i := range [2]int{1, 2} {
		require.InDelta(t, photo.Corners[i].X, found.Corners[i][0], 12)
		require.InDelta(t, photo.Corners[i].Y, found.Corners[i][1], 12)
	}
}

func TestPictureWithoutDocumentHasNoOutline(t *testing.T) {
	t.Parallel()
	table := specimen.Photograph(image.NewNRGBA(image.Rect(0, 0, 8, 5)), shot(specimen.Shot{Seed: 1, Fill: 0.01}))
	require.Nil(t, card.Find(imaging.NewPicture(table.NRGBA)))
	random := rand.New(rand.NewPCG(1, 1))
	noise := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.IntN(256))
	}
	require.Nil(t, card.Find(imaging.NewPicture(noise)))
	for _, size := range []image.Point{{1, 1}, {2, 700}, {700, 3}, {3, 3}} {
		require.Nil(t, card.Find(imaging.NewPicture(image.NewNRGBA(image.Rectangle{Max: size}))), size)
	}
}

func TestStraightenedCardHasItsForm(t *testing.T) {
	t.Parallel()
	page := image.NewNRGBA(image.Rect(0, 0, 160, 100))
	for i := range page.Pix {
		page.Pix[i] = 255
	}
	page.SetNRGBA(80, 50, color.NRGBA{A: 255})
	corners := vision.Corners{{0, 0}, {160, 0}, {160, 100}, {0, 100}}
	h, width, height, ok := card.Straight(corners, 320)
	require.True(t, ok)
	require.Equal(t, []int{320, 200}, []int{width, height})
	require.Equal(t, vision.Point{80, 50}, h.Apply(vision.Point{160, 100}))
	_, _, _, ok = card.Straight(vision.Corners{}, 320)
	require.False(t, ok)
}
