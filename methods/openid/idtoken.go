package openid

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
)

const (
	// skew is how far the clock of an institution may differ.
	skew = time.Minute
	// tokenAge is how old an ID token may be when it is received.
	tokenAge = 10 * time.Minute
)

// identity checks the ID token (OpenID Connect Core 1.0, section 3.1.3.7) and returns its claims.
func (c *Client) identity(ctx context.Context, m metadata, flow Flow, t tokens) (Claims, error) {
	payload, err := c.verified(ctx, m, t.IDToken)
	if err != nil {
		return nil, err
	}
	var token idToken
	var claims Claims
	if json.Unmarshal(payload, &token) != nil || json.Unmarshal(payload, &claims) != nil {
		return nil, fmt.Errorf("%w: its ID token is not readable", ErrUntrusted)
	}
	if fault := token.fault(c.of, flow, t.AccessToken, c.now()); fault != "" {
		return nil, fmt.Errorf("%w: %s", ErrUntrusted, fault)
	}
	return claims, nil
}

// idToken has the claims of an ID token that the client checks.
type idToken struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	Party    string   `json:"azp"`
	Expires  int64    `json:"exp"`
	Issued   int64    `json:"iat"`
	Nonce    string   `json:"nonce"`
	Level    string   `json:"acr"`
	Access   string   `json:"at_hash"`
}

// audience is one text, or an array.
type audience []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// fault returns why the token is not for this flow; "" if it is.
func (t idToken) fault(of Institution, flow Flow, accessToken string, now time.Time) string {
	switch {
	case t.Issuer != of.Issuer:
		return "its ID token is of another issuer"
	case !slices.Contains(t.Audience, of.ClientID):
		return "its ID token is for another client"
	case len(t.Audience) > 1 && t.Party == "", t.Party != "" && t.Party != of.ClientID:
		return "its ID token was issued to another client"
	case t.Subject == "":
		return "its ID token has no subject"
	case !now.Before(time.Unix(t.Expires, 0).Add(skew)):
		return "its ID token has expired"
	case time.Unix(t.Issued, 0).After(now.Add(skew)), time.Unix(t.Issued, 0).Before(now.Add(-tokenAge)):
		return "its ID token is not of this login"
	case t.Nonce != flow.Nonce:
		return "its ID token has another nonce"
	case t.Access != "" && t.Access != halfDigest(accessToken):
		return "its ID token belongs to another access token"
	case len(of.ACRValues) > 0 && !slices.Contains(of.ACRValues, t.Level):
		return "its user has not logged in at the level that was asked for"
	default:
		return ""
	}
}

// verified returns the payload of a compact JWS that the institution has signed.
func (c *Client) verified(ctx context.Context, m metadata, token string) ([]byte, error) {
	header, err := headerOf(token)
	if err != nil || !slices.Contains(c.of.algorithms(), header.Algorithm) {
		return nil, fmt.Errorf("%w: its ID token is not signed as it must be", ErrUntrusted)
	}
	alg, _ := jwa.LookupSignatureAlgorithm(header.Algorithm)
	// A key that is not known may be new, so the keys are read again.
	for _, renew := range []bool{false, true} {
		keys, err := c.keysOf(ctx, m, renew)
		if err != nil {
			return nil, err
		}
		for _, key := range keys.fitting(header.KeyID, header.Algorithm) {
			if payload, err := jws.Verify([]byte(token), jws.WithKey(alg, key)); err == nil {
				return payload, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: no key of its verifies the ID token", ErrUntrusted)
}

type tokenHeader struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
}

func headerOf(token string) (h tokenHeader, err error) {
	first, _, _ := strings.Cut(token, ".")
	text, err := decode(first)
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(text, &h)
}

// keySet holds the keys of an institution.
type keySet []jwk.Key

// keysRenewed is the least time between two requests for the keys of an institution.
const keysRenewed = 30 * time.Second

// keysOf returns the keys of the institution. Renew asks for them although they are fresh, unless they are quite new.
func (c *Client) keysOf(ctx context.Context, m metadata, renew bool) (keySet, error) {
	c.mu.Lock()
	known := c.keys
	c.mu.Unlock()
	age := metadataAge
	if renew {
		age = keysRenewed
	}
	if known.fresh(c.now(), age) {
		return known.value, nil
	}
	body, err := c.get(ctx, m.Keys)
	if err != nil {
		return nil, err
	}
	set, err := jwk.Parse(body, jwk.WithIgnoreParseError(true))
	if err != nil {
		return nil, fmt.Errorf("%w: its keys are not readable", ErrAway)
	}
	var keys keySet
	for i := range set.Len() {
		if key, ok := set.Key(i); ok {
			keys = append(keys, key)
		}
	}
	c.mu.Lock()
	c.keys = cached[keySet]{keys, c.now()}
	c.mu.Unlock()
	return keys, nil
}

// fitting returns the keys that a token with this header may be signed with.
func (s keySet) fitting(id, alg string) (fit []jwk.Key) {
	kind := jwa.RSA()
	if alg == "ES256" {
		kind = jwa.EC()
	}
	for _, key := range s {
		own, _ := key.KeyID()
		use, used := key.KeyUsage()
		stated, states := key.Algorithm()
		if key.KeyType() == kind && (id == "" || own == id) && (!used || use == "sig") &&
			(!states || stated.String() == alg) {
			fit = append(fit, key)
		}
	}
	return fit
}
