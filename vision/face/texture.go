package face

import (
	"image"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/quality"
)

// measureTexture returns signs of a face that was photographed from a screen or a print: in the picture around the face
// for a pattern, which lies over all of it, and in the face itself for its fine structures.
func measureTexture(p *imaging.Picture, m *Mesh, a *aligned) *vision.Texture {
	left, top, right, bottom := m.bounds()
	w, h := right-left, bottom-top
	around := image.Rect(int(left-w/2), int(top-h/2), int(right+w/2), int(bottom+h/2)).
		Intersect(image.Rect(0, 0, p.Width, p.Height))
	return &vision.Texture{Screen: quality.Pattern(p.Gray(), around), Detail: detail(a.gray)}
}

// detail returns the share of the differences between neighbours that a mean over 3 × 3 pixels takes away.
func detail(g *imaging.Gray) float64 {
	n := g.Rect.Dx()
	fine, all := 0.0, 0.0
	mean := 0.0
	for _, v := range g.Pix {
		mean += float64(v) / float64(len(g.Pix))
	}
	for y := 1; y < n-1; y++ {
		for x := 1; x < n-1; x++ {
			sum := 0.0
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					sum += float64(g.Pix[(y+dy)*g.Stride+x+dx]) / 9
				}
			}
			own := float64(g.Pix[y*g.Stride+x])
			fine += (own - sum) * (own - sum)
			all += (own - mean) * (own - mean)
		}
	}
	if all == 0 {
		return 0
	}
	return min(1, fine/all)
}
