package emrtd

import (
	"crypto/ecdh"
	"crypto/elliptic"
	_ "embed"
	"encoding/asn1"
	"math/big"
	"strconv"
	"strings"
	"sync"
)

// Curve is an elliptic curve over a prime field with cofactor 1.
//
// The curves of NIST are those of the standard library, except for signatures on secp521r1, which take longer there.
// The others have own arithmetic, because no library has brainpoolP224r1 and P320r1; it is not in constant time. It
// verifies signatures, where nothing is secret, and agrees on a key in chip authentication, with a private key that is
// used once.
type Curve struct {
	Name string

	oid            asn1.ObjectIdentifier
	p, a, b        *big.Int
	gx, gy, n      *big.Int
	arithmetic                    // of the points
	base           point          // (gx, gy)
	odd            func() []point // odd multiples of it
	signs          elliptic.Curve // nil for curves that crypto/ecdsa does not have
	agrees         ecdh.Curve     // nil for curves that crypto/ecdh does not have
	standardNumber int            // of the standardized domain parameters; 0 for none
}

//go:embed curves.txt
var curvesText string

// curves are the named curves.
var curves = readCurves(curvesText)

// standardNumbers are those of ICAO 9303-11, table 14.
var standardNumbers = map[string]int{
	"secp192r1": 8, "brainpoolP192r1": 9, "secp224r1": 10, "brainpoolP224r1": 11, "secp256r1": 12,
	"brainpoolP256r1": 13, "brainpoolP320r1": 14, "secp384r1": 15, "brainpoolP384r1": 16, "brainpoolP512r1": 17,
	"secp521r1": 18,
}

func readCurves(text string) (all []*Curve) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Fields(line)
		c := &Curve{Name: field[0], standardNumber: standardNumbers[field[0]]}
		for _, arc := range strings.Split(field[1], ".") {
			number, _ := strconv.Atoi(arc)
			c.oid = append(c.oid, number)
		}
		for i, to := range []**big.Int{&c.p, &c.a, &c.b, &c.gx, &c.gy, &c.n} {
			*to, _ = new(big.Int).SetString(field[2+i], 16)
		}
		c.arithmetic = newArithmetic(c.p, c.a, c.b)
		c.base, _ = c.pointAt(c.gx, c.gy)
		c.odd = sync.OnceValue(c.oddOfBase)
		switch c.Name {
		case "secp224r1":
			c.signs = elliptic.P224()
		case "secp256r1":
			c.signs, c.agrees = elliptic.P256(), ecdh.P256()
		case "secp384r1":
			c.signs, c.agrees = elliptic.P384(), ecdh.P384()
		case "secp521r1":
			c.agrees = ecdh.P521()
		}
		all = append(all, c)
	}
	return all
}

// size returns the length of a coordinate in octets.
func (c *Curve) size() int { return (c.p.BitLen() + 7) / 8 }

// pointOf reads an uncompressed point of the curve; false if it is none.
func (c *Curve) pointOf(octets []byte) (point, bool) {
	size := c.size()
	if len(octets) != 1+2*size || octets[0] != 4 {
		return point{}, false
	}
	return c.pointAt(new(big.Int).SetBytes(octets[1:1+size]), new(big.Int).SetBytes(octets[1+size:]))
}

// oddOfBase returns the odd multiples of the base point.
func (c *Curve) oddOfBase() []point {
	table := c.oddMultiples(c.base, baseWindow)
	for i, p := range table {
		table[i] = c.normal(p)
	}
	return table
}

// timesBase returns a multiple of the base point.
func (c *Curve) timesBase(scalar *big.Int) term { return term{scalar, baseWindow, c.odd()} }

// octets returns a point other than infinity in uncompressed form.
func (c *Curve) octets(p point) []byte {
	x, y := c.affine(p)
	out := make([]byte, 1+2*c.size())
	out[0] = 4
	x.FillBytes(out[1 : 1+c.size()])
	y.FillBytes(out[1+c.size():])
	return out
}

// verifies reports whether (r, s) is the signature of the key q over a digest (BSI TR-03111 4.2.1.2).
func (c *Curve) verifies(q point, digest []byte, r, s *big.Int) bool {
	if r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(c.n) >= 0 || s.Cmp(c.n) >= 0 {
		return false
	}
	e := new(big.Int).SetBytes(digest)
	if excess := len(digest)*8 - c.n.BitLen(); excess > 0 {
		e.Rsh(e, uint(excess))
	}
	w := new(big.Int).ModInverse(s, c.n)
	u1, u2 := e.Mul(e, w), w.Mul(w, r)
	x, _ := c.affine(c.sum(c.timesBase(u1.Mod(u1, c.n)), c.times(u2.Mod(u2, c.n), q)))
	return x != nil && x.Mod(x, c.n).Cmp(r) == 0
}

// The object identifiers of domain parameters.
var (
	oidPrimeField = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}
	oidStandard   = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 1, 2}
)

// curveOf reads EcpkParameters (RFC 3279 2.3.5): a named curve, or explicit parameters that are those of a named curve.
// It returns nil for any other.
func curveOf(parameters []byte) *Curve {
	var name asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(parameters, &name); err == nil && len(rest) == 0 {
		for _, c := range curves {
			if c.oid.Equal(name) {
				return c
			}
		}
		return nil
	}
	return explicitCurve(parameters)
}

func standardCurve(parameters []byte) *Curve {
	var number int
	if rest, err := asn1.Unmarshal(parameters, &number); err != nil || len(rest) > 0 {
		return nil
	}
	for _, c := range curves {
		if c.standardNumber == number && number > 0 {
			return c
		}
	}
	return nil
}

// explicitParameters are ECParameters (RFC 3279 2.3.5).
type explicitParameters struct {
	Version int
	Field   struct {
		Type  asn1.ObjectIdentifier
		Prime *big.Int
	}
	Curve struct {
		A, B []byte
		Seed asn1.BitString `asn1:"optional"`
	}
	Base     []byte
	Order    *big.Int
	Cofactor *big.Int `asn1:"optional"`
}

// explicitCurve returns the named curve that has all of the parameters: attackers can choose parameters with which a
// signature verifies under a key that nobody has (CVE-2020-0601).
func explicitCurve(parameters []byte) *Curve {
	var e explicitParameters
	rest, err := asn1.Unmarshal(parameters, &e)
	if err != nil || len(rest) > 0 || !e.Field.Type.Equal(oidPrimeField) {
		return nil
	}
	if e.Cofactor != nil && e.Cofactor.Cmp(big.NewInt(1)) != 0 {
		return nil
	}
	for _, c := range curves {
		if e.Field.Prime.Cmp(c.p) == 0 && e.Order.Cmp(c.n) == 0 && equal(e.Curve.A, c.a) && equal(e.Curve.B, c.b) &&
			c.isBase(e.Base) {
			return c
		}
	}
	return nil
}

func equal(octets []byte, number *big.Int) bool {
	return new(big.Int).SetBytes(octets).Cmp(number) == 0
}

// isBase reports whether octets are the base point, compressed or not.
func (c *Curve) isBase(octets []byte) bool {
	if len(octets) == 0 {
		return false
	}
	if octets[0] == 4 {
		p, ok := c.pointOf(octets)
		return ok && p == c.base
	}
	return uint(octets[0]) == 2+c.gy.Bit(0) && len(octets) == 1+c.size() && equal(octets[1:], c.gx)
}
