// Package sdjwtvctest issues SD-JWT VCs and presents them, for tests. Each part of a presentation can be changed, so
// that a test makes one fault at a time.
package sdjwtvctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
)

// Key returns a new key for an algorithm: ES256, ES384, ES512 or EdDSA.
func Key(alg string) crypto.Signer {
	if alg == "EdDSA" {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		must(err)
		return private
	}
	curve := map[string]elliptic.Curve{
		"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521(),
	}[alg]
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	must(err)
	return private
}

// JWK returns the public key of a signer as a JWK.
func JWK(key crypto.Signer) map[string]any {
	parsed, err := jwk.Import(key.Public())
	must(err)
	text, err := json.Marshal(parsed)
	must(err)
	var value map[string]any
	must(json.Unmarshal(text, &value))
	return value
}

// Sign returns a compact JWS. It signs by alg, even if the header names another algorithm.
func Sign(key crypto.Signer, alg string, header, claims any) string {
	signed := Encode(header) + "." + Encode(claims)
	signature, err := jwsbb.Sign(key, alg, []byte(signed), rand.Reader)
	must(err)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// Encode returns JSON in base64url.
func Encode(value any) string {
	text, err := json.Marshal(value)
	must(err)
	return base64.RawURLEncoding.EncodeToString(text)
}

// Digest returns the digest of a text under an _sd_alg.
func Digest(alg, text string) string {
	switch alg {
	case "sha-384":
		sum := sha512.Sum384([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	case "sha-512":
		sum := sha512.Sum512([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	default:
		sum := sha256.Sum256([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
}

// Disclose returns a disclosure. The parts are name and value of a claim, or the value of an array element alone.
func Disclose(parts ...any) string {
	return Encode(append([]any{rand.Text()}, parts...))
}

// Element returns the array element that stands for a disclosure.
func Element(digest string) map[string]any { return map[string]any{"...": digest} }

// Issuer issues credentials.
type Issuer struct {
	Key crypto.Signer
	Alg string
	// Chain holds the certificate of the key, and the one of the root that has signed it.
	Chain []*x509.Certificate
}

// NewIssuer returns an issuer with a certificate for a URI, valid for a year around now.
func NewIssuer(alg, name string, now time.Time) *Issuer {
	uri, err := url.Parse(name)
	must(err)
	rootKey, key := Key("ES256"), Key(alg)
	root := certificate(x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test root", Country: []string{"DE"}}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, rootKey.Public(), rootKey, now)
	leaf := certificate(x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test issuer", Country: []string{"DE"}},
		URIs:     []*url.URL{uri},
		KeyUsage: x509.KeyUsageDigitalSignature,
	}, root, key.Public(), rootKey, now)
	return &Issuer{Key: key, Alg: alg, Chain: []*x509.Certificate{leaf, root}}
}

func certificate(
	of x509.Certificate, parent *x509.Certificate, key crypto.PublicKey, by crypto.Signer, now time.Time,
) *x509.Certificate {
	of.NotBefore, of.NotAfter = now.AddDate(0, -6, 0), now.AddDate(0, 6, 0)
	if parent == nil {
		parent = &of
	}
	der, err := x509.CreateCertificate(rand.Reader, &of, parent, key, by)
	must(err)
	parsed, err := x509.ParseCertificate(der)
	must(err)
	return parsed
}

// X5C returns the value of an x5c header.
func X5C(chain ...*x509.Certificate) []string {
	var texts []string
	for _, one := range chain {
		texts = append(texts, base64.StdEncoding.EncodeToString(one.Raw))
	}
	return texts
}

// Presentation is a presentation before it is signed. Present signs it.
type Presentation struct {
	Issuer      *Issuer
	Header      map[string]any
	Claims      map[string]any
	Disclosures []string

	Holder        crypto.Signer
	HolderAlg     string
	BindingHeader map[string]any
	// Binding holds the claims of the key binding JWT; nil leaves it out. An absent sd_hash is computed.
	Binding map[string]any
	// HashAlg is the _sd_alg under which sd_hash is computed.
	HashAlg string

	// IssuerJWT and Compact change the issuer's signed token, and the whole, after they are made.
	IssuerJWT, Compact func(string) string
}

// SD adds a selectively disclosable claim to an object, and its disclosure to the presentation.
func (p *Presentation) SD(object map[string]any, name string, value any) string {
	text := Disclose(name, value)
	p.Disclosures = append(p.Disclosures, text)
	p.Add(object, Digest(p.HashAlg, text))
	return text
}

// Add adds a digest to an object.
func (p *Presentation) Add(object map[string]any, digest any) {
	list, _ := object["_sd"].([]any)
	object["_sd"] = append(list, digest)
}

// Present signs and joins the parts.
func (p *Presentation) Present() string {
	token := Sign(p.Issuer.Key, p.Issuer.Alg, p.Header, p.Claims)
	if p.IssuerJWT != nil {
		token = p.IssuerJWT(token)
	}
	bound := strings.Join(append([]string{token}, p.Disclosures...), "~") + "~"
	if p.Binding != nil {
		claims := map[string]any{"sd_hash": Digest(p.HashAlg, bound)}
		maps.Copy(claims, p.Binding)
		bound += Sign(p.Holder, p.HolderAlg, p.BindingHeader, claims)
	}
	if p.Compact != nil {
		bound = p.Compact(bound)
	}
	return bound
}

// NewPID returns the presentation of a PID that discloses an age of over 18, a nationality and the date of expiry. The
// family name stays hidden, and there is a decoy.
func NewPID(issuer *Issuer, alg, nonce, audience string, now time.Time) *Presentation {
	holder := Key(alg)
	p := &Presentation{
		Issuer: issuer,
		Header: map[string]any{"alg": issuer.Alg, "typ": "dc+sd-jwt", "x5c": X5C(issuer.Chain[0])},
		Claims: map[string]any{
			"iss": issuer.Chain[0].URIs[0].String(), "vct": "urn:eudi:pid:1", "_sd_alg": "sha-256",
			"iat": now.Add(-time.Hour).Unix(), "nbf": now.Add(-time.Hour).Unix(), "exp": now.Add(time.Hour).Unix(),
			"cnf":             map[string]any{"jwk": JWK(holder)},
			"status":          map[string]any{"status_list": map[string]any{"idx": 7, "uri": "https://status.example/1"}},
			"issuing_country": "DE",
		},
		Holder: holder, HolderAlg: alg, HashAlg: "sha-256",
		BindingHeader: map[string]any{"alg": alg, "typ": "kb+jwt"},
		Binding:       map[string]any{"nonce": nonce, "aud": audience, "iat": now.Unix()},
	}
	ages := map[string]any{}
	p.SD(ages, "18", true)
	p.Add(ages, Digest("", Disclose("21", true)))
	p.SD(p.Claims, "age_equal_or_over", ages)
	nationality := Disclose("DE")
	p.Disclosures = append(p.Disclosures, nationality)
	p.Claims["nationalities"] = []any{Element(Digest("", nationality)), Element(Digest("", "hidden"))}
	p.SD(p.Claims, "date_of_expiry", now.AddDate(1, 0, 0).Format(time.DateOnly))
	p.Add(p.Claims, Digest("", Disclose("family_name", "Holmgren")))
	p.Add(p.Claims, Digest("", "decoy"))
	return p
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// SignRaw returns a presentation without key binding. The payload is text, which need not be JSON: the type and the
// digest of the disclosure, which is text as well, are put into it where it is an object.
func SignRaw(issuer *Issuer, claims, disclosure string) string {
	disclosed := base64.RawURLEncoding.EncodeToString([]byte(disclosure))
	var object map[string]any
	if json.Unmarshal([]byte(claims), &object) == nil && object != nil {
		object["vct"] = "urn:eudi:pid:1"
		if list, ok := object["_sd"].([]any); ok {
			object["_sd"] = append(list, Digest("", disclosed))
		}
		text, err := json.Marshal(object)
		must(err)
		claims = string(text)
	}
	header := map[string]any{"alg": issuer.Alg, "typ": "dc+sd-jwt", "x5c": X5C(issuer.Chain[0])}
	signed := Encode(header) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	signature, err := jwsbb.Sign(issuer.Key, issuer.Alg, []byte(signed), rand.Reader)
	must(err)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature) + "~" + disclosed + "~"
}
