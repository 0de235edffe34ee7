package emrtd

import (
	"errors"
)

// The limits of BER-TLV.
const (
	maxDepth = 32
	maxFile  = 8 << 20
)

// element is a data object of BER-TLV.
type element struct {
	tag           uint32 // its octets, such as 0x5f1f
	constructed   bool
	raw, contents []byte
}

var errTLV = errors.New("emrtd: malformed TLV")

// readTag returns the tag at the beginning of in, and its length in octets.
func readTag(in []byte) (tag uint32, size int, err error) {
	if len(in) == 0 {
		return 0, 0, errTLV
	}
	tag = uint32(in[0])
	if tag&0x1f != 0x1f {
		return tag, 1, nil
	}
	for size = 1; size < 3 && size < len(in); size++ {
		tag = tag<<8 | uint32(in[size])
		if in[size]&0x80 == 0 {
			return tag, size + 1, nil
		}
	}
	return 0, 0, errTLV
}

// readHeader returns the tag at the beginning of in, the length of its header, and that of its contents; -1 for the
// indefinite length.
func readHeader(in []byte) (tag uint32, header, length int, err error) {
	tag, header, err = readTag(in)
	if err != nil || len(in) == header {
		return 0, 0, 0, errTLV
	}
	first := in[header]
	header++
	switch {
	case first < 0x80:
		return tag, header, int(first), nil
	case first == 0x80:
		return tag, header, -1, nil
	}
	size := int(first & 0x7f)
	if size > 4 || len(in) < header+size {
		return 0, 0, 0, errTLV
	}
	for _, octet := range in[header : header+size] {
		length = length<<8 | int(octet)
	}
	if length > maxFile {
		return 0, 0, 0, errTLV
	}
	return tag, header + size, length, nil
}

// readElement returns the data object of definite length at the beginning of in.
func readElement(in []byte) (e element, rest []byte, err error) {
	tag, header, length, err := readHeader(in)
	if err != nil || length < 0 || len(in)-header < length {
		return element{}, nil, errTLV
	}
	end := header + length
	return element{tag, in[0]&0x20 != 0, in[:end], in[header:end]}, in[end:], nil
}

// readOnly returns the data object that is all of in and has the tag.
func readOnly(in []byte, tag uint32) (element, error) {
	e, rest, err := readElement(in)
	if err != nil || len(rest) > 0 || e.tag != tag {
		return element{}, errTLV
	}
	return e, nil
}

// readAll returns the data objects that follow each other in in.
func readAll(in []byte) (all []element, err error) {
	for len(in) > 0 {
		var e element
		if e, in, err = readElement(in); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// find returns the first of the data objects with the tag.
func find(all []element, tag uint32) (element, bool) {
	for _, e := range all {
		if e.tag == tag {
			return e, true
		}
	}
	return element{}, false
}

const tagOctetString, tagOctetStrings = 0x04, 0x24

// definite returns the data object at the beginning of in with definite lengths, and with octet strings in one piece
// (X.690 8.1.3.6 and 8.7.3): ICAO 9303-10 4.6.2 demands DER, and chips in use have BER. Data objects without either
// are kept to the octet, because signatures cover them.
func definite(in []byte, depth int) (out, rest []byte, err error) {
	tag, header, length, err := readHeader(in)
	if err != nil || depth > maxDepth {
		return nil, nil, errTLV
	}
	if in[0]&0x20 == 0 {
		e, rest, err := readElement(in)
		return e.raw, rest, err
	}
	body, rest := in[header:], []byte(nil)
	if length >= 0 {
		if len(body) < length {
			return nil, nil, errTLV
		}
		body, rest = body[:length], body[length:]
	}
	contents, after, changed, err := definiteParts(body, tag == tagOctetStrings, length < 0, depth)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case length < 0:
		rest = after
	case !changed && tag != tagOctetStrings:
		return in[:header+length], rest, nil
	}
	if tag == tagOctetStrings {
		return appendElement(nil, tagOctetString, contents), rest, nil
	}
	return appendElement(nil, tag, contents), rest, nil
}

// definiteParts returns the data objects in body one after the other; of octet strings their contents. With end they
// end with the end-of-contents octets, and rest are the octets behind them.
func definiteParts(body []byte, strings, end bool, depth int) (out, rest []byte, changed bool, err error) {
	for {
		if end && len(body) >= 2 && body[0] == 0 && body[1] == 0 {
			return out, body[2:], true, nil
		}
		if len(body) == 0 {
			if end {
				return nil, nil, false, errTLV
			}
			return out, nil, changed, nil
		}
		part, after, err := definite(body, depth+1)
		if err != nil {
			return nil, nil, false, err
		}
		changed = changed || len(part) != len(body)-len(after)
		if strings {
			piece, err := readOnly(part, tagOctetString)
			if err != nil {
				return nil, nil, false, err
			}
			part = piece.contents
		}
		out, body = append(out, part...), after
	}
}

// appendElement appends a data object to out.
func appendElement(out []byte, tag uint32, contents ...[]byte) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		if octet := byte(tag >> shift); octet != 0 || shift == 0 { //nolint:gosec // its last eight bits
			out = append(out, octet)
		}
	}
	length := 0
	for _, part := range contents {
		length += len(part)
	}
	out = appendLength(out, length)
	for _, part := range contents {
		out = append(out, part...)
	}
	return out
}

func appendLength(out []byte, length int) []byte {
	octets := [3]byte{byte(length >> 16), byte(length >> 8), byte(length)} //nolint:gosec // files have at most 8 MiB
	switch {
	case length < 0x80:
		return append(out, octets[2])
	case length < 0x100:
		return append(out, 0x81, octets[2])
	case length < 0x10000:
		return append(append(out, 0x82), octets[1:]...)
	default:
		return append(append(out, 0x83), octets[:]...)
	}
}
