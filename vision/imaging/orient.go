package imaging

import (
	"encoding/binary"
	"image"
)

// Orientation is an orientation of EXIF, from 1 to 8: how the rows and columns of a file lie in the upright picture.
// Zero and any other value mean upright.
type Orientation uint16

// tagOrientation is the number of the orientation in EXIF.
const tagOrientation = 0x0112

// orientationOf reads the orientation of an EXIF block, which is a TIFF file; 1 without one.
func orientationOf(block []byte) Orientation {
	if len(block) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(block[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	start := uint64(order.Uint32(block[4:]))
	if start+2 > uint64(len(block)) {
		return 1
	}
	entries := block[start+2:]
	for range order.Uint16(block[start:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == 3 { // of the type SHORT
			return Orientation(order.Uint16(entries[8:]))
		}
		entries = entries[12:]
	}
	return 1
}

// swaps reports whether width and height change places.
func (o Orientation) swaps() bool { return o >= 5 && o <= 8 }

// source returns the place in a file of width × height pixels of the pixel (x, y) of the upright picture.
func (o Orientation) source(x, y, width, height int) (int, int) {
	switch o {
	case 2:
		return width - 1 - x, y
	case 3:
		return width - 1 - x, height - 1 - y
	case 4:
		return x, height - 1 - y
	case 5:
		return y, x
	case 6:
		return y, height - 1 - x
	case 7:
		return width - 1 - y, height - 1 - x
	case 8:
		return width - 1 - y, x
	default:
		return x, y
	}
}

// The orientations that turn a picture clockwise.
const (
	Turn90  Orientation = 6
	Turn180 Orientation = 3
	Turn270 Orientation = 8
	// Mirror exchanges left and right.
	Mirror Orientation = 2
)

// Orient turns and mirrors a picture. It returns src itself where nothing changes.
func Orient(src *image.NRGBA, o Orientation) *image.NRGBA {
	if o < 2 || o > 8 {
		return src
	}
	width, height := o.size(src.Rect)
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	orient(out.Pix, src.Pix, src.Rect.Dx(), src.Rect.Dy(), 4, o)
	return out
}

// OrientGray is Orient for one channel.
func OrientGray(src *Gray, o Orientation) *Gray {
	if o < 2 || o > 8 {
		return src
	}
	width, height := o.size(src.Rect)
	out := image.NewGray(image.Rect(0, 0, width, height))
	orient(out.Pix, src.Pix, src.Rect.Dx(), src.Rect.Dy(), 1, o)
	return out
}

func (o Orientation) size(r image.Rectangle) (width, height int) {
	if o.swaps() {
		return r.Dy(), r.Dx()
	}
	return r.Dx(), r.Dy()
}

// orient copies the pixels of src, which has width × height of n bytes, to their upright places in dst.
func orient(dst, src []byte, width, height, n int, o Orientation) {
	across, down := width, height
	if o.swaps() {
		across, down = height, width
	}
	for y := range down {
		x0, y0 := o.source(0, y, width, height)
		x1, y1 := o.source(1, y, width, height)
		from, step := (y0*width+x0)*n, ((y1-y0)*width+x1-x0)*n
		row := dst[y*across*n : (y+1)*across*n]
		for i := 0; i < len(row); i += n {
			copy(row[i:i+n], src[from:from+n])
			from += step
		}
	}
}
