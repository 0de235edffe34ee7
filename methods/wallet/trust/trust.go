// Package trust decides whether the issuer of a mobile document is trusted. A Pool holds the certificates of issuers
// that an operator trusts, by document type; a Store reads them from files and follows the files. Pool.Check validates
// the certificate that signed a document, as ISO/IEC 18013-5 Annex B and 9.3.3 have it: a document signer stands
// directly under a root of its issuing authority (IACA).
//
// # Checks
//
// Check makes these checks. Clauses are those of ISO/IEC 18013-5:2021.
//
//	check                                                      clause     code
//	a root of the document type has issued the signer          9.3.3      issuer_unknown
//	  (names equal in bytes, key identifiers equal)
//	version 3, no CA, no unknown critical extension            Table B.3  issuer_chain_malformed
//	key usage is digitalSignature alone                        Table B.3  issuer_chain_malformed
//	extended key usage has the identifier of the profile       Table B.3  issuer_chain_malformed
//	issuer alternative name is present (profile ISO)           Table B.3  issuer_chain_malformed
//	the root is a CA that signs certificates                   Table B.1  issuer_chain_malformed
//	one country, and the province if both have one, are equal  Table B.3  issuer_country_mismatch
//	the root's signature                                       9.3.3      issuer_certificate_signature
//	the signer was valid when the document was signed, and is  9.3.1      issuer_expired
//	the root was valid when the document was signed, and is    9.3.3      issuer_root_expired
//	the signer is not on the root's revocation list            9.3.3      issuer_revoked
//	the revocation list can be had, is signed, and current     9.3.3      issuer_revocation_unknown
//
// A signer must also be valid now, not only at the time of signing: after its end the issuer may drop it from its
// revocation list.
//
// crypto/x509 does not know the brainpool curves, and its Verify does not know this profile. The package therefore
// validates the two certificates itself, with the signatures of package mdoc; it builds no longer chains.
//
// # Not checked
//
// The greatest validity periods of Annex B, because issuers in use exceed them. Revocation of roots, and of signers
// that are anchors themselves: an operator removes the file. The validity of the certificate that signed a VICAL. The
// XML signature of an EU trusted list: no maintained Go library verifies XAdES, so the operator must fetch the list
// over a channel that it trusts and verify it there. The signature of one in JSON (a compact JWS) is checked.
package trust

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// Anchor is a certificate that the operator trusts for document types.
type Anchor struct {
	Certificate *mdoc.Certificate
	DocTypes    []string
	// Source is the file that holds the certificate.
	Source string
}

// Pool holds anchors, which do not change. It is safe for concurrent use.
type Pool struct {
	anchors []Anchor
	// issued are the pairs of an anchor and a signer that the anchor was found to have signed. That is a fact about their
	// bytes alone, which holds for good: names, validity, profile and revocation are checked each time. Only
	// signers of an anchor enter, so nobody else can fill it.
	issued *lru.Cache[pair, struct{}]
}

// pair is an anchor, by its place in the pool, and a signer, by the SHA-256 of its DER.
type pair struct {
	anchor int
	signer [sha256.Size]byte
}

// signersKept is the number of signers that a pool remembers. An authority has a few at a time.
const signersKept = 1024

// NewPool returns a pool of anchors.
func NewPool(anchors ...Anchor) *Pool {
	issued, err := lru.New[pair, struct{}](signersKept)
	if err != nil {
		panic(err) // a size that is not positive
	}
	return &Pool{anchors: slices.Clone(anchors), issued: issued}
}

// signed reports whether the signer's signature is that of the anchor at a place of the pool. It verifies the signature
// of a signer once.
func (p *Pool) signed(anchor int, signer *mdoc.Certificate) bool {
	of := pair{anchor, sha256.Sum256(signer.DER)}
	if _, known := p.issued.Get(of); known {
		return true
	}
	if !signer.SignedBy(p.anchors[anchor].Certificate) {
		return false
	}
	p.issued.Add(of, struct{}{})
	return true
}

// Anchors returns the anchors of the pool.
func (p *Pool) Anchors() []Anchor {
	return slices.Clone(p.anchors)
}

// Profile is the form that the certificate of a document signer must have.
type Profile struct {
	// KeyUsages are extended key usages. The signer must have one of them; without any, it need not have one.
	KeyUsages []asn1.ObjectIdentifier
	// IssuerAltName demands the issuer alternative name.
	IssuerAltName bool
	// Direct lets the signer itself be an anchor. Lists of PID providers name signers.
	Direct bool
}

// The extended key usages of document signers.
var (
	KeyUsageMDL     = asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 2}
	KeyUsagePhotoID = asn1.ObjectIdentifier{1, 0, 23220, 4, 1, 2}
)

// ISO is the profile of driving licences (ISO/IEC 18013-5 Table B.3), PhotoID that of photo IDs (ISO/IEC TS 23220-4),
// and EU that of PID and of the proof of age: a trusted list names their providers.
var (
	ISO     = Profile{KeyUsages: []asn1.ObjectIdentifier{KeyUsageMDL}, IssuerAltName: true}
	PhotoID = Profile{KeyUsages: []asn1.ObjectIdentifier{KeyUsagePhotoID, KeyUsageMDL}, IssuerAltName: true}
	EU      = Profile{Direct: true}
)

// Query is the issuer of a document, and how to check it.
type Query struct {
	DocType string
	// Chain begins with the certificate that signed the document. Its other certificates are not looked at.
	Chain []*mdoc.Certificate
	// Signed is the time at which the document was signed.
	Signed     time.Time
	Now        time.Time
	Profile    Profile
	Revocation Revocation
}

// Finding is the record of a check.
type Finding struct {
	// Anchor is the anchor that the signer was found under.
	Anchor     Anchor
	Revocation RevocationState
}

// Check checks an issuer. The error is a *Fault. The finding holds the results up to the check that failed.
func (p *Pool) Check(ctx context.Context, q Query) (Finding, error) {
	if len(q.Chain) == 0 {
		return Finding{}, fault(IssuerMalformed)
	}
	signer := q.Chain[0]
	anchor, err := p.anchorOf(signer, q)
	finding := Finding{Anchor: anchor, Revocation: RevocationUnchecked}
	if err != nil {
		return finding, err
	}
	if err := checkSigner(signer, q.Profile); err != nil {
		return finding, err
	}
	if !validAt(signer, q.Signed) || !validAt(signer, q.Now) {
		return finding, fault(IssuerExpired)
	}
	if bytes.Equal(anchor.Certificate.DER, signer.DER) {
		return finding, nil
	}
	if err := checkRoot(anchor.Certificate, signer); err != nil {
		return finding, err
	}
	if !validAt(anchor.Certificate, q.Signed) || !validAt(anchor.Certificate, q.Now) {
		return finding, fault(RootExpired)
	}
	finding.Revocation, err = q.Revocation.check(ctx, signer, anchor.Certificate, q.Now)
	return finding, err
}

// anchorOf returns the anchor that issued signer. Several may have its name, because authorities change their keys and
// renew their certificates: one that made the signature is taken, and one that is valid before one that is not.
func (p *Pool) anchorOf(signer *mdoc.Certificate, q Query) (Anchor, error) {
	named, found := false, (*Anchor)(nil)
	for i, anchor := range p.anchors {
		if !slices.Contains(anchor.DocTypes, q.DocType) {
			continue
		}
		if q.Profile.Direct && bytes.Equal(anchor.Certificate.DER, signer.DER) {
			return anchor, nil
		}
		if !issued(anchor.Certificate, signer) {
			continue
		}
		named = true
		if !p.signed(i, signer) {
			continue
		}
		if validAt(anchor.Certificate, q.Signed) && validAt(anchor.Certificate, q.Now) {
			return anchor, nil
		}
		found = &anchor
	}
	switch {
	case found != nil:
		return *found, nil
	case named:
		return Anchor{}, fault(IssuerSignature)
	}
	return Anchor{}, fault(IssuerUnknown)
}

// issued reports whether root has the name, and the key identifier if both have one, that signer gives for its issuer.
func issued(root, signer *mdoc.Certificate) bool {
	if !bytes.Equal(root.RawSubject, signer.RawIssuer) {
		return false
	}
	return len(root.SubjectKeyId) == 0 || len(signer.AuthorityKeyId) == 0 ||
		bytes.Equal(root.SubjectKeyId, signer.AuthorityKeyId)
}

var oidIssuerAltName = asn1.ObjectIdentifier{2, 5, 29, 18}

// checkSigner checks the signer's certificate (ISO/IEC 18013-5 Table B.3).
func checkSigner(signer *mdoc.Certificate, profile Profile) error {
	if signer.Version != 3 || signer.IsCA || len(signer.UnhandledCriticalExtensions) > 0 {
		return fault(IssuerMalformed)
	}
	if signer.KeyUsage != x509.KeyUsageDigitalSignature {
		return fault(IssuerMalformed)
	}
	if len(profile.KeyUsages) > 0 && !slices.ContainsFunc(signer.UnknownExtKeyUsage, func(is asn1.ObjectIdentifier) bool {
		return slices.ContainsFunc(profile.KeyUsages, is.Equal)
	}) {
		return fault(IssuerMalformed)
	}
	if profile.IssuerAltName && !hasExtension(signer, oidIssuerAltName) {
		return fault(IssuerMalformed)
	}
	return nil
}

func hasExtension(certificate *mdoc.Certificate, id asn1.ObjectIdentifier) bool {
	for _, extension := range certificate.Extensions {
		if extension.Id.Equal(id) {
			return true
		}
	}
	return false
}

// checkRoot checks the root's certificate (ISO/IEC 18013-5 Table B.1), and that the signer is of its country.
func checkRoot(root, signer *mdoc.Certificate) error {
	if !root.BasicConstraintsValid || !root.IsCA || root.KeyUsage&x509.KeyUsageCertSign == 0 {
		return fault(IssuerMalformed)
	}
	if len(root.UnhandledCriticalExtensions) > 0 {
		return fault(IssuerMalformed)
	}
	if len(root.Subject.Country) != 1 || !slices.Equal(root.Subject.Country, signer.Subject.Country) {
		return fault(IssuerCountry)
	}
	above, below := root.Subject.Province, signer.Subject.Province
	if len(above) > 0 && len(below) > 0 && !slices.Equal(above, below) {
		return fault(IssuerCountry)
	}
	return nil
}

func validAt(certificate *mdoc.Certificate, at time.Time) bool {
	return !at.Before(certificate.NotBefore) && !at.After(certificate.NotAfter)
}
