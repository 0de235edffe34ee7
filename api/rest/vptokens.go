package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

// typeVPToken is the type of VP tokens in their header, which sets them apart from client secrets.
const typeVPToken = "vp+jwt"

// The claims of a VP token besides the registered ones.
const (
	claimCredential = "cid"
	claimMethod     = "method"
	claimStrength   = "strength"
	claimTier       = "tier"
	claimOrigin     = "ori"
	claimEmailHash  = "emh"
)

// VPTokens makes and checks VP tokens: JWTs by which a verified person shows a credential again. The public keys are at
// PathKeys.
type VPTokens struct {
	keys   *signingKeys
	issuer string // the URL of the deployment
}

// Issue makes the token of a verified session for its credential. While the signing key stays it is always the same
// one.
func (t *VPTokens) Issue(ctx context.Context, s models.Session, c models.Credential) (string, error) {
	issued := c.VerifiedAt
	if s.CompletedAt != nil {
		issued = *s.CompletedAt
	}
	claims := jwt.NewBuilder().Issuer(t.issuer).Subject(c.PersonID).Audience([]string{c.OrgID}).
		IssuedAt(issued.Time).Expiration(c.ExpiresAt.Time).Claim(claimCredential, c.ID).
		Claim(claimMethod, c.Method).Claim(claimStrength, c.Strength).Claim(claimTier, c.AgeTier)
	if s.PageOrigin != nil && *s.PageOrigin != "" {
		claims = claims.Claim(claimOrigin, *s.PageOrigin)
	}
	if c.EmailHash != nil {
		claims = claims.Claim(claimEmailHash, *c.EmailHash)
	}
	return t.keys.sign(ctx, claims, typeVPToken)
}

// Read returns the claims of a token with a valid signature, and the zero Presented for any other text. The claims name
// a credential; its row decides, also on the expiry. Errors: those of the database.
func (t *VPTokens) Read(ctx context.Context, token string) (p sessions.Presented, err error) {
	if len(token) > longestSecret || strings.Count(token, ".") != 2 {
		return p, nil
	}
	key, kind, err := t.keys.keyOf(ctx, token)
	if errors.Is(err, errNoSuchKey) || err == nil && kind != typeVPToken {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	parsed, err := jwt.Parse([]byte(token), jwt.WithKey(jwa.EdDSA(), key.private.Public()), jwt.WithValidate(false))
	if err != nil {
		return sessions.Presented{}, nil //nolint:nilerr // a forged token proves nothing
	}
	return presented(parsed), nil
}

// presented returns the claims of a token with a valid signature; the zero Presented if one is missing or no text.
func presented(token jwt.Token) (p sessions.Presented) {
	text := func(claim string) string {
		var value string
		_ = token.Get(claim, &value) // an absent claim, and one that is no text, stay empty
		return value
	}
	p.CredentialID, p.Origin = text(claimCredential), text(claimOrigin)
	p.PersonID, _ = token.Subject()
	if audience, _ := token.Audience(); len(audience) == 1 {
		p.OrgID = audience[0]
	}
	if p.CredentialID == "" || !models.PrefixPerson.Names(p.PersonID) || token.Has(claimOrigin) && p.Origin == "" {
		return sessions.Presented{}
	}
	return p
}

// keysCached is how long clients and caches may keep the public keys. A new key is published when it first signs, so a
// client that meets an unknown kid reads the keys again.
const keysCached = "public, max-age=300"

// PublicKeys answers with the keys that verify VP tokens, as a JWK set (RFC 7517).
func (t *VPTokens) PublicKeys(c *Call) (Answer, error) {
	known, err := t.keys.all(c.Ctx)
	if err != nil {
		return Answer{}, err
	}
	set := struct {
		Keys []jwk.Key `json:"keys"`
	}{[]jwk.Key{}}
	for _, key := range known {
		public, err := jwk.Import(key.private.Public())
		if err != nil {
			return Answer{}, err
		}
		for name, value := range map[string]any{
			jwk.KeyIDKey: key.id, jwk.AlgorithmKey: jwa.EdDSA(), jwk.KeyUsageKey: jwk.ForSignature,
		} {
			if err := public.Set(name, value); err != nil {
				return Answer{}, err
			}
		}
		set.Keys = append(set.Keys, public)
	}
	ans, err := Reply(http.StatusOK, set)
	ans.Header = map[string]string{"Cache-Control": keysCached}
	return ans, err
}

// sign makes a JWT of claims. Kind is the type in its header; "" leaves the default of JWTs.
func (k *signingKeys) sign(ctx context.Context, claims *jwt.Builder, kind string) (string, error) {
	key, err := k.newest(ctx)
	if err != nil {
		return "", err
	}
	token, err := claims.Build()
	if err != nil {
		return "", err
	}
	header := jws.NewHeaders()
	if err := header.Set(jws.KeyIDKey, key.id); err != nil {
		return "", err
	}
	if kind != "" {
		if err := header.Set(jws.TypeKey, kind); err != nil {
			return "", err
		}
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.EdDSA(), key.private, jws.WithProtectedHeaders(header)))
	return string(signed), err
}

// keyOf finds the key that a token names, and the type in its header. No claim of the token counts before its signature
// is checked. Errors: errNoSuchKey, also for a text that is no token.
func (k *signingKeys) keyOf(ctx context.Context, token string) (key signingKey, kind string, err error) {
	message, err := jws.ParseString(token)
	if err != nil || len(message.Signatures()) != 1 {
		return key, "", errNoSuchKey
	}
	header := message.Signatures()[0].ProtectedHeaders()
	id, _ := header.KeyID()
	kind, _ = header.Type()
	key, err = k.find(ctx, id)
	return key, kind, err
}
