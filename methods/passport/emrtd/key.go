package emrtd

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
)

// Key is a public key: an *RSAKey, an *ECKey or a *DHKey.
type Key interface{ bits() int }

// RSAKey is a public key of RSA.
type RSAKey struct {
	*rsa.PublicKey
	// pss restricts the key to signatures of RSASSA-PSS; nil for none.
	pss *scheme
}

// ECKey is a public key on an elliptic curve.
type ECKey struct {
	Curve *Curve
	point point
	std   *ecdsa.PublicKey // nil for curves that crypto/ecdsa does not have
}

// DHKey is a public key of Diffie-Hellman.
type DHKey struct{ p, g, y *big.Int }

func (k *RSAKey) bits() int { return k.N.BitLen() }
func (k *ECKey) bits() int  { return k.Curve.n.BitLen() }
func (k *DHKey) bits() int  { return k.p.BitLen() }

// The object identifiers of keys.
var (
	oidRSA    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidEC     = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidECDH   = asn1.ObjectIdentifier{1, 3, 132, 1, 12}
	oidDH     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 3, 1} // PKCS #3
	oidDHX942 = asn1.ObjectIdentifier{1, 2, 840, 10046, 2, 1}
)

// The least and the greatest sizes of keys in bits (ICAO 9303-12 4.4 and 9303-11 6.1.2).
const (
	minSignerRSA = 2048
	minSignerEC  = 224
	minChipRSA   = 1024
	minChipEC    = 192
	minDH        = 1024
	maxModulus   = 8192
	maxDH        = 4096
)

// subjectKey is SubjectPublicKeyInfo.
type subjectKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Key       asn1.BitString
}

// parseKey reads SubjectPublicKeyInfo in DER.
func parseKey(der []byte) (Key, error) {
	var wire subjectKey
	rest, err := asn1.Unmarshal(der, &wire)
	if err != nil || len(rest) > 0 || wire.Key.BitLength%8 != 0 {
		return nil, fault(KeyUnsupported)
	}
	parameters, octets := wire.Algorithm.Parameters.FullBytes, wire.Key.Bytes
	switch id := wire.Algorithm.Algorithm; {
	case id.Equal(oidRSA):
		return rsaKey(octets, nil)
	case id.Equal(oidPSS):
		return pssKey(octets, parameters)
	case id.Equal(oidEC), id.Equal(oidECDH):
		return ecKey(curveOf(parameters), octets)
	case id.Equal(oidStandard):
		return ecKey(standardCurve(parameters), octets)
	case id.Equal(oidDH), id.Equal(oidDHX942):
		return dhKey(parameters, octets)
	}
	return nil, fault(KeyUnsupported)
}

func rsaKey(octets []byte, pss *scheme) (Key, error) {
	var wire struct{ N, E *big.Int }
	rest, err := asn1.Unmarshal(octets, &wire)
	if err != nil || len(rest) > 0 || wire.N.Sign() <= 0 || wire.N.BitLen() > maxModulus {
		return nil, fault(KeyUnsupported)
	}
	// crypto/rsa takes exponents of 31 bits; smaller ones than 3 and even ones are no exponents.
	if wire.E.BitLen() > 31 || wire.E.Cmp(big.NewInt(3)) < 0 || wire.E.Bit(0) == 0 {
		return nil, fault(KeyUnsupported)
	}
	return &RSAKey{&rsa.PublicKey{N: wire.N, E: int(wire.E.Int64())}, pss}, nil
}

// pssKey reads a key for RSASSA-PSS alone. Parameters restrict its signatures (RFC 4055 3.3).
func pssKey(octets, parameters []byte) (Key, error) {
	if len(parameters) == 0 {
		return rsaKey(octets, nil)
	}
	restriction, err := pssScheme(parameters)
	if err != nil {
		return nil, err
	}
	return rsaKey(octets, &restriction)
}

func ecKey(curve *Curve, octets []byte) (Key, error) {
	if curve == nil {
		return nil, fault(CurveUnknown)
	}
	p, ok := curve.pointOf(octets)
	if !ok {
		return nil, fault(KeyUnsupported)
	}
	key := &ECKey{Curve: curve, point: p}
	if curve.signs == nil {
		return key, nil
	}
	std, err := ecdsa.ParseUncompressedPublicKey(curve.signs, octets)
	if err != nil {
		return nil, fault(KeyUnsupported)
	}
	key.std = std
	return key, nil
}

// dhKey reads a key of PKCS #3 or X9.42: the parameters of both begin with p and g.
func dhKey(parameters, octets []byte) (Key, error) {
	var (
		domain struct{ P, G *big.Int }
		y      *big.Int
	)
	if _, err := asn1.Unmarshal(parameters, &domain); err != nil {
		return nil, fault(KeyUnsupported)
	}
	if rest, err := asn1.Unmarshal(octets, &y); err != nil || len(rest) > 0 {
		return nil, fault(KeyUnsupported)
	}
	p, one := domain.P, big.NewInt(1)
	last := new(big.Int).Sub(p, one)
	inside := func(v *big.Int) bool { return v.Cmp(one) > 0 && v.Cmp(last) < 0 }
	if p.BitLen() < minDH || p.BitLen() > maxDH || p.Bit(0) == 0 || !inside(domain.G) || !inside(y) {
		return nil, fault(KeyUnsupported)
	}
	return &DHKey{p, domain.G, y}, nil
}

// signerKey refuses a key that may not sign security objects and certificates.
func signerKey(key Key) error {
	switch key := key.(type) {
	case *RSAKey:
		if key.bits() < minSignerRSA {
			return fault(KeyTooShort)
		}
	case *ECKey:
		if key.bits() < minSignerEC {
			return fault(KeyTooShort)
		}
	default:
		return fault(KeyUnsupported)
	}
	return nil
}
