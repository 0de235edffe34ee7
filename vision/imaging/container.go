package imaging

import (
	"bytes"
	"encoding/binary"
	"iter"

	"github.com/stile-id/stile/vision"
)

const pngSignature = "\x89PNG\r\n\x1A\n"

// maxScans is the most scans of a JPEG. A camera makes one, a progressive encoder about ten; each one makes the decoder
// walk over the whole picture, so that a file of thousands would cost hours.
const maxScans = 64

// The markers of JPEG that are told apart here.
const (
	markerSOS  = 0xDA
	markerEOI  = 0xD9
	markerAPP1 = 0xE1
)

// segment is a segment of a JPEG, without marker and length.
type segment struct {
	marker byte
	data   []byte
}

// segments walks over the segments of a JPEG up to its end, or to the first fault, which the decoder reports.
func segments(data []byte) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for i := 2; ; {
			next := bytes.IndexByte(data[min(i, len(data)):], 0xFF)
			if next < 0 || i+next+1 >= len(data) {
				return
			}
			i += next + 1
			marker := data[i]
			switch {
			case marker == markerEOI:
				return
			case marker == 0xFF: // padding
				continue
			case marker == 0x00, marker == 0x01, marker >= 0xD0 && marker <= 0xD8: // data of a scan, and bare markers
				i++
				continue
			case i+3 > len(data):
				return
			}
			length := int(binary.BigEndian.Uint16(data[i+1:]))
			end := i + 1 + length
			if length < 2 || end > len(data) || !yield(segment{marker, data[i+3 : end]}) {
				return
			}
			i = end
		}
	}
}

func checkJPEG(data []byte) error {
	scans := 0
	for s := range segments(data) {
		if s.marker == markerSOS {
			scans++
		}
		if scans > maxScans {
			return refuse(vision.CodeImageUnsupported, "the JPEG has more than %d scans", maxScans)
		}
	}
	return nil
}

func jpegEXIF(data []byte) []byte {
	for s := range segments(data) {
		if s.marker == markerSOS {
			return nil
		}
		if block, ok := bytes.CutPrefix(s.data, []byte("Exif\x00\x00")); ok && s.marker == markerAPP1 {
			return block
		}
	}
	return nil
}

// chunks walks over the chunks of a PNG or a WebP: their names and their contents, up to the first fault.
func chunks(
	data []byte, start int, next func(data []byte) (name string, content []byte, size int),
) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for i := start; i+8 <= len(data); {
			name, content, size := next(data[i:])
			if size == 0 || !yield(name, content) {
				return
			}
			i += size
		}
	}
}

func pngChunks(data []byte) iter.Seq2[string, []byte] {
	return chunks(data, len(pngSignature), func(data []byte) (string, []byte, int) {
		length := uint64(binary.BigEndian.Uint32(data))
		if length+12 > uint64(len(data)) {
			return "", nil, 0
		}
		return string(data[4:8]), data[8 : 8+length], int(length) + 12
	})
}

func webpChunks(data []byte) iter.Seq2[string, []byte] {
	return chunks(data, 12, func(data []byte) (string, []byte, int) {
		length := uint64(binary.LittleEndian.Uint32(data[4:]))
		if length+8 > uint64(len(data)) {
			return "", nil, 0
		}
		return string(data[:4]), data[8 : 8+length], int(length+length%2) + 8
	})
}

func checkPNG(data []byte) error {
	for name := range pngChunks(data) {
		if name == "acTL" {
			return animated("PNG")
		}
	}
	return nil
}

func pngEXIF(data []byte) []byte {
	for name, content := range pngChunks(data) {
		if name == "eXIf" {
			return content
		}
	}
	return nil
}

// webpAnimated is the bit of the header VP8X that says that the picture is animated.
const webpAnimated = 1 << 1

func checkWebP(data []byte) error {
	for name, content := range webpChunks(data) {
		if name == "ANIM" || name == "ANMF" || name == "VP8X" && len(content) > 0 && content[0]&webpAnimated != 0 {
			return animated("WebP")
		}
	}
	return nil
}

func webpEXIF(data []byte) []byte {
	for name, content := range webpChunks(data) {
		if name == "EXIF" {
			return bytes.TrimPrefix(content, []byte("Exif\x00\x00"))
		}
	}
	return nil
}

func animated(name string) error {
	return refuse(vision.CodeImageUnsupported, "the %s is animated", name)
}
