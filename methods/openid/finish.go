package openid

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

// ErrCancelled means that the user has refused at the institution.
var ErrCancelled = errors.New("the user has cancelled at the institution")

// Finish takes the answer with which a user comes back, and returns the claims that the institution makes about the
// user. It must be called once for a flow, because the institution takes its code once. Errors: ErrCancelled, ErrAway,
// ErrUntrusted.
func (c *Client) Finish(ctx context.Context, flow Flow, query url.Values) (Claims, error) {
	code, err := c.codeOf(query)
	if err != nil {
		return nil, err
	}
	m, err := c.discovered(ctx)
	if err != nil {
		return nil, err
	}
	key, err := flow.proofKey()
	if err != nil {
		return nil, err
	}
	got, err := c.exchange(ctx, m, flow, code, key)
	if err != nil {
		return nil, err
	}
	claims, err := c.identity(ctx, m, flow, got)
	if err != nil || c.of.ClaimsFrom == FromIDToken {
		return claims, err
	}
	return c.userinfo(ctx, m, got.AccessToken, key, claims)
}

// codeOf returns the code of an authorization response. It refuses a response of another issuer (RFC 9207).
func (c *Client) codeOf(query url.Values) (string, error) {
	for _, name := range []string{"iss", "code", "error"} {
		if len(query[name]) > 1 {
			return "", fmt.Errorf("%w: %s is given twice", ErrUntrusted, name)
		}
	}
	if query.Get("iss") != c.of.Issuer {
		return "", fmt.Errorf("%w: it is of another issuer", ErrUntrusted)
	}
	switch refused := query.Get("error"); {
	case refused == "access_denied":
		return "", ErrCancelled
	case refused != "":
		return "", fmt.Errorf("%w: it ended the login with an error", ErrAway)
	case query.Get("code") == "":
		return "", fmt.Errorf("%w: it has no code", ErrUntrusted)
	}
	return query.Get("code"), nil
}

// tokens is the answer of a token endpoint.
type tokens struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	IDToken     string `json:"id_token"`
}

func (c *Client) exchange(ctx context.Context, m metadata, flow Flow, code string, key jwk.Key) (tokens, error) {
	got, err := c.post(ctx, m.Token, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {flow.RedirectURI},
		"code_verifier": {flow.Verifier},
	}, key)
	if err != nil {
		return tokens{}, err
	}
	if got.status >= http.StatusInternalServerError || got.status == http.StatusTooManyRequests {
		return tokens{}, fmt.Errorf("%w: its token endpoint answers with the status %d", ErrAway, got.status)
	}
	var t tokens
	if got.status != http.StatusOK || json.Unmarshal(got.body, &t) != nil {
		return tokens{}, fmt.Errorf("%w: it refuses the code with the status %d", ErrUntrusted, got.status)
	}
	want := "Bearer"
	if key != nil {
		want = "DPoP"
	}
	if !strings.EqualFold(t.TokenType, want) || t.AccessToken == "" {
		return tokens{}, fmt.Errorf("%w: its access token is not bound as asked", ErrUntrusted)
	}
	return t, nil
}

// userinfo returns the claims of the userinfo endpoint. They must be about the subject of the ID token.
func (c *Client) userinfo(ctx context.Context, m metadata, token string, key jwk.Key, of Claims) (Claims, error) {
	got, err := c.askUserinfo(ctx, m.Userinfo, token, key)
	if err != nil {
		return nil, err
	}
	var claims Claims
	if got.status != http.StatusOK || json.Unmarshal(got.body, &claims) != nil {
		return nil, fmt.Errorf("%w: its userinfo endpoint answers with the status %d", ErrAway, got.status)
	}
	if claims.Text("sub") == "" || claims.Text("sub") != of.Text("sub") {
		return nil, fmt.Errorf("%w: its userinfo is about another subject", ErrUntrusted)
	}
	return claims, nil
}

func (c *Client) askUserinfo(ctx context.Context, address, token string, key jwk.Key) (answer, error) {
	scheme, nonce := "Bearer ", ""
	if key != nil {
		scheme = "DPoP "
	}
	for try := 0; ; try++ {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return answer{}, ErrAway
		}
		request.Header.Set("Authorization", scheme+token)
		got, err := c.proven(request, proof{key: key, nonce: nonce, token: token})
		if err != nil {
			return answer{}, err
		}
		if nonce = nonceAsked(got); nonce == "" || key == nil || try > 0 {
			return got, nil
		}
	}
}

func thumbprintOf(key jwk.Key) (string, error) {
	sum, err := key.Thumbprint(crypto.SHA256)
	return encode(sum), err
}
