package portrait_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/specimen"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/portrait"
)

func TestPortraitIsFoundHoweverTheDocumentLies(t *testing.T) {
	t.Parallel()
	for turned, shot := range map[int]specimen.Shot{
		0: {Turn: 6, Tilt: 0.06, Noise: 4}, 90: {Turn: 87}, 180: {Turn: 185, Blur: 1.5}, 270: {Turn: 270, Tilt: 0.03},
	} {
		shot.Seed, shot.Width, shot.Height = uint64(turned), 800, 600
		doc := specimen.New(specimen.Kinds()[turned/90], uint64(turned))
		photo := specimen.Photograph(doc.Front(), shot)
		picture := imaging.NewPicture(photo.NRGBA)
		found, err := portrait.Find(picture, card.Find(picture))
		require.NoError(t, err)
		require.NotNil(t, found, turned)
		require.Equal(t, turned, found.Turned)
		require.Greater(t, found.Confidence, 0.8)

		// The face is in the middle of the box, and the box where the left third of the page is.
		middle := image.Pt((found.Box[0]+found.Box[2])/2, (found.Box[1]+found.Box[3])/2)
		at := between(photo.Corners, 0.19, 0.47)
		require.InDelta(t, at.X, float64(middle.X), 40, turned)
		require.InDelta(t, at.Y, float64(middle.Y), 40, turned)
		face, err := jpeg.Decode(bytes.NewReader(found.JPEG))
		require.NoError(t, err)
		require.Greater(t, face.Bounds().Dy(), face.Bounds().Dx(), "upright")
	}
}

func between(c [4]specimen.Point, x, y float64) specimen.Point {
	mix := func(a, b specimen.Point, share float64) specimen.Point {
		return specimen.Point{X: a.X + (b.X-a.X)*share, Y: a.Y + (b.Y-a.Y)*share}
	}
	return mix(mix(c[0], c[1], x), mix(c[3], c[2], x), y)
}

func TestPictureWithoutFaceHasNoPortrait(t *testing.T) {
	t.Parallel()
	for _, kind := range []specimen.Kind{specimen.DriversLicense, specimen.HealthCard} {
		photo := specimen.Photograph(specimen.New(kind, 3).Back(), specimen.Shot{Seed: 3, Width: 800, Height: 600})
		picture := imaging.NewPicture(photo.NRGBA)
		found, err := portrait.Find(picture, card.Find(picture))
		require.NoError(t, err)
		require.Nil(t, found)
	}
	for _, size := range []image.Point{{1, 1}, {2, 900}, {60, 60}} {
		found, err := portrait.Find(imaging.NewPicture(image.NewNRGBA(image.Rectangle{Max: size})), nil)
		require.NoError(t, err)
		require.Nil(t, found)
	}
}
