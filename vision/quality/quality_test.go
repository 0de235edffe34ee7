package quality_test

import (
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/quality"
)

func measure(shot specimen.Shot) *vision.Quality {
	shot.Seed = 5
	if !shot.Screen { // a screen's pattern needs the resolution of a phone
		shot.Width, shot.Height = 1000, 750
	}
	photo := specimen.Photograph(specimen.New(specimen.IDCard, 5).Front(), shot)
	picture := imaging.NewPicture(photo.NRGBA)
	return quality.Measure(picture, card.Find(picture))
}

func TestEachFaultOfAPictureMovesItsOwnNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		shot                               specimen.Shot
		blurred, glare, dark, cut, monitor bool
	}{
		"good":    {shot: specimen.Shot{Tilt: 0.03, Noise: 3}},
		"blurred": {shot: specimen.Shot{Blur: 4}, blurred: true},
		"glare":   {shot: specimen.Shot{Glare: 0.8}, glare: true},
		"dark":    {shot: specimen.Shot{Light: 0.2}, dark: true},
		"cut":     {shot: specimen.Shot{Cut: 0.15}, cut: true},
		"screen":  {shot: specimen.Shot{Screen: true, Turn: 2, Tilt: 0.02}, monitor: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := measure(c.shot)
			require.Equal(t, c.blurred, q.Blur > 6, "blur %v", q.Blur)
			require.Equal(t, c.glare, q.Glare > 0.01, "glare %v", q.Glare)
			require.Equal(t, c.dark, q.Light < 0.25, "light %v", q.Light)
			require.Equal(t, c.cut, q.Cropped > 0.1, "cropped %v", q.Cropped)
			require.Equal(t, c.monitor, q.Screen >= 0.5, "screen %v", q.Screen)
		})
	}
}

func TestTinyPicturesAreMeasured(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {3, 900}, {130, 130}} {
		p := imaging.NewPicture(image.NewNRGBA(image.Rectangle{Max: size}))
		q := quality.Measure(p, nil)
		require.Zero(t, q.Light)
		require.Zero(t, q.Screen)
		outside := vision.Corners{{-5000, -9}, {9000, -9}, {9000, 9}, {-5000, 9}}
		require.NotNil(t, quality.Measure(p, &vision.Card{Corners: outside}))
		require.NotNil(t, quality.Measure(p, &vision.Card{}))
	}
}
