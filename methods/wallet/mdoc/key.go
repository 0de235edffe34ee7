package mdoc

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
	"strings"

	"github.com/ProtonMail/go-crypto/brainpool"
	"github.com/fxamacker/cbor/v2"
)

// The COSE algorithms of ISO/IEC 18013-5 9.1.2.4 and 9.1.3 (RFC 9053).
const (
	algES256   = -7
	algEdDSA   = -8
	algES384   = -35
	algES512   = -36
	algHMAC256 = 5
)

// The key types and curves of COSE (RFC 9053 7.1) that ISO/IEC 18013-5 Table 22 names. Ed448, X448 and brainpoolP320r1
// are not supported: no library that this package uses implements them.
const (
	ktyOKP = 1
	ktyEC2 = 2

	crvX25519  = 4
	crvEd25519 = 6
)

var ellipticCurves = map[int64]elliptic.Curve{
	1: elliptic.P256(), 2: elliptic.P384(), 3: elliptic.P521(),
	256: brainpool.P256r1(), 258: brainpool.P384r1(), 259: brainpool.P512r1(),
}

// algorithmOf returns the one algorithm that goes with a public key, and its hash (ISO/IEC 18013-5 Table B.3 and
// 9.1.3.6): the strength of the hash is that of the curve.
func algorithmOf(key crypto.PublicKey) (algorithm int64, hash crypto.Hash) {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return algEdDSA, 0
	case *ecdsa.PublicKey:
		switch key.Curve.Params().BitSize {
		case 256:
			return algES256, crypto.SHA256
		case 384:
			return algES384, crypto.SHA384
		case 512, 521:
			return algES512, crypto.SHA512
		}
	}
	return 0, 0
}

// verify reports whether signature, in the form of COSE (RFC 9053 2.1: r and s, each as long as the order of the
// curve), is that of key over message.
func verify(key crypto.PublicKey, message, signature []byte) bool {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, signature)
	case *ecdsa.PublicKey:
		size := (key.Curve.Params().BitSize + 7) / 8
		if len(signature) != 2*size {
			return false
		}
		_, hash := algorithmOf(key)
		r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
		return ecdsa.Verify(key, digest(hash, message), r, s)
	}
	return false
}

func digest(hash crypto.Hash, message []byte) []byte {
	switch hash {
	case crypto.SHA256:
		sum := sha256.Sum256(message)
		return sum[:]
	case crypto.SHA384:
		sum := sha512.Sum384(message)
		return sum[:]
	case crypto.SHA512:
		sum := sha512.Sum512(message)
		return sum[:]
	}
	return nil
}

// deviceKey is the key of DeviceKeyInfo: signs is nil for a key that can only agree on a MAC key, and agrees is nil for
// a key that cannot.
type deviceKey struct {
	signs  crypto.PublicKey
	agrees *ecdh.PublicKey
}

// readKey reads a COSE_Key (RFC 9052 7). Compressed points are refused: ISO/IEC 18013-5 9.1.5.2 has both coordinates.
func readKey(raw []byte) (deviceKey, error) {
	var key struct {
		Kty int64           `cbor:"1,keyasint"`
		Crv int64           `cbor:"-1,keyasint"`
		X   cbor.ByteString `cbor:"-2,keyasint"`
		Y   cbor.RawMessage `cbor:"-3,keyasint"`
	}
	if strict.Unmarshal(raw, &key) != nil {
		return deviceKey{}, fault(MSOMalformed)
	}
	x := []byte(key.X)
	if key.Kty == ktyOKP && key.Y == nil {
		return readOKP(key.Crv, x)
	}
	curve, y := ellipticCurves[key.Crv], []byte(nil)
	if content, ok := readBytes(key.Y); ok {
		y = content
	}
	if key.Kty != ktyEC2 || curve == nil {
		return deviceKey{}, fault(DeviceKeyUnsupported)
	}
	public := ecKey(curve, x, y)
	if public == nil {
		return deviceKey{}, fault(DeviceKeyUnsupported)
	}
	agrees, err := public.ECDH()
	if err != nil {
		agrees = nil // a brainpool curve
	}
	return deviceKey{signs: public, agrees: agrees}, nil
}

func readOKP(curve int64, x []byte) (deviceKey, error) {
	if curve == crvEd25519 && len(x) == ed25519.PublicKeySize {
		return deviceKey{signs: ed25519.PublicKey(x)}, nil
	}
	if curve == crvX25519 {
		if agrees, err := ecdh.X25519().NewPublicKey(x); err == nil {
			return deviceKey{agrees: agrees}, nil
		}
	}
	return deviceKey{}, fault(DeviceKeyUnsupported)
}

// ecKey returns the point (x, y) of the curve, or nil if the coordinates are not of its size or not on it.
func ecKey(curve elliptic.Curve, x, y []byte) *ecdsa.PublicKey {
	size := (curve.Params().BitSize + 7) / 8
	if len(x) != size || len(y) != size {
		return nil
	}
	if strings.HasPrefix(curve.Params().Name, "P-") {
		key, err := ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, x...), y...))
		if err != nil {
			return nil
		}
		return key
	}
	px, py := new(big.Int).SetBytes(x), new(big.Int).SetBytes(y)
	if px.Cmp(curve.Params().P) >= 0 || py.Cmp(curve.Params().P) >= 0 {
		return nil
	}
	//nolint:staticcheck // crypto/ecdsa and crypto/ecdh have nothing for curves that are not their own
	if !curve.IsOnCurve(px, py) {
		return nil
	}
	//nolint:staticcheck // see above
	return &ecdsa.PublicKey{Curve: curve, X: px, Y: py}
}
