package emrtd

import (
	"bytes"
	"crypto"
	"math/big"
)

// ChallengeSize is the length of the challenge of active authentication in octets (ICAO 9303-11 6.1.1).
const ChallengeSize = 8

// Active checks the chip's signature over a challenge, which the verifier chose (ICAO 9303-11 6.1). The error is a
// *Fault.
//
// SHA-1 is accepted here: the signature is over a challenge that the signer did not choose, so collisions do not help,
// and most chips with RSA have no other.
func (d *Document) Active(challenge, signature []byte) error {
	if len(challenge) != ChallengeSize {
		return fault(ActiveChallenge)
	}
	switch key := d.active.(type) {
	case *RSAKey:
		return key.recovers(challenge, signature)
	case *ECKey:
		if d.infos == nil || !d.infos.activeStated {
			return fault(ActiveUnstated)
		}
		if d.infos.active == 0 {
			return fault(ActiveUnsupported)
		}
		return wrong(!key.verifyPlain(sum(d.infos.active, challenge), signature), ActiveSignature)
	}
	return fault(ActiveUnannounced)
}

// trailers are the digests by the trailer of two octets (ISO/IEC 10118-3; ICAO 9303-11 6.1.2.1); that of one octet is
// 0xbc, for SHA-1.
var trailers = map[byte]crypto.Hash{
	0x33: crypto.SHA1, 0x34: crypto.SHA256, 0x35: crypto.SHA512, 0x36: crypto.SHA384, 0x38: crypto.SHA224,
}

// recovers checks a signature of ISO/IEC 9796-2, digital signature scheme 1, with partial recovery: the message is a
// random part of the chip's, which is recovered, and the challenge. The recovered block is 6A, the random part, the
// digest of the message, and the trailer.
func (k *RSAKey) recovers(challenge, signature []byte) error {
	size := (k.N.BitLen() + 7) / 8
	s := new(big.Int).SetBytes(signature)
	if len(signature) != size || s.Cmp(k.N) >= 0 {
		return fault(ActiveSignature)
	}
	number := s.Exp(s, big.NewInt(int64(k.E)), k.N)
	if new(big.Int).And(number, big.NewInt(0xf)).Int64() != 0xc {
		number.Sub(k.N, number) // the signer took the smaller of two roots
	}
	block := number.FillBytes(make([]byte, size))
	if block[0] != 0x6a {
		return fault(ActiveSignature)
	}
	hash, trailer := crypto.SHA1, 1
	switch block[size-1] {
	case 0xbc:
	case 0xcc:
		hash, trailer = trailers[block[size-2]], 2
	default:
		return fault(ActiveSignature)
	}
	if hash == 0 {
		return fault(ActiveUnsupported)
	}
	end := size - trailer - hash.Size()
	if end < 1 {
		return fault(ActiveSignature)
	}
	recovered, digest := block[1:end], block[end:size-trailer]
	return wrong(!bytes.Equal(sum(hash, recovered, challenge), digest), ActiveSignature)
}
