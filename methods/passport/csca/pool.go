package csca

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/stile-id/stile/methods/passport/emrtd"
)

// Authority is the certificate of a country signing authority.
type Authority struct {
	*emrtd.Certificate
	// Source is the file that holds the certificate.
	Source string
	// Link reports whether a predecessor has signed the certificate: it is trusted if its predecessor is.
	Link bool
}

// Pool holds authorities and their revocation lists. It does not change.
type Pool struct {
	authorities []Authority
	byName      map[string][]Authority
	revoked     []*revocations
	options     Options
}

// newPool returns a pool. Lists that none of the authorities has signed are returned as strangers.
func newPool(o Options, authorities []Authority, lists []*revocations) (p *Pool, strangers []*revocations) {
	p = &Pool{byName: map[string][]Authority{}, options: o}
	for _, a := range authorities {
		name := emrtd.FoldName(a.RawSubject)
		if slices.ContainsFunc(p.byName[name], func(b Authority) bool { return bytes.Equal(a.DER, b.DER) }) {
			continue // a list repeats the certificates of others
		}
		p.authorities = append(p.authorities, a)
		p.byName[name] = append(p.byName[name], a)
	}
	for _, list := range lists {
		if slices.ContainsFunc(p.byName[emrtd.FoldName(list.issuer)], func(a Authority) bool {
			return list.signedBy(a.Certificate, o.SHA1)
		}) {
			p.revoked = append(p.revoked, list)
			continue
		}
		strangers = append(strangers, list)
	}
	return p, strangers
}

// Authorities returns the authorities of the pool.
func (p *Pool) Authorities() []Authority { return slices.Clone(p.authorities) }

// RevocationState tells whether it is known that a signer is not revoked.
type RevocationState string

// The states.
const (
	// RevocationGood means that a current list does not have the signer.
	RevocationGood RevocationState = "good"
	// RevocationUnchecked means that there is no current list.
	RevocationUnchecked RevocationState = "unchecked"
)

// Finding is the record of a check.
type Finding struct {
	// Authority is the one that the signer was found under, and Country its country, ISO 3166-1 alpha-2 or a code of
	// ICAO 9303-3 of two letters.
	Authority  Authority
	Country    string
	Revocation RevocationState
}

// Check checks the certificate of a document signer. The error is a *Fault, or an *emrtd.Fault of a key or an algorithm
// that is not accepted. The finding holds the results up to the check that failed.
func (p *Pool) Check(signer *emrtd.Certificate, now time.Time) (Finding, error) {
	path, err := p.path(signer, now)
	if err != nil {
		return Finding{}, err
	}
	root := path[len(path)-1]
	f := Finding{Authority: root, Country: root.Country(), Revocation: RevocationUnchecked}
	if err := checkSigner(signer); err != nil {
		return f, err
	}
	if f.Country == "" || signer.Country() != f.Country {
		return f, fault(Country)
	}
	if !signer.ValidAt(now) {
		return f, fault(Expired)
	}
	if slices.ContainsFunc(path, func(a Authority) bool { return !a.ValidAt(now) }) {
		return f, fault(AuthorityExpired)
	}
	f.Revocation, err = p.revocation(signer, now)
	return f, err
}

// checkSigner checks the form of a document signer's certificate (ICAO 9303-12, table 6): an extended key usage is that
// of a signer of other objects, such as master lists.
func checkSigner(signer *emrtd.Certificate) error {
	if signer.Version != 3 || signer.CA || signer.UnknownCritical || len(signer.ExtKeyUsage) > 0 {
		return fault(Malformed)
	}
	if !signer.May(emrtd.UsageDigitalSignature) {
		return fault(Malformed)
	}
	return nil
}

// maxLinks is more than the successors that an authority has while a document is valid.
const maxLinks = 5

// path returns the authorities from the issuer of the certificate to a root, over links that no list revokes. A path of
// which every certificate is valid goes before others. Several authorities may have one name, because they change their
// keys.
func (p *Pool) path(c *emrtd.Certificate, now time.Time) ([]Authority, error) {
	best, fault := p.climb(c, now, maxLinks)
	if best == nil {
		return nil, fault
	}
	return best, nil
}

func (p *Pool) climb(c *emrtd.Certificate, now time.Time, left int) (best []Authority, why error) {
	why = fault(Unknown)
	if left == 0 {
		return nil, why
	}
	signed := false
	for _, a := range p.issuers(c) {
		if err := c.SignedBy(a.Certificate, p.options.SHA1); err != nil {
			if !signed {
				why = signatureFault(err)
			}
			continue
		}
		signed = true
		path := []Authority{a}
		if a.Link {
			if p.revokes(a.Certificate) {
				why = fault(Revoked)
				continue
			}
			above, err := p.climb(a.Certificate, now, left-1)
			if above == nil {
				why = err
				continue
			}
			path = append(path, above...)
		}
		if !slices.ContainsFunc(path, func(a Authority) bool { return !a.ValidAt(now) }) {
			return path, nil
		}
		if best == nil {
			best = path
		}
	}
	return best, why
}

// issuers returns the authorities of the issuer's name, those with the key identifier first.
func (p *Pool) issuers(c *emrtd.Certificate) []Authority {
	named := slices.Clone(p.byName[emrtd.FoldName(c.RawIssuer)])
	slices.SortStableFunc(named, func(a, b Authority) int { return rank(a, c) - rank(b, c) })
	return named
}

func rank(a Authority, c *emrtd.Certificate) int {
	if len(c.AuthorityKeyID) > 0 && bytes.Equal(a.SubjectKeyID, c.AuthorityKeyID) {
		return 0
	}
	return 1
}

func signatureFault(err error) error {
	if errors.Is(err, &emrtd.Fault{Code: emrtd.CertificateSignature}) {
		return fault(Signature)
	}
	return err
}

// revokes reports whether a list of the certificate's issuer has the certificate.
func (p *Pool) revokes(c *emrtd.Certificate) bool {
	return slices.ContainsFunc(p.revoked, func(list *revocations) bool {
		return emrtd.SameName(list.issuer, c.RawIssuer) && list.has(c.Serial)
	})
}

// revocation looks the signer up in the lists of its issuer.
func (p *Pool) revocation(signer *emrtd.Certificate, now time.Time) (RevocationState, error) {
	state := RevocationUnchecked
	if p.revokes(signer) {
		return state, fault(Revoked)
	}
	if slices.ContainsFunc(p.revoked, func(list *revocations) bool {
		return emrtd.SameName(list.issuer, signer.RawIssuer) && list.currentAt(now)
	}) {
		state = RevocationGood
	}
	if state != RevocationGood && p.options.RequireLists {
		return state, fault(RevocationUnknown)
	}
	return state, nil
}

// Trusting returns a pool of roots, without a folder and with the default settings.
func Trusting(roots ...*emrtd.Certificate) *Pool {
	var authorities []Authority
	for _, c := range roots {
		authorities = append(authorities, Authority{Certificate: c})
	}
	p, _ := newPool(Options{}, authorities, nil)
	return p
}
