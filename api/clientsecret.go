package api

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

// clientSecrets makes and checks client secrets and device tokens: JWTs bound to one session, the latter to one attempt
// to take it to a phone besides. They carry no expiry: the session's row says until when they are good for what.
type clientSecrets struct{ keys *signingKeys }

// clientClaims is what a client secret or a device token says.
type clientClaims struct {
	session, org string
	attempt      string // "" in a client secret
}

func newClientSecrets(across store.Across, now func() time.Time) *clientSecrets {
	return &clientSecrets{keys: &signingKeys{across: across, now: now}}
}

// ready reports as an error that there is no key to sign with.
func (s *clientSecrets) ready(ctx context.Context) error {
	_, err := s.keys.newest(ctx)
	return err
}

// issue makes the secret of a session. While the signing key stays it is always the same one, so that a request
// carried out anew answers like the first.
func (s *clientSecrets) issue(ctx context.Context, session models.Session) (string, error) {
	return s.sign(ctx, jwt.NewBuilder().Issuer(secretIssuer).Subject(session.ID).
		Claim(claimOrg, session.OrgID).IssuedAt(session.Created.Time))
}

// issueDevice makes the token of the device that has claimed a handoff.
func (s *clientSecrets) issueDevice(ctx context.Context, h models.Handoff) (string, error) {
	return s.sign(ctx, jwt.NewBuilder().Issuer(secretIssuer).Subject(h.SessionID).
		Claim(claimOrg, h.OrgID).Claim(claimAttempt, h.ID).IssuedAt(h.ClaimedAt.Time))
}

func (s *clientSecrets) sign(ctx context.Context, claims *jwt.Builder) (string, error) {
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

// identify returns the caller that shows a client secret or a device token. Errors: those of verify.
func (s *clientSecrets) identify(ctx context.Context, token string) (caller, error) {
	claims, err := s.verify(ctx, token)
	return caller{client: &claims}, err
}

// verify reads a secret. Errors: CodeAPIKeyInvalid, and those of the database where the keys are not known yet.
func (s *clientSecrets) verify(ctx context.Context, token string) (clientClaims, error) {
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
	if err := parsed.Get(claimOrg, &org); err != nil || issuer != secretIssuer || !models.PrefixSession.HasPrefix(subject) {
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

// keyOf finds the key that the token names. What the token says counts for nothing before the signature is checked.
func (s *clientSecrets) keyOf(ctx context.Context, token string) (signingKey, error) {
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
