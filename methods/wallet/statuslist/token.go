package statuslist

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
)

const (
	// MaxSize is the size of the largest token that Read reads, in bytes.
	MaxSize = 8 << 20
	// maxChain is the number of certificates that an x5c header may have.
	maxChain = 8
)

// Header is the part of a token's header that a Verifier needs.
type Header struct {
	Algorithm string
	KeyID     string
	// Chain holds the certificates of the x5c header, the signer's first.
	Chain []*x509.Certificate
}

// Verifier checks the signature over the bytes signed, and decides whether the signer may publish the list. SignedBy
// returns one for keys that are known.
type Verifier func(ctx context.Context, h Header, signed, signature []byte) error

// Options describe the token that the caller expects. URI, Verify and Now are needed.
type Options struct {
	// URI is the address of the list, as the credential names it.
	URI string
	// Verify is asked once the header is read, and before anything of the payload is used. Its error is returned as it is.
	Verify Verifier
	// Skew is how far the clock of the issuer may differ.
	Skew time.Duration
	// Received is when the token was fetched; the zero time stands for Now. A token from a cache is stale once its ttl has
	// passed since.
	Received time.Time
	// Now is the time of the check.
	Now time.Time
}

// Token is a verified status list token.
type Token struct {
	*List
	// Issued is iat. Expires is exp; the zero time means that the token has none.
	Issued, Expires time.Time
	// TTL is how long the token may be kept after it was received; zero means that the token does not say.
	TTL time.Duration
}

type claims struct {
	Subject string       `json:"sub"`
	Issued  *float64     `json:"iat"`
	Expires *float64     `json:"exp"`
	Begins  *float64     `json:"nbf"`
	TTL     *float64     `json:"ttl"`
	List    *listOfToken `json:"status_list"`
}

type listOfToken struct {
	Bits int    `json:"bits"`
	List string `json:"lst"`
}

// Read checks a status list token in JWT form (Token Status List, 8.3). The error is a *Fault, an error of o.Verify, or
// says which option is missing. That no token can be had is not for this package: the caller decides.
func Read(ctx context.Context, token string, o Options) (*Token, error) {
	if o.URI == "" || o.Verify == nil || o.Now.IsZero() {
		return nil, errors.New("statuslist: Options.URI, Options.Verify or Options.Now is missing")
	}
	payload, err := verified(ctx, token, o.Verify)
	if err != nil {
		return nil, err
	}
	var c claims
	if json.Unmarshal(payload, &c, json.MatchCaseInsensitiveNames(false)) != nil {
		return nil, fault(Malformed)
	}
	t, err := c.check(o)
	if err != nil {
		return nil, err
	}
	if c.List == nil {
		return nil, fault(ListMalformed)
	}
	t.List, err = Decode(c.List.Bits, c.List.List)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// verified returns the payload of a compact JWS that the verifier accepts.
func verified(ctx context.Context, token string, verify Verifier) ([]byte, error) {
	if len(token) > MaxSize {
		return nil, fault(TooLarge)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fault(Malformed)
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = encoding.DecodeString(part); err != nil {
			return nil, fault(Malformed)
		}
	}
	header, err := readHeader(decoded[0])
	if err != nil {
		return nil, err
	}
	signed := token[:len(parts[0])+1+len(parts[1])]
	return decoded[1], verify(ctx, header, []byte(signed), decoded[2])
}

func readHeader(text []byte) (h Header, err error) {
	var header struct {
		Type      string         `json:"typ"`
		Algorithm string         `json:"alg"`
		KeyID     string         `json:"kid"`
		Chain     []string       `json:"x5c"`
		Critical  jsontext.Value `json:"crit"`
		Unencoded jsontext.Value `json:"b64"`
	}
	switch {
	case json.Unmarshal(text, &header, json.MatchCaseInsensitiveNames(false)) != nil:
		return h, fault(Malformed)
	case header.Type != "statuslist+jwt":
		return h, fault(TypeUnsupported)
	case header.Critical != nil, header.Unencoded != nil:
		return h, fault(CriticalHeader)
	case !slices.Contains([]string{"ES256", "ES384", "ES512", "EdDSA"}, header.Algorithm):
		return h, fault(AlgorithmUnsupported)
	case len(header.Chain) > maxChain:
		return h, fault(ChainMalformed)
	}
	h = Header{Algorithm: header.Algorithm, KeyID: header.KeyID}
	for _, text := range header.Chain {
		der, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return h, fault(ChainMalformed)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return h, fault(ChainMalformed)
		}
		h.Chain = append(h.Chain, certificate)
	}
	return h, nil
}

// check checks subject and times.
func (c claims) check(o Options) (*Token, error) {
	if c.Subject != o.URI {
		return nil, fault(SubjectMismatch)
	}
	issued, iatOK := timeOf(c.Issued)
	expires, expOK := timeOf(c.Expires)
	begins, nbfOK := timeOf(c.Begins)
	switch {
	case !iatOK, !expOK, !nbfOK, c.Issued == nil:
		return nil, fault(TimeMalformed)
	case issued.After(o.Now.Add(o.Skew)):
		return nil, fault(IssuedInFuture)
	case begins.After(o.Now.Add(o.Skew)):
		return nil, fault(NotYetValid)
	case c.Expires != nil && !o.Now.Before(expires.Add(o.Skew)):
		return nil, fault(Expired)
	}
	t := &Token{Issued: issued, Expires: expires}
	if c.TTL == nil {
		return t, nil
	}
	if *c.TTL <= 0 || *c.TTL > math.MaxInt32 {
		return nil, fault(TTLMalformed)
	}
	t.TTL = time.Duration(*c.TTL * float64(time.Second))
	if !o.Received.IsZero() && o.Now.After(o.Received.Add(t.TTL)) {
		return nil, fault(Stale)
	}
	return t, nil
}

// timeOf returns the zero time for an absent claim; ok is false if the claim is no NumericDate of this era.
func timeOf(seconds *float64) (at time.Time, ok bool) {
	if seconds == nil {
		return at, true
	}
	if *seconds < 0 || *seconds > 253402300799 { // the end of the year 9999
		return at, false
	}
	return time.Unix(int64(*seconds), 0).UTC(), true
}

// Until returns when the token has to be fetched again: at exp, or when its ttl has passed since it was received. The
// zero time means that the token does not say.
func (t *Token) Until(received time.Time) time.Time {
	if t.TTL == 0 {
		return t.Expires
	}
	until := received.Add(t.TTL)
	if !t.Expires.IsZero() && t.Expires.Before(until) {
		return t.Expires
	}
	return until
}

// SignedBy returns a Verifier for tokens that one of these keys has signed, by the algorithm of its curve. The Fault
// has the code signature.
func SignedBy(keys ...crypto.PublicKey) Verifier {
	return func(_ context.Context, h Header, signed, signature []byte) error {
		for _, key := range keys {
			if algorithmOf(key) == h.Algorithm && jwsbb.Verify(key, h.Algorithm, signed, signature) == nil {
				return nil
			}
		}
		return fault(Signature)
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
