package rest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/stile-id/stile/models"
)

const (
	secretIssuer = "stile"
	claimOrg     = "org"
	claimAttempt = "attempt"
	// longestSecret is well beyond the length of any client secret.
	longestSecret = 2000
)

// ClientSecrets makes and checks client secrets and device tokens. Both are JWTs for one session; a device token is for
// one handoff of it as well. They have no expiry: the session's row decides.
type ClientSecrets struct{ keys *signingKeys }

// clientClaims holds the claims of a client secret or a device token.
type clientClaims struct {
	session, org string
	attempt      string // "" in a client secret
}

// Ready reports as an error that there is no key to sign with.
func (s *ClientSecrets) Ready(ctx context.Context) error {
	_, err := s.keys.newest(ctx)
	return err
}

// Issue makes the secret of a session. While the signing key stays it is always the same one, so that a request
// carried out anew answers like the first.
func (s *ClientSecrets) Issue(ctx context.Context, session models.Session) (string, error) {
	return s.keys.sign(ctx, jwt.NewBuilder().Issuer(secretIssuer).Subject(session.ID).
		Claim(claimOrg, session.OrgID).IssuedAt(session.Created.Time), "")
}

// IssueDevice makes the token of the device that has claimed a handoff.
func (s *ClientSecrets) IssueDevice(ctx context.Context, h models.Handoff) (string, error) {
	return s.keys.sign(ctx, jwt.NewBuilder().Issuer(secretIssuer).Subject(h.SessionID).
		Claim(claimOrg, h.OrgID).Claim(claimAttempt, h.ID).IssuedAt(h.ClaimedAt.Time), "")
}

func errSecretInvalid() error {
	return models.Errorf(models.CodeAPIKeyInvalid, "Invalid client secret provided")
}

// Identify returns the caller that shows a client secret or a device token. Errors: those of verify.
func (s *ClientSecrets) Identify(ctx context.Context, token string) (Caller, error) {
	claims, err := s.verify(ctx, token)
	return Caller{client: &claims}, err
}

// verify reads a secret. Errors: CodeAPIKeyInvalid, and those of the database where the keys are not known yet.
func (s *ClientSecrets) verify(ctx context.Context, token string) (clientClaims, error) {
	if len(token) > longestSecret || strings.Count(token, ".") != 2 {
		return clientClaims{}, errSecretInvalid()
	}
	key, kind, err := s.keys.keyOf(ctx, token)
	if errors.Is(err, errNoSuchKey) || err == nil && kind == typeVPToken {
		return clientClaims{}, errSecretInvalid()
	}
	if err != nil {
		return clientClaims{}, err
	}
	// No check of time claims: there is none, and the row decides.
	parsed, err := jwt.Parse([]byte(token), jwt.WithKey(jwa.EdDSA(), key.private.Public()), jwt.WithValidate(false))
	if err != nil {
		return clientClaims{}, errSecretInvalid()
	}
	issuer, _ := parsed.Issuer()
	subject, _ := parsed.Subject()
	var org string
	err = parsed.Get(claimOrg, &org)
	if err != nil || issuer != secretIssuer || !models.PrefixSession.HasPrefix(subject) {
		return clientClaims{}, errSecretInvalid()
	}
	claims := clientClaims{session: subject, org: org}
	if parsed.Has(claimAttempt) {
		if err := parsed.Get(claimAttempt, &claims.attempt); err != nil || !models.PrefixAttempt.HasPrefix(claims.attempt) {
			return clientClaims{}, errSecretInvalid()
		}
	}
	return claims, nil
}

// signingKey is an Ed25519 key pair; its id is the JWT's kid.
type signingKey struct {
	id      string
	private ed25519.PrivateKey
}
