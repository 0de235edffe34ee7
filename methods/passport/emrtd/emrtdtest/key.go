package emrtdtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"

	"github.com/ProtonMail/go-crypto/brainpool"
)

// Key is a private key with the form of its signatures.
type Key struct {
	Private crypto.Signer
	// Hash is that of its signatures.
	Hash crypto.Hash
	// PSS makes signatures of RSASSA-PSS.
	PSS bool
	// Salt is the length of the salt of RSASSA-PSS; 0 means that of the hash.
	Salt int
	// Explicit writes the parameters of the curve in place of its name.
	Explicit bool
	// Info and Algorithm take the place of the public key and the algorithm identifier, if set.
	Info, Algorithm []byte
}

var brainpoolNames = map[string]int{"brainpoolP256r1": 7, "brainpoolP384r1": 11, "brainpoolP512r1": 13}

// NewKey returns a new key: "RSA" of 2048 bits, "RSA-PSS", "RSA-1024", "P-224", "P-256", "P-384", "P-521",
// "brainpoolP256r1", "brainpoolP384r1" or "brainpoolP512r1", with SHA-256.
func NewKey(kind string) *Key {
	var private crypto.Signer
	switch kind {
	case "RSA", "RSA-PSS":
		private = must(rsa.GenerateKey(rand.Reader, 2048))
	case "RSA-1024":
		private = must(rsa.GenerateKey(rand.Reader, 1024)) //nolint:gosec // chips have such keys
	case "P-224":
		private = must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))
	case "P-256":
		private = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	case "P-384":
		private = must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	case "P-521":
		private = must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	case "brainpoolP256r1":
		private = must(ecdsa.GenerateKey(brainpool.P256r1(), rand.Reader))
	case "brainpoolP384r1":
		private = must(ecdsa.GenerateKey(brainpool.P384r1(), rand.Reader))
	case "brainpoolP512r1":
		private = must(ecdsa.GenerateKey(brainpool.P512r1(), rand.Reader))
	default:
		panic("emrtdtest: no such key: " + kind)
	}
	return &Key{Private: private, Hash: crypto.SHA256, PSS: kind == "RSA-PSS"}
}

// ReadKey returns the key of PKCS #8 in DER.
func ReadKey(der []byte) (*Key, error) {
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return nil, x509.ErrUnsupportedAlgorithm
	}
	return &Key{Private: signer, Hash: crypto.SHA256}, nil
}

// Public returns SubjectPublicKeyInfo.
func (k *Key) Public() []byte {
	if k.Info != nil {
		return k.Info
	}
	public, ok := k.Private.Public().(*ecdsa.PublicKey)
	if !ok {
		return must(x509.MarshalPKIXPublicKey(k.Private.Public()))
	}
	arcs := []int{1, 2, 840, 10045, 2, 1}
	point := Point(public)
	if k.Explicit {
		return seq(named(arcs, Parameters(public.Curve)), bits(point))
	}
	if last := brainpoolNames[public.Curve.Params().Name]; last != 0 {
		return seq(named(arcs, oid(1, 3, 36, 3, 3, 2, 8, 1, 1, last)), bits(point))
	}
	return must(x509.MarshalPKIXPublicKey(public))
}

// Point returns the uncompressed point of a key.
func Point(key *ecdsa.PublicKey) []byte {
	size := (key.Curve.Params().BitSize + 7) / 8
	out := append([]byte{4}, key.X.FillBytes(make([]byte, size))...) //nolint:staticcheck // it may be brainpool
	return append(out, key.Y.FillBytes(make([]byte, size))...)       //nolint:staticcheck // see above
}

// coefficients are a and b of the curve with another a than -3.
var coefficients = map[string][2]string{
	"brainpoolP256r1": {
		"7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
		"26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
	},
}

// Parameters returns the explicit parameters of a curve.
func Parameters(curve elliptic.Curve) []byte {
	p := curve.Params()
	return ChangedParameters(curve, p.Gx, p.Gy)
}

// ChangedParameters are explicit parameters with another base point.
func ChangedParameters(curve elliptic.Curve, gx, gy *big.Int) []byte {
	p := curve.Params()
	size := (p.BitSize + 7) / 8
	a, b := new(big.Int).Sub(p.P, big.NewInt(3)), p.B
	if text, ok := coefficients[p.Name]; ok {
		a.SetString(text[0], 16)
		b, _ = new(big.Int).SetString(text[1], 16)
	}
	fill := func(n *big.Int) []byte { return n.FillBytes(make([]byte, size)) }
	base := append([]byte{4}, append(fill(gx), fill(gy)...)...)
	return seq(integer(1), named([]int{1, 2, 840, 10045, 1, 1}, bigInteger(p.P)), seq(octets(fill(a)), octets(fill(b))),
		octets(base), bigInteger(p.N), integer(1))
}

// lastArcs are those of signature algorithms by the hash: of PKCS #1 and of ECDSA; hashArcs those of the hash.
var (
	rsaArcs = map[crypto.Hash]int{
		crypto.SHA1: 5, crypto.SHA224: 14, crypto.SHA256: 11, crypto.SHA384: 12, crypto.SHA512: 13,
	}
	ecdsaArcs = map[crypto.Hash]int{crypto.SHA224: 1, crypto.SHA256: 2, crypto.SHA384: 3, crypto.SHA512: 4}
	hashArcs  = map[crypto.Hash]int{crypto.SHA224: 4, crypto.SHA256: 1, crypto.SHA384: 2, crypto.SHA512: 3}
)

// HashID returns the algorithm identifier of a hash.
func HashID(hash crypto.Hash) []byte {
	if hash == crypto.SHA1 {
		return algorithm(1, 3, 14, 3, 2, 26)
	}
	return algorithm(2, 16, 840, 1, 101, 3, 4, 2, hashArcs[hash])
}

// PSSParameters returns the algorithm identifier of RSASSA-PSS.
func PSSParameters(hash, mask crypto.Hash, salt, trailer int) []byte {
	mgf := named([]int{1, 2, 840, 113549, 1, 1, 8}, HashID(mask))
	return named([]int{1, 2, 840, 113549, 1, 1, 10}, seq(explicit(0, HashID(hash)), explicit(1, mgf),
		explicit(2, integer(int64(salt))), explicit(3, integer(int64(trailer)))))
}

func (k *Key) salt() int {
	if k.Salt == 0 {
		return k.Hash.Size()
	}
	return k.Salt
}

// ID returns the algorithm identifier of the key's signatures.
func (k *Key) ID() []byte {
	switch {
	case k.Algorithm != nil:
		return k.Algorithm
	case k.PSS:
		return PSSParameters(k.Hash, k.Hash, k.salt(), 1)
	}
	if _, is := k.Private.(*rsa.PrivateKey); is {
		return algorithmNull(1, 2, 840, 113549, 1, 1, rsaArcs[k.Hash])
	}
	if k.Hash == crypto.SHA1 {
		return algorithm(1, 2, 840, 10045, 4, 1)
	}
	return algorithm(1, 2, 840, 10045, 4, 3, ecdsaArcs[k.Hash])
}

// Sign signs a message.
func (k *Key) Sign(message []byte) []byte {
	var options crypto.SignerOpts = k.Hash
	if k.PSS {
		options = &rsa.PSSOptions{Hash: k.Hash, SaltLength: k.salt()}
	}
	return must(k.Private.Sign(rand.Reader, digest(k.Hash, message), options))
}

// signPlain signs a message with ECDSA in the plain form of BSI TR-03111.
func (k *Key) signPlain(message []byte) []byte {
	var rs struct{ R, S *big.Int }
	must(asn1.Unmarshal(k.Sign(message), &rs))
	order := k.Private.Public().(*ecdsa.PublicKey).Curve.Params().N
	size := (order.BitLen() + 7) / 8
	return append(rs.R.FillBytes(make([]byte, size)), rs.S.FillBytes(make([]byte, size))...)
}

func digest(hash crypto.Hash, message []byte) []byte {
	h := hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// RSA returns the private key of an RSA key.
func RSA(k *Key) *rsa.PrivateKey { return k.Private.(*rsa.PrivateKey) }

// ECInfo returns SubjectPublicKeyInfo of a point with parameters.
func ECInfo(parameters []byte, key *ecdsa.PublicKey) []byte {
	return seq(named([]int{1, 2, 840, 10045, 2, 1}, parameters), bits(Point(key)))
}

// RSAInfo returns SubjectPublicKeyInfo of a modulus of as many bits, for which there is no private key.
func RSAInfo(size int) []byte {
	n := new(big.Int).Lsh(big.NewInt(1), uint(size-1))
	return seq(algorithmNull(1, 2, 840, 113549, 1, 1, 1), bits(seq(bigInteger(n.SetBit(n, 0, 1)), integer(65537))))
}

// PSSDefaults returns the identifier of RSASSA-PSS with empty parameters.
func PSSDefaults() []byte { return named([]int{1, 2, 840, 113549, 1, 1, 10}, seq()) }

// Algorithm returns an algorithm identifier without parameters, and OID an object identifier.
func Algorithm(arcs ...int) []byte { return algorithm(arcs...) }

// OID returns an object identifier.
func OID(arcs ...int) []byte { return oid(arcs...) }
