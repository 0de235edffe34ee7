package mdoc

import (
	"encoding/binary"
	"math"
	"reflect"

	"github.com/fxamacker/cbor/v2"
)

// The limits of CBOR data. The largest honest response has a portrait of some hundred kilobytes, some eighty elements,
// and maps inside arrays inside maps.
const (
	MaxResponse  = 1 << 20
	maxNesting   = 16
	maxElements  = 1024
	maxDocuments = 16
)

// strict decodes as ISO/IEC 18013-5 8.1 demands: no indefinite lengths, and, as RFC 8949 5.6 demands, no repeated keys.
var strict = mustMode(cbor.DecOptions{
	DupMapKey:         cbor.DupMapKeyEnforcedAPF,
	IndefLength:       cbor.IndefLengthForbidden,
	MaxNestedLevels:   maxNesting,
	MaxArrayElements:  maxElements,
	MaxMapPairs:       maxElements,
	IntDec:            cbor.IntDecConvertSignedOrFail,
	FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
	BignumTag:         cbor.BignumTagForbidden,
	DefaultMapType:    reflect.TypeFor[map[any]any](),
})

func mustMode(o cbor.DecOptions) cbor.DecMode {
	mode, err := o.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}

// The major types of CBOR, shifted to their place in the first byte.
const (
	majorUint  = 0 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	majorArray = 4 << 5
	majorMap   = 5 << 5
	majorTag   = 6 << 5
)

const (
	cborNull   = 0xf6
	tagEncoded = 24
)

// readHead splits the head of a data item from data: the major type, its argument, and the bytes after the head.
func readHead(data []byte) (major byte, argument uint64, rest []byte, ok bool) {
	if len(data) == 0 {
		return 0, 0, nil, false
	}
	major, info, rest := data[0]&0xe0, data[0]&0x1f, data[1:]
	if info < 24 {
		return major, uint64(info), rest, true
	}
	size := 1 << (info - 24)
	if info > 27 || len(rest) < size {
		return 0, 0, nil, false
	}
	var wide [8]byte
	copy(wide[8-size:], rest[:size])
	return major, binary.BigEndian.Uint64(wide[:]), rest[size:], true
}

// readBytes returns the content of data, which must be one byte string.
func readBytes(data []byte) ([]byte, bool) {
	major, length, rest, ok := readHead(data)
	if !ok || major != majorBytes || length > math.MaxInt32 || uint64(len(rest)) != length {
		return nil, false
	}
	return rest, true
}

// readEncoded returns the content of data, which must be one byte string under tag 24 (encoded CBOR data item).
func readEncoded(data []byte) ([]byte, bool) {
	major, number, rest, ok := readHead(data)
	if !ok || major != majorTag || number != tagEncoded {
		return nil, false
	}
	return readBytes(rest)
}

func appendHead(to []byte, major byte, argument uint64) []byte {
	switch {
	case argument < 24:
		return append(to, major|byte(argument))
	case argument <= math.MaxUint8:
		return append(to, major|24, byte(argument))
	case argument <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, major|25), uint16(argument))
	case argument <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(to, major|26), uint32(argument))
	default:
		return binary.BigEndian.AppendUint64(append(to, major|27), argument)
	}
}

func appendBytes(to, content []byte) []byte {
	return append(appendHead(to, majorBytes, uint64(len(content))), content...)
}

func appendText(to []byte, text string) []byte {
	return append(appendHead(to, majorText, uint64(len(text))), text...)
}

// appendEncoded appends item, one encoded data item, as a byte string under tag 24.
func appendEncoded(to, item []byte) []byte {
	return appendBytes(appendHead(to, majorTag, tagEncoded), item)
}
