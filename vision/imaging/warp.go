package imaging

import (
	"image"
	"math"
)

// Crop returns a copy of the part of a picture inside the rectangle, which is cut at the picture's edges. It is empty
// where nothing is left.
func Crop(src *image.NRGBA, part image.Rectangle) *image.NRGBA {
	part = part.Intersect(src.Rect)
	out := image.NewNRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	for y := range part.Dy() {
		from := (part.Min.Y+y)*src.Stride + part.Min.X*4
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], src.Pix[from:from+out.Stride])
	}
	return out
}

// Homography maps places of a result to places of a picture: (x, y) to ((ax+by+c)/w, (dx+ey+f)/w), w = gx+hy+1, where a
// to h are its elements.
type Homography [8]float64

// Apply returns the place in the picture of a place in the result.
func (h Homography) Apply(p Point) Point {
	w := h[6]*p[0] + h[7]*p[1] + 1
	return Point{(h[0]*p[0] + h[1]*p[1] + h[2]) / w, (h[3]*p[0] + h[4]*p[1] + h[5]) / w}
}

// Straighten returns the homography that takes an upright rectangle of width × height pixels to the quadrilateral at
// corners. It returns false unless the quadrilateral is convex, with no three corners on a line. Corners that go round
// counter-clockwise are taken: the result is mirrored then.
func Straighten(corners Corners, width, height float64) (Homography, bool) {
	// From the unit square to the quadrilateral (Heckbert 1989), then the square is stretched to the rectangle.
	a, b, c, d := corners[0], corners[1], corners[2], corners[3]
	sx, sy := a[0]-b[0]+c[0]-d[0], a[1]-b[1]+c[1]-d[1]
	dx1, dx2, dy1, dy2 := b[0]-c[0], d[0]-c[0], b[1]-c[1], d[1]-c[1]
	det := dx1*dy2 - dx2*dy1
	if !convex(corners) || width <= 0 || height <= 0 {
		return Homography{}, false
	}
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return Homography{
		(b[0] - a[0] + g*b[0]) / width, (d[0] - a[0] + h*d[0]) / height, a[0],
		(b[1] - a[1] + g*b[1]) / width, (d[1] - a[1] + h*d[1]) / height, a[1],
		g / width, h / height,
	}, true
}

// convex reports whether the corners turn the same way all around. It is false for NaN.
func convex(c Corners) bool {
	clockwise, counter := 0, 0
	for i := range c {
		a, b, next := c[i], c[(i+1)%4], c[(i+2)%4]
		switch turn := (b[0]-a[0])*(next[1]-b[1]) - (b[1]-a[1])*(next[0]-b[0]); {
		case math.IsInf(turn, 0):
			return false
		case turn > 1e-9:
			clockwise++
		case turn < -1e-9:
			counter++
		}
	}
	return clockwise == 4 || counter == 4
}

// RectifyGray returns the quadrilateral at corners as an upright picture of width × height pixels. Pixels outside of it
// repeat its edge. It returns nil where the corners enclose nothing.
func RectifyGray(src *Gray, corners Corners, width, height int) *Gray {
	h, ok := Straighten(corners, float64(width), float64(height))
	if !ok {
		return nil
	}
	return WarpGray(src, h, width, height)
}

// Warp returns a picture of width × height pixels. Each is interpolated at the place that h gives for its centre.
func Warp(src *image.NRGBA, h Homography, width, height int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	warp(out.Pix, src.Pix, src.Rect.Dx(), src.Rect.Dy(), width, h, 4)
	return out
}

// WarpGray is Warp for one channel.
func WarpGray(src *Gray, h Homography, width, height int) *Gray {
	out := image.NewGray(image.Rect(0, 0, width, height))
	warp(out.Pix, src.Pix, src.Rect.Dx(), src.Rect.Dy(), width, h, 1)
	return out
}

// warp samples src, which has width × height pixels of n bytes, for each pixel of dst, which has across pixels a row.
func warp(dst, src []byte, width, height, across int, h Homography, n int) {
	maxX, maxY := float64(width-1), float64(height-1)
	for i := 0; i < len(dst)/n; i++ {
		p := h.Apply(Point{float64(i%across) + 0.5, float64(i/across) + 0.5})
		x, y := edge(p[0]-0.5, maxX), edge(p[1]-0.5, maxY)
		x0, y0 := int(x), int(y)
		right, below := min(x0+1, width-1), min(y0+1, height-1)
		fx, fy := x-float64(x0), y-float64(y0)
		for c := range n {
			top := float64(src[(y0*width+x0)*n+c])*(1-fx) + float64(src[(y0*width+right)*n+c])*fx
			bottom := float64(src[(below*width+x0)*n+c])*(1-fx) + float64(src[(below*width+right)*n+c])*fx
			dst[i*n+c] = byte(top*(1-fy) + bottom*fy + 0.5)
		}
	}
}

// edge returns v, or the nearest of 0 and last; 0 for NaN.
func edge(v, last float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, last)
}
