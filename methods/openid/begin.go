package openid

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

// Flow is one authorization request. It is kept, sealed, until the user comes back.
type Flow struct {
	RedirectURI string `json:"redirect_uri"`
	Verifier    string `json:"verifier"` // of PKCE
	Nonce       string `json:"nonce"`
	// ProofKey is the private JWK of DPoP; nil without.
	ProofKey json.RawMessage `json:"proof_key,omitempty"`
}

// Begin asks the institution for a login, and returns the address to which the user's browser goes. State comes back
// with the user. Claims is the request for claims: a JSON object. Errors: ErrAway, ErrUntrusted.
func (c *Client) Begin(ctx context.Context, redirectURI, state string, claims Request) (Flow, string, error) {
	flow := Flow{RedirectURI: redirectURI, Verifier: secret(), Nonce: secret()}
	m, err := c.discovered(ctx)
	if err != nil {
		return flow, "", err
	}
	asked, err := c.asked(flow, state, claims)
	if err != nil {
		return flow, "", err
	}
	if c.of.DPoP {
		key, err := newProofKey()
		if err != nil {
			return flow, "", err
		}
		if flow.ProofKey, err = json.Marshal(key); err != nil {
			return flow, "", err
		}
		thumbprint, err := thumbprintOf(key)
		if err != nil {
			return flow, "", err
		}
		asked.Set("dpop_jkt", thumbprint)
	}
	if m.Pushed == "" {
		asked.Set("client_id", c.of.ClientID)
		return flow, withQuery(m.Authorization, asked), nil
	}
	pushed, err := c.push(ctx, m, asked)
	if err != nil {
		return flow, "", err
	}
	return flow, withQuery(m.Authorization, url.Values{"client_id": {c.of.ClientID}, "request_uri": {pushed}}), nil
}

func (c *Client) asked(flow Flow, state string, claims Request) (url.Values, error) {
	text, err := json.Marshal(map[string]Request{c.of.ClaimsFrom: claims})
	if err != nil {
		return nil, err
	}
	asked := url.Values{
		"response_type": {"code"}, "redirect_uri": {flow.RedirectURI}, "state": {state}, "nonce": {flow.Nonce},
		"scope":          {strings.Join(append([]string{"openid"}, c.of.Scopes...), " ")},
		"code_challenge": {digest(flow.Verifier)}, "code_challenge_method": {"S256"}, "claims": {string(text)},
	}
	if len(c.of.ACRValues) > 0 {
		asked.Set("acr_values", strings.Join(c.of.ACRValues, " "))
	}
	return asked, nil
}

// push sends the request to the institution, which returns a reference to it (RFC 9126).
func (c *Client) push(ctx context.Context, m metadata, asked url.Values) (string, error) {
	got, err := c.post(ctx, m.Pushed, asked, nil)
	if err != nil {
		return "", err
	}
	var pushed struct {
		RequestURI string `json:"request_uri"`
	}
	if got.status != http.StatusCreated && got.status != http.StatusOK {
		return "", fmt.Errorf("%w: it refuses the request with the status %d", ErrAway, got.status)
	}
	if json.Unmarshal(got.body, &pushed) != nil || pushed.RequestURI == "" {
		return "", fmt.Errorf("%w: it returned no request_uri", ErrAway)
	}
	return pushed.RequestURI, nil
}

func withQuery(endpoint string, query url.Values) string {
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return "" // the endpoint was checked when it was read
	}
	all := parsed.Query()
	for name, values := range query {
		all[name] = values
	}
	parsed.RawQuery = all.Encode()
	return parsed.String()
}

func (f Flow) proofKey() (jwk.Key, error) {
	if len(f.ProofKey) == 0 {
		return nil, nil //nolint:nilnil // no key means no proof
	}
	return jwk.ParseKey(f.ProofKey)
}
