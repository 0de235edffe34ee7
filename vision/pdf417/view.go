package pdf417

import (
	"image"
	"math"
	"slices"
)

// maxViewPixels bounds the pixels of a view.
const maxViewPixels = 4 << 20

// view is a part of a picture, turned so that bars are upright.
type view struct {
	width, height int
	pix           []uint8
	// x and y are the place of the view's corner in the picture; dx and dy are one pixel of the view to the right.
	x, y, dx, dy float64
}

// look returns the view of a region.
func look(src *image.Gray, r region) *view {
	scale := 1.0
	if pixels := r.width * r.height; pixels > maxViewPixels {
		scale = math.Sqrt(pixels / maxViewPixels)
	}
	v := &view{
		width: int(r.width / scale), height: int(r.height / scale),
		x: r.x, y: r.y, dx: scale * math.Cos(r.angle), dy: scale * math.Sin(r.angle),
	}
	v.pix = make([]uint8, v.width*v.height)
	for row := range v.height {
		for column := range v.width {
			x, y := v.place(float64(column), float64(row))
			v.pix[row*v.width+column] = uint8(light(src.Pix, src.Rect.Dx(), src.Rect.Dy(), src.Stride, x, y) + 0.5)
		}
	}
	return v
}

// place returns the place in the picture of a place in the view.
func (v *view) place(x, y float64) (float64, float64) {
	return v.x + x*v.dx - y*v.dy, v.y + x*v.dy + y*v.dx
}

// turned returns the view upside down.
func (v *view) turned() *view {
	x, y := v.place(float64(v.width-1), float64(v.height-1))
	t := &view{width: v.width, height: v.height, x: x, y: y, dx: -v.dx, dy: -v.dy, pix: slices.Clone(v.pix)}
	slices.Reverse(t.pix)
	return t
}

// denoised returns the view with each pixel the median of its square of nine.
func (v *view) denoised() *view {
	d := *v
	d.pix = slices.Clone(v.pix)
	var square [9]uint8
	for y := 1; y < v.height-1; y++ {
		for x := 1; x < v.width-1; x++ {
			at := y*v.width + x
			copy(square[:3], v.pix[at-v.width-1:])
			copy(square[3:6], v.pix[at-1:])
			copy(square[6:], v.pix[at+v.width-1:])
			slices.Sort(square[:])
			d.pix[at] = square[4]
		}
	}
	return &d
}

// at returns the light at a place, between pixels by interpolation, and beyond the edge that of the edge.
func (v *view) at(x, y float64) float32 { return light(v.pix, v.width, v.height, v.width, x, y) }

// light interpolates between the four pixels around a place.
func light(pix []uint8, width, height, stride int, x, y float64) float32 {
	x, y = min(max(x, 0), float64(width-1)), min(max(y, 0), float64(height-1))
	column, row := int(x), int(y)
	right, below := min(column+1, width-1), min(row+1, height-1)
	fx, fy := float32(x)-float32(column), float32(y)-float32(row)
	top := float32(pix[row*stride+column])*(1-fx) + float32(pix[row*stride+right])*fx
	bottom := float32(pix[below*stride+column])*(1-fx) + float32(pix[below*stride+right])*fx
	return top*(1-fy) + bottom*fy
}
