package openid4vp

import (
	"crypto/ecdh"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwe"
)

// The lengths of AES-GCM (RFC 7518, 5.3), in bytes.
const (
	nonceSize = 12
	tagSize   = 16
)

// jweHeader is the protected header of an encrypted response (RFC 7516, 4.1, and RFC 7518, 4.6.1).
type jweHeader struct {
	Alg string  `json:"alg"`
	Enc string  `json:"enc"`
	ID  string  `json:"kid"`
	Key jweKey  `json:"epk"`
	APU *string `json:"apu"`
	APV *string `json:"apv"`

	Zip  jsontext.Value `json:"zip"`
	Crit jsontext.Value `json:"crit"`
}

type jweKey struct {
	publicJWK
	D jsontext.Value `json:"d"`
}

// decrypt opens an encrypted response (8.3): a JWE in compact serialization, with direct key agreement (ECDH-ES) on the
// key, under the kid id. apu and apv may be anything; they enter the key of the content.
func (k *EphemeralKey) decrypt(text, id string) ([]byte, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 5 {
		return nil, fault(JWEMalformed)
	}
	var decoded [5][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = encoding.DecodeString(part); err != nil {
			return nil, fault(JWEMalformed)
		}
	}
	var header jweHeader
	if json.Unmarshal(decoded[0], &header) != nil {
		return nil, fault(JWEHeader)
	}
	if err := header.check(id); err != nil {
		return nil, err
	}
	if len(decoded[1]) > 0 || len(decoded[2]) != nonceSize || len(decoded[4]) != tagSize {
		return nil, fault(JWEMalformed)
	}
	plain, err := jwe.Decrypt([]byte(text), jwe.WithKey(jwa.ECDH_ES(), k.private))
	if err != nil {
		return nil, fault(JWESealed)
	}
	return plain, nil
}

func (h *jweHeader) check(id string) error {
	switch {
	case h.Zip != nil, h.Crit != nil, !isEncoded(h.APU), !isEncoded(h.APV):
		return fault(JWEHeader)
	case h.Alg != "ECDH-ES":
		return fault(JWEAlgorithm)
	case !slices.Contains(encryptions, h.Enc):
		return fault(JWEEncryption)
	case h.ID != id:
		return fault(JWEKey)
	case !h.Key.valid():
		return fault(JWEEphemeralKey)
	}
	return nil
}

func isEncoded(text *string) bool {
	if text == nil {
		return true
	}
	_, err := encoding.DecodeString(*text)
	return err == nil
}

// valid reports whether the key is a public one, and a point of P-256.
func (k *jweKey) valid() bool {
	x, errX := encoding.DecodeString(k.X)
	y, errY := encoding.DecodeString(k.Y)
	if errX != nil || errY != nil || k.Type != "EC" || k.Curve != "P-256" || k.D != nil || len(x) != 32 {
		return false
	}
	_, err := ecdh.P256().NewPublicKey(append(append([]byte{4}, x...), y...))
	return err == nil
}
