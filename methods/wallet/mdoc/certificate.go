package mdoc

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"

	"github.com/ProtonMail/go-crypto/brainpool"
)

// Certificate is an X.509 certificate. Its key may be on a brainpool curve, which crypto/x509 does not read.
type Certificate struct {
	// Certificate has the fields of the certificate. Raw, RawTBSCertificate and PublicKey are not to be used: of a
	// certificate with a brainpool key they are those of a copy.
	*x509.Certificate
	// Key is an *ecdsa.PublicKey on a curve of ISO/IEC 18013-5 Table B.3, or an ed25519.PublicKey.
	Key crypto.PublicKey
	// DER is the certificate as it was signed.
	DER []byte

	signed []byte
}

var (
	oidECKey          = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidBrainpoolP256  = asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 7}
	oidBrainpoolP384  = asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 11}
	oidBrainpoolP512  = asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 13}
	derOIDECKey       = []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01}
	derOIDUnknownKey  = []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x7f}
	certificateHashes = map[x509.SignatureAlgorithm]crypto.Hash{
		x509.ECDSAWithSHA256: crypto.SHA256,
		x509.ECDSAWithSHA384: crypto.SHA384,
		x509.ECDSAWithSHA512: crypto.SHA512,
	}
)

type subjectKey struct {
	Raw       asn1.RawContent
	Algorithm pkix.AlgorithmIdentifier
	Key       asn1.BitString
}

// ParseCertificate reads a certificate in DER. Keys other than those of ISO/IEC 18013-5 Table B.3 are refused with
// CertificateMalformed; brainpoolP320r1 and Ed448 are not supported.
func ParseCertificate(der []byte) (*Certificate, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return parseBrainpool(der)
	}
	parsed := &Certificate{
		Certificate: certificate, Key: certificate.PublicKey, DER: certificate.Raw, signed: certificate.RawTBSCertificate,
	}
	if algorithm, _ := algorithmOf(parsed.Key); algorithm == 0 {
		return nil, fault(CertificateMalformed)
	}
	return parsed, nil
}

// parseBrainpool reads the key itself, and has crypto/x509 read the rest from a copy in which the key's algorithm has
// an identifier that nobody uses: crypto/x509 does not look into keys of algorithms that it does not know.
func parseBrainpool(der []byte) (*Certificate, error) {
	var wire struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &wire)
	if err != nil || len(rest) > 0 {
		return nil, fault(CertificateMalformed)
	}
	var tbs struct {
		Version    int `asn1:"optional,explicit,default:0,tag:0"`
		Serial     asn1.RawValue
		Algorithm  asn1.RawValue
		Issuer     asn1.RawValue
		Validity   asn1.RawValue
		Subject    asn1.RawValue
		Key        subjectKey
		Extensions asn1.RawValue `asn1:"optional,explicit,tag:3"`
	}
	if rest, err := asn1.Unmarshal(wire.TBS.FullBytes, &tbs); err != nil || len(rest) > 0 {
		return nil, fault(CertificateMalformed)
	}
	key := brainpoolKey(tbs.Key)
	if key == nil {
		return nil, fault(CertificateMalformed)
	}
	copied := bytes.Clone(der)
	start, name := bytes.Index(copied, tbs.Key.Raw), bytes.Index(tbs.Key.Raw, derOIDECKey)
	if start < 0 || name < 0 {
		return nil, fault(CertificateMalformed)
	}
	copy(copied[start+name:], derOIDUnknownKey)
	certificate, err := x509.ParseCertificate(copied)
	if err != nil {
		return nil, fault(CertificateMalformed)
	}
	return &Certificate{Certificate: certificate, Key: key, DER: bytes.Clone(der), signed: wire.TBS.FullBytes}, nil
}

func brainpoolKey(key subjectKey) *ecdsa.PublicKey {
	var name asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(key.Algorithm.Parameters.FullBytes, &name)
	if err != nil || len(rest) > 0 || !key.Algorithm.Algorithm.Equal(oidECKey) {
		return nil
	}
	var curve elliptic.Curve
	switch {
	case name.Equal(oidBrainpoolP256):
		curve = brainpool.P256r1()
	case name.Equal(oidBrainpoolP384):
		curve = brainpool.P384r1()
	case name.Equal(oidBrainpoolP512):
		curve = brainpool.P512r1()
	default:
		return nil
	}
	point := key.Key.RightAlign()
	size := (curve.Params().BitSize + 7) / 8
	if len(point) != 1+2*size || point[0] != 4 {
		return nil
	}
	return ecKey(curve, point[1:1+size], point[1+size:])
}

// SignedBy reports whether the certificate's signature is that of parent's key. It looks at nothing else.
func (c *Certificate) SignedBy(parent *Certificate) bool {
	return parent.Signs(c.SignatureAlgorithm, c.signed, c.Signature)
}

// Signs reports whether signature, in the form of X.509, is that of the certificate's key over signed. The algorithms
// are those of ISO/IEC 18013-5 Annex B: ECDSA with SHA-256, SHA-384 or SHA-512, and Ed25519.
func (c *Certificate) Signs(algorithm x509.SignatureAlgorithm, signed, signature []byte) bool {
	switch key := c.Key.(type) {
	case ed25519.PublicKey:
		return algorithm == x509.PureEd25519 && ed25519.Verify(key, signed, signature)
	case *ecdsa.PublicKey:
		hash, ok := certificateHashes[algorithm]
		return ok && ecdsa.VerifyASN1(key, digest(hash, signed), signature)
	}
	return false
}
