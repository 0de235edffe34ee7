package openid

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// Claims are the statements of an institution about its user, by name.
type Claims map[string]json.RawMessage

// Text returns a claim that is text; "" for any other.
func (c Claims) Text(name string) string {
	var text string
	if json.Unmarshal(c[name], &text) != nil {
		return ""
	}
	return text
}

// Bool returns a claim that is true or false; known is false for any other.
func (c Claims) Bool(name string) (value, known bool) {
	var given *bool
	if json.Unmarshal(c[name], &given) != nil || given == nil {
		return false, false
	}
	return *given, true
}

// Texts returns a claim that is an array of texts, or one text.
func (c Claims) Texts(name string) []string {
	var several []string
	if json.Unmarshal(c[name], &several) == nil {
		return several
	}
	if one := c.Text(name); one != "" {
		return []string{one}
	}
	return nil
}

// Request is a request for claims, as the parameter claims of OpenID Connect has it.
type Request map[string]any

// Essential asks for each claim as one that is needed.
func Essential(names ...string) Request {
	asked := Request{}
	for _, name := range names {
		asked[name] = map[string]bool{"essential": true}
	}
	return asked
}

// VerifiedClaim is the claim of OpenID Connect for Identity Assurance 1.0.
const VerifiedClaim = "verified_claims"

// Verified asks for claims that were verified under one of the trust frameworks.
func Verified(frameworks, names []string) Request {
	claims := map[string]any{}
	for _, name := range names {
		claims[name] = nil
	}
	return Request{VerifiedClaim: map[string]any{
		"verification": map[string]any{"trust_framework": map[string]any{"values": frameworks}}, "claims": claims,
	}}
}

// VerifiedUnder returns the claims that were verified under one of the trust frameworks; nil if there are none.
func (c Claims) VerifiedUnder(frameworks []string) Claims {
	type entry struct {
		Verification struct {
			Framework string `json:"trust_framework"`
		} `json:"verification"`
		Claims Claims `json:"claims"`
	}
	var entries []entry
	if json.Unmarshal(c[VerifiedClaim], &entries) != nil {
		var one entry
		if json.Unmarshal(c[VerifiedClaim], &one) != nil {
			return nil
		}
		entries = []entry{one}
	}
	for _, e := range entries {
		for _, accepted := range frameworks {
			if e.Verification.Framework == accepted {
				return e.Claims
			}
		}
	}
	return nil
}

// halfDigest is at_hash of a token, for all algorithms that ID tokens are accepted in.
func halfDigest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return encode(sum[:len(sum)/2])
}

func decode(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }
