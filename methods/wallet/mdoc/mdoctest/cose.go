package mdoctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

var encoder = must(cbor.CoreDetEncOptions().EncMode())

// Encode returns value in CBOR.
func Encode(value any) []byte {
	return must(encoder.Marshal(value))
}

// Encoded returns value as an encoded data item under tag 24.
func Encoded(value any) cbor.RawMessage {
	return Encode(cbor.Tag{Number: 24, Content: Encode(value)})
}

// COSE is a COSE_Sign1 or COSE_Mac0. The proof is over Payload; a Detached payload is not sent.
type COSE struct {
	Protected   map[any]any
	Unprotected map[any]any
	Payload     []byte
	Detached    bool
	Proof       []byte
}

func (c *COSE) header() []byte {
	if len(c.Protected) == 0 {
		return []byte{}
	}
	return Encode(c.Protected)
}

func (c *COSE) signed(context string) []byte {
	return Encode([]any{context, c.header(), []byte{}, c.Payload})
}

// Encode returns the structure in CBOR, without a tag.
func (c *COSE) Encode() cbor.RawMessage {
	payload := any(c.Payload)
	if c.Detached {
		payload = nil
	}
	return Encode([]any{c.header(), c.Unprotected, payload, c.Proof})
}

// Sign signs c with key.
func (c *COSE) Sign(key crypto.Signer) {
	c.Proof = signature(key, c.signed("Signature1"))
}

// Algorithm returns the COSE algorithm of a key, and its hash.
func Algorithm(key crypto.PublicKey) (int, crypto.Hash) {
	ec, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return -8, 0
	}
	switch bits := ec.Curve.Params().BitSize; {
	case bits <= 256:
		return -7, crypto.SHA256
	case bits <= 384:
		return -35, crypto.SHA384
	default:
		return -36, crypto.SHA512
	}
}

// Digest returns the hash of data.
func Digest(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func signature(key crypto.Signer, message []byte) []byte {
	if key, ok := key.(ed25519.PrivateKey); ok {
		return ed25519.Sign(key, message)
	}
	private := key.(*ecdsa.PrivateKey)
	_, hash := Algorithm(key.Public())
	r, s, err := ecdsa.Sign(rand.Reader, private, Digest(hash, message))
	size := (private.Curve.Params().BitSize + 7) / 8
	return append(must(r, err).FillBytes(make([]byte, size)), new(big.Int).Set(s).FillBytes(make([]byte, size))...)
}

var curveNumbers = map[string]int{
	"P-256": 1, "P-384": 2, "P-521": 3, "brainpoolP256r1": 256, "brainpoolP384r1": 258, "brainpoolP512r1": 259,
}

// COSEKey returns a public key as a COSE_Key.
func COSEKey(key crypto.PublicKey) map[any]any {
	if ec, ok := key.(*ecdsa.PublicKey); ok {
		x, y := point(ec)
		return map[any]any{1: 2, -1: curveNumbers[ec.Curve.Params().Name], -2: x, -3: y}
	}
	return map[any]any{1: 1, -1: 6, -2: []byte(key.(ed25519.PublicKey))}
}
