package openid4vp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net"
	"slices"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
)

// Prefix is a Client Identifier Prefix (5.9.3).
type Prefix string

// The prefixes that this package has. With SANDNS the client is a DNS name of its certificate; with Hash it is the
// SHA-256 hash of the certificate, so a new certificate makes another client.
const (
	SANDNS Prefix = "x509_san_dns"
	Hash   Prefix = "x509_hash"
)

const maxChain = 8

// encoding is base64url without padding, and refuses bits that stand for nothing.
var encoding = base64.RawURLEncoding.Strict()

// ClientOptions are the settings of a Client. Prefix, Key and Chain are needed, and Host is with SANDNS.
type ClientOptions struct {
	Prefix Prefix
	// Key signs the requests: ECDSA on P-256, P-384 or P-521, or Ed25519.
	Key crypto.Signer
	// Chain begins with the certificate of Key. A root at the end is left out of requests, as HAIP 1.0 demands.
	Chain []*x509.Certificate
	// Host is the DNS name of the client with SANDNS. It is the host of response_uri.
	Host string
}

// Client is the verifier: its identifier, and the key that signs its requests. It is safe for concurrent use.
type Client struct {
	id     string
	prefix Prefix
	host   string
	key    crypto.Signer
	alg    string
	chain  []*x509.Certificate
}

// NewClient returns a client. A Fault has the code client_key if the key is of no supported kind or is not that of the
// certificate, client_chain if a certificate is missing or did not sign the one before, and client_name if the
// certificate does not have the host.
func NewClient(o ClientOptions) (*Client, error) {
	if len(o.Chain) == 0 || len(o.Chain) > maxChain || !signedInOrder(o.Chain) {
		return nil, fault(ClientChain)
	}
	c := &Client{prefix: o.Prefix, key: o.Key, chain: withoutRoot(o.Chain)}
	if o.Key == nil || !equalKeys(o.Key.Public(), o.Chain[0].PublicKey) {
		return nil, fault(ClientKey)
	}
	if c.alg = algorithmOf(o.Key.Public()); c.alg == "" {
		return nil, fault(ClientKey)
	}
	switch o.Prefix {
	case SANDNS:
		if !hasDNSName(o.Chain[0], o.Host) {
			return nil, fault(ClientName)
		}
		c.id, c.host = string(SANDNS)+":"+o.Host, o.Host
	case Hash:
		sum := sha256.Sum256(o.Chain[0].Raw)
		c.id = string(Hash) + ":" + encoding.EncodeToString(sum[:])
	default:
		return nil, fault(ClientName)
	}
	return c, nil
}

// ID returns the Client Identifier with its prefix.
func (c *Client) ID() string { return c.id }

func signedInOrder(chain []*x509.Certificate) bool {
	for i, certificate := range chain {
		if certificate == nil || i > 0 && chain[i-1].CheckSignatureFrom(certificate) != nil {
			return false
		}
	}
	return true
}

// withoutRoot returns the chain without the self-signed certificate at its end. A chain of one stays as it is.
func withoutRoot(chain []*x509.Certificate) []*x509.Certificate {
	last := len(chain) - 1
	if last > 0 && bytes.Equal(chain[last].RawIssuer, chain[last].RawSubject) {
		return chain[:last]
	}
	return chain
}

func equalKeys(a, b crypto.PublicKey) bool {
	key, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && key.Equal(b)
}

// hasDNSName reports whether the certificate has exactly this dNSName: wallets compare texts, so a wildcard does not
// do.
func hasDNSName(certificate *x509.Certificate, host string) bool {
	if host == "" || net.ParseIP(host) != nil || strings.ContainsAny(host, "*:/") {
		return false
	}
	return slices.Contains(certificate.DNSNames, host)
}

// algorithmOf returns the one algorithm that goes with a key, or "".
func algorithmOf(key crypto.PublicKey) string {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return "EdDSA"
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return "ES256"
		case elliptic.P384():
			return "ES384"
		case elliptic.P521():
			return "ES512"
		}
	}
	return ""
}

// sign returns a Request Object (RFC 9101): a compact JWS of claims, with the certificates.
func (c *Client) sign(claims any) (string, error) {
	certificates := make([]string, len(c.chain))
	for i, certificate := range c.chain {
		certificates[i] = base64.StdEncoding.EncodeToString(certificate.Raw)
	}
	header, err := json.Marshal(map[string]any{"alg": c.alg, "typ": "oauth-authz-req+jwt", "x5c": certificates})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := encoding.EncodeToString(header) + "." + encoding.EncodeToString(payload)
	signature, err := jwsbb.Sign(c.key, c.alg, []byte(signed), rand.Reader)
	if err != nil {
		return "", err
	}
	return signed + "." + encoding.EncodeToString(signature), nil
}
