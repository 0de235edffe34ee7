package sdjwtvc

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

const (
	// maxChain is the number of certificates that an x5c header may have.
	maxChain = 8
	// maxIssuerKeys is the number of keys of an issuer that are tried on a credential that names none.
	maxIssuerKeys = 16
)

// Issuer is the argument of Options.Trust.
type Issuer struct {
	// Name is the claim iss. It is the subject of the first certificate where the credential has no iss, or one that is no
	// URI: such a name is not compared with the certificate.
	Name string
	// VCT is the type of the credential.
	VCT string
	// Chain holds the certificates of the x5c header, the signer's first. It is empty if the credential has none.
	Chain []*x509.Certificate
}

// KeySource returns the public keys of an issuer, for credentials without certificates. KeyID is "" if the credential
// names no key. MetadataKeys returns one.
type KeySource func(ctx context.Context, issuer, keyID string) ([]crypto.PublicKey, error)

// issuerOf checks the header of the issuer's token, asks for trust, and checks the signature.
func (p presentation) issuerOf(ctx context.Context, o Options) (Issuer, error) {
	t := p.issuer
	if !slices.Contains(mediaTypes, t.text("typ")) {
		return Issuer{}, fault(TypeUnsupported)
	}
	if t.critical() {
		return Issuer{}, fault(CriticalHeader)
	}
	if !supported(t.text("alg")) {
		return Issuer{}, fault(AlgorithmUnsupported)
	}
	issuer, err := nameOf(t)
	if err != nil {
		return Issuer{}, err
	}
	if issuer.VCT, err = acceptedType(t.claims, o.Types); err != nil {
		return Issuer{}, err
	}
	if len(issuer.Chain) == 0 && (o.Keys == nil || issuer.Name == "") {
		return Issuer{}, fault(IssuerKeyMissing)
	}
	if err := o.Trust(issuer); err != nil {
		return Issuer{}, err
	}
	return issuer, p.signedBy(ctx, issuer, o)
}

// nameOf reads issuer and certificates. The certificate has to name the issuer.
func nameOf(t jwt) (issuer Issuer, err error) {
	claim, present := t.claims["iss"]
	name, ok := claim.(string)
	if present && (!ok || name == "") {
		return issuer, fault(IssuerMalformed)
	}
	if issuer.Chain, err = chainOf(t); err != nil {
		return issuer, err
	}
	issuer.Name = name
	if len(issuer.Chain) == 0 {
		return issuer, nil
	}
	if !strings.Contains(name, ":") {
		issuer.Name = issuer.Chain[0].Subject.String()
		return issuer, nil
	}
	if !names(issuer.Chain[0], name) {
		return issuer, fault(IssuerMismatch)
	}
	return issuer, nil
}

// names reports whether a certificate is that of the issuer: it has the issuer's URI, or the host of an HTTPS address,
// as a subject alternative name.
func names(certificate *x509.Certificate, issuer string) bool {
	address, err := url.Parse(issuer)
	if err != nil {
		return false
	}
	for _, own := range certificate.URIs {
		if own.String() == issuer {
			return true
		}
	}
	return address.Scheme == "https" && address.Hostname() != "" &&
		certificate.VerifyHostname(address.Hostname()) == nil
}

// chainOf reads the header x5c (RFC 7515, 4.1.6). The chain is empty if there is no such header.
func chainOf(t jwt) (chain []*x509.Certificate, err error) {
	header, present := t.header["x5c"]
	if !present {
		return nil, nil
	}
	list, _ := header.([]any)
	if len(list) == 0 || len(list) > maxChain {
		return nil, fault(ChainMalformed)
	}
	for _, element := range list {
		text, _ := element.(string)
		der, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, fault(ChainMalformed)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fault(ChainMalformed)
		}
		chain = append(chain, certificate)
	}
	if bytes.Equal(chain[0].RawIssuer, chain[0].RawSubject) {
		return nil, fault(SelfSigned)
	}
	return chain, nil
}

// signedBy checks the issuer's signature with its certificate, or else with the keys of Options.Keys.
func (p presentation) signedBy(ctx context.Context, issuer Issuer, o Options) error {
	keys, err := issuer.keys(ctx, p.issuer.text("kid"), o.Keys)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(keys[:min(len(keys), maxIssuerKeys)], p.issuer.verifies) {
		return fault(IssuerSignature)
	}
	return nil
}

func (i Issuer) keys(ctx context.Context, id string, source KeySource) ([]crypto.PublicKey, error) {
	if len(i.Chain) > 0 {
		return []crypto.PublicKey{i.Chain[0].PublicKey}, nil
	}
	keys, err := source(ctx, i.Name, id)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, fault(IssuerKeyUnknown)
	}
	return keys, nil
}
