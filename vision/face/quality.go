package face

import (
	"image"
	"math"
	"slices"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

// alignedSide is the size of the upright copy of a face on which quality and texture are measured, so that their
// numbers do not depend on the camera; smaller faces are enlarged.
const alignedSide = 160

// aligned is the upright copy of a face.
type aligned struct {
	color *image.NRGBA
	gray  *imaging.Gray
	in    square
}

// align cuts a face out, upright, its square just around the mesh.
func align(p *imaging.Picture, m *Mesh) *aligned {
	in := m.around()
	in.side /= meshAround
	picture := in.cut(p.Color(), alignedSide)
	if picture == nil {
		return nil
	}
	return &aligned{picture, imaging.Luma(picture), in}
}

// measureQuality measures a face. Eyes is the distance that findPose returns.
func measureQuality(p *imaging.Picture, m *Mesh, a *aligned, eyes float64) *vision.FaceQuality {
	left := patch(p, m, leftCheekPoints[:], eyes).luma()
	right := patch(p, m, rightCheekPoints[:], eyes).luma()
	forehead := patch(p, m, foreheadPoints[:], eyes).luma()
	return &vision.FaceQuality{
		Eyes:     eyes,
		Blur:     blur(a.gray),
		Light:    (left + right + forehead) / 3,
		Contrast: contrast(a.gray),
		Uneven:   math.Abs(left-right) / max(left, right, 1.0/255),
		Covered:  covered(p, m, eyes),
		Cropped:  cropped(p, m),
	}
}

// blur compares a picture with a copy that is blurred, as F. Crété and others did (The blur effect, 2007): a sharp
// picture loses most differences between its neighbours, one that is blurred has none to lose. It returns the greater
// of both directions, because a camera that moves blurs one.
func blur(g *imaging.Gray) float64 {
	n := g.Rect.Dx()
	across := loss(n, func(i, line int) float64 { return float64(g.Pix[line*g.Stride+i]) })
	down := loss(n, func(i, line int) float64 { return float64(g.Pix[i*g.Stride+line]) })
	return max(across, down)
}

// loss returns the share of the differences between neighbours along lines of n pixels that a mean of nine pixels
// keeps.
func loss(n int, at func(i, line int) float64) float64 {
	const half = 4
	differences, lost := 0.0, 0.0
	smooth := make([]float64, n)
	for line := range n {
		for i := range n {
			sum := 0.0
			for k := -half; k <= half; k++ {
				sum += at(min(max(i+k, 0), n-1), line)
			}
			smooth[i] = sum / (2*half + 1)
		}
		for i := 1; i < n; i++ {
			own := math.Abs(at(i, line) - at(i-1, line))
			differences += own
			lost += max(0, own-math.Abs(smooth[i]-smooth[i-1]))
		}
	}
	if differences == 0 {
		return 1
	}
	return 1 - lost/differences
}

// contrast returns the range of luma from the 5th to the 95th percentile.
func contrast(g *imaging.Gray) float64 {
	values := slices.Clone(g.Pix)
	slices.Sort(values)
	return float64(values[len(values)*95/100]-values[len(values)*5/100]) / 255
}

// cropped returns the share of the points of a mesh that lie outside of the picture.
func cropped(p *imaging.Picture, m *Mesh) float64 {
	outside := 0
	for _, at := range m {
		if at[0] < 0 || at[1] < 0 || at[0] >= float64(p.Width) || at[1] >= float64(p.Height) {
			outside++
		}
	}
	return float64(outside) / meshPoints
}

// coveredFrom is the distance between the colour of a part of the face and that of the skin, in the plane of its shares
// of red and green, from which the part does not look like skin.
const coveredFrom = 0.06

// covered returns the share of the face that does not look like one. Its parts are the forehead, the cheeks, the nose,
// the upper lip, the chin and the eyes. The skin is the part in the middle of the others by colour; eyes are covered if
// the place of both has no more contrast than skin.
func covered(p *imaging.Picture, m *Mesh, eyes float64) float64 {
	groups := [][]int{
		foreheadPoints[:], leftCheekPoints[:], rightCheekPoints[:], nosePoints[:], lipPoints[:], chinPoints[:],
	}
	parts := make([]patched, len(groups))
	var red, green, light []float64
	for i, points := range groups {
		parts[i] = patch(p, m, points, eyes)
		r, g := parts[i].chroma()
		red, green, light = append(red, r), append(green, g), append(light, parts[i].luma())
	}
	r, g, l := median(red), median(green), median(light)
	hidden := 0
	for i := range parts {
		far := math.Hypot(red[i]-r, green[i]-g) > coveredFrom
		dark := light[i] < l/3 || l < light[i]/3
		if far || dark {
			hidden++
		}
	}
	if glasses(p, m, eyes, l) {
		hidden += 2
	}
	return float64(hidden) / float64(len(parts)+2)
}

// glasses reports whether both eyes and the skin around them are dark, as behind dark glasses.
func glasses(p *imaging.Picture, m *Mesh, eyes, skin float64) bool {
	for _, points := range [2][]int{{27, 23, 130, 243}, {257, 253, 359, 463}} {
		if patch(p, m, points, eyes).luma() > 0.45*skin {
			return false
		}
	}
	return true
}

func median(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
