package openid

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"

	"github.com/stile-id/stile/internal/outbound"
)

// answer is an answer of a server of the institution.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// longestAnswer is the size of an answer in bytes.
const longestAnswer = 256 << 10

// send sends a request. Errors: ErrAway, with the class of the fault and nothing of the address.
func (c *Client) send(r *http.Request) (answer, error) {
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", outbound.UserAgent)
	response, err := c.http.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("%w: %s", ErrAway, outbound.Reason(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	if err != nil {
		return answer{}, fmt.Errorf("%w: %s", ErrAway, outbound.Reason(err))
	}
	if len(body) > longestAnswer {
		return answer{}, fmt.Errorf("%w: its answer is too long", ErrAway)
	}
	return answer{response.StatusCode, response.Header, body}, nil
}

// post sends a form to an endpoint, as the client. With a key, the request proves the key by DPoP; if the server asks
// for its nonce, the request is sent once more.
func (c *Client) post(ctx context.Context, address string, form url.Values, key jwk.Key) (answer, error) {
	nonce := ""
	for try := 0; ; try++ {
		signed, err := c.authenticated(form)
		if err != nil {
			return answer{}, err
		}
		body := strings.NewReader(signed.Encode())
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
		if err != nil {
			return answer{}, ErrAway
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := c.proven(request, proof{key: key, nonce: nonce})
		if err != nil {
			return answer{}, err
		}
		if nonce = nonceAsked(got); nonce == "" || key == nil || try > 0 {
			return got, nil
		}
	}
}

// proven sends a request with a DPoP proof, if there is a key.
func (c *Client) proven(r *http.Request, p proof) (answer, error) {
	if p.key != nil {
		text, err := p.sign(r.Method, r.URL, c.now())
		if err != nil {
			return answer{}, err
		}
		r.Header.Set("DPoP", text)
	}
	return c.send(r)
}

// nonceAsked returns the nonce of a server that refuses a proof without it (RFC 9449, sections 8 and 9); "" otherwise.
func nonceAsked(a answer) string {
	nonce := a.header.Get("DPoP-Nonce")
	if a.status == http.StatusUnauthorized && strings.Contains(a.header.Get("WWW-Authenticate"), "use_dpop_nonce") {
		return nonce
	}
	var refused struct {
		Error string `json:"error"`
	}
	if a.status < http.StatusBadRequest || json.Unmarshal(a.body, &refused) != nil || refused.Error != "use_dpop_nonce" {
		return ""
	}
	return nonce
}

// authenticated returns the form with the proofs of the client: its id, and an assertion of private_key_jwt.
func (c *Client) authenticated(form url.Values) (url.Values, error) {
	signed := url.Values{"client_id": {c.of.ClientID}}
	for name, values := range form {
		signed[name] = values
	}
	if c.of.Auth == AuthTLS {
		return signed, nil
	}
	now := c.now()
	assertion, err := sign(c.of.signer, c.of.alg, "JWT", nil, map[string]any{
		"iss": c.of.ClientID, "sub": c.of.ClientID, "aud": c.of.Issuer, "jti": secret(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	})
	signed.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	signed.Set("client_assertion", assertion)
	return signed, err
}
