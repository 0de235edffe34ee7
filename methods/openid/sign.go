package openid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
)

// sign returns a compact JWS of claims. The header has the type, the key's id, and the public key if it is given.
func sign(key jwk.Key, alg jwa.SignatureAlgorithm, kind string, public jwk.Key, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	header := jws.NewHeaders()
	if err := header.Set(jws.TypeKey, kind); err != nil {
		return "", err
	}
	if public != nil {
		if err := header.Set(jws.JWKKey, public); err != nil {
			return "", err
		}
	}
	signed, err := jws.Sign(payload, jws.WithKey(alg, key, jws.WithProtectedHeaders(header)))
	return string(signed), err
}

// newProofKey makes a key for DPoP proofs.
func newProofKey() (jwk.Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return jwk.Import(private)
}

// proof proves the possession of a key in one request (RFC 9449).
type proof struct {
	key   jwk.Key // nil means no proof
	nonce string  // of the server, if it has asked for one
	token string  // the access token, if the request has one
}

func (p proof) sign(method string, to *url.URL, now time.Time) (string, error) {
	public, err := jwk.PublicKeyOf(p.key)
	if err != nil {
		return "", err
	}
	at := url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}
	claims := map[string]any{"jti": secret(), "htm": method, "htu": at.String(), "iat": now.Unix()}
	if p.nonce != "" {
		claims["nonce"] = p.nonce
	}
	if p.token != "" {
		claims["ath"] = digest(p.token)
	}
	return sign(p.key, jwa.ES256(), "dpop+jwt", public, claims)
}
