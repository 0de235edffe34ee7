package walletdev

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 5280 4.2.1.2 names keys by their SHA-1
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net/url"
	"time"
)

// revocationURL is the address in the certificates under which an authority publishes its revocation list (Table B.1,
// B.3). Nothing answers there: the trust.yaml of stile-dev accepts that.
const revocationURL = "http://127.0.0.1:9/stile-dev.crl"

// The validity periods. Annex B allows 20 years for a root, and 457 days for signers and readers. They begin in the
// past, because a document must not have been signed before its signer's certificate begins.
const (
	rootYears   = 10
	signerDays  = 365
	backdated   = 60 * 24 * time.Hour
	renewBefore = 30 * 24 * time.Hour
)

// The extended key usages of signers and readers (Table B.3 and B.7, ISO/IEC TS 23220-4).
var (
	usageMDL     = asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 2}
	usagePhotoID = asn1.ObjectIdentifier{1, 0, 23220, 4, 1, 2}
	usageReader  = asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 6}

	oidIssuerAltName = asn1.ObjectIdentifier{2, 5, 29, 18}
	oidExtKeyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// pair is a certificate with its private key.
type pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// name returns a subject. All of them are of one country, which Annex B demands of a signer and its root.
func name(common string) pkix.Name {
	return pkix.Name{Country: []string{Country}, Organization: []string{"Stile development"}, CommonName: common}
}

// issuerAltName is the issuer alternative name that Annex B demands: how to reach the authority.
func issuerAltName() (pkix.Extension, error) {
	mail := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, Bytes: []byte("stile-dev@example.com")}
	value, err := asn1.Marshal([]asn1.RawValue{mail})
	return pkix.Extension{Id: oidIssuerAltName, Value: value}, err
}

// usage is the extended key usage, which Annex B wants critical.
func usage(ids ...asn1.ObjectIdentifier) (pkix.Extension, error) {
	value, err := asn1.Marshal(ids)
	return pkix.Extension{Id: oidExtKeyUsage, Critical: true, Value: value}, err
}

// newRoot makes a root (IACA, Table B.1).
func newRoot(common string, now time.Time) (pair, error) {
	return certify(&x509.Certificate{
		Subject: name(common), NotBefore: now.Add(-backdated), NotAfter: now.AddDate(rootYears, 0, 0),
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		CRLDistributionPoints: []string{revocationURL},
	}, nil)
}

// newLeaf makes the certificate of a signer (Table B.3) or of a reader (Table B.7).
func newLeaf(root pair, common string, use asn1.ObjectIdentifier, change func(*x509.Certificate), now time.Time) (
	pair, error,
) {
	extension, err := usage(use)
	if err != nil {
		return pair{}, err
	}
	template := &x509.Certificate{
		Subject: name(common), NotBefore: now.Add(-backdated), NotAfter: now.AddDate(0, 0, signerDays),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{extension},
		CRLDistributionPoints: []string{revocationURL},
	}
	if change != nil {
		change(template)
	}
	return certify(template, &root)
}

// certify makes a key and its certificate after a template, under a parent or under itself.
func certify(template *x509.Certificate, parent *pair) (made pair, err error) {
	if made.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return made, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return made, err
	}
	alternative, err := issuerAltName()
	if err != nil {
		return made, err
	}
	template.ExtraExtensions = append(template.ExtraExtensions, alternative)
	if template.SubjectKeyId, err = keyID(made.key.Public()); err != nil {
		return made, err
	}
	over, by := template, made.key
	if parent != nil {
		over, by = parent.certificate, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, over, made.key.Public(), by)
	if err != nil {
		return made, err
	}
	made.certificate, err = x509.ParseCertificate(der)
	return made, err
}

// keyID returns the key identifier of Annex B: the SHA-1 of the public key.
func keyID(key crypto.PublicKey) ([]byte, error) {
	ec, err := key.(*ecdsa.PublicKey).ECDH()
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum(ec.Bytes()) //nolint:gosec // see the import
	return sum[:], nil
}

// issuerURI is the subject alternative name of the signer of eudi_pid, so that an SD-JWT VC may name it as iss.
var issuerURI = &url.URL{Scheme: "https", Host: "issuer.stile-dev.example"}
