package openid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/banktest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods/openid"
)

// hostile is an institution that answers as a test wants. Faults that the certified provider does not have need it.
type hostile struct {
	*httptest.Server
	metadata map[string]any
	token    map[string]any // the answer of the token endpoint, but for the ID token
	claims   map[string]any // of the ID token
	alg      jwa.SignatureAlgorithm
	signer   any
	keys     []jwk.Key
}

func newHostile(t *testing.T) *hostile {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	public, err := jwk.Import(key.Public())
	require.NoError(t, err)
	h := &hostile{alg: jwa.ES256(), signer: key, keys: []jwk.Key{public}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.serve(t, w, r) }))
	t.Cleanup(h.Close)
	h.metadata = map[string]any{
		"issuer": h.URL, "authorization_endpoint": h.URL + "/auth", "token_endpoint": h.URL + "/token",
		"pushed_authorization_request_endpoint": h.URL + "/par", "jwks_uri": h.URL + "/keys",
		"code_challenge_methods_supported": []string{"S256"}, "authorization_response_iss_parameter_supported": true,
	}
	now := time.Now().Unix()
	h.token = map[string]any{"access_token": "access", "token_type": "DPoP"}
	h.claims = map[string]any{"iss": h.URL, "sub": "1", "aud": banktest.ClientID, "exp": now + 60, "iat": now}
	return h
}

func (h *hostile) serve(t *testing.T, w http.ResponseWriter, r *http.Request) {
	t.Helper()
	answer := map[string]any{}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer = h.metadata
	case "/keys":
		answer = map[string]any{"keys": h.keys}
	case "/par":
		if r.FormValue("nonce") != "" {
			if _, set := h.claims["nonce"]; !set {
				h.claims["nonce"] = r.FormValue("nonce")
			}
		}
		answer["request_uri"] = "urn:1"
		w.WriteHeader(http.StatusCreated)
	case "/token":
		payload, err := json.Marshal(h.claims)
		if err != nil {
			t.Error(err)
		}
		signed, err := jws.Sign(payload, jws.WithKey(h.alg, h.signer))
		if err != nil {
			t.Error(err)
		}
		answer = h.token
		answer["id_token"] = string(signed)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// finishes begins and ends a login at the institution.
func (h *hostile) finishes(t *testing.T) error {
	t.Helper()
	bank := &banktest.Bank{Issuer: h.URL, KeyFile: keyFile(t)}
	client := at(t, bank, func(i *openid.Institution) { i.ACRValues = []string{"strong"} })
	flow, _, err := client.Begin(t.Context(), redirectURI, "mch_1", openid.Essential("age_over_18"))
	if err != nil {
		return err
	}
	_, err = client.Finish(t.Context(), flow, url.Values{"iss": {h.URL}, "code": {"1"}})
	return err
}

// signedByRSA has the ID token in an algorithm that the profile does not have.
func signedByRSA(h *hostile) {
	h.alg = jwa.RS256()
	h.signer, _ = rsa.GenerateKey(rand.Reader, 2048)
}

func TestForgedIDTokenIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Now().Unix()
	strong := func(h *hostile) { h.claims["acr"] = "strong" }
	h := newHostile(t)
	strong(h)
	require.NoError(t, h.finishes(t))
	for fault, change := range map[string]func(h *hostile){
		"another issuer":              func(h *hostile) { h.claims["iss"] = "https://other.example" },
		"for another client":          func(h *hostile) { h.claims["aud"] = "other" },
		"issued to another client":    func(h *hostile) { h.claims["aud"] = []string{banktest.ClientID, "other"} },
		"no subject":                  func(h *hostile) { delete(h.claims, "sub") },
		"has expired":                 func(h *hostile) { h.claims["exp"] = now - 120 },
		"not of this login":           func(h *hostile) { h.claims["iat"] = now - 3600 },
		"another nonce":               func(h *hostile) { h.claims["nonce"] = "replayed" },
		"another access token":        func(h *hostile) { h.claims["at_hash"] = "x" },
		"at the level":                func(h *hostile) { h.claims["acr"] = "weak" },
		"not bound as asked":          func(h *hostile) { h.token["token_type"] = "Bearer" },
		"no key of its":               func(h *hostile) { h.signer, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
		"not signed as it must be":    func(h *hostile) { h.alg, h.signer = jwa.HS256(), []byte(strings.Repeat("x", 32)) },
		"is not signed as it must be": signedByRSA,
	} {
		h := newHostile(t)
		strong(h)
		change(h)
		err := h.finishes(t)
		require.ErrorIs(t, err, openid.ErrUntrusted, fault)
		require.ErrorContains(t, err, fault)
	}
}

func TestDiscoveryOfAnotherIssuerOrAWeakServerIsRefused(t *testing.T) {
	t.Parallel()
	for member, value := range map[string]any{
		"issuer": "https://other.example", "authorization_response_iss_parameter_supported": false,
		"token_endpoint": "http://bank.example/token", "pushed_authorization_request_endpoint": "",
		"code_challenge_methods_supported": []string{"plain"}, "jwks_uri": "file:///etc/passwd",
	} {
		h := newHostile(t)
		h.metadata[member] = value
		require.ErrorIs(t, h.finishes(t), openid.ErrUntrusted, member)
	}
	closed := newHostile(t)
	closed.Close()
	require.ErrorIs(t, closed.finishes(t), openid.ErrAway)
}

func TestInstitutionInsideTheNetworkIsNotAsked(t *testing.T) {
	t.Parallel()
	h := newHostile(t)
	of := openid.Institution{ID: "bank", Name: "Bank", Issuer: h.URL, ClientID: "stile", Key: keyFile(t), DPoP: true}
	require.NoError(t, of.Load(""))
	_, _, err := openid.NewClient(of, time.Minute, outbound.Policy{}, time.Now).Begin(t.Context(), redirectURI, "1", nil)
	require.ErrorIs(t, err, openid.ErrAway)
	require.ErrorContains(t, err, "address")
}
