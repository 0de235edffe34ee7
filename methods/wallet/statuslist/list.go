package statuslist

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"io"
)

// MaxInflated is the size of the largest list that is read, in bytes: 128 million credentials of one bit each.
const MaxInflated = 16 << 20

var (
	encoding = base64.RawURLEncoding.Strict()
	errBound = errors.New("the list inflates beyond its bound")
)

// Status is the status of a credential (Token Status List, 7.1).
type Status string

// The statuses. Unknown stands for all values that an application has to give a meaning to.
const (
	Valid     Status = "valid"
	Invalid   Status = "invalid"
	Suspended Status = "suspended"
	Unknown   Status = "unknown"
)

// List is a decoded status list. It is safe for concurrent use.
type List struct {
	bits  uint
	bytes []byte
}

// Decode decodes the members bits and lst of a status list in JSON (Token Status List, 4.2). MaxInflated bounds the
// result. The error is a Fault with the code bits_unsupported, list_malformed, compression_malformed or
// inflated_too_large.
func Decode(bits int, lst string) (*List, error) {
	compressed, err := encoding.DecodeString(lst)
	if err != nil {
		return nil, fault(ListMalformed)
	}
	return DecodeBytes(bits, compressed)
}

// DecodeBytes is Decode for the members of a status list in CBOR (Token Status List, 4.3).
func DecodeBytes(bits int, compressed []byte) (*List, error) {
	switch bits {
	case 1, 2, 4, 8:
	default:
		return nil, fault(BitsUnsupported)
	}
	inflated, err := inflate(compressed, MaxInflated)
	if errors.Is(err, errBound) {
		return nil, fault(InflatedTooLarge)
	}
	if err != nil || len(inflated) == 0 {
		return nil, fault(CompressionMalformed)
	}
	return &List{bits: uint(bits), bytes: inflated}, nil
}

// inflate decompresses ZLIB (RFC 1950). It reads no more than one byte beyond the bound.
func inflate(compressed []byte, bound int64) ([]byte, error) {
	from := bytes.NewReader(compressed)
	reader, err := zlib.NewReader(from)
	if err != nil {
		return nil, err
	}
	inflated, err := io.ReadAll(io.LimitReader(reader, bound+1))
	if err != nil {
		return nil, err
	}
	if int64(len(inflated)) > bound {
		return nil, errBound
	}
	if from.Len() > 0 {
		return nil, errors.New("bytes follow the list")
	}
	return inflated, nil
}

// Size returns the number of bytes that the list occupies.
func (l *List) Size() int { return len(l.bytes) }

// Len returns the number of entries.
func (l *List) Len() uint64 { return uint64(len(l.bytes)) * 8 / uint64(l.bits) }

// Value returns the number at an index (Token Status List, 4.1). The Fault has the code index_out_of_range.
func (l *List) Value(index uint64) (uint8, error) {
	if index >= l.Len() {
		return 0, fault(IndexOutOfRange)
	}
	per := uint64(8 / l.bits)
	shift := uint(index%per) * l.bits
	return l.bytes[index/per] >> shift & byte(1<<l.bits-1), nil
}

// Status returns the status at an index. The Fault has the code index_out_of_range: nothing is known of the credential
// then, and it has to be refused.
func (l *List) Status(index uint64) (Status, error) {
	value, err := l.Value(index)
	if err != nil {
		return "", err
	}
	switch value {
	case 0:
		return Valid, nil
	case 1:
		return Invalid, nil
	case 2:
		return Suspended, nil
	default:
		return Unknown, nil
	}
}
