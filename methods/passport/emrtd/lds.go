package emrtd

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
)

// The numbers of data groups that this package reads.
const (
	DG1  = 1
	DG2  = 2
	DG14 = 14
	DG15 = 15
)

// lastGroup is the greatest number of a data group.
const lastGroup = 16

var oidLDSSecurityObject = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 1}

// securityObject is an LDSSecurityObject (ICAO 9303-10 4.6.2.3).
type securityObject struct {
	hash    crypto.Hash
	digests map[int][]byte
	lds     string
}

type securityObjectWire struct {
	Version int
	Hash    pkix.AlgorithmIdentifier
	Digests []struct {
		Number int
		Value  []byte
	}
	Info struct {
		LDS     string `asn1:"printable"`
		Unicode string `asn1:"printable"`
	} `asn1:"optional"`
}

func parseSecurityObject(content []byte) (*securityObject, error) {
	var wire securityObjectWire
	if rest, err := asn1.Unmarshal(content, &wire); err != nil || len(rest) > 0 {
		return nil, fault(ObjectMalformed)
	}
	informed := wire.Info.LDS != "" // version 1 has the versions of LDS and Unicode, and version 0 has not
	if wire.Version != 0 && wire.Version != 1 || informed != (wire.Version == 1) {
		return nil, fault(ObjectVersion)
	}
	hash, err := hashOf(wire.Hash)
	if err != nil {
		return nil, err
	}
	o := &securityObject{hash: hash, digests: map[int][]byte{}, lds: wire.Info.LDS}
	for _, d := range wire.Digests {
		if d.Number < 1 || d.Number > lastGroup || len(d.Value) != hash.Size() {
			return nil, fault(ObjectMalformed)
		}
		if _, twice := o.digests[d.Number]; twice {
			return nil, fault(GroupRepeated)
		}
		o.digests[d.Number] = d.Value
	}
	return o, nil
}

// The tags of elementary files (ICAO 9303-10 4.6 and 4.7).
const (
	tagSOD  = 0x77
	tagDG1  = 0x61
	tagDG2  = 0x75
	tagDG14 = 0x6e
	tagDG15 = 0x6f
)

// parseDG1 returns the machine-readable zone without line breaks: 90 characters of TD1, 72 of TD2, 88 of TD3.
func parseDG1(file []byte) (string, error) {
	outer, err := readOnly(file, tagDG1)
	if err != nil {
		return "", fault(DG1Malformed)
	}
	zone, err := readOnly(outer.contents, 0x5f1f)
	if err != nil {
		return "", fault(DG1Malformed)
	}
	switch len(zone.contents) {
	case 90, 72, 88:
	default:
		return "", fault(DG1Malformed)
	}
	for _, c := range zone.contents {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '<') {
			return "", fault(DG1Malformed)
		}
	}
	return string(zone.contents), nil
}

// Portrait is the picture of a face.
type Portrait struct {
	// MediaType is image/jpeg or image/jp2.
	MediaType string
	Image     []byte
}

// maxFaces is more than the portraits of any chip.
const maxFaces = 8

// parseDG2 returns the portraits (ICAO 9303-10 4.7.2; ISO/IEC 19794-5). One of another encoding, such as
// ISO/IEC 39794-5, is left out.
func parseDG2(file []byte) (faces []Portrait, err error) {
	outer, err := readOnly(file, tagDG2)
	if err != nil {
		return nil, fault(DG2Malformed)
	}
	group, err := readOnly(outer.contents, 0x7f61)
	if err != nil {
		return nil, fault(DG2Malformed)
	}
	all, err := readAll(group.contents)
	if err != nil || len(all) > maxFaces+1 {
		return nil, fault(DG2Malformed)
	}
	for _, template := range all {
		if template.tag != 0x7f60 {
			continue
		}
		parts, err := readAll(template.contents)
		if err != nil {
			return nil, fault(DG2Malformed)
		}
		if block, ok := find(parts, 0x5f2e); ok {
			faces = append(faces, face(block.contents)...)
		}
	}
	return faces, nil
}

// face returns the picture of a facial record: 14 octets of header, 20 of facial information, 8 for each feature point,
// 12 of image information, and the picture.
func face(block []byte) []Portrait {
	const header, information, feature, image = 14, 20, 8, 12
	if len(block) < header+information+image || string(block[:4]) != "FAC\x00" {
		return nil
	}
	record := block[header:]
	length := int(record[0])<<24 | int(record[1])<<16 | int(record[2])<<8 | int(record[3])
	points := int(record[4])<<8 | int(record[5])
	start := information + points*feature + image
	if length > len(record) || length <= start {
		return nil
	}
	picture := record[start:length]
	switch {
	case len(picture) > 3 && picture[0] == 0xff && picture[1] == 0xd8:
		return []Portrait{{"image/jpeg", picture}}
	case len(picture) > 12 && (string(picture[4:8]) == "jP  " || picture[0] == 0xff && picture[1] == 0x4f):
		return []Portrait{{"image/jp2", picture}}
	}
	return nil
}

// SecurityInfos are the protocols that DG14 announces (ICAO 9303-11 9.2).
type SecurityInfos struct {
	// active is the signature scheme of active authentication with ECDSA; 0 without one.
	active crypto.Hash
	// activeStated reports whether there is an ActiveAuthenticationInfo, of a scheme that is supported or not.
	activeStated bool
	keys         []chipKey
	protocols    []chipProtocol
}

// chipKey is a ChipAuthenticationPublicKeyInfo.
type chipKey struct {
	ecdh bool
	key  Key
	spki subjectKey
	id   *big.Int
}

// chipProtocol is a ChipAuthenticationInfo.
type chipProtocol struct {
	oid    asn1.ObjectIdentifier
	ecdh   bool
	cipher cipherKind
	id     *big.Int
}

var (
	oidActive   = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 5}
	oidChipKey  = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 2, 2, 1}
	oidChipAuth = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 2, 2, 3}
	// oidPlain are the schemes of BSI TR-03111 5.2.1.
	oidPlain = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 1, 1, 4, 1}
)

// plainHashes are the digests by the last arc of oidPlain.
var plainHashes = map[int]crypto.Hash{
	1: crypto.SHA1, 2: crypto.SHA224, 3: crypto.SHA256, 4: crypto.SHA384, 5: crypto.SHA512,
}

// parseDG14 reads the security infos. Those of unknown protocols are left out.
func parseDG14(file []byte) (*SecurityInfos, error) {
	outer, err := readOnly(file, tagDG14)
	if err != nil {
		return nil, fault(DG14Malformed)
	}
	set, err := readOnly(outer.contents, 0x31)
	if err != nil {
		return nil, fault(DG14Malformed)
	}
	all, err := readAll(set.contents)
	if err != nil {
		return nil, fault(DG14Malformed)
	}
	infos := new(SecurityInfos)
	for _, info := range all {
		if err := infos.read(info); err != nil {
			return nil, err
		}
	}
	return infos, nil
}

func (s *SecurityInfos) read(info element) error {
	var id asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(info.contents, &id)
	if err != nil || info.tag != 0x30 {
		return fault(DG14Malformed)
	}
	switch {
	case id.Equal(oidActive):
		return s.readActive(rest)
	case under(id, oidChipKey) && len(id) == len(oidChipKey)+1:
		return s.readKey(id[len(id)-1], rest)
	case under(id, oidChipAuth) && len(id) == len(oidChipAuth)+2:
		return s.readProtocol(id, rest)
	}
	return nil
}

func under(id, root asn1.ObjectIdentifier) bool {
	return len(id) > len(root) && id[:len(root)].Equal(root)
}

// fields reads the fields of a SecurityInfo behind its protocol.
func fields(octets []byte, into ...any) (rest []byte, err error) {
	for _, field := range into {
		if octets, err = asn1.Unmarshal(octets, field); err != nil {
			return nil, fault(DG14Malformed)
		}
	}
	return octets, nil
}

// keyID reads the optional identifier of a key.
func keyID(rest []byte) (*big.Int, error) {
	if len(rest) == 0 {
		return nil, nil //nolint:nilnil // no identifier
	}
	var id *big.Int
	if rest, err := asn1.Unmarshal(rest, &id); err != nil || len(rest) > 0 || id.Sign() < 0 || id.BitLen() > 64 {
		return nil, fault(DG14Malformed)
	}
	return id, nil
}

func (s *SecurityInfos) readActive(octets []byte) error {
	var (
		version int
		scheme  asn1.ObjectIdentifier
	)
	if _, err := fields(octets, &version, &scheme); err != nil {
		return err
	}
	s.activeStated = true
	if under(scheme, oidPlain) && len(scheme) == len(oidPlain)+1 {
		s.active = plainHashes[scheme[len(scheme)-1]]
	}
	return nil
}

func (s *SecurityInfos) readKey(kind int, octets []byte) error {
	var raw asn1.RawValue
	rest, err := fields(octets, &raw)
	if err != nil {
		return err
	}
	k := chipKey{ecdh: kind == 2}
	if k.id, err = keyID(rest); err != nil {
		return err
	}
	if rest, err := asn1.Unmarshal(raw.FullBytes, &k.spki); err != nil || len(rest) > 0 {
		return fault(DG14Malformed)
	}
	// A key that is not supported is announced all the same.
	if key, err := parseKey(raw.FullBytes); err == nil {
		_, isEC := key.(*ECKey)
		_, isDH := key.(*DHKey)
		if isEC && k.ecdh && key.bits() >= minChipEC || isDH && kind == 1 {
			k.key = key
		}
	}
	s.keys = append(s.keys, k)
	return nil
}

func (s *SecurityInfos) readProtocol(id asn1.ObjectIdentifier, octets []byte) error {
	var version int
	rest, err := fields(octets, &version)
	if err != nil {
		return err
	}
	p := chipProtocol{oid: id, ecdh: id[len(id)-2] == 2, cipher: cipherKind(id[len(id)-1])}
	if p.id, err = keyID(rest); err != nil {
		return err
	}
	s.protocols = append(s.protocols, p)
	return nil
}

// parseDG15 returns the key of active authentication.
func parseDG15(file []byte) (Key, error) {
	outer, err := readOnly(file, tagDG15)
	if err != nil {
		return nil, fault(DG15Malformed)
	}
	key, err := parseKey(outer.contents)
	if err != nil {
		return nil, err
	}
	switch k := key.(type) {
	case *RSAKey:
		return k, wrong(k.bits() < minChipRSA, KeyTooShort)
	case *ECKey:
		return k, wrong(k.bits() < minChipEC, KeyTooShort)
	}
	return nil, fault(KeyUnsupported)
}
