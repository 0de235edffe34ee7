package face

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/nn"
)

// painted returns a picture of 1000 × 1000 pixels with a color for each place.
func painted(color func(x, y int) [3]uint8) *imaging.Picture {
	out := image.NewNRGBA(image.Rect(0, 0, 1000, 1000))
	for i := range 1000 * 1000 {
		c := color(i%1000, i/1000)
		out.Pix[4*i], out.Pix[4*i+1], out.Pix[4*i+2], out.Pix[4*i+3] = c[0], c[1], c[2], 255
	}
	return imaging.NewPicture(out)
}

// plainMesh is a mesh of a face that looks into the camera, with all its points: those that the mean head does not have
// lie where a sketch of a face has them.
func plainMesh(t *testing.T) *Mesh {
	t.Helper()
	m := seenFrom(vision.Pose{}, 870, 150, 0, rand.New(rand.NewPCG(3, 19)))
	for i, at := range map[int]vision.Point{
		425: {570, 590}, 205: {430, 590}, 199: {500, 720}, 200: {500, 700}, 18: {500, 680}, 167: {480, 610}, 393: {520, 610},
		27: {425, 480}, 23: {425, 520}, 130: {395, 500}, 243: {455, 500},
		257: {575, 480}, 253: {575, 520}, 359: {605, 500}, 463: {545, 500},
	} {
		m[i] = [3]float64{at[0], at[1], 0}
	}
	for i := range m {
		if m[i][0] == 0 {
			m[i] = [3]float64{500, 550, 0}
		}
	}
	return m
}

func TestSkinIsLinearAndApartFromItsBackground(t *testing.T) {
	t.Parallel()
	p := painted(func(x, y int) [3]uint8 {
		switch {
		case x > 250 && x < 500 && y > 200 && y < 800:
			return [3]uint8{188, 128, 100}
		case x >= 500 && x < 750 && y > 200 && y < 800:
			return [3]uint8{255, 128, 100}
		}
		return [3]uint8{0, 60, 188}
	})
	s := measureSkin(p, plainMesh(t), 150)
	half := math.Pow((188.0/255+0.055)/1.055, 2.4)
	require.InDelta(t, half, s.LeftCheek[0], 0.01)
	require.InDelta(t, 1, s.RightCheek[0], 0.01)
	require.InDelta(t, half, s.Background[2], 0.05)
	require.Less(t, s.Background[0], 0.05)
	require.InDelta(t, 0.5, s.Clipped, 0.1)
}

func TestCoveredPartsOfAFaceAreNoticed(t *testing.T) {
	t.Parallel()
	m := plainMesh(t)
	skin := [3]uint8{200, 150, 120}
	below := func(from int, color [3]uint8) func(x, y int) [3]uint8 {
		return func(_, y int) [3]uint8 {
			if y > from {
				return color
			}
			return skin
		}
	}
	require.Zero(t, covered(painted(below(2000, skin)), m, 150))
	mask := covered(painted(below(585, [3]uint8{90, 120, 210})), m, 150)
	require.Greater(t, mask, 0.2, "a mask over mouth and chin")
	dark := covered(painted(func(_, y int) [3]uint8 {
		if y > 440 && y < 540 {
			return [3]uint8{20, 20, 20}
		}
		return skin
	}), m, 150)
	require.GreaterOrEqual(t, dark, 0.25, "dark glasses")
}

// texture returns a picture of noise with structures of a size.
func noisy(seed uint64, size int) *imaging.Gray {
	r := rand.New(rand.NewPCG(seed, 19))
	small := image.NewGray(image.Rect(0, 0, alignedSide/size, alignedSide/size))
	for i := range small.Pix {
		small.Pix[i] = uint8(r.IntN(256))
	}
	return imaging.ResizeGray(small, alignedSide, alignedSide)
}

func TestBlurGrowsAsFineStructuresFade(t *testing.T) {
	t.Parallel()
	last := -1.0
	for _, size := range []int{1, 2, 4, 8, 16} {
		b := blur(noisy(1, size))
		require.Greater(t, b, last)
		require.True(t, b >= 0 && b <= 1)
		last = b
	}
	flat := image.NewGray(image.Rect(0, 0, alignedSide, alignedSide))
	require.InDelta(t, 1, blur(flat), 0)
}

func TestPrintsOfCopiesAreNear(t *testing.T) {
	t.Parallel()
	scene := func(seed uint64) *image.NRGBA {
		r := rand.New(rand.NewPCG(seed, 19))
		small := image.NewNRGBA(image.Rect(0, 0, 12, 9))
		for i := range small.Pix {
			small.Pix[i] = uint8(r.IntN(256))
		}
		return imaging.Resize(small, 640, 480)
	}
	a := printOf(imaging.NewPicture(scene(1)))
	scaled := printOf(imaging.NewPicture(imaging.Resize(scene(1), 500, 375)))
	require.LessOrEqual(t, vision.PrintDistance(a, scaled), 3)
	for seed := range uint64(20) {
		require.Greater(t, vision.PrintDistance(a, printOf(imaging.NewPicture(scene(2+seed)))), 10)
	}
}

func TestPlacesThatOverlapAreOneFace(t *testing.T) {
	t.Parallel()
	at := func(x, confidence float64) detection {
		return detection{left: x, top: 0, right: x + 10, bottom: 10, confidence: confidence}
	}
	kept := suppress([]detection{at(0, 0.6), at(2, 0.9), at(50, 0.7), at(51, 0.7)})
	require.Len(t, kept, 2)
	require.InDelta(t, 0.9, kept[0].confidence, 0)
	require.InDelta(t, 1.2, kept[0].left, 1e-9, "the mean, weighted")
	require.InDelta(t, 50.5, kept[1].left, 1e-9)
}

func TestAnswersOfADetectorThatAreNoPlacesAreLeftOut(t *testing.T) {
	t.Parallel()
	l := layers[1]
	n := detectSide / l.step * (detectSide / l.step) * l.answers
	scores := nn.Tensor{Data: make([]float32, n)}
	places := nn.Tensor{Data: make([]float32, n*raw)}
	for i := range scores.Data {
		scores.Data[i] = -5
	}
	for i, size := range []float32{40, -40, float32(math.NaN()), 1e30} { // the first alone is a place
		scores.Data[i] = 3
		places.Data[i*raw+2], places.Data[i*raw+3] = size, size
	}
	found, err := l.read([]nn.Tensor{places, scores})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.InDelta(t, 16-20, found[0].left, 1e-9)
	_, err = l.read([]nn.Tensor{scores})
	require.ErrorIs(t, err, errShape)
}

func TestASquareIsCutUprightFromATurnedPlace(t *testing.T) {
	t.Parallel()
	p := painted(func(x, y int) [3]uint8 { return [3]uint8{uint8(x / 4), uint8(y / 4), 0} })
	for _, turned := range []float64{0, 0.5, -2} {
		s := square{500, 400, 300, turned}
		cut := s.cut(p.Color(), 100)
		for _, at := range [][2]int{{10, 10}, {50, 50}, {90, 20}} {
			want := s.place((float64(at[0])+0.5)/100, (float64(at[1])+0.5)/100)
			i := cut.PixOffset(at[0], at[1])
			require.InDelta(t, want[0]/4, float64(cut.Pix[i]), 2)
			require.InDelta(t, want[1]/4, float64(cut.Pix[i+1]), 2)
		}
	}
	require.Nil(t, square{-900, 400, 300, 0}.cut(p.Color(), 100))
	require.Nil(t, square{500, 400, math.NaN(), 0}.cut(p.Color(), 100))
}
