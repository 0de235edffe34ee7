package carrier

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// The scopes of the interfaces.
const (
	scopeAge    = "kyc-age-verification:verify"
	scopeNumber = "number-verification:verify"
	scopeMatch  = "kyc-match:match"
)

// scope is that of the access token for the user's line: of every interface that is called with it, under the one
// agreed purpose.
func (c *client) scope(q question) string {
	scopes := []string{"openid", c.of.Purpose}
	switch {
	case q.Flow == FlowNumberVerification:
		scopes = append(scopes, scopeNumber)
	case q.Person != nil:
		scopes = append(scopes, scopeAge, scopeMatch)
	default:
		scopes = append(scopes, scopeAge)
	}
	return strings.Join(scopes, " ")
}

// redirect is an authorization request. It is kept, sealed, until the user comes back.
type redirect struct {
	URI      string `json:"uri"`
	Verifier string `json:"verifier"` // of PKCE
	Code     string `json:"code,omitempty"`
}

// authorize returns the address to which the user's browser goes for a question. State comes back with the user. The
// carrier recognises the line by the network.
func (c *client) authorize(ctx context.Context, q question, uri, state string) (redirect, string, error) {
	m, err := c.discovered(ctx)
	if err != nil {
		return redirect{}, "", err
	}
	r := redirect{URI: uri, Verifier: random()}
	challenge := sha256.Sum256([]byte(r.Verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {c.of.ClientID}, "redirect_uri": {uri}, "state": {state},
		"nonce": {random()}, "scope": {c.scope(q)}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])},
	}
	if q.Flow == FlowNumberVerification {
		query.Set("prompt", "none")
	}
	return r, m.Authorization + "?" + query.Encode(), nil
}

type tokens struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
}

// token asks the token endpoint.
func (c *client) token(ctx context.Context, form url.Values) (string, error) {
	m, err := c.discovered(ctx)
	if err != nil {
		return "", err
	}
	var got tokens
	if err := c.post(ctx, m.Token, form, &got); err != nil {
		return "", err
	}
	if got.AccessToken == "" || !strings.EqualFold(got.TokenType, "Bearer") {
		return "", away("its token is not the documented one")
	}
	return got.AccessToken, nil
}

// exchange returns the access token for a code.
func (c *client) exchange(ctx context.Context, r redirect) (string, error) {
	return c.token(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {r.Code}, "redirect_uri": {r.URI}, "code_verifier": {r.Verifier},
	})
}

// own returns an access token of the client itself for an interface, to ask by a number.
func (c *client) own(ctx context.Context, scope string) (string, error) {
	token, err := c.token(ctx, url.Values{
		"grant_type": {"client_credentials"}, "scope": {c.of.Purpose + " " + scope},
	})
	return token, awayFrom(err)
}

// asked is a question of the carrier to its customer (OpenID CIBA).
type asked struct {
	ID      string    `json:"id"`
	Until   time.Time `json:"until"`
	Seconds int       `json:"seconds"` // between two polls
}

// The bounds of the time that a carrier gives its customer.
const (
	shortestAsk, longestAsk = 30 * time.Second, 5 * time.Minute
	pollSeconds             = 5
	longestPoll             = 30
)

// ask has the carrier ask its customer on the phone of the number.
func (c *client) ask(ctx context.Context, q question) (asked, error) {
	m, err := c.discovered(ctx)
	if err != nil {
		return asked{}, err
	}
	var got struct {
		ID        string `json:"auth_req_id"`
		ExpiresIn int    `json:"expires_in"`
		Interval  *int   `json:"interval"`
	}
	form := url.Values{"scope": {c.scope(q)}, "login_hint": {"tel:" + q.Phone}}
	if err := c.post(ctx, m.Backchannel, form, &got); err != nil {
		return asked{}, err
	}
	if got.ID == "" || got.ExpiresIn <= 0 {
		return asked{}, away("its answer is not the documented one")
	}
	seconds := pollSeconds
	if got.Interval != nil {
		seconds = min(max(*got.Interval, 1), longestPoll)
	}
	lasts := min(max(time.Duration(min(got.ExpiresIn, 3600))*time.Second, shortestAsk), longestAsk)
	return asked{ID: got.ID, Until: c.now().Add(lasts).UTC(), Seconds: seconds}, nil
}

// grantCIBA is the grant type of OpenID CIBA.
const grantCIBA = "urn:openid:params:grant-type:ciba"

// poll returns the access token once the customer has agreed.
func (c *client) poll(ctx context.Context, a asked) (string, error) {
	return c.token(ctx, url.Values{"grant_type": {grantCIBA}, "auth_req_id": {a.ID}})
}
