package store

import (
	"context"
	"crypto/subtle"
	"strings"

	"github.com/stile-id/stile/models"
)

// TrustLink is a link in the mail about a grant.
type TrustLink struct {
	GrantID string
	// All means that the link ends all sharing, and not only the grant.
	All bool
}

// The scopes of a link, as its token names them.
const (
	linkGrant = "one"
	linkAll   = "all"
)

func (l TrustLink) scope() string {
	if l.All {
		return linkAll
	}
	return linkGrant
}

// SignTrustLink returns the token of a link: the grant, the scope, and a keyed digest of both. The rows decide that it
// works once.
func (s *Store) SignTrustLink(l TrustLink) string {
	return l.GrantID + "." + l.scope() + "." + s.linkDigest(l)
}

func (s *Store) linkDigest(l TrustLink) string {
	return s.keys.Digest("trust.link", []byte(l.GrantID), []byte(l.scope()))
}

// ReadTrustLink returns the link of a token, and false if its signature is not ours.
func (s *Store) ReadTrustLink(token string) (TrustLink, bool) {
	id, rest, _ := strings.Cut(token, ".")
	scope, digest, _ := strings.Cut(rest, ".")
	l := TrustLink{GrantID: id, All: scope == linkAll}
	if !models.PrefixTrustGrant.Names(id) || scope != l.scope() {
		return TrustLink{}, false
	}
	return l, subtle.ConstantTimeCompare([]byte(digest), []byte(s.linkDigest(l))) == 1
}

// LinkedGrant is the grant of a link, and whether the link still works.
type LinkedGrant struct {
	models.TrustGrant
	// Open reports whether there is something left to revoke.
	Open bool
}

// LinkedGrant reads the grant of a link whose signature has been checked. Errors: CodeResourceMissing.
func (a Across) LinkedGrant(ctx context.Context, l TrustLink) (linked LinkedGrant, err error) {
	found, err := one(a.s.read(ctx).Where("id = ?", l.GrantID), &linked.TrustGrant)
	if err != nil || !found {
		return linked, orMissing(err, "trust_reuse_grant", l.GrantID)
	}
	if !l.All {
		linked.Open = linked.ActiveAt(a.s.now())
		return linked, nil
	}
	linked.Open, err = one(consentsBefore(a.s.read(ctx), linked.TrustGrant), &models.TrustConsent{})
	return linked, err
}
