package emrtd

import (
	"bytes"
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// Signed is a signed message of the Cryptographic Message Syntax (RFC 5652) with one signer: a security object, or a
// master list.
type Signed struct {
	// Type is that of the content.
	Type asn1.ObjectIdentifier
	// Content are the octets that are signed.
	Content []byte
	// Certificates are those that the message brings along, and Signer is the one of them that the signer names.
	Certificates []*Certificate
	Signer       *Certificate
	// Signed is the time that the signer states; zero if it states none.
	Signed time.Time

	digest     crypto.Hash
	algorithm  pkix.AlgorithmIdentifier
	attributes []byte // in the form that is signed
	signature  []byte
	digested   []byte // the attribute message-digest
}

// The object identifiers of messages.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
)

type signedDataWire struct {
	Version int
	Digests []pkix.AlgorithmIdentifier `asn1:"set"`
	Content struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"optional,explicit,tag:0"`
	}
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerWire  `asn1:"set"`
}

type signerWire struct {
	Version    int
	ID         asn1.RawValue
	Digest     pkix.AlgorithmIdentifier
	Attributes asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm  pkix.AlgorithmIdentifier
	Signature  []byte
	Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
}

type attributeWire struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// ParseSigned reads a message in BER. It checks no signature.
func ParseSigned(message []byte) (*Signed, error) {
	der, rest, err := definite(message, 0)
	if err != nil || len(rest) > 0 {
		return nil, fault(CMSMalformed)
	}
	var info struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 || !info.Type.Equal(oidSignedData) {
		return nil, fault(CMSMalformed)
	}
	var wire signedDataWire
	if rest, err := asn1.Unmarshal(info.Content.Bytes, &wire); err != nil || len(rest) > 0 {
		return nil, fault(CMSMalformed)
	}
	if wire.Content.Content == nil {
		return nil, fault(CMSMalformed)
	}
	if len(wire.Signers) != 1 {
		return nil, fault(SignerCount)
	}
	s := &Signed{Type: wire.Content.Type, Content: wire.Content.Content}
	if err := s.readCertificates(wire.Certificates.Bytes); err != nil {
		return nil, err
	}
	return s, s.readSigner(wire.Signers[0])
}

// maxCertificates is more than the certificates of any security object or master list in use, which bring along those
// of their signer.
const maxCertificates = 64

func (s *Signed) readCertificates(set []byte) error {
	all, err := readAll(set)
	if err != nil || len(all) > maxCertificates {
		return fault(CMSMalformed)
	}
	for _, e := range all {
		c, err := ParseCertificate(e.raw)
		if err != nil {
			return err
		}
		s.Certificates = append(s.Certificates, c)
	}
	return nil
}

func (s *Signed) readSigner(wire signerWire) error {
	var err error
	if s.digest, err = hashOf(wire.Digest); err != nil {
		return err
	}
	s.algorithm, s.signature = wire.Algorithm, wire.Signature
	if s.Signer, err = s.named(wire.ID); err != nil {
		return err
	}
	if len(wire.Attributes.FullBytes) == 0 {
		return fault(AttributesMalformed)
	}
	s.attributes = bytes.Clone(wire.Attributes.FullBytes)
	s.attributes[0] = 0x31 // RFC 5652 5.4: the signature is over a SET OF
	return s.readAttributes()
}

// named returns the certificate that the signer's identifier names.
func (s *Signed) named(id asn1.RawValue) (*Certificate, error) {
	if id.Class == asn1.ClassContextSpecific && id.Tag == 0 {
		for _, c := range s.Certificates {
			if len(id.Bytes) > 0 && bytes.Equal(c.SubjectKeyID, id.Bytes) {
				return c, nil
			}
		}
		return nil, fault(SignerMissing)
	}
	var by struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	if rest, err := asn1.Unmarshal(id.FullBytes, &by); err != nil || len(rest) > 0 {
		return nil, fault(CMSMalformed)
	}
	for _, c := range s.Certificates {
		if c.Serial.Cmp(by.Serial) == 0 && SameName(c.RawIssuer, by.Issuer.FullBytes) {
			return c, nil
		}
	}
	return nil, fault(SignerMissing)
}

// readAttributes reads the signed attributes: type of the content and digest must be there, each once and with one
// value (RFC 5652 5.3 and 11).
func (s *Signed) readAttributes() error {
	var wire []attributeWire
	if rest, err := asn1.UnmarshalWithParams(s.attributes, &wire, "set"); err != nil || len(rest) > 0 {
		return fault(AttributesMalformed)
	}
	values := map[string][]byte{}
	for _, a := range wire {
		name := a.Type.String()
		if _, twice := values[name]; twice || len(a.Values) != 1 {
			return fault(AttributesMalformed)
		}
		values[name] = a.Values[0].FullBytes
	}
	var of asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(values[oidContentType.String()], &of); err != nil || len(rest) > 0 {
		return fault(AttributesMalformed)
	}
	if rest, err := asn1.Unmarshal(values[oidMessageDigest.String()], &s.digested); err != nil || len(rest) > 0 {
		return fault(AttributesMalformed)
	}
	if !of.Equal(s.Type) {
		return fault(ContentTypeMismatch)
	}
	if at, ok := values[oidSigningTime.String()]; ok {
		if rest, err := asn1.Unmarshal(at, &s.Signed); err != nil || len(rest) > 0 {
			return fault(AttributesMalformed)
		}
	}
	return nil
}

// Verify checks the digest of the content and the signature of Signer's key. It does not look at the certificate.
func (s *Signed) Verify(sha1 bool) error {
	v := verifier{sha1}
	if err := v.digest(s.digest); err != nil {
		return err
	}
	if !bytes.Equal(sum(s.digest, s.Content), s.digested) {
		return fault(MessageDigest)
	}
	if s.Signer.Key == nil {
		return s.Signer.KeyFault
	}
	return v.verify(s.Signer.Key, s.algorithm, s.digest, s.attributes, s.signature, Signature)
}
