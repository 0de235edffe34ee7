package rest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
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

func newClientSecrets(across store.Across, now func() time.Time) *ClientSecrets {
	return &ClientSecrets{keys: &signingKeys{across: across, now: now}}
}

// Ready reports as an error that there is no key to sign with.
func (s *ClientSecrets) Ready(ctx context.Context) error {
	_, err := s.keys.newest(ctx)
	return err
}

// Issue makes the secret of a session. While the signing key stays it is always the same one, so that a request
// carried out anew answers like the first.
func (s *ClientSecrets) Issue(ctx context.Context, session models.Session) (string, error) {
	return s.sign(ctx, jwt.NewBuilder().Issuer(secretIssuer).Subject(session.ID).
		Claim(claimOrg, session.OrgID).IssuedAt(session.Created.Time))
}

// IssueDevice makes the token of the device that has claimed a handoff.
func (s *ClientSecrets) IssueDevice(ctx context.Context, h models.Handoff) (string, error) {
	return s.sign(ctx, jwt.NewBuilder().Issuer(secretIssuer).Subject(h.SessionID).
		Claim(claimOrg, h.OrgID).Claim(claimAttempt, h.ID).IssuedAt(h.ClaimedAt.Time))
}

func (s *ClientSecrets) sign(ctx context.Context, claims *jwt.Builder) (string, error) {
	key, err := s.keys.newest(ctx)
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
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.EdDSA(), key.private, jws.WithProtectedHeaders(header)))
	return string(signed), err
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
	key, err := s.keyOf(ctx, token)
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

// keyOf finds the key that the token names. No claim of the token counts before its signature is checked.
func (s *ClientSecrets) keyOf(ctx context.Context, token string) (signingKey, error) {
	message, err := jws.ParseString(token)
	if err != nil || len(message.Signatures()) != 1 {
		return signingKey{}, errSecretInvalid()
	}
	id, _ := message.Signatures()[0].ProtectedHeaders().KeyID()
	key, err := s.keys.find(ctx, id)
	if errors.Is(err, errNoSuchKey) {
		err = errSecretInvalid()
	}
	return key, err
}

// signingKey is an Ed25519 key pair; its id is the JWT's kid.
type signingKey struct {
	id      string
	private ed25519.PrivateKey
}
