package openid4vp

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"

	"github.com/stile-id/stile/methods/wallet/mdoc"
)

// EphemeralKey is the private key on P-256 that wallets encrypt to, and make a MAC key with. In JSON it is a JWK.
type EphemeralKey struct {
	private *ecdh.PrivateKey
}

func newEphemeralKey() (*EphemeralKey, error) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return &EphemeralKey{private}, nil
}

// publicJWK is a public key of client_metadata (5.1, 8.3). RFC 7638 orders the members of the thumbprint by name.
type publicJWK struct {
	Curve string `json:"crv"`
	Type  string `json:"kty"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

type encryptionJWK struct {
	publicJWK
	Use string `json:"use"`
	Alg string `json:"alg"`
	ID  string `json:"kid"`
}

type privateJWK struct {
	publicJWK
	D string `json:"d"`
}

func (k *EphemeralKey) publicJWK() publicJWK {
	point := k.private.PublicKey().Bytes()[1:]
	half := len(point) / 2
	return publicJWK{"P-256", "EC", encoding.EncodeToString(point[:half]), encoding.EncodeToString(point[half:])}
}

func (k *EphemeralKey) thumbprint() mdoc.Thumbprint { return k.publicJWK().thumbprint() }

// thumbprint returns the SHA-256 thumbprint (RFC 7638).
func (k publicJWK) thumbprint() mdoc.Thumbprint {
	canonical, _ := json.Marshal(k) // texts always encode
	sum := sha256.Sum256(canonical)
	return &sum
}

// id returns the kid: the thumbprint, in base64url.
func (k *EphemeralKey) id() string { return encoding.EncodeToString(k.thumbprint()[:]) }

// MarshalJSON returns the private JWK.
func (k *EphemeralKey) MarshalJSON() ([]byte, error) {
	return json.Marshal(privateJWK{k.publicJWK(), encoding.EncodeToString(k.private.Bytes())})
}

// UnmarshalJSON reads a private JWK. The public key is computed from the private one.
func (k *EphemeralKey) UnmarshalJSON(text []byte) error {
	var wire privateJWK
	if json.Unmarshal(text, &wire) != nil || wire.Curve != "P-256" || wire.Type != "EC" {
		return fault(EphemeralKeyStored)
	}
	d, err := encoding.DecodeString(wire.D)
	if err != nil {
		return fault(EphemeralKeyStored)
	}
	if k.private, err = ecdh.P256().NewPrivateKey(d); err != nil || k.publicJWK() != wire.publicJWK {
		return fault(EphemeralKeyStored)
	}
	return nil
}

// String hides the key from logs.
func (k *EphemeralKey) String() string { return "ephemeral key" }

// GoString hides the key from logs.
func (k *EphemeralKey) GoString() string { return k.String() }
