package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"slices"
	"time"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// Revocation says how the revocation list of a root is looked up.
type Revocation struct {
	// Fetch returns the list at url, in DER or PEM. It must refuse addresses that the operator does not want called.
	// Without it nothing is looked up.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	// Now is the time at which the list must be current: that of the look-up. The zero time stands for Query.Now.
	Now time.Time
	// AcceptUnknown accepts an issuer without a usable list. The finding records that.
	AcceptUnknown bool
}

// RevocationState tells whether an issuer is revoked.
type RevocationState string

// The states: the list does not have the signer; the list could not be had; nobody looked; the list has the signer.
const (
	RevocationGood      RevocationState = "good"
	RevocationUnreached RevocationState = "unknown"
	RevocationUnchecked RevocationState = "unchecked"
	RevocationRevoked   RevocationState = "revoked"
)

// maxDistributionPoints is how many addresses of a certificate are tried.
const maxDistributionPoints = 4

// maxAhead is how far the clock of an issuer may be ahead: many make their lists when they are asked for them.
const maxAhead = time.Minute

func (r Revocation) check(ctx context.Context, signer, root *mdoc.Certificate, now time.Time) (RevocationState, error) {
	if r.Fetch == nil {
		return RevocationUnchecked, nil
	}
	if !r.Now.IsZero() {
		now = r.Now
	}
	for _, url := range signer.CRLDistributionPoints[:min(len(signer.CRLDistributionPoints), maxDistributionPoints)] {
		content, err := r.Fetch(ctx, url)
		if err != nil {
			continue
		}
		list := readRevocationList(content, root, now)
		if list == nil {
			continue
		}
		revoked := slices.ContainsFunc(list.RevokedCertificateEntries, func(entry x509.RevocationListEntry) bool {
			return entry.SerialNumber.Cmp(signer.SerialNumber) == 0
		})
		if revoked {
			return RevocationRevoked, fault(IssuerRevoked)
		}
		return RevocationGood, nil
	}
	if r.AcceptUnknown {
		return RevocationUnreached, nil
	}
	return RevocationUnreached, fault(RevocationUnknown)
}

// readRevocationList returns the list if it is root's, signed and current, and nil otherwise (RFC 5280 6.3.3). Lists
// with critical extensions, which are those of a part of a list, are not used.
func readRevocationList(content []byte, root *mdoc.Certificate, now time.Time) *x509.RevocationList {
	list, err := x509.ParseRevocationList(derOf(content, "X509 CRL"))
	if err != nil || !bytes.Equal(list.RawIssuer, root.RawSubject) || root.KeyUsage&x509.KeyUsageCRLSign == 0 {
		return nil
	}
	for _, extension := range list.Extensions {
		if extension.Critical {
			return nil
		}
	}
	if now.Add(maxAhead).Before(list.ThisUpdate) || !now.Before(list.NextUpdate) {
		return nil
	}
	if !root.Signs(list.SignatureAlgorithm, list.RawTBSRevocationList, list.Signature) {
		return nil
	}
	return list
}
