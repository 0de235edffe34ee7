// Package mdoctest makes mobile documents for tests: an issuer with its certificates, and a wallet that answers with a
// DeviceResponse. Hooks alter single values, so that tests can prove that each fault is refused. Its functions panic
// where they fail.
package mdoctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 5280 4.2.1.2 names keys by their SHA-1
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"github.com/ProtonMail/go-crypto/brainpool"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// Now is the time at which the documents of this package are valid.
var Now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Key returns a new key: of "P-256", "P-384", "P-521", "Ed25519", "brainpoolP256r1", "brainpoolP384r1" or
// "brainpoolP512r1".
func Key(curve string) crypto.Signer {
	switch curve {
	case "P-256":
		return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	case "P-384":
		return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	case "P-521":
		return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	case "Ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return must(key, err)
	case "brainpoolP256r1":
		return must(ecdsa.GenerateKey(brainpool.P256r1(), rand.Reader))
	case "brainpoolP384r1":
		return must(ecdsa.GenerateKey(brainpool.P384r1(), rand.Reader))
	case "brainpoolP512r1":
		return must(ecdsa.GenerateKey(brainpool.P512r1(), rand.Reader))
	}
	panic("mdoctest: no such curve: " + curve)
}

// brainpoolOIDs are the names of the curves, by their names.
var brainpoolOIDs = map[string]asn1.ObjectIdentifier{
	"brainpoolP256r1": {1, 3, 36, 3, 3, 2, 8, 1, 1, 7},
	"brainpoolP384r1": {1, 3, 36, 3, 3, 2, 8, 1, 1, 11},
	"brainpoolP512r1": {1, 3, 36, 3, 3, 2, 8, 1, 1, 13},
}

func brainpoolName(key crypto.PublicKey) asn1.ObjectIdentifier {
	if ec, ok := key.(*ecdsa.PublicKey); ok {
		return brainpoolOIDs[ec.Curve.Params().Name]
	}
	return nil
}

func point(key *ecdsa.PublicKey) (x, y []byte) {
	size := (key.Curve.Params().BitSize + 7) / 8
	//nolint:staticcheck // PublicKey.Bytes does not know brainpool curves
	return key.X.FillBytes(make([]byte, size)), key.Y.FillBytes(make([]byte, size))
}

// IssuerAltName is an issuer alternative name, which ISO/IEC 18013-5 Annex B wants in each certificate.
func IssuerAltName() pkix.Extension {
	mail := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, Bytes: []byte("issuer@example.com")}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 18}, Value: must(asn1.Marshal([]asn1.RawValue{mail}))}
}

// RootTemplate returns the template of an IACA root (ISO/IEC 18013-5 Table B.1).
func RootTemplate() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          must(rand.Int(rand.Reader, big.NewInt(1<<62))),
		Subject:               pkix.Name{CommonName: "Test IACA", Country: []string{"US"}, Province: []string{"US-CA"}},
		NotBefore:             Now.AddDate(-5, 0, 0),
		NotAfter:              Now.AddDate(10, 0, 0),
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtraExtensions:       []pkix.Extension{IssuerAltName()},
		CRLDistributionPoints: []string{"https://crl.example.com/iaca.crl"},
	}
}

// SignerTemplate returns the template of a document signer (ISO/IEC 18013-5 Table B.3).
func SignerTemplate() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          must(rand.Int(rand.Reader, big.NewInt(1<<62))),
		Subject:               pkix.Name{CommonName: "Test DS", Country: []string{"US"}, Province: []string{"US-CA"}},
		NotBefore:             Now.AddDate(0, -6, 0),
		NotAfter:              Now.AddDate(0, 6, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		UnknownExtKeyUsage:    []asn1.ObjectIdentifier{{1, 0, 18013, 5, 1, 2}},
		ExtraExtensions:       []pkix.Extension{IssuerAltName()},
		CRLDistributionPoints: []string{"https://crl.example.com/iaca.crl"},
	}
}

// Certify returns the certificate of key after a template, signed by parentKey. The template is its own parent if
// parent is nil.
func Certify(template *x509.Certificate, key crypto.PublicKey, parent *mdoc.Certificate, parentKey crypto.Signer,
) *mdoc.Certificate {
	name := sha1.Sum(publicBytes(key)) //nolint:gosec // see above
	template.SubjectKeyId = name[:]
	over := *template
	if parent != nil {
		over = *parent.Certificate
	}
	over.PublicKey = nil // or crypto/x509 refuses to sign with another key, which tests want
	if brainpoolName(key) == nil && brainpoolName(parentKey.Public()) == nil {
		return must(mdoc.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, &over, key, parentKey))))
	}
	return certifyBrainpool(template, key, &over, parentKey)
}

func publicBytes(key crypto.PublicKey) []byte {
	if ec, ok := key.(*ecdsa.PublicKey); ok {
		x, y := point(ec)
		return append(append([]byte{4}, x...), y...)
	}
	return key.(ed25519.PublicKey)
}

// certifyBrainpool has crypto/x509 write the certificate with a key that it knows, puts the real key in its place, and
// signs the result.
func certifyBrainpool(template *x509.Certificate, key crypto.PublicKey, over *x509.Certificate, parentKey crypto.Signer,
) *mdoc.Certificate {
	public, standIn, err := ed25519.GenerateKey(rand.Reader)
	der := must(x509.CreateCertificate(rand.Reader, template, over, must(public, err), standIn))
	var tbs struct {
		Version                                        int `asn1:"optional,explicit,default:0,tag:0"`
		Serial                                         *big.Int
		Algorithm                                      pkix.AlgorithmIdentifier
		Issuer, Validity, Subject, Key, ExtensionsList asn1.RawValue
	}
	certificate := must(x509.ParseCertificate(der))
	must(asn1.Unmarshal(certificate.RawTBSCertificate, &tbs))
	tbs.Key = asn1.RawValue{FullBytes: publicInfo(key)}
	tbs.Algorithm = pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}} // ES256
	signed := must(asn1.Marshal(tbs))
	signature := must(parentKey.Sign(rand.Reader, Digest(crypto.SHA256, signed), crypto.SHA256))
	return must(mdoc.ParseCertificate(must(asn1.Marshal(struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: signed}, tbs.Algorithm, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}}))))
}

func publicInfo(key crypto.PublicKey) []byte {
	name := brainpoolName(key)
	if name == nil {
		return must(x509.MarshalPKIXPublicKey(key))
	}
	bits := publicBytes(key)
	return must(asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}{
		pkix.AlgorithmIdentifier{
			Algorithm:  asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1},
			Parameters: asn1.RawValue{FullBytes: must(asn1.Marshal(name))},
		},
		asn1.BitString{Bytes: bits, BitLength: 8 * len(bits)},
	}))
}
