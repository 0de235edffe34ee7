package emrtd

import "math/big"

// Clauses are the clauses of all codes.
var Clauses = clauses

// DeriveTripleDES derives the session keys of 3DES.
func DeriveTripleDES(secret []byte) (encryption, mac []byte) {
	return tripleDES.derive(secret, deriveEncryption), tripleDES.derive(secret, deriveMAC)
}

// TripleDESMessaging returns a session with keys and a counter.
func TripleDESMessaging(encryption, mac, counter []byte) *Messaging {
	return &Messaging{kind: tripleDES, encryption: encryption, mac: mac, counter: counter}
}

// BeginChipWith is BeginChip with a private key of the caller.
func BeginChipWith(dg14, private []byte) (*ChipSession, error) {
	infos, err := parseDG14(dg14)
	if err != nil {
		return nil, err
	}
	return infos.choose().begin(dg14, private)
}

// ParseGroups reads a file as each of the data groups.
func ParseGroups(file []byte) {
	_, _ = parseDG1(file)
	_, _ = parseDG2(file)
	_, _ = parseDG14(file)
	_, _ = parseDG15(file)
}

// Curves are the named curves.
var Curves = curves

// Base returns the base point.
func (c *Curve) Base() []byte { return c.octets(c.base) }

// Order returns the order of the base point, which is a prime.
func (c *Curve) Order() *big.Int { return c.n }

// Prime returns the prime of the field.
func (c *Curve) Prime() *big.Int { return c.p }

// Coefficients returns a and b of the curve.
func (c *Curve) Coefficients() (a, b *big.Int) { return c.a, c.b }

// Holds reports whether octets are a point of the curve.
func (c *Curve) Holds(octets []byte) bool {
	_, ok := c.pointOf(octets)
	return ok
}

// Multiple returns a multiple of a point; nil at infinity.
func (c *Curve) Multiple(scalar *big.Int, of []byte) []byte {
	return c.written(c.sum(c.term(scalar, of)))
}

// Sum returns a·p + b·q; nil at infinity.
func (c *Curve) Sum(a *big.Int, p []byte, b *big.Int, q []byte) []byte {
	return c.written(c.sum(c.term(a, p), c.term(b, q)))
}

func (c *Curve) term(scalar *big.Int, octets []byte) term {
	p, ok := c.pointOf(octets)
	if !ok {
		panic("emrtd: not a point of " + c.Name)
	}
	if p == c.base {
		return c.timesBase(scalar)
	}
	return c.times(scalar, p)
}

func (c *Curve) written(p point) []byte {
	if p.z == zero {
		return nil
	}
	return c.octets(p)
}

// Verifies reports whether (r, s) is the signature of a key over a digest, by the arithmetic of this package.
func (c *Curve) Verifies(key, digest []byte, r, s *big.Int) bool {
	q, ok := c.pointOf(key)
	return ok && c.verifies(q, digest, r, s)
}

// VerifiesDER is Verifies for a signature in the form of X9.62.
func (c *Curve) VerifiesDER(key, digest, signature []byte) bool {
	q, ok := c.pointOf(key)
	return ok && (&ECKey{Curve: c, point: q}).verifyDER(digest, signature)
}

// Calculated returns the sum, the difference and the product of two numbers, as elements of a field; false unless both
// numbers are below the prime.
func Calculated(prime, x, y *big.Int) (sum, difference, product *big.Int, ok bool) {
	f := newField(prime)
	a, below := f.of(x)
	b, ok := f.of(y)
	return f.number(f.add(a, b)), f.number(f.sub(a, b)), f.number(f.mul(a, b)), below && ok
}
