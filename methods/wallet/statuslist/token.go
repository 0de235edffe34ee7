package statuslist

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// MaxSize is the size of the largest token that Read reads, in bytes.
	MaxSize = 8 << 20
	// maxChain is the number of certificates that an x5c header may have.
	maxChain = 8
)

// Header is the part of a token's header that a Verifier needs.
type Header struct {
	// Algorithm is ES256, ES384, ES512 or EdDSA, in either form of the token.
	Algorithm string
	KeyID     string
	// Chain holds the certificates of the header x5c or x5chain in DER, the signer's first. They are not parsed: their
	// keys may be on curves that crypto/x509 does not know.
	Chain [][]byte
}

// Verifier checks the signature over the bytes signed, and decides whether the signer may publish the list. The
// signature has the form that JOSE and COSE share: r and s, each as long as the order of the curve, or that of EdDSA.
// SignedBy returns a Verifier for keys that are known.
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

// claims are those of both forms, apart from the list.
type claims struct {
	Subject string   `json:"sub" cbor:"2,keyasint"`
	Issued  *float64 `json:"iat" cbor:"6,keyasint"`
	Expires *float64 `json:"exp" cbor:"4,keyasint"`
	Begins  *float64 `json:"nbf" cbor:"5,keyasint"`
}

// Read checks a status list token in JWT form (Token Status List, 8.3). The error is a *Fault, an error of o.Verify, or
// says which option is missing. That no token can be had is not for this package: the caller decides.
func Read(ctx context.Context, token string, o Options) (*Token, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	payload, err := verified(ctx, token, o.Verify)
	if err != nil {
		return nil, err
	}
	var c struct {
		claims
		TTL  *float64 `json:"ttl"`
		List *struct {
			Bits int    `json:"bits"`
			List string `json:"lst"`
		} `json:"status_list"`
	}
	if json.Unmarshal(payload, &c, json.MatchCaseInsensitiveNames(false)) != nil {
		return nil, fault(Malformed)
	}
	t, err := c.token(c.TTL, o)
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

func (o Options) check() error {
	if o.URI == "" || o.Verify == nil || o.Now.IsZero() {
		return errors.New("statuslist: Options.URI, Options.Verify or Options.Now is missing")
	}
	return nil
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
		if !isCertificate(der) {
			return h, fault(ChainMalformed)
		}
		h.Chain = append(h.Chain, der)
	}
	return h, nil
}

// isCertificate reports whether der is one object of ASN.1 with the three parts of a certificate.
func isCertificate(der []byte) bool {
	var parts struct {
		Certificate, Algorithm asn1.RawValue
		Signature              asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &parts)
	return err == nil && len(rest) == 0
}

// token checks subject and times, and returns the token without its list.
func (c claims) token(ttl *float64, o Options) (*Token, error) {
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
	if ttl == nil {
		return t, nil
	}
	if *ttl <= 0 || *ttl > math.MaxInt32 {
		return nil, fault(TTLMalformed)
	}
	t.TTL = time.Duration(*ttl * float64(time.Second))
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
	if !(*seconds >= 0 && *seconds <= 253402300799) { // the end of the year 9999, and no NaN of CBOR
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

// SignedBy returns a Verifier for tokens that one of these keys has signed, by the algorithm of its curve: an
// *ecdsa.PublicKey on a NIST curve or on a brainpool curve of the same strength, or an ed25519.PublicKey. The Fault has
// the code signature.
func SignedBy(keys ...crypto.PublicKey) Verifier {
	return func(_ context.Context, h Header, signed, signature []byte) error {
		for _, key := range keys {
			if verifies(key, h.Algorithm, signed, signature) {
				return nil
			}
		}
		return fault(Signature)
	}
}

func verifies(key crypto.PublicKey, algorithm string, signed, signature []byte) bool {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return algorithm == "EdDSA" && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed, signature)
	case *ecdsa.PublicKey:
		size := (key.Curve.Params().BitSize + 7) / 8
		if algorithmOf(key) != algorithm || len(signature) != 2*size {
			return false
		}
		r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
		return ecdsa.Verify(key, digest(algorithm, signed), r, s)
	}
	return false
}

// algorithmOf returns the one algorithm that this package accepts from a key, or "": the strength of the hash is that
// of the curve.
func algorithmOf(key *ecdsa.PublicKey) string {
	switch key.Curve.Params().BitSize {
	case 256:
		return "ES256"
	case 384:
		return "ES384"
	case 512, 521:
		return "ES512"
	}
	return ""
}

func digest(algorithm string, signed []byte) []byte {
	switch algorithm {
	case "ES256":
		sum := sha256.Sum256(signed)
		return sum[:]
	case "ES384":
		sum := sha512.Sum384(signed)
		return sum[:]
	}
	sum := sha512.Sum512(signed)
	return sum[:]
}
