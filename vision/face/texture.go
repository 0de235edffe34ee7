package face

import (
	"image"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
	"github.com/stile-id/stile/vision/quality"
)

// measureTexture returns the sign of a face that was photographed from a screen: a pattern, which lies over the face
// and the picture around it.
func measureTexture(p *imaging.Picture, m *Mesh) *vision.Texture {
	left, top, right, bottom := m.bounds()
	w, h := right-left, bottom-top
	around := image.Rect(int(left-w/2), int(top-h/2), int(right+w/2), int(bottom+h/2)).
		Intersect(image.Rect(0, 0, p.Width, p.Height))
	return &vision.Texture{Screen: quality.Pattern(p.Gray(), around)}
}
