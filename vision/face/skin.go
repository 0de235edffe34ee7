package face

import (
	"math"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// patchRadius is the radius of the discs of a patch, in distances between the eyes.
const patchRadius = 0.09

// patched is the sum over the pixels of a patch.
type patched struct {
	linear  [3]float64 // of linear colours from 0 to 1
	coded   [3]float64 // of the colours in the file, from 0 to 1
	clipped int
	pixels  int
}

func (s *patched) add(pixel []byte) {
	clipped := 0
	for c := range 3 {
		s.linear[c] += imaging.Linear[pixel[c]]
		s.coded[c] += float64(pixel[c]) / 255
		if pixel[c] >= 254 || pixel[c] == 0 {
			clipped = 1
		}
	}
	s.clipped += clipped
	s.pixels++
}

// patch adds up the pixels in discs around points of a mesh.
func patch(p *imaging.Picture, m *Mesh, points []int, eyes float64) (s patched) {
	src := p.Color()
	radius := max(1, patchRadius*eyes)
	for _, i := range points {
		x0, y0 := m[i][0], m[i][1]
		for y := max(0, int(y0-radius)); y < min(p.Height, int(y0+radius)+1); y++ {
			for x := max(0, int(x0-radius)); x < min(p.Width, int(x0+radius)+1); x++ {
				if math.Hypot(float64(x)+0.5-x0, float64(y)+0.5-y0) <= radius {
					s.add(src.Pix[y*src.Stride+4*x:])
				}
			}
		}
	}
	return s
}

func (s *patched) mean() (color [3]float64) {
	for c := range color {
		color[c] = s.linear[c] / float64(max(1, s.pixels))
	}
	return color
}

// luma returns the mean luma, from 0 to 1.
func (s patched) luma() float64 {
	return (0.299*s.coded[0] + 0.587*s.coded[1] + 0.114*s.coded[2]) / float64(max(1, s.pixels))
}

// chroma returns the shares of red and of green.
func (s patched) chroma() (red, green float64) {
	sum := s.coded[0] + s.coded[1] + s.coded[2]
	if sum == 0 {
		return 1.0 / 3, 1.0 / 3
	}
	return s.coded[0] / sum, s.coded[1] / sum
}

// measureSkin returns the colours of a face and of the picture around it.
func measureSkin(p *imaging.Picture, m *Mesh, eyes float64) *vision.Skin {
	forehead := patch(p, m, foreheadPoints[:], eyes)
	left := patch(p, m, leftCheekPoints[:], eyes)
	right := patch(p, m, rightCheekPoints[:], eyes)
	behind := background(p, m)
	return &vision.Skin{
		Forehead: forehead.mean(), LeftCheek: left.mean(), RightCheek: right.mean(), Background: behind.mean(),
		Clipped: float64(forehead.clipped+left.clipped+right.clipped) /
			float64(max(1, forehead.pixels+left.pixels+right.pixels)),
	}
}

// background adds up every fourth pixel of every fourth line of the picture beside and above the head: outside of an
// ellipse around the face with its hair, and not below the chin, where neck and clothes are.
func background(p *imaging.Picture, m *Mesh) (s patched) {
	left, top, right, bottom := m.bounds()
	x0, y0 := (left+right)/2, (top+bottom)/2-0.15*(bottom-top)
	a, b := 1.1*(right-left), 1.0*(bottom-top)
	src := p.Color()
	for y := 0; y < min(p.Height, int(bottom)); y += 4 {
		for x := 0; x < p.Width; x += 4 {
			dx, dy := (float64(x)-x0)/a, (float64(y)-y0)/b
			if dx*dx+dy*dy > 1 {
				s.add(src.Pix[y*src.Stride+4*x:])
			}
		}
	}
	return s
}
