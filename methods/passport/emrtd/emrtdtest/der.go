package emrtdtest

import (
	"encoding/asn1"
	"math/big"
)

// tlv encodes a data object of a tag of one or two octets, with a length of as many octets as it needs.
//
//nolint:gosec // the conversions cut numbers into octets
func tlv(tag int, parts ...[]byte) []byte {
	var contents []byte
	for _, part := range parts {
		contents = append(contents, part...)
	}
	out := []byte{byte(tag)}
	if tag > 0xff {
		out = []byte{byte(tag >> 8), byte(tag)}
	}
	switch size := len(contents); {
	case size < 0x80:
		out = append(out, byte(size))
	case size < 0x100:
		out = append(out, 0x81, byte(size))
	case size < 0x10000:
		out = append(out, 0x82, byte(size>>8), byte(size))
	default:
		out = append(out, 0x83, byte(size>>16), byte(size>>8), byte(size))
	}
	return append(out, contents...)
}

// indefinite encodes a constructed data object in the indefinite length.
func indefinite(tag int, parts ...[]byte) []byte {
	out := []byte{byte(tag), 0x80} //nolint:gosec // a tag of one octet
	for _, part := range parts {
		out = append(out, part...)
	}
	return append(out, 0, 0)
}

func seq(parts ...[]byte) []byte        { return tlv(0x30, parts...) }
func set(parts ...[]byte) []byte        { return tlv(0x31, parts...) }
func octets(content []byte) []byte      { return tlv(0x04, content) }
func bits(content []byte) []byte        { return tlv(0x03, []byte{0}, content) }
func explicit(n int, in []byte) []byte  { return tlv(0xa0+n, in) }
func oid(arcs ...int) []byte            { return must(asn1.Marshal(asn1.ObjectIdentifier(arcs))) }
func integer(n int64) []byte            { return must(asn1.Marshal(big.NewInt(n))) }
func bigInteger(n *big.Int) []byte      { return must(asn1.Marshal(n)) }
func algorithm(arcs ...int) []byte      { return seq(oid(arcs...)) }
func algorithmNull(arcs ...int) []byte  { return seq(oid(arcs...), []byte{5, 0}) }
func named(arcs []int, v []byte) []byte { return seq(oid(arcs...), v) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
