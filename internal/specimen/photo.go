package specimen

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Shot says how a page is photographed. The zero value, with a seed, is a sharp photograph from straight above.
type Shot struct {
	Seed          uint64
	Width, Height int     // pixels of the photograph; 1600 by 1200 if 0
	Fill          float64 // share of the photograph's width or height that the page takes at most; 0.8 if 0
	Turn          float64 // degrees, clockwise
	Tilt          float64 // each corner moves at random by up to this share of the page's width: perspective
	Cut           float64 // share of the page's width that lies outside, on the left
	Light         float64 // factor of exposure; 1 if 0
	Shade         float64 // fall of light across the photograph, 0 to 1
	Screen        bool    // the page is shown by a screen
	Blur          float64 // sigma in pixels
	Noise         float64 // sigma in levels of 0 to 255
	Glare         float64 // brightness of a spot of reflected light, 0 to 1
}

// Point is a place in a photograph, in pixels.
type Point struct{ X, Y float64 }

// Photo is a photograph with the places of the page's corners: top left, top right, bottom right, bottom left, as the
// page is read.
type Photo struct {
	*image.NRGBA
	Corners [4]Point
}

// Photograph lays a page on a table, or shows it on a screen, and takes a picture.
func Photograph(page image.Image, shot Shot) *Photo {
	shot.complete()
	random := rand.New(rand.NewPCG(shot.Seed, 0x70686f746f)) //nolint:gosec // a picture must be the same each time
	bounds := page.Bounds()
	photo := &Photo{image.NewNRGBA(image.Rect(0, 0, shot.Width, shot.Height)), shot.corners(bounds, random)}
	w, h := float64(bounds.Dx()), float64(bounds.Dy())
	back := homography(photo.Corners, [4]Point{{0, 0}, {w, 0}, {w, h}, {0, h}})
	scene := newScene(page, shot, random)
	// Pages are sampled finely enough that a small photograph of a large page keeps its strokes.
	fine := max(2, int(math.Ceil(w/math.Hypot(photo.Corners[1].X-photo.Corners[0].X,
		photo.Corners[1].Y-photo.Corners[0].Y))))
	for y := range shot.Height {
		for x := range shot.Width {
			photo.SetNRGBA(x, y, scene.pixel(back, x, y, fine).nrgba())
		}
	}
	photo.NRGBA = degraded(photo.NRGBA, shot, random)
	return photo
}

// Astray returns how far the worst corner of a found outline is from its place. The outline of a turned page begins at
// another corner.
func Astray[Place ~[2]float64](found [4]Place, photo *Photo) float64 {
	best := math.Inf(1)
	for first := range photo.Corners {
		worst := 0.0
		for i, c := range found {
			want := photo.Corners[(i+first)%4]
			worst = max(worst, math.Hypot(c[0]-want.X, c[1]-want.Y))
		}
		best = min(best, worst)
	}
	return best
}

func (s *Shot) complete() {
	if s.Width == 0 || s.Height == 0 {
		s.Width, s.Height = 1600, 1200
	}
	if s.Fill == 0 {
		s.Fill = 0.8
	}
	if s.Light == 0 {
		s.Light = 1
	}
}

// corners places the page in the middle, or to the left if a part is cut off.
func (s *Shot) corners(page image.Rectangle, random *rand.Rand) [4]Point {
	w, h := float64(page.Dx()), float64(page.Dy())
	sin, cos := math.Sincos(s.Turn * math.Pi / 180)
	across, down := w*math.Abs(cos)+h*math.Abs(sin), w*math.Abs(sin)+h*math.Abs(cos)
	scale := s.Fill * min(float64(s.Width)/across, float64(s.Height)/down)
	w, h = w*scale, h*scale
	middle := Point{float64(s.Width) / 2, float64(s.Height) / 2}
	if s.Cut > 0 {
		middle.X = w/2 - s.Cut*w
	}
	var corners [4]Point
	for i, c := range [4]Point{{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}} {
		x := c.X*w + s.Tilt*w*(2*random.Float64()-1)/2
		y := c.Y*h + s.Tilt*w*(2*random.Float64()-1)/2
		corners[i] = Point{middle.X + x*cos - y*sin, middle.Y + x*sin + y*cos}
	}
	return corners
}

// JPEG returns a picture as a camera stores it.
func JPEG(picture image.Image, quality int) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a buffer takes every write
	}
	return out.Bytes()
}

// homography returns the projection that takes four points to four others.
func homography(from, to [4]Point) [9]float64 {
	var m [8][9]float64
	for i := range from {
		x, y, u, v := from[i].X, from[i].Y, to[i].X, to[i].Y
		m[2*i] = [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}
		m[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}
	}
	for i := range m {
		best := i
		for j := i; j < len(m); j++ {
			if math.Abs(m[j][i]) > math.Abs(m[best][i]) {
				best = j
			}
		}
		m[i], m[best] = m[best], m[i]
		for j := range m {
			if j == i {
				continue
			}
			factor := m[j][i] / m[i][i]
			for k := i; k < 9; k++ {
				m[j][k] -= factor * m[i][k]
			}
		}
	}
	h := [9]float64{8: 1}
	for i := range m {
		h[i] = m[i][8] / m[i][i]
	}
	return h
}
