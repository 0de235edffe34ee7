package imaging

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"github.com/stile-id/stile/vision"
)

// Limits of a picture. They are checked on its header, before its pixels are allocated.
const (
	// MaxBytes is the largest file.
	MaxBytes = 32 << 20
	// MaxPixels is the largest picture: that of a phone with 24 megapixels, with a little more.
	MaxPixels = 26_000_000
	// MaxEdge is the longest side of a file, so that no row alone is a large allocation.
	MaxEdge = 16384
)

// Decode decodes a JPEG, PNG or WebP. It looks at the content, not at a media type. Animated pictures are
// refused, because a reviewer could see another frame than the one that was measured. The rest of the file after
// the picture, such as the second file of a polyglot, is not read. The error is a *vision.ImageError, or that of ctx.
func Decode(ctx context.Context, data []byte) (*Picture, error) {
	if len(data) > MaxBytes {
		return nil, refuse(vision.CodeImageTooLarge, "the picture has %d bytes, more than %d", len(data), MaxBytes)
	}
	f, ok := formatOf(data)
	if !ok {
		return nil, refuse(vision.CodeImageUnsupported, "the picture is neither a JPEG, nor a PNG, nor a WebP")
	}
	if err := f.check(data); err != nil {
		return nil, err
	}
	size, err := f.size(bytes.NewReader(data))
	if err != nil {
		return nil, f.invalid(err)
	}
	if err := checkSize(size.Width, size.Height); err != nil {
		return nil, err
	}
	decoded, err := f.decode(&reader{ctx: ctx, Reader: bytes.NewReader(data)})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, f.invalid(err)
	}
	if err := checkSize(decoded.Bounds().Dx(), decoded.Bounds().Dy()); err != nil {
		return nil, err
	}
	upright := Orient(flatten(decoded), f.orientation(data))
	width, height := within(upright.Rect.Dx(), upright.Rect.Dy(), MaxSide)
	if width != upright.Rect.Dx() || height != upright.Rect.Dy() {
		upright = Resize(upright, width, height)
	}
	return NewPicture(upright), nil
}

// reader reads until its context ends, so that a file that is slow to decode is given up.
type reader struct {
	*bytes.Reader
	ctx context.Context
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func checkSize(width, height int) error {
	switch {
	case width < 1 || height < 1:
		return refuse(vision.CodeImageInvalid, "the picture has no pixels")
	case width > MaxEdge || height > MaxEdge || width*height > MaxPixels:
		return refuse(vision.CodeImageTooLarge, "the picture has %d × %d pixels: more than %d, or a side over %d",
			width, height, MaxPixels, MaxEdge)
	default:
		return nil
	}
}

// format is a format of pictures.
type format struct {
	name   string
	size   func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// check refuses pictures that the decoder would take: animated ones, and those that are slow to decode.
	check func(data []byte) error
	// exif returns the EXIF block of the file; nil without one.
	exif func(data []byte) []byte
}

func (f format) orientation(data []byte) Orientation { return orientationOf(f.exif(data)) }

// invalid returns the refusal of a picture that does not decode. The words of the decoders name structures of the file,
// never the content of the picture.
func (f format) invalid(err error) error {
	return refuse(vision.CodeImageInvalid, "the %s cannot be decoded: %v", f.name, err)
}

func formatOf(data []byte) (format, bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xD8\xFF")):
		return format{"JPEG", jpeg.DecodeConfig, jpeg.Decode, checkJPEG, jpegEXIF}, true
	case bytes.HasPrefix(data, []byte(pngSignature)):
		return format{"PNG", png.DecodeConfig, png.Decode, checkPNG, pngEXIF}, true
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return format{"WebP", webp.DecodeConfig, webp.Decode, checkWebP, webpEXIF}, true
	default:
		return format{}, false
	}
}

func refuse(code, message string, values ...any) error {
	return &vision.ImageError{Code: code, Message: fmt.Sprintf(message, values...)}
}

// flatten draws a picture of any kind (CMYK, 16 bits, a palette, transparent) on white, in eight bits a channel.
func flatten(src image.Image) *image.NRGBA {
	bounds := image.Rect(0, 0, src.Bounds().Dx(), src.Bounds().Dy())
	out := image.NewRGBA(bounds) // package draw is fast for this type; opaque, it has the same bytes as NRGBA
	if opaque, ok := src.(interface{ Opaque() bool }); !ok || !opaque.Opaque() {
		draw.Draw(out, bounds, image.White, image.Point{}, draw.Src)
	}
	draw.Draw(out, bounds, src, src.Bounds().Min, draw.Over)
	return &image.NRGBA{Pix: out.Pix, Stride: out.Stride, Rect: out.Rect}
}
