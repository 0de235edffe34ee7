package openid

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// metadataAge is how long the discovery document and the keys of an institution are kept.
const metadataAge = time.Hour

// metadata is the part of a discovery document (OpenID Connect Discovery 1.0) that the client needs.
type metadata struct {
	Issuer        string   `json:"issuer"`
	Authorization string   `json:"authorization_endpoint"`
	Pushed        string   `json:"pushed_authorization_request_endpoint"`
	Token         string   `json:"token_endpoint"`
	Userinfo      string   `json:"userinfo_endpoint"`
	Keys          string   `json:"jwks_uri"`
	PKCE          []string `json:"code_challenge_methods_supported"`
	Issues        bool     `json:"authorization_response_iss_parameter_supported"`
	// Aliases are the endpoints for clients with a certificate (RFC 8705).
	Aliases struct {
		Pushed   string `json:"pushed_authorization_request_endpoint"`
		Token    string `json:"token_endpoint"`
		Userinfo string `json:"userinfo_endpoint"`
	} `json:"mtls_endpoint_aliases"`
}

// discovered returns the discovery document of the institution, from memory or from its server.
func (c *Client) discovered(ctx context.Context) (metadata, error) {
	c.mu.Lock()
	known := c.metadata
	c.mu.Unlock()
	if known.fresh(c.now(), metadataAge) {
		return known.value, nil
	}
	address := strings.TrimSuffix(c.of.Issuer, "/") + "/.well-known/openid-configuration"
	body, err := c.get(ctx, address)
	if err != nil {
		return metadata{}, err
	}
	var m metadata
	if err := json.Unmarshal(body, &m); err != nil {
		return metadata{}, ErrAway
	}
	if err := c.check(&m); err != nil {
		return metadata{}, err
	}
	c.mu.Lock()
	c.metadata = cached[metadata]{m, c.now()}
	c.mu.Unlock()
	return m, nil
}

// check refuses the document of another issuer, and one that lacks a part of the profile.
func (c *Client) check(m *metadata) error {
	if m.Issuer != c.of.Issuer || !m.Issues {
		return ErrUntrusted
	}
	if c.of.Auth == AuthTLS {
		m.Pushed, m.Token = or(m.Aliases.Pushed, m.Pushed), or(m.Aliases.Token, m.Token)
		m.Userinfo = or(m.Aliases.Userinfo, m.Userinfo)
	}
	needed := []string{m.Authorization, m.Token, m.Keys}
	if c.of.Profile == ProfileFAPI2 || m.Pushed != "" {
		needed = append(needed, m.Pushed)
	}
	if c.of.ClaimsFrom == FromUserinfo {
		needed = append(needed, m.Userinfo)
	}
	unsafe := slices.ContainsFunc(needed, func(text string) bool {
		parsed, err := url.Parse(text)
		return err != nil || !isSafe(parsed)
	})
	if unsafe || !slices.Contains(m.PKCE, "S256") {
		return ErrUntrusted
	}
	return nil
}

func (c *Client) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, ErrAway
	}
	answer, err := c.send(request)
	if err != nil {
		return nil, err
	}
	if answer.status != http.StatusOK {
		return nil, ErrAway
	}
	return answer.body, nil
}
