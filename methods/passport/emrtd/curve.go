package emrtd

import (
	"crypto/ecdh"
	"crypto/elliptic"
	_ "embed"
	"encoding/asn1"
	"math/big"
	"strconv"
	"strings"
)

// Curve is an elliptic curve over a prime field with cofactor 1.
//
// The curves of NIST are those of the standard library. The arithmetic of the others is here, because no library has
// brainpoolP224r1 and P320r1; it is not in constant time. It verifies signatures, where nothing is secret, and agrees
// on a key in chip authentication, with a private key that is used once.
type Curve struct {
	Name string

	oid            asn1.ObjectIdentifier
	p, a, b        *big.Int
	gx, gy, n      *big.Int
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
		switch c.Name {
		case "secp224r1":
			c.signs = elliptic.P224()
		case "secp256r1":
			c.signs, c.agrees = elliptic.P256(), ecdh.P256()
		case "secp384r1":
			c.signs, c.agrees = elliptic.P384(), ecdh.P384()
		case "secp521r1":
			c.signs, c.agrees = elliptic.P521(), ecdh.P521()
		}
		all = append(all, c)
	}
	return all
}

// size returns the length of a coordinate in octets.
func (c *Curve) size() int { return (c.p.BitLen() + 7) / 8 }

// point is a point in affine coordinates; x is nil at infinity.
type point struct{ x, y *big.Int }

// pointOf reads an uncompressed point of the curve; false if it is none.
func (c *Curve) pointOf(octets []byte) (point, bool) {
	size := c.size()
	if len(octets) != 1+2*size || octets[0] != 4 {
		return point{}, false
	}
	p := point{new(big.Int).SetBytes(octets[1 : 1+size]), new(big.Int).SetBytes(octets[1+size:])}
	return p, c.holds(p)
}

// octets returns a point in uncompressed form.
func (c *Curve) octets(p point) []byte {
	out := make([]byte, 1+2*c.size())
	out[0] = 4
	p.x.FillBytes(out[1 : 1+c.size()])
	p.y.FillBytes(out[1+c.size():])
	return out
}

// holds reports whether p is on the curve.
func (c *Curve) holds(p point) bool {
	if p.x == nil || p.x.Cmp(c.p) >= 0 || p.y.Cmp(c.p) >= 0 {
		return false
	}
	left := new(big.Int).Mul(p.y, p.y)
	right := new(big.Int).Mul(p.x, p.x)
	right.Add(right, c.a)
	right.Mul(right, p.x)
	right.Add(right, c.b)
	return left.Sub(left, right).Mod(left, c.p).Sign() == 0
}

// jacobian is a point (x/z², y/z³); z is 0 at infinity.
type jacobian struct{ x, y, z *big.Int }

func (c *Curve) infinity() jacobian { return jacobian{big.NewInt(1), big.NewInt(1), new(big.Int)} }

func (c *Curve) mul(a, b *big.Int) *big.Int {
	out := new(big.Int).Mul(a, b)
	return out.Mod(out, c.p)
}

// double returns 2p (dbl-2007-bl, for any a).
func (c *Curve) double(p jacobian) jacobian {
	if p.z.Sign() == 0 || p.y.Sign() == 0 {
		return c.infinity()
	}
	yy := c.mul(p.y, p.y)
	s := c.mul(p.x, yy)
	s.Lsh(s, 2)
	zz := c.mul(p.z, p.z)
	m := c.mul(c.a, c.mul(zz, zz))
	xx := c.mul(p.x, p.x)
	m.Add(m, xx).Add(m, xx).Add(m, xx)
	x := new(big.Int).Mul(m, m)
	x.Sub(x, s).Sub(x, s).Mod(x, c.p)
	y := new(big.Int).Sub(s, x)
	y.Mul(y, m)
	fourth := c.mul(yy, yy)
	y.Sub(y, fourth.Lsh(fourth, 3)).Mod(y, c.p)
	z := new(big.Int).Mul(p.y, p.z)
	z.Lsh(z, 1).Mod(z, c.p)
	return jacobian{x, y, z}
}

// add returns p + q.
func (c *Curve) add(p, q jacobian) jacobian {
	if p.z.Sign() == 0 {
		return q
	}
	if q.z.Sign() == 0 {
		return p
	}
	pzz, qzz := c.mul(p.z, p.z), c.mul(q.z, q.z)
	u1, u2 := c.mul(p.x, qzz), c.mul(q.x, pzz)
	s1, s2 := c.mul(p.y, c.mul(q.z, qzz)), c.mul(q.y, c.mul(p.z, pzz))
	h, r := new(big.Int).Sub(u2, u1), new(big.Int).Sub(s2, s1)
	h.Mod(h, c.p)
	r.Mod(r, c.p)
	if h.Sign() == 0 {
		if r.Sign() == 0 {
			return c.double(p)
		}
		return c.infinity()
	}
	hh := c.mul(h, h)
	hhh, v := c.mul(h, hh), c.mul(u1, hh)
	x := new(big.Int).Mul(r, r)
	x.Sub(x, hhh).Sub(x, v).Sub(x, v).Mod(x, c.p)
	y := new(big.Int).Sub(v, x)
	y.Mul(y, r)
	y.Sub(y, new(big.Int).Mul(s1, hhh)).Mod(y, c.p)
	return jacobian{x, y, c.mul(c.mul(p.z, q.z), h)}
}

// affine returns p in affine coordinates.
func (c *Curve) affine(p jacobian) point {
	if p.z.Sign() == 0 {
		return point{}
	}
	inverse := new(big.Int).ModInverse(p.z, c.p)
	square := c.mul(inverse, inverse)
	return point{c.mul(p.x, square), c.mul(p.y, c.mul(square, inverse))}
}

// window is the number of bits of a scalar that one addition takes.
const window = 4

// multiples returns 0·p, 1·p, … 15·p.
func (c *Curve) multiples(p point) (table [1 << window]jacobian) {
	table[0] = c.infinity()
	table[1] = jacobian{p.x, p.y, big.NewInt(1)}
	for i := 2; i < len(table); i++ {
		table[i] = c.add(table[i-1], table[1])
	}
	return table
}

// term is a multiple of a point.
type term struct {
	scalar *big.Int
	of     point
}

// sum returns the sum of the terms.
func (c *Curve) sum(terms ...term) point {
	tables := make([][1 << window]jacobian, len(terms))
	bits := 0
	for i, t := range terms {
		tables[i] = c.multiples(t.of)
		bits = max(bits, t.scalar.BitLen())
	}
	total := c.infinity()
	for at := (bits + window - 1) / window * window; at > 0; {
		at -= window
		for range window {
			total = c.double(total)
		}
		for i, t := range terms {
			digit := 0
			for bit := window - 1; bit >= 0; bit-- {
				digit = digit<<1 | int(t.scalar.Bit(at+bit))
			}
			total = c.add(total, tables[i][digit])
		}
	}
	return c.affine(total)
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
	sum := c.sum(term{u1.Mod(u1, c.n), point{c.gx, c.gy}}, term{u2.Mod(u2, c.n), q})
	return sum.x != nil && sum.x.Mod(sum.x, c.n).Cmp(r) == 0
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
		return ok && p.x.Cmp(c.gx) == 0 && p.y.Cmp(c.gy) == 0
	}
	return uint(octets[0]) == 2+c.gy.Bit(0) && len(octets) == 1+c.size() && equal(octets[1:], c.gx)
}
