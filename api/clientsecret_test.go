package api_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

func part(t *testing.T, token string, i int) (object obj) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &object))
	return object
}

// forge signs a token by hand.
func forge(header, claims obj, seed []byte) string {
	h, err := json.Marshal(header)
	check(err)
	c, err := json.Marshal(claims)
	check(err)
	signed := base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(c)
	signature := ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestClientSecretIsAJWT(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	header, claims := part(t, s.secret, 0), part(t, s.secret, 1)
	require.Equal(t, "EdDSA", header["alg"])
	require.Equal(t, "sk-1", header["kid"])
	require.Equal(t, obj{
		"iss": "stile", "sub": s.id, "org": e.sandbox.org.ID, "iat": float64(e.clock.Now().Unix()),
	}, claims)
}

func TestForgedClientSecrets(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	keys, err := e.store.Across().SigningKeys(t.Context())
	require.NoError(t, err)
	seed, other := keys[0].Seed, make([]byte, 32)
	header := obj{"alg": "EdDSA", "kid": "sk-1"}
	claims := obj{"iss": "stile", "sub": s.id, "org": e.sandbox.org.ID, "iat": 1}
	e.isOK(e.do("GET", s.path(""), forge(header, claims, seed), nil), 200)

	with := func(base obj, key string, value any) obj {
		changed := obj{key: value}
		for k, v := range base {
			if k != key {
				changed[k] = v
			}
		}
		return changed
	}
	for name, token := range map[string]string{
		"another key":    forge(header, claims, other),
		"unknown kid":    forge(with(header, "kid", "sk-9"), claims, seed),
		"no kid":         forge(obj{"alg": "EdDSA"}, claims, seed),
		"no algorithm":   forge(with(header, "alg", "none"), claims, seed),
		"HMAC":           forge(with(header, "alg", "HS256"), claims, seed),
		"another issuer": forge(header, with(claims, "iss", "else"), seed),
		"no issuer":      forge(header, with(claims, "iss", nil), seed),
		"not a session":  forge(header, with(claims, "sub", "wf_x"), seed),
		"no org":         forge(header, with(claims, "org", nil), seed),
		"org a number":   forge(header, with(claims, "org", 1), seed),
		"no signature":   s.secret[:strings.LastIndex(s.secret, ".")+1],
		"two parts":      s.secret[:strings.LastIndex(s.secret, ".")],
		"empty parts":    "..",
		"a space inside": strings.Replace(s.secret, ".", " .", 1),
	} {
		ans := e.do("GET", s.path(""), token, nil)
		failure := e.isError(ans, 401, "api_key_invalid")
		require.Equal(t, "Invalid client secret provided", failure["message"], name)
	}
	foreign := forge(header, with(claims, "org", e.stranger.org.ID), seed)
	e.isError(e.do("GET", s.path(""), foreign, nil), 404, "session_not_found")
}

func TestSigningKeyRotation(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	before := e.attest()
	other := e.replica(e.keys)
	require.Equal(t, "created", other.view(before)["status"])
	e.clock.Advance(2 * time.Second)
	seed := make([]byte, 32)
	require.NoError(t, e.store.Across().AddSigningKey(t.Context(), store.SigningKey{ID: "sk-2", Seed: seed}))
	e.clock.Advance(time.Minute)
	after := e.attest() // e has dropped its cached keys, the other replica has not yet
	require.Equal(t, "sk-2", part(t, after.secret, 0)["kid"])
	for _, replica := range []*env{e, other} {
		replica.view(before)
		replica.view(after)
	}
}

func TestReplicasAgreeOnTheFirstKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	replicas := []*env{e, e.replica(e.keys), e.replica(e.keys)}
	sessions := make([]session, len(replicas))
	var group sync.WaitGroup
	for i, replica := range replicas {
		group.Go(func() { sessions[i] = replica.create(e.sandbox, workflow) })
	}
	group.Wait()
	for _, replica := range replicas {
		for _, s := range sessions {
			replica.view(s)
		}
	}
}
