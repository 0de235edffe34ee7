package emrtdtest

import (
	"crypto"
	"maps"
	"slices"

	"github.com/stile-id/stile/methods/passport/emrtd"
)

// Zone is the zone of a fictional person of the fictional state Utopia: the specimen of ICAO 9303-4, valid until 2032.
const Zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<" + "L898902C36UTO7408122F3204153ZE184226B<<<<<16"

// Passport is the content of a chip.
type Passport struct {
	Signer *Certificate
	// Groups are the data groups by their numbers.
	Groups map[int][]byte
	// Hash is that of the data groups; SHA-256 if 0.
	Hash crypto.Hash
	// Version is that of the security object, 0 or 1.
	Version int64
	// Message changes the signed message before it is signed.
	Message func(m *Message)
	// Digests changes the list of digests, and Object the whole security object.
	Digests func(all [][]byte) [][]byte
	Object  func(object []byte) []byte
}

// NewPassport returns a passport with DG1 and DG2.
func NewPassport(signer *Certificate) *Passport {
	return &Passport{Signer: signer, Groups: map[int][]byte{
		emrtd.DG1: DataGroup1(Zone), emrtd.DG2: DataGroup2([]byte(portrait)),
	}}
}

// portrait begins as a JPEG does.
const portrait = "\xff\xd8\xff\xe0synthetic\xff\xd9"

// DataGroup1 returns EF.DG1.
func DataGroup1(zone string) []byte { return tlv(0x61, tlv(0x5f1f, []byte(zone))) }

// DataGroup2 returns EF.DG2 with one picture.
//
//nolint:gosec // the conversions cut numbers into octets
func DataGroup2(picture []byte) []byte {
	length := 20 + 12 + len(picture)
	block := append([]byte("FAC\x00010\x00"), 0, 0, byte((length+14)>>8), byte(length+14), 0, 1)
	block = append(block, 0, 0, byte(length>>8), byte(length))
	block = append(append(block, make([]byte, 16+12)...), picture...)
	header := tlv(0xa1, tlv(0x87, []byte{1, 1}), tlv(0x88, []byte{0, 8}))
	return tlv(0x75, tlv(0x7f61, tlv(0x02, []byte{1}), tlv(0x7f60, header, tlv(0x5f2e, block))))
}

// DataGroup14 returns EF.DG14 with security infos.
func DataGroup14(infos ...[]byte) []byte { return tlv(0x6e, set(infos...)) }

// DataGroup15 returns EF.DG15 with a key of active authentication.
func DataGroup15(key *Key) []byte { return tlv(0x6f, key.Public()) }

// ActiveInfo returns the security info of active authentication with ECDSA: scheme is the last arc of its identifier, 3
// for SHA-256.
func ActiveInfo(scheme int) []byte {
	return seq(oid(2, 23, 136, 1, 1, 5), integer(1), oid(0, 4, 0, 127, 0, 7, 1, 1, 4, 1, scheme))
}

// ChipKeyInfo returns the security info of a key of chip authentication: kind is 1 for Diffie-Hellman, 2 for elliptic
// curves. There is no identifier if id is negative.
func ChipKeyInfo(kind int, info []byte, id int64) []byte {
	return seq(append([][]byte{oid(0, 4, 0, 127, 0, 7, 2, 2, 1, kind), info}, identifier(id)...)...)
}

// ChipInfo returns the security info of chip authentication: cipher is 1 for 3DES, 2 to 4 for AES of 128, 192 and 256
// bits.
func ChipInfo(kind, cipher int, id int64) []byte {
	return seq(append([][]byte{oid(0, 4, 0, 127, 0, 7, 2, 2, 3, kind, cipher), integer(1)}, identifier(id)...)...)
}

func identifier(id int64) [][]byte {
	if id < 0 {
		return nil
	}
	return [][]byte{integer(id)}
}

// Digest returns the entry of a data group in the security object.
func Digest(number int, hash crypto.Hash, file []byte) []byte {
	return seq(integer(int64(number)), octets(digest(hash, file)))
}

// SOD returns EF.SOD.
func (p *Passport) SOD() []byte {
	if p.Hash == 0 {
		p.Hash = crypto.SHA256
	}
	var all [][]byte
	for _, number := range slices.Sorted(maps.Keys(p.Groups)) {
		all = append(all, Digest(number, p.Hash, p.Groups[number]))
	}
	if p.Digests != nil {
		all = p.Digests(all)
	}
	parts := [][]byte{integer(p.Version), HashID(p.Hash), seq(all...)}
	if p.Version == 1 {
		parts = append(parts, seq(tlv(0x13, []byte("0108")), tlv(0x13, []byte("040000"))))
	}
	object := seq(parts...)
	if p.Object != nil {
		object = p.Object(object)
	}
	m := &Message{Type: oid(2, 23, 136, 1, 1, 1), Content: object, Signer: p.Signer}
	if p.Message != nil {
		p.Message(m)
	}
	return tlv(0x77, m.Encode())
}

// Files returns the files as a reader reads them.
func (p *Passport) Files() emrtd.Files {
	return emrtd.Files{SOD: p.SOD(), Groups: maps.Clone(p.Groups)}
}
