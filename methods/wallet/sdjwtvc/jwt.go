package sdjwtvc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
)

// encoding is base64url without padding, and refuses bits that stand for nothing.
var encoding = base64.RawURLEncoding.Strict()

// jwt is a compact JWS before its signature is checked.
type jwt struct {
	header    map[string]any
	claims    map[string]any
	signed    string // header and payload, as they were sent
	signature []byte
}

// readJWT reads a compact JWS with a JSON object as payload. It returns a Fault with one of the codes.
func readJWT(text string, malformed, badHeader, badPayload Code) (t jwt, err error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return t, fault(malformed)
	}
	var decoded [3][]byte
	for i, part := range parts {
		if decoded[i], err = encoding.DecodeString(part); err != nil {
			return t, fault(malformed)
		}
	}
	if t.header, err = readObject(decoded[0]); err != nil {
		return t, orTooDeep(err, badHeader)
	}
	if t.claims, err = readObject(decoded[1]); err != nil {
		return t, orTooDeep(err, badPayload)
	}
	t.signed, t.signature = text[:len(parts[0])+1+len(parts[1])], decoded[2]
	return t, nil
}

// text returns a header parameter that is a string, or "".
func (t jwt) text(name string) string {
	value, _ := t.header[name].(string)
	return value
}

// critical reports whether the header wants a parameter to be understood. This package knows no such parameter; b64
// (RFC 7797) counts as one even where crit does not name it.
func (t jwt) critical() bool {
	_, critical := t.header["crit"]
	_, unencoded := t.header["b64"]
	return critical || unencoded
}

// verifies reports whether key has signed the token by the algorithm that its header names.
func (t jwt) verifies(key crypto.PublicKey) bool {
	alg := algorithmOf(key)
	return alg != "" && alg == t.text("alg") && jwsbb.Verify(key, alg, []byte(t.signed), t.signature) == nil
}

func supported(alg string) bool {
	switch alg {
	case "ES256", "ES384", "ES512", "EdDSA":
		return true
	default:
		return false
	}
}

// algorithmOf returns the one algorithm that this package accepts from a key, or "".
func algorithmOf(key crypto.PublicKey) string {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return "ES256"
		case elliptic.P384():
			return "ES384"
		case elliptic.P521():
			return "ES512"
		}
	case ed25519.PublicKey:
		return "EdDSA"
	}
	return ""
}

// readKey reads a JWK that is a public key for a supported algorithm. The thumbprint is that of RFC 7638 over SHA-256.
func readKey(value map[string]any) (key crypto.PublicKey, thumbprint string, ok bool) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, "", false
	}
	parsed, err := jwk.ParseKey(text)
	if err != nil {
		return nil, "", false
	}
	if private, err := jwk.IsPrivateKey(parsed); err != nil || private {
		return nil, "", false
	}
	if jwk.Export(parsed, &key) != nil || algorithmOf(key) == "" {
		return nil, "", false
	}
	if point, is := key.(*ecdsa.PublicKey); is {
		if _, err := point.ECDH(); err != nil { // not a point of the curve
			return nil, "", false
		}
	}
	sum, err := parsed.Thumbprint(crypto.SHA256)
	return key, encoding.EncodeToString(sum), err == nil
}
