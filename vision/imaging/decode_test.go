package imaging_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision"
	"github.com/stile-id/stile/vision/imaging"
)

var (
	red    = color.NRGBA{R: 255, A: 255}
	green  = color.NRGBA{G: 255, A: 255}
	blue   = color.NRGBA{B: 255, A: 255}
	yellow = color.NRGBA{R: 255, G: 255, A: 255}
)

// quarters is a picture of 64 × 48 pixels: red and green above blue and yellow.
func quarters() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			m.SetNRGBA(x, y, [][]color.NRGBA{{red, green}, {blue, yellow}}[y/24][x/32])
		}
	}
	return m
}

func asPNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, m))
	return out.Bytes()
}

func asJPEG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}))
	return out.Bytes()
}

// requireQuarters fails unless the picture has the four colours at its corners, in reading order.
func requireQuarters(t *testing.T, p *imaging.Picture, want ...color.NRGBA) {
	t.Helper()
	m := p.Color()
	require.Equal(t, image.Rect(0, 0, p.Width, p.Height), m.Rect)
	require.Equal(t, 4*p.Width, m.Stride)
	w, h := p.Width, p.Height
	for i, at := range []image.Point{{w / 4, h / 4}, {3 * w / 4, h / 4}, {w / 4, 3 * h / 4}, {3 * w / 4, 3 * h / 4}} {
		got := m.NRGBAAt(at.X, at.Y)
		for _, channel := range [][2]uint8{{got.R, want[i].R}, {got.G, want[i].G}, {got.B, want[i].B}, {got.A, want[i].A}} {
			require.InDelta(t, channel[1], channel[0], 40, "corner %d is %v, not %v", i, got, want[i])
		}
	}
}

func decode(t *testing.T, data []byte) *imaging.Picture {
	t.Helper()
	p, err := imaging.Decode(t.Context(), data)
	require.NoError(t, err)
	return p
}

func requireRefusal(t *testing.T, data []byte, code, message string) {
	t.Helper()
	_, err := imaging.Decode(t.Context(), data)
	var refused *vision.ImageError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, code, refused.Code, refused.Message)
	assert.Contains(t, refused.Message, message)
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

func TestEveryKindOfPictureIsDecodedToTheSameColours(t *testing.T) {
	t.Parallel()
	deep := image.NewRGBA64(image.Rect(0, 0, 64, 48))
	palette := image.NewPaletted(deep.Rect, color.Palette{red, green, blue, yellow})
	for y := range 48 {
		for x := range 64 {
			deep.Set(x, y, quarters().At(x, y))
			palette.Set(x, y, quarters().At(x, y))
		}
	}
	for name, data := range map[string][]byte{
		"PNG": asPNG(t, quarters()), "PNG with 16 bits": asPNG(t, deep), "PNG with a palette": asPNG(t, palette),
		"JPEG": asJPEG(t, quarters()), "progressive JPEG": file(t, "progressive.jpg"), "CMYK": file(t, "cmyk.jpg"),
		"interlaced PNG": file(t, "interlaced.png"), "lossy WebP": file(t, "lossy.webp"),
		"lossless WebP": file(t, "lossless.webp"), "WebP with a header": file(t, "extended.webp"),
		"JPEG before a ZIP": append(asJPEG(t, quarters()), "PK\x03\x04 the other half of a polyglot"...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireQuarters(t, decode(t, data), red, green, blue, yellow)
		})
	}
}

func TestGreyPicturesHaveTheirLuma(t *testing.T) {
	t.Parallel()
	grey := image.NewGray16(image.Rect(0, 0, 2, 1))
	grey.SetGray16(1, 0, color.Gray16{Y: 0x8080})
	require.Equal(t, []byte{0, 0x80}, decode(t, asPNG(t, grey)).Gray().Pix)
	require.Equal(t, []byte{76, 150, 29, 226}, imaging.Luma(&image.NRGBA{
		Pix:    []byte{255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 0, 255},
		Stride: 16, Rect: image.Rect(0, 0, 4, 1),
	}).Pix)
}

func TestTransparentPixelsAreWhite(t *testing.T) {
	t.Parallel()
	glass := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	glass.SetNRGBA(1, 0, color.NRGBA{R: 255, A: 128})
	got := decode(t, asPNG(t, glass)).Color()
	require.Equal(t, color.NRGBA{255, 255, 255, 255}, got.NRGBAAt(0, 0))
	require.Equal(t, color.NRGBA{255, 127, 127, 255}, got.NRGBAAt(1, 0))
	requireQuarters(t, decode(t, file(t, "alpha.webp")), red, green, blue, color.NRGBA{255, 255, 255, 255})
}

// withEXIF returns a JPEG with an EXIF block that says how it lies.
func withEXIF(t *testing.T, order binary.AppendByteOrder, orientation uint16) []byte {
	t.Helper()
	block := []byte("Exif\x00\x00II*\x00")
	if order.String() == "BigEndian" {
		block = []byte("Exif\x00\x00MM\x00*")
	}
	block = order.AppendUint32(block, 8)
	block = order.AppendUint16(block, 1)
	block = order.AppendUint16(order.AppendUint16(block, 0x0112), 3)
	block = order.AppendUint32(block, 1)
	block = append(order.AppendUint16(block, orientation), 0, 0)
	plain := asJPEG(t, quarters())
	out := append([]byte{}, plain[:2]...)
	out = binary.BigEndian.AppendUint16(append(out, 0xFF, 0xE1), uint16(len(block)+2))
	return append(append(out, block...), plain[2:]...)
}

func TestPicturesAreTurnedAsEXIFSays(t *testing.T) {
	t.Parallel()
	for orientation, want := range map[uint16][]color.NRGBA{
		0: {red, green, blue, yellow}, 1: {red, green, blue, yellow}, 9: {red, green, blue, yellow},
		2: {green, red, yellow, blue}, 3: {yellow, blue, green, red}, 4: {blue, yellow, red, green},
		5: {red, blue, green, yellow}, 6: {blue, red, yellow, green}, 7: {yellow, green, blue, red},
		8: {green, yellow, red, blue},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p := decode(t, withEXIF(t, order, orientation))
			wide := orientation < 5 || orientation > 8
			require.Equal(t, wide, p.Width > p.Height, orientation)
			requireQuarters(t, p, want...)
		}
	}
	requireQuarters(t, decode(t, file(t, "turned.webp")), blue, red, yellow, green)
	requireQuarters(t, decode(t, file(t, "turned.png")), blue, red, yellow, green)
}

func TestMalformedEXIFIsIgnored(t *testing.T) {
	t.Parallel()
	whole := withEXIF(t, binary.BigEndian, 6)
	start := bytes.Index(whole, []byte("Exif"))
	for at := start; at < start+28; at++ {
		broken := bytes.Clone(whole)
		broken[at] = 0xFF
		_, err := imaging.Decode(t.Context(), broken)
		require.NoError(t, err, "byte %d", at-start)
	}
}

// pngOf returns the header of a PNG that claims a size, and nothing else.
func pngOf(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	header = append(binary.BigEndian.AppendUint32(header, height), 8, 6, 0, 0, 0)
	return chunk([]byte("\x89PNG\r\n\x1A\n"), header)
}

func chunk(file, content []byte) []byte {
	file = binary.BigEndian.AppendUint32(file, uint32(len(content)-4))
	return binary.BigEndian.AppendUint32(append(file, content...), crc32.ChecksumIEEE(content))
}

// resized returns a JPEG with a frame that claims another size.
func resized(t *testing.T, width, height uint16) []byte {
	t.Helper()
	data := asJPEG(t, quarters())
	frame := bytes.Index(data, []byte("\xFF\xC0"))
	binary.BigEndian.PutUint16(data[frame+5:], height)
	binary.BigEndian.PutUint16(data[frame+7:], width)
	return data
}

// lossless returns a WebP, without or with an extended header of the size 64 × 48, with a frame that claims a size.
func lossless(t *testing.T, width, height uint32, header bool) []byte {
	t.Helper()
	frame := bytes.Clone(file(t, "lossless.webp")[12:])
	binary.LittleEndian.PutUint32(frame[9:], width-1|(height-1)<<14)
	if header {
		frame = append([]byte("VP8X\x0A\x00\x00\x00\x00\x00\x00\x00\x3F\x00\x00\x2F\x00\x00"), frame...)
	}
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(frame)+4))
	return append(append(out, "WEBP"...), frame...)
}

//nolint:paralleltest // it measures its allocations
func TestBombsAreRefusedBeforeTheirPixelsAreAllocated(t *testing.T) {
	for name, bomb := range map[string][]byte{
		"PNG": pngOf(30000, 30000), "long PNG": pngOf(1<<31-1, 1), "high PNG": pngOf(1, 20000),
		"JPEG": resized(t, 65500, 65500), "wide JPEG": resized(t, 65500, 8), "WebP": lossless(t, 16384, 16384, false),
		"WebP with a header": bytes.Replace(file(t, "extended.webp"), []byte("\x3F\x00\x00\x2F\x00\x00"),
			[]byte("\x1F\x4E\x00\x1F\x4E\x00"), 1),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			requireRefusal(t, bomb, vision.CodeImageTooLarge, "")
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
		})
	}
	t.Run("WebP with a header that lies", func(t *testing.T) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		requireRefusal(t, lossless(t, 16384, 16384, true), vision.CodeImageInvalid, "invalid format")
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	})
}

func TestLargePicturesAreScaledDown(t *testing.T) {
	t.Parallel()
	p := decode(t, asPNG(t, image.NewPaletted(image.Rect(0, 0, 8192, 100), color.Palette{color.White})))
	require.Equal(t, [2]int{imaging.MaxSide, 50}, [2]int{p.Width, p.Height})
	small, scale := p.GrayWithin(1024)
	require.Equal(t, image.Rect(0, 0, 1024, 13), small.Rect)
	require.InDelta(t, 4, scale, 1e-9)
}

func TestRefusedPictures(t *testing.T) {
	t.Parallel()
	var animation bytes.Buffer
	require.NoError(t, gif.Encode(&animation, quarters(), nil))
	whole := asPNG(t, quarters())
	afterHeader := len("\x89PNG\r\n\x1A\n") + 25
	moving := append(chunk(bytes.Clone(whole[:afterHeader]), []byte("acTL\x00\x00\x00\x02\x00\x00\x00\x00")),
		whole[afterHeader:]...)
	scans := asJPEG(t, quarters())
	scan := scans[bytes.Index(scans, []byte("\xFF\xDA")) : len(scans)-2]
	scans = append(append(scans[:len(scans)-2], bytes.Repeat(scan, 100)...), 0xFF, 0xD9)
	for name, c := range map[string]struct {
		data          []byte
		code, message string
	}{
		"nothing":             {nil, vision.CodeImageUnsupported, "neither"},
		"text":                {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), vision.CodeImageUnsupported, "neither"},
		"GIF":                 {animation.Bytes(), vision.CodeImageUnsupported, "neither"},
		"animated PNG":        {moving, vision.CodeImageUnsupported, "the PNG is animated"},
		"animated WebP":       {file(t, "animated.webp"), vision.CodeImageUnsupported, "the WebP is animated"},
		"JPEG of 100 scans":   {scans, vision.CodeImageUnsupported, "scans"},
		"empty PNG":           {pngOf(0, 5), vision.CodeImageInvalid, "cannot be decoded"},
		"large file":          {make([]byte, imaging.MaxBytes+1), vision.CodeImageTooLarge, "bytes"},
		"beginning of a JPEG": {[]byte("\xFF\xD8\xFF"), vision.CodeImageInvalid, "the JPEG cannot be decoded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireRefusal(t, c.data, c.code, c.message)
		})
	}
}

func TestTruncatedPicturesAreRefused(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string][]byte{
		"PNG": asPNG(t, quarters()), "JPEG": asJPEG(t, quarters()), "progressive": file(t, "progressive.jpg"),
		"lossy": file(t, "lossy.webp"), "lossless": file(t, "lossless.webp"),
	} {
		for length := range len(whole) - 2 {
			_, err := imaging.Decode(t.Context(), whole[:length])
			var refused *vision.ImageError
			require.ErrorAs(t, err, &refused, "%s, %d of %d bytes", name, length, len(whole))
		}
	}
}

func TestDecodingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := imaging.Decode(ctx, asJPEG(t, quarters()))
	require.ErrorIs(t, err, context.Canceled)
}
