package issuers

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/statuslist"
	"github.com/stile-id/stile/methods/wallet/trust"
)

const (
	// maxRevocations is the size of the largest revocation list of certificates, and maxMetadata that of the metadata of
	// an issuer, in bytes.
	maxRevocations = 16 << 20
	maxMetadata    = 256 << 10
	// keepSilent is how long a list is kept that does not say.
	keepSilent = 5 * time.Minute
	// skew is how far the clock of an issuer may differ.
	skew = time.Minute
)

// fetchRevocations is trust.Revocation.Fetch.
func (i *Issuers) fetchRevocations(ctx context.Context, url string) ([]byte, error) {
	return i.revocations.get(ctx, url, func(ctx context.Context) (held[[]byte], error) {
		body, err := i.fetch.get(ctx, url, "application/pkix-crl, */*", maxRevocations)
		if err != nil {
			return held[[]byte]{}, err
		}
		der := body
		if block, _ := pem.Decode(body); block != nil {
			der = block.Bytes
		}
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			return held[[]byte]{}, &awayError{"the answer is not a revocation list"}
		}
		return held[[]byte]{value: body, size: len(body), usable: list.NextUpdate}, nil
	})
}

// Keys returns the keys of issuers that publish them as metadata; it is for sdjwtvc.Options.Keys. Package sdjwtvc asks
// it only about issuers that SDJWT has accepted, so no other causes a request. Metadata is read over HTTPS alone, and
// kept for five minutes.
func (i *Issuers) Keys() sdjwtvc.KeySource {
	return sdjwtvc.MetadataKeys(func(ctx context.Context, address string) ([]byte, error) {
		return i.metadata.get(ctx, address, func(ctx context.Context) (held[[]byte], error) {
			body, err := i.fetch.get(ctx, address, "application/json", maxMetadata)
			if err != nil {
				return held[[]byte]{}, err
			}
			return held[[]byte]{value: body, size: len(body), usable: i.now().Add(keepSilent)}, nil
		})
	})
}

// signedList is a status list with a checked signature. Its signer is checked at each use.
type signedList struct {
	token *statuslist.Token
	// chain begins with the certificate that signed the list. It is empty if a key of the document's issuer did.
	chain []*mdoc.Certificate
}

// Status returns the status of a credential of an issuer that was found. A nil reference means that the credential has
// none. A revoked or suspended credential is refused with a *Fault. So is one whose list cannot be had or is not signed
// by the issuer's authority, unless the operator accepts that.
func (i *Issuers) Status(ctx context.Context, f Finding, reference *Reference) (State, error) {
	if reference == nil {
		return StateNone, nil
	}
	list, err := i.list(ctx, f, reference.URI)
	if err != nil {
		return i.unreachable(ctx, f, err)
	}
	status, err := list.Status(reference.Index)
	if err != nil {
		return "", &Fault{Code: UnknownStatus, Cause: causeOf(err)}
	}
	if code, refused := refusedStatuses[status]; refused {
		return "", &Fault{Code: code}
	}
	return StateValid, nil
}

// unreachable decides about a credential without a usable list.
func (i *Issuers) unreachable(ctx context.Context, f Finding, err error) (State, error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	accepted, cause := i.of(f.Method).acceptUnreachable, causeOf(err)
	i.log.Warn("wallet: a status list cannot be used; "+consequence(accepted, "the document"),
		"method", f.Method, "issuer", f.issuer(), "error", cause)
	if accepted {
		return StateUnreachable, nil
	}
	return "", &Fault{Code: StatusUnreachable, Cause: cause}
}

// issuer names the issuer in the log.
func (f Finding) issuer() string {
	if f.Anchor.Certificate == nil {
		return f.name
	}
	return f.Anchor.Certificate.Subject.CommonName
}

var errNoTokenStatusList = &awayError{"the credential names a list of another kind than token status lists"}

// list returns the list at an address, once its signer is trusted.
func (i *Issuers) list(ctx context.Context, f Finding, uri string) (*statuslist.Token, error) {
	if uri == "" {
		return nil, errNoTokenStatusList
	}
	list, err := i.statuses.get(ctx, uri+"\n"+f.authority(), func(ctx context.Context) (held[signedList], error) {
		return i.readList(ctx, f, uri)
	})
	if err != nil {
		return nil, err
	}
	return list.token, i.checkListSigner(ctx, f, list.chain)
}

// The media types of lists. A server may know one of them alone, so the other is asked for as well.
const (
	acceptCWT = "application/statuslist+cwt, application/statuslist+jwt;q=0.5"
	acceptJWT = "application/statuslist+jwt, application/statuslist+cwt;q=0.5"
)

func (i *Issuers) readList(ctx context.Context, f Finding, uri string) (held[signedList], error) {
	accept := acceptCWT
	if f.jwt {
		accept = acceptJWT
	}
	body, err := i.fetch.get(ctx, uri, accept, statuslist.MaxSize)
	if err != nil {
		return held[signedList]{}, err
	}
	now, list := i.now(), signedList{}
	verify := func(ctx context.Context, h statuslist.Header, signed, signature []byte) error {
		keys, chain, err := i.listKeys(ctx, f, h)
		if err != nil {
			return err
		}
		list.chain = chain
		return statuslist.SignedBy(keys...)(ctx, h, signed, signature)
	}
	options := statuslist.Options{URI: uri, Verify: verify, Skew: skew, Now: now}
	if list.token, err = readToken(ctx, body, options); err != nil {
		return held[signedList]{}, err
	}
	until := list.token.Until(now)
	if until.IsZero() {
		until = now.Add(keepSilent)
	}
	return held[signedList]{value: list, size: list.token.Size(), usable: until}, nil
}

// readToken reads a list in either form. One in JWT form is text, and one in CWT form begins with a tag.
func readToken(ctx context.Context, body []byte, o statuslist.Options) (*statuslist.Token, error) {
	if len(body) > 0 && body[0] >= 0x80 {
		return statuslist.ReadCWT(ctx, body, o)
	}
	return statuslist.Read(ctx, strings.TrimSpace(string(body)), o)
}

// listKeys returns the keys that may have signed a list, and its certificates where it has any.
func (i *Issuers) listKeys(ctx context.Context, f Finding, h statuslist.Header) (
	keys []crypto.PublicKey, chain []*mdoc.Certificate, err error,
) {
	for _, der := range h.Chain {
		parsed, err := mdoc.ParseCertificate(der)
		if err != nil {
			return nil, nil, &Fault{Code: InvalidIssuer, Cause: "the certificate of the status list"}
		}
		chain = append(chain, parsed)
	}
	switch {
	case len(chain) > 0:
		return []crypto.PublicKey{chain[0].Key}, chain, nil
	case f.signer != nil:
		return []crypto.PublicKey{f.signer.Key}, nil, nil
	default:
		keys, err = i.Keys()(ctx, f.name, h.KeyID)
		return keys, nil, err
	}
}

// listProfile is the form of certificates that sign status lists. Token Status List 10 has no number yet for their
// extended key usage, so none is demanded; see listUse.
var listProfile = trust.Profile{Direct: true}

// checkListSigner checks the signer of a list; see the package documentation.
func (i *Issuers) checkListSigner(ctx context.Context, f Finding, chain []*mdoc.Certificate) error {
	now := i.now()
	if len(chain) == 0 || f.signer != nil && bytes.Equal(chain[0].DER, f.signer.DER) {
		return nil // the document's own signer, which is trusted
	}
	if f.Anchor.Certificate == nil || !listUse(chain[0]) {
		return &Fault{Code: UnknownIssuer, Cause: "the signer of the status list"}
	}
	query := trust.Query{DocType: f.DocType, Chain: chain, Signed: now, Now: now, Profile: listProfile}
	found, err := i.check(ctx, f.Method, query)
	if errors.Is(err, &Fault{Code: UnknownIssuer}) {
		query.DocType = statusOf(f.DocType)
		found, err = i.check(ctx, f.Method, query)
	}
	if err != nil {
		return err
	}
	if !sameAuthority(found.Anchor.Certificate, f.Anchor.Certificate) {
		return &Fault{Code: UnknownIssuer, Cause: "the signer of the status list is of another country"}
	}
	return nil
}

// keyUsageReader is the extended key usage of readers (ISO/IEC 18013-5 Table B.7).
var keyUsageReader = asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 6}

// listUse reports whether a certificate may be that of a signer of lists by its extended key usage: it is not one for
// TLS, code or mail, which crypto/x509 knows, nor for readers.
func listUse(certificate *mdoc.Certificate) bool {
	return len(certificate.ExtKeyUsage) == 0 && !slices.ContainsFunc(certificate.UnknownExtKeyUsage, keyUsageReader.Equal)
}

// sameAuthority reports whether two anchors are of one country, and of one province if both name one.
func sameAuthority(a, b *mdoc.Certificate) bool {
	if !slices.Equal(a.Subject.Country, b.Subject.Country) {
		return false
	}
	above, below := a.Subject.Province, b.Subject.Province
	return len(above) == 0 || len(below) == 0 || slices.Equal(above, below)
}
