package face

import (
	"image"
	"math"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/nn"
)

// square is a square part of a picture, which may be turned and may reach beyond the picture.
type square struct {
	x, y float64 // its centre, in pixels of the picture
	side float64 // in pixels of the picture
	turn float64 // clockwise, in radians
}

// place returns the place in the picture of a place in the square, from (0, 0) to (1, 1).
func (s square) place(u, v float64) vision.Point {
	sin, cos := math.Sincos(s.turn)
	u, v = (u-0.5)*s.side, (v-0.5)*s.side
	return vision.Point{s.x + cos*u - sin*v, s.y + sin*u + cos*v}
}

// homography maps the pixels of a copy of n × n pixels to places of the picture.
func (s square) homography(n int) imaging.Homography {
	sin, cos := math.Sincos(s.turn)
	scale := s.side / float64(n)
	origin := s.place(0, 0)
	return imaging.Homography{cos * scale, -sin * scale, origin[0], sin * scale, cos * scale, origin[1]}
}

// bounds returns the upright rectangle around the square, inside a picture.
func (s square) bounds(in image.Rectangle) image.Rectangle {
	sin, cos := math.Sincos(s.turn)
	half := s.side / 2 * (math.Abs(sin) + math.Abs(cos))
	return image.Rect(
		int(math.Floor(s.x-half))-1, int(math.Floor(s.y-half))-1, int(math.Ceil(s.x+half))+1, int(math.Ceil(s.y+half))+1,
	).Intersect(in)
}

// cut returns the square as n × n pixels. A part that is much larger is scaled down first, so that its pixels are
// means. Beyond the picture its edge is repeated. It returns nil for a square outside of the picture.
func (s square) cut(src *image.NRGBA, n int) *image.NRGBA {
	part := s.bounds(src.Rect)
	if part.Empty() || !(s.side > 0) || n < 1 {
		return nil
	}
	cropped := imaging.Crop(src, part)
	s.x, s.y = s.x-float64(part.Min.X), s.y-float64(part.Min.Y)
	if scale := s.side / float64(n); scale > 1.5 {
		w := max(1, int(math.Round(float64(part.Dx())/scale)))
		h := max(1, int(math.Round(float64(part.Dy())/scale)))
		sx, sy := float64(w)/float64(part.Dx()), float64(h)/float64(part.Dy())
		cropped = imaging.Resize(cropped, w, h)
		s.x, s.y, s.side = s.x*sx, s.y*sy, s.side*(sx+sy)/2
	}
	return imaging.Warp(cropped, s.homography(n), n, n)
}

// tensor returns a picture as the input of a model: each channel is value·scale - shift of it.
func tensor(picture *image.NRGBA, scale float32, shift float32) nn.Tensor {
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	t := nn.Tensor{Shape: []int{1, h, w, 3}, Data: make([]float32, 3*w*h)}
	for i := range w * h {
		for c := range 3 {
			t.Data[3*i+c] = float32(picture.Pix[4*i+c])*scale - shift
		}
	}
	return t
}
