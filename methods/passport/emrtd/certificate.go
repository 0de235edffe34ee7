package emrtd

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Certificate is an X.509 certificate of a country signing authority (CSCA), a document signer, or a signer of master
// lists. crypto/x509 does not read many of those in use: their keys have explicit parameters or are on brainpool
// curves, and their names and serial numbers are not all of the form that it demands.
type Certificate struct {
	// DER is the certificate as it was signed.
	DER     []byte
	Version int
	// Serial may be negative.
	Serial *big.Int
	// RawIssuer and RawSubject are the names in DER.
	RawIssuer, RawSubject []byte
	NotBefore, NotAfter   time.Time
	// Key is nil if the key is of no supported kind, which KeyFault says.
	Key      Key
	KeyFault error
	// CA reports whether basic constraints say that the certificate is one of an authority.
	CA bool
	// KeyUsage is the extension of this name, its first bit in the most significant one; nil without it.
	KeyUsage []byte
	// ExtKeyUsage are extended key usages.
	ExtKeyUsage []asn1.ObjectIdentifier
	// SubjectKeyID and AuthorityKeyID are the key identifiers; nil without them.
	SubjectKeyID, AuthorityKeyID []byte
	// DocumentTypes are the types of documents that a signer may sign, as zones begin: P, or ID; nil for any.
	DocumentTypes []string
	// UnknownCritical reports whether there is a critical extension that this package does not know.
	UnknownCritical bool

	signed    []byte
	algorithm pkix.AlgorithmIdentifier
	signature []byte
}

type certificateWire struct {
	TBS       asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

type tbsWire struct {
	Version   int `asn1:"optional,explicit,default:0,tag:0"`
	Serial    *big.Int
	Algorithm pkix.AlgorithmIdentifier
	Issuer    asn1.RawValue
	Validity  struct{ NotBefore, NotAfter time.Time }
	Subject   asn1.RawValue
	Key       asn1.RawValue
	Issuer2   asn1.BitString  `asn1:"optional,tag:1"`
	Subject2  asn1.BitString  `asn1:"optional,tag:2"`
	Extras    []extensionWire `asn1:"optional,explicit,tag:3"`
}

type extensionWire struct {
	ID       asn1.ObjectIdentifier
	Critical bool `asn1:"optional"`
	Value    []byte
}

// MaxCertificate is the greatest length of a certificate in octets.
const MaxCertificate = 64 << 10

// ParseCertificate reads a certificate in DER. It checks no signature. A key that is not supported is no error.
func ParseCertificate(der []byte) (*Certificate, error) {
	var (
		wire certificateWire
		tbs  tbsWire
	)
	if len(der) > MaxCertificate {
		return nil, fault(CertificateMalformed)
	}
	if rest, err := asn1.Unmarshal(der, &wire); err != nil || len(rest) > 0 {
		return nil, fault(CertificateMalformed)
	}
	if rest, err := asn1.Unmarshal(wire.TBS.FullBytes, &tbs); err != nil || len(rest) > 0 {
		return nil, fault(CertificateMalformed)
	}
	if !sameAlgorithm(wire.Algorithm, tbs.Algorithm) || wire.Signature.BitLength%8 != 0 {
		return nil, fault(CertificateMalformed)
	}
	c := &Certificate{
		DER: slices.Clone(der), Serial: tbs.Serial, RawIssuer: tbs.Issuer.FullBytes, RawSubject: tbs.Subject.FullBytes,
		NotBefore: tbs.Validity.NotBefore, NotAfter: tbs.Validity.NotAfter, Version: tbs.Version + 1,
		signed: wire.TBS.FullBytes, algorithm: wire.Algorithm, signature: wire.Signature.Bytes,
	}
	c.Key, c.KeyFault = parseKey(tbs.Key.FullBytes)
	for i, extension := range tbs.Extras {
		if slices.ContainsFunc(tbs.Extras[:i], func(e extensionWire) bool { return e.ID.Equal(extension.ID) }) {
			return nil, fault(CertificateMalformed)
		}
		if err := c.read(extension); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func sameAlgorithm(a, b pkix.AlgorithmIdentifier) bool {
	return a.Algorithm.Equal(b.Algorithm) && slices.Equal(a.Parameters.FullBytes, b.Parameters.FullBytes)
}

// The object identifiers of extensions.
var (
	oidSubjectKeyID     = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidAuthorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidExtKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidDocumentTypes    = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}
	// knownExtensions say nothing that a verifier has to act on: alternative names, private key usage period, addresses
	// of revocation lists, policies, and the change of an authority's name.
	knownExtensions = []asn1.ObjectIdentifier{
		{2, 5, 29, 16}, {2, 5, 29, 17}, {2, 5, 29, 18}, {2, 5, 29, 31}, {2, 5, 29, 32}, {2, 23, 136, 1, 1, 6, 1},
	}
)

func (c *Certificate) read(e extensionWire) error {
	var (
		into any
		then func()
	)
	switch {
	case e.ID.Equal(oidSubjectKeyID):
		into = &c.SubjectKeyID
	case e.ID.Equal(oidKeyUsage):
		bits := new(asn1.BitString)
		into, then = bits, func() { c.KeyUsage = append([]byte{}, bits.Bytes...) }
	case e.ID.Equal(oidBasicConstraints):
		return c.readConstraints(e.Value)
	case e.ID.Equal(oidAuthorityKeyID):
		var authority struct {
			ID []byte `asn1:"optional,tag:0"`
		}
		into, then = &authority, func() { c.AuthorityKeyID = authority.ID }
	case e.ID.Equal(oidExtKeyUsage):
		into = &c.ExtKeyUsage
	case e.ID.Equal(oidDocumentTypes):
		var list struct {
			Version int
			Types   []string `asn1:"set"`
		}
		into, then = &list, func() { c.DocumentTypes = append([]string{}, list.Types...) }
	default:
		c.UnknownCritical = c.UnknownCritical ||
			e.Critical && !slices.ContainsFunc(knownExtensions, e.ID.Equal)
		return nil
	}
	if rest, err := asn1.Unmarshal(e.Value, into); err != nil || len(rest) > 0 {
		return fault(CertificateMalformed)
	}
	if then != nil {
		then()
	}
	return nil
}

// readConstraints reads basic constraints. Authorities in use encode true as 1, which X.690 11.1 forbids.
func (c *Certificate) readConstraints(value []byte) error {
	outer, err := readOnly(value, 0x30)
	if err != nil {
		return fault(CertificateMalformed)
	}
	parts, err := readAll(outer.contents)
	if err != nil {
		return fault(CertificateMalformed)
	}
	is, stated := find(parts, 0x01)
	c.CA = stated && len(is.contents) == 1 && is.contents[0] != 0
	return nil
}

// The bits of the key usage.
const (
	UsageDigitalSignature = 0
	UsageCertSign         = 5
	UsageCRLSign          = 6
)

// May reports whether the key usage, which must be there, has the bit.
func (c *Certificate) May(bit int) bool {
	return bit/8 < len(c.KeyUsage) && c.KeyUsage[bit/8]&(0x80>>(bit%8)) != 0
}

// ValidAt reports whether at is in the validity period.
func (c *Certificate) ValidAt(at time.Time) bool {
	return !at.Before(c.NotBefore) && !at.After(c.NotAfter)
}

// SelfIssued reports whether subject and issuer are the same.
func (c *Certificate) SelfIssued() bool { return SameName(c.RawIssuer, c.RawSubject) }

// SignedBy returns an error unless the signature is that of the parent's key: CertificateSignature if it is not, or the
// fault of a key or an algorithm that is not accepted. It looks at nothing else.
func (c *Certificate) SignedBy(parent *Certificate, sha1 bool) error {
	return parent.Signs(c.algorithm, c.signed, c.signature, sha1)
}

// Signs is SignedBy for other messages that are signed like certificates, such as revocation lists.
func (c *Certificate) Signs(a pkix.AlgorithmIdentifier, signed, signature []byte, sha1 bool) error {
	if c.Key == nil {
		return c.KeyFault
	}
	return verifier{sha1}.verify(c.Key, a, 0, signed, signature, CertificateSignature)
}

// Country returns the country of the subject in capitals; "" without one.
func (c *Certificate) Country() string { return CountryOf(c.RawSubject) }

// attribute is an attribute of a name: its type and its text.
type attribute struct {
	id   asn1.ObjectIdentifier
	text string
}

// attributes returns the attributes of a name in DER; nil if it is malformed.
func attributes(name []byte) (all []attribute) {
	sequence, err := readOnly(name, 0x30)
	if err != nil {
		return nil
	}
	sets, err := readAll(sequence.contents)
	if err != nil {
		return nil
	}
	for _, set := range sets {
		pairs, err := readAll(set.contents)
		if err != nil {
			return nil
		}
		for _, pair := range pairs {
			a, ok := attributeOf(pair)
			if !ok {
				return nil
			}
			all = append(all, a)
		}
	}
	return all
}

const tagBMPString = 0x1e

func attributeOf(pair element) (a attribute, ok bool) {
	rest, err := asn1.Unmarshal(pair.contents, &a.id)
	if err != nil {
		return a, false
	}
	value, err := readAll(rest)
	if err != nil || len(value) != 1 {
		return a, false
	}
	octets := value[0].contents
	if value[0].tag != tagBMPString {
		a.text = strings.ToValidUTF8(string(octets), "\uFFFD")
		return a, true
	}
	for ; len(octets) >= 2; octets = octets[2:] {
		a.text += string(rune(octets[0])<<8 | rune(octets[1]))
	}
	return a, true
}

var oidCountry = asn1.ObjectIdentifier{2, 5, 4, 6}

// CountryOf returns the country of a name in capitals; "" without one, and if it has several.
func CountryOf(name []byte) (country string) {
	for _, a := range attributes(name) {
		if a.id.Equal(oidCountry) {
			if country != "" {
				return ""
			}
			country = strings.ToUpper(strings.TrimSpace(a.text))
		}
	}
	return country
}

// FoldName returns a text that two names in DER share if SameName holds, for maps; "" if the name is malformed.
func FoldName(name []byte) string {
	var text strings.Builder
	for _, a := range attributes(name) {
		text.WriteString(a.id.String() + "=" + folded(a.text) + "\n")
	}
	return text.String()
}

// SameName reports whether two names in DER are the same by RFC 5280 7.1: forms of strings, cases and repeated spaces
// do not count. ICAO 9303-12 7.1.1 has authorities repeat their names to the octet, and not all of them do.
func SameName(a, b []byte) bool {
	if slices.Equal(a, b) {
		return true
	}
	first, second := attributes(a), attributes(b)
	return len(first) > 0 && slices.EqualFunc(first, second, func(x, y attribute) bool {
		return x.id.Equal(y.id) && folded(x.text) == folded(y.text)
	})
}

func folded(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }

var shortNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O",
	"2.5.4.11": "OU",
}

// NameText returns a name in DER for people, its most general part last, and control characters replaced.
func NameText(name []byte) string {
	var parts []string
	for _, a := range attributes(name) {
		short, ok := shortNames[a.id.String()]
		if !ok {
			short = a.id.String()
		}
		parts = append(parts, short+"="+strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return '?'
			}
			return r
		}, a.text))
	}
	if parts == nil {
		return hex.EncodeToString(name[:min(len(name), 32)])
	}
	slices.Reverse(parts)
	return strings.Join(parts, ",")
}
