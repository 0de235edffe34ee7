package methods

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// The types of uploads.
const (
	TypeJPEG      = "image/jpeg"
	TypePNG       = "image/png"
	TypeWebP      = "image/webp"
	TypeHEIC      = "image/heic" // and other HEIF, as cameras of phones store photos
	TypeMP4       = "video/mp4"
	TypeQuickTime = "video/quicktime"
	TypeWebM      = "video/webm"
	// TypeChipData is an elementary file of a passport's chip (ICAO 9303, part 10).
	TypeChipData = "application/vnd.stile.chip-data"
)

// UploadTypes lists the types that an upload may have.
func UploadTypes() []string {
	return []string{TypeJPEG, TypePNG, TypeWebP, TypeHEIC, TypeMP4, TypeQuickTime, TypeWebM, TypeChipData}
}

// UploadType returns the type that the content shows, or false for any other content. It reads signatures alone: that a
// file begins like a picture does not mean that it can be decoded.
func UploadType(content []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(content, []byte("\xFF\xD8\xFF")):
		return TypeJPEG, true
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1A\n")):
		return TypePNG, true
	case len(content) >= 12 && string(content[:4]) == "RIFF" && string(content[8:12]) == "WEBP":
		return TypeWebP, true
	case len(content) >= 12 && string(content[4:8]) == "ftyp":
		return boxType(content)
	case bytes.HasPrefix(content, []byte("\x1A\x45\xDF\xA3")):
		return TypeWebM, bytes.Contains(content[:min(len(content), 64)], []byte("webm"))
	default:
		return TypeChipData, isChipData(content)
	}
}

// The brands by which files of the ISO base media format name their type.
var (
	heicBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"}
	mp4Brands  = []string{"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash", "3gp4", "3gp5"}
)

// boxType reads the major brand of an ISO base media file.
func boxType(content []byte) (string, bool) {
	switch brand := string(content[8:12]); {
	case slices.Contains(heicBrands, brand):
		return TypeHEIC, true
	case slices.Contains(mp4Brands, brand):
		return TypeMP4, true
	default:
		return TypeQuickTime, brand == "qt  "
	}
}

// chipTags are the first bytes of elementary files: EF.COM, EF.SOD and the data groups 1 to 16.
var chipTags = []byte{
	0x60, 0x77, 0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70,
}

// isChipData reports whether the content is one object of BER-TLV with the tag of an elementary file, as long as it
// says.
func isChipData(content []byte) bool {
	if len(content) < 2 || !slices.Contains(chipTags, content[0]) {
		return false
	}
	length, rest := int(content[1]), content[2:]
	if size := length - 0x80; size >= 0 {
		if size == 0 || size > 3 || len(rest) < size {
			return false
		}
		length = int(binary.BigEndian.Uint32(append(make([]byte, 4-size, 4), rest[:size]...)))
		rest = rest[size:]
	}
	return length == len(rest)
}
