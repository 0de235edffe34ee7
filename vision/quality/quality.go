// Package quality measures how well a photograph of a document can be read, and how much it looks like that of a
// screen. Its numbers are no verdict; docs/methods/documents.md has thresholds, and the error rates at these.
package quality

import (
	"image"
	"math"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/card"
	"github.com/stile-id/stile/vision/imaging"
)

// Version names the measures in the versions of an answer. Another one means other numbers for the same picture.
const Version = "quality 1"

// width is the number of pixels to which a document's longer side is brought before it is measured, so that numbers do
// not depend on the camera. Smaller ones are enlarged.
const width = 1000

// Measure returns the numbers of a picture, of the document inside the outline, or of all of the picture if outline is
// nil.
func Measure(p *imaging.Picture, outline *vision.Card) *vision.Quality {
	document := straight(p, outline)
	q := &vision.Quality{
		Blur:   blur(document),
		Light:  float64(percentile(document, 0.75)) / 255,
		Glare:  glare(document),
		Screen: screen(p, outline),
	}
	if outline != nil {
		q.Cropped = cropped(outline.Corners, p.Width, p.Height)
	}
	return q
}

// straight returns the document alone, its longer side width pixels long.
func straight(p *imaging.Picture, outline *vision.Card) *imaging.Gray {
	if outline != nil {
		if h, w, d, ok := card.Straight(outline.Corners, width); ok {
			return imaging.WarpGray(p.Gray(), h, w, d)
		}
	}
	scale := width / float64(max(p.Width, p.Height))
	return imaging.ResizeGray(p.Gray(),
		max(block, int(float64(p.Width)*scale)), max(block, int(float64(p.Height)*scale)))
}

// cropped returns the share of an outline's length that lies on the frame of a picture.
func cropped(c vision.Corners, w, h int) float64 {
	near := 0.006 * float64(max(w, h))
	on, all := 0.0, 0.0
	for i, a := range c {
		b := c[(i+1)%4]
		length := math.Hypot(b[0]-a[0], b[1]-a[1])
		all += length
		left, right := max(a[0], b[0]) < near, min(a[0], b[0]) > float64(w)-near
		above, below := max(a[1], b[1]) < near, min(a[1], b[1]) > float64(h)-near
		if left || right || above || below {
			on += length
		}
	}
	return on / max(1, all)
}

// percentile returns the luma that a share of the pixels does not exceed.
func percentile(g *imaging.Gray, share float64) int {
	var counts [256]int
	for _, v := range g.Pix {
		counts[v]++
	}
	left := int(share * float64(len(g.Pix)))
	for luma, n := range counts {
		if left -= n; left < 0 {
			return luma
		}
	}
	return 255
}

// block is the side, in pixels, of the squares in which glare is sought.
const block = 20

// glare returns the share of the document's area in which light has wiped out the print: squares that are nearly all
// saturated, unless most of the paper is.
func glare(g *imaging.Gray) float64 {
	if percentile(g, 0.5) >= 250 {
		return 0 // all of it is overexposed: Light says so
	}
	lost, all := 0, 0
	for y := 0; y+block <= g.Rect.Dy(); y += block {
		for x := 0; x+block <= g.Rect.Dx(); x += block {
			all++
			if saturated(g, x, y) {
				lost++
			}
		}
	}
	return float64(lost) / float64(max(1, all))
}

func saturated(g *imaging.Gray, x0, y0 int) bool {
	n := 0
	for y := y0; y < y0+block; y++ {
		for _, v := range g.Pix[y*g.Stride+x0 : y*g.Stride+x0+block] {
			if v >= 252 {
				n++
			}
		}
	}
	return n >= block*block*9/10
}

// blur returns the width of the document's sharp edges, from dark to light, in thousandths of the document's longer
// side: the median over the edges of strong contrast, across or down. It takes the wider one, because a camera that
// moves blurs one of the two.
func blur(g *imaging.Gray) float64 {
	across := edgeWidth(g.Rect.Dx(), g.Rect.Dy(), func(i, j int) uint8 { return g.Pix[j*g.Stride+i] })
	down := edgeWidth(g.Rect.Dy(), g.Rect.Dx(), func(i, j int) uint8 { return g.Pix[i*g.Stride+j] })
	return max(across, down)
}

// edgeWidth returns the median width of edges along lines of length pixels. It is length if there is no edge.
func edgeWidth(length, lines int, at func(i, line int) uint8) float64 {
	type edge struct{ height, width float64 }
	var edges []edge
	var heights [256]int
	for line := 0; line < lines; line += 3 {
		for i := 1; i < length; {
			end, steepest := rise(i, length, line, at)
			height := math.Abs(float64(at(end, line)) - float64(at(i-1, line)))
			if height >= 24 {
				edges = append(edges, edge{height, height / steepest})
				heights[int(height)]++
			}
			i = max(end, i) + 1
		}
	}
	if len(edges) == 0 {
		return float64(length)
	}
	least, left := 0, len(edges)/4 // the highest quarter
	for h := 255; h > 0; h-- {
		if left -= heights[h]; left < 0 {
			least = h
			break
		}
	}
	var widths [512]int
	for _, e := range edges {
		if e.height >= float64(least) {
			widths[min(511, int(e.width*8))]++
		}
	}
	return median(widths[:], 8)
}

// median returns the middle of a histogram with bins of 1/unit.
func median(counts []int, unit float64) float64 {
	all := 0
	for _, n := range counts {
		all += n
	}
	left := all / 2
	for i, n := range counts {
		if left -= n; left < 0 {
			return (float64(i) + 0.5) / unit
		}
	}
	return float64(len(counts)) / unit
}

// rise follows a line from i-1 as long as it only rises or only falls. It returns the end, and the largest step between
// two pixels.
func rise(i, length, line int, at func(i, line int) uint8) (end int, steepest float64) {
	first := int(at(i, line)) - int(at(i-1, line))
	end = i
	for ; end < length; end++ {
		step := int(at(end, line)) - int(at(end-1, line))
		if step == 0 || (step > 0) != (first > 0) {
			break
		}
		steepest = max(steepest, math.Abs(float64(step)))
	}
	return max(i, end-1), max(1, steepest)
}

// inner returns the pixels of a picture that an outline surely contains, as an upright rectangle.
func inner(p *imaging.Picture, outline *vision.Card) image.Rectangle {
	if outline == nil {
		return image.Rect(p.Width/8, p.Height/8, p.Width*7/8, p.Height*7/8)
	}
	c := outline.Corners
	in := image.Rect(
		int(max(c[0][0], c[3][0], 0)), int(max(c[0][1], c[1][1], 0)),
		int(min(c[1][0], c[2][0], float64(p.Width))), int(min(c[2][1], c[3][1], float64(p.Height))),
	)
	return in.Inset(min(in.Dx(), in.Dy()) / 20)
}
