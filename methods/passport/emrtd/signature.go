package emrtd

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // for chips and signers that an operator accepts, see Options.SHA1
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
)

// hashes are the digests of ICAO 9303-12 4.1.6.
var hashes = []struct {
	oid  asn1.ObjectIdentifier
	hash crypto.Hash
}{
	{asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, crypto.SHA1},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 4}, crypto.SHA224},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA256},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA384},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, crypto.SHA512},
}

// hashOf returns the digest of an algorithm identifier. Its parameters must be absent or NULL.
func hashOf(a pkix.AlgorithmIdentifier) (crypto.Hash, error) {
	if len(a.Parameters.FullBytes) > 0 && !isNull(a.Parameters) {
		return 0, fault(DigestUnsupported)
	}
	for _, h := range hashes {
		if h.oid.Equal(a.Algorithm) {
			return h.hash, nil
		}
	}
	return 0, fault(DigestUnsupported)
}

func isNull(v asn1.RawValue) bool { return v.Class == 0 && v.Tag == asn1.TagNull && len(v.Bytes) == 0 }

func sum(hash crypto.Hash, parts ...[]byte) []byte {
	h := hash.New()
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// family is a family of signature schemes.
type family int

const (
	pkcs1 family = iota + 1
	pss
	ecdsaDER
)

// scheme is a signature scheme with its parameters.
type scheme struct {
	family family
	hash   crypto.Hash // 0 where the identifier does not say, which is that of the signed message then
	salt   int
}

var schemes = []struct {
	oid    asn1.ObjectIdentifier
	scheme scheme
}{
	{oidRSA, scheme{family: pkcs1}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}, scheme{family: pkcs1, hash: crypto.SHA1}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 14}, scheme{family: pkcs1, hash: crypto.SHA224}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, scheme{family: pkcs1, hash: crypto.SHA256}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, scheme{family: pkcs1, hash: crypto.SHA384}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, scheme{family: pkcs1, hash: crypto.SHA512}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}, scheme{family: ecdsaDER, hash: crypto.SHA1}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 1}, scheme{family: ecdsaDER, hash: crypto.SHA224}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, scheme{family: ecdsaDER, hash: crypto.SHA256}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, scheme{family: ecdsaDER, hash: crypto.SHA384}},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, scheme{family: ecdsaDER, hash: crypto.SHA512}},
}

// schemeOf reads the identifier of a signature scheme.
func schemeOf(a pkix.AlgorithmIdentifier) (scheme, error) {
	if a.Algorithm.Equal(oidPSS) {
		return pssScheme(a.Parameters.FullBytes)
	}
	for _, s := range schemes {
		if s.oid.Equal(a.Algorithm) {
			return s.scheme, nil
		}
	}
	return scheme{}, fault(SignatureUnsupported)
}

var oidMGF1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}

// pssParameters are RSASSA-PSS-params (RFC 4055 3.1).
type pssParameters struct {
	Hash    pkix.AlgorithmIdentifier `asn1:"optional,explicit,tag:0"`
	Mask    pkix.AlgorithmIdentifier `asn1:"optional,explicit,tag:1"`
	Salt    int                      `asn1:"optional,explicit,tag:2,default:20"`
	Trailer int                      `asn1:"optional,explicit,tag:3,default:1"`
}

// pssScheme reads the parameters of RSASSA-PSS. The default of the digest is SHA-1 (RFC 4055 3.1).
func pssScheme(der []byte) (scheme, error) {
	p := pssParameters{Salt: 20, Trailer: 1}
	if rest, err := asn1.Unmarshal(der, &p); err != nil || len(rest) > 0 {
		return scheme{}, fault(PSSParameters)
	}
	hash, masked := crypto.SHA1, crypto.SHA1
	var err error
	if p.Hash.Algorithm != nil {
		if hash, err = hashOf(p.Hash); err != nil {
			return scheme{}, err
		}
	}
	if p.Mask.Algorithm != nil {
		var inner pkix.AlgorithmIdentifier
		rest, err := asn1.Unmarshal(p.Mask.Parameters.FullBytes, &inner)
		if err != nil || len(rest) > 0 || !p.Mask.Algorithm.Equal(oidMGF1) {
			return scheme{}, fault(PSSParameters)
		}
		if masked, err = hashOf(inner); err != nil {
			return scheme{}, err
		}
	}
	if masked != hash || p.Trailer != 1 || p.Salt < 0 || p.Salt > hash.Size() {
		return scheme{}, fault(PSSParameters)
	}
	return scheme{pss, hash, p.Salt}, nil
}

// verifier verifies signatures.
type verifier struct {
	sha1 bool // whether SHA-1 is accepted
}

// digest refuses SHA-1 unless it is accepted.
func (v verifier) digest(hash crypto.Hash) error {
	if hash == crypto.SHA1 && !v.sha1 {
		return fault(DigestWeak)
	}
	return nil
}

// verify verifies a signature over a message. Otherwise is the digest where the algorithm does not say. An untrue
// signature is the fault untrue.
func (v verifier) verify(
	key Key, a pkix.AlgorithmIdentifier, otherwise crypto.Hash, message, signature []byte, untrue Code,
) error {
	if err := signerKey(key); err != nil {
		return err
	}
	s, err := schemeOf(a)
	if err != nil {
		return err
	}
	if s.hash == 0 {
		s.hash = otherwise
	}
	if s.hash == 0 {
		return fault(SignatureUnsupported)
	}
	if err := v.digest(s.hash); err != nil {
		return err
	}
	switch key := key.(type) {
	case *RSAKey:
		return key.verify(s, message, signature, untrue)
	case *ECKey:
		if s.family != ecdsaDER {
			return fault(SignatureUnsupported)
		}
		return wrong(!key.verifyDER(sum(s.hash, message), signature), untrue)
	}
	return fault(KeyUnsupported)
}

func wrong(is bool, code Code) error {
	if is {
		return fault(code)
	}
	return nil
}

func (k *RSAKey) verify(s scheme, message, signature []byte, untrue Code) error {
	digest := sum(s.hash, message)
	switch {
	case s.family == pkcs1 && k.pss == nil:
		return wrong(rsa.VerifyPKCS1v15(k.PublicKey, s.hash, digest, signature) != nil, untrue)
	case s.family == pss:
		if k.pss != nil && (k.pss.hash != s.hash || s.salt < k.pss.salt) {
			return fault(PSSParameters)
		}
		options := &rsa.PSSOptions{SaltLength: s.salt, Hash: s.hash}
		if s.salt == 0 {
			return fault(PSSParameters) // 0 is PSSSaltLengthAuto for crypto/rsa
		}
		return wrong(rsa.VerifyPSS(k.PublicKey, s.hash, digest, signature, options) != nil, untrue)
	}
	return fault(SignatureUnsupported)
}

// verifyDER reports whether a signature in the form of X9.62 is that of the key over a digest.
func (k *ECKey) verifyDER(digest, signature []byte) bool {
	if k.std != nil {
		return ecdsa.VerifyASN1(k.std, digest, signature)
	}
	var wire struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(signature, &wire); err != nil {
		return false
	}
	// encoding/asn1 ignores elements after s; crypto/ecdsa does not.
	exact, err := asn1.Marshal(wire)
	return err == nil && bytes.Equal(signature, exact) && k.Curve.verifies(k.point, digest, wire.R, wire.S)
}

// verifyPlain reports whether a signature in the plain form of BSI TR-03111 5.2.1, r and s each as long as the order of
// the curve, is that of the key over a digest.
func (k *ECKey) verifyPlain(digest, signature []byte) bool {
	size := (k.Curve.n.BitLen() + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
	if k.std != nil {
		return ecdsa.Verify(k.std, digest, r, s)
	}
	return k.Curve.verifies(k.point, digest, r, s)
}
