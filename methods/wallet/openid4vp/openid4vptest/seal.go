package openid4vptest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"
)

// Sealing is a JWE before it is sealed. The key is derived for Alg "ECDH-ES" and the encryption Enc, even if the header
// names others.
type Sealing struct {
	To      *ecdh.PublicKey
	Enc     string
	Header  map[string]any
	Payload []byte
	// Compact changes the five parts after they are made.
	Compact func(parts []string)
}

// Seal returns an encrypted response with the parameters. change may be nil.
func (r *Request) Seal(parameters any, change func(*Sealing)) string {
	key := r.Metadata.Keys.Keys[0]
	s := &Sealing{
		To: key.Public(), Enc: r.Metadata.Encryptions[0], Payload: must(json.Marshal(parameters)),
		Header: map[string]any{"alg": key.Alg, "enc": r.Metadata.Encryptions[0], "kid": key.Kid},
	}
	if change != nil {
		change(s)
	}
	return s.seal()
}

func (s *Sealing) seal() string {
	private := must(ecdh.P256().GenerateKey(rand.Reader))
	point := private.PublicKey().Bytes()
	if _, set := s.Header["epk"]; !set {
		s.Header["epk"] = map[string]any{"kty": "EC", "crv": "P-256", "x": encode(point[1:33]), "y": encode(point[33:])}
	}
	protected := encode(must(json.Marshal(s.Header)))
	block := must(aes.NewCipher(s.derive(must(private.ECDH(s.To)))))
	nonce := make([]byte, 12)
	must(rand.Read(nonce))
	sealed := must(cipher.NewGCM(block)).Seal(nil, nonce, s.Payload, []byte(protected))
	text, tag := sealed[:len(sealed)-16], sealed[len(sealed)-16:]
	parts := []string{protected, "", encode(nonce), encode(text), encode(tag)}
	if s.Compact != nil {
		s.Compact(parts)
	}
	return strings.Join(parts, ".")
}

// derive is the Concat KDF of RFC 7518, 4.6.2.
func (s *Sealing) derive(shared []byte) []byte {
	bits := map[string]uint32{"A128GCM": 128, "A256GCM": 256}[s.Enc]
	party := func(name string) []byte {
		text, _ := s.Header[name].(string)
		return decode(text)
	}
	input := binary.BigEndian.AppendUint32(nil, 1)
	input = append(input, shared...)
	for _, part := range [][]byte{[]byte(s.Enc), party("apu"), party("apv")} {
		input = binary.BigEndian.AppendUint32(input, uint32(len(part))) //nolint:gosec // parts of a test are short
		input = append(input, part...)
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint32(input, bits))
	return sum[:bits/8]
}
