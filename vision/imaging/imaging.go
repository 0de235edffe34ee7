// Package imaging decodes pictures from strangers, and turns, cuts, scales and straightens them. It runs in the vision
// process only.
//
// # How an analyser reads a picture
//
// Decode gives a Picture: upright (the orientation of EXIF is applied), opaque (transparent pixels are white), eight
// bits a channel, in RGB, and at most MaxSide pixels a side. An analyser reads Picture.Gray or Picture.Color, and
// changes neither, because all analysers of a picture share them. GrayWithin gives a smaller copy for a search. All
// coordinates that an analyser puts into the vision.Document are those of Picture.Width and Picture.Height:
//
//	func Read(ctx context.Context, p *imaging.Picture, out *vision.Document) error {
//		small, scale := p.GrayWithin(1024)              // find in the small picture: a place (x, y) there …
//		place := imaging.Point{x * scale, y * scale}    // … is this place in the full one
//		zone := imaging.RectifyGray(p.Gray(), corners, 880, 120)
//		…
//	}
//
// All functions take and return *image.Gray and *image.NRGBA with bounds that begin at (0, 0) and rows without gaps:
// Stride is the width times the bytes of a pixel.
package imaging

import (
	"image"
	"sync"

	"github.com/stile-id/stile/vision"
)

// MaxSide is the longest side of a Picture, in pixels. Larger pictures are scaled down to it.
const MaxSide = 4096

// Point is a place in a picture, in pixels from its top left corner.
type Point = vision.Point

// Corners are those of a quadrilateral: top left, top right, bottom right, bottom left of the
// thing that is to be read.
type Corners = vision.Corners

// Gray is a picture of one channel.
type Gray = image.Gray

// Picture is a decoded picture. Several goroutines may read it.
type Picture struct {
	Width, Height int
	color         *image.NRGBA
	gray          func() *Gray
}

// NewPicture returns the picture of an image of one of the types of this package.
func NewPicture(color *image.NRGBA) *Picture {
	return &Picture{
		Width: color.Rect.Dx(), Height: color.Rect.Dy(), color: color,
		gray: sync.OnceValue(func() *Gray { return Luma(color) }),
	}
}

// Color returns the picture in colour. Every pixel is opaque.
func (p *Picture) Color() *image.NRGBA { return p.color }

// Gray returns the luma of the picture.
func (p *Picture) Gray() *Gray { return p.gray() }

// GrayWithin returns the luma scaled down so that no side is longer than side, and the factor that takes coordinates in
// it to those of the picture. A picture that is not longer is returned as it is, with the factor 1.
func (p *Picture) GrayWithin(side int) (*Gray, float64) {
	width, height := within(p.Width, p.Height, side)
	if width == p.Width && height == p.Height {
		return p.Gray(), 1
	}
	return ResizeGray(p.Gray(), width, height), float64(max(p.Width, p.Height)) / float64(max(width, height))
}

// within returns the size of a picture after it is scaled down so that no side is longer than side.
func within(width, height, side int) (int, int) {
	longest := max(width, height)
	if longest <= side {
		return width, height
	}
	scale := func(n int) int { return max(1, (n*side+longest/2)/longest) }
	return scale(width), scale(height)
}

// Luma returns the luma of an opaque picture (Rec. 601).
func Luma(src *image.NRGBA) *Gray {
	out := image.NewGray(image.Rect(0, 0, src.Rect.Dx(), src.Rect.Dy()))
	for i := range out.Pix {
		p := src.Pix[4*i : 4*i+3 : 4*i+3]
		out.Pix[i] = uint8((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
	}
	return out
}
