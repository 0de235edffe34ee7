package emrtd

import "math/big"

// arithmetic is that of the points of y² = x³ + ax + b over a prime field.
type arithmetic struct {
	field  *field
	ra, rb residue
}

func newArithmetic(p, a, b *big.Int) arithmetic {
	c := arithmetic{field: newField(p)}
	c.ra, _ = c.field.of(a)
	c.rb, _ = c.field.of(b)
	return c
}

// point is a point (x/z², y/z³) in Jacobian coordinates; z is 0 at infinity.
type point struct{ x, y, z residue }

var zero residue

// pointAt returns a point by its affine coordinates; false unless they are below the prime and on the curve.
func (c *arithmetic) pointAt(x, y *big.Int) (point, bool) {
	f := c.field
	p := point{z: f.one}
	var below [2]bool
	p.x, below[0] = f.of(x)
	p.y, below[1] = f.of(y)
	right := f.add(f.mul(f.add(f.mul(p.x, p.x), c.ra), p.x), c.rb)
	return p, below[0] && below[1] && f.mul(p.y, p.y) == right
}

// affine returns the affine coordinates of p; nil at infinity.
func (c *arithmetic) affine(p point) (x, y *big.Int) {
	if p.z == zero {
		return nil, nil
	}
	f := c.field
	inverse, _ := f.of(new(big.Int).ModInverse(f.number(p.z), f.prime))
	square := f.mul(inverse, inverse)
	return f.number(f.mul(p.x, square)), f.number(f.mul(p.y, f.mul(square, inverse)))
}

// double doubles p a number of times (dbl-1998-cmo-2, with a·z⁴ kept as in modified Jacobian coordinates). Infinity
// needs no case: its z stays 0.
func (c *arithmetic) double(p point, times int) point {
	f := c.field
	twice := func(x residue) residue { return f.add(x, x) }
	zz := f.mul(p.z, p.z)
	azzzz := f.mul(c.ra, f.mul(zz, zz))
	for range times {
		xx, yy := f.mul(p.x, p.x), f.mul(p.y, p.y)
		s := twice(twice(f.mul(p.x, yy)))
		m := f.add(f.add(twice(xx), xx), azzzz)
		eighth := twice(twice(twice(f.mul(yy, yy))))
		azzzz = twice(f.mul(eighth, azzzz))
		p.z = twice(f.mul(p.y, p.z))
		p.x = f.sub(f.mul(m, m), twice(s))
		p.y = f.sub(f.mul(m, f.sub(s, p.x)), eighth)
	}
	return p
}

// add returns p + q (add-1998-cmo-2).
func (c *arithmetic) add(p, q point) point {
	if p.z == zero {
		return q
	}
	if q.z == zero {
		return p
	}
	f := c.field
	pzz := f.mul(p.z, p.z)
	u1, u2 := p.x, f.mul(q.x, pzz)
	s1, s2 := p.y, f.mul(q.y, f.mul(p.z, pzz))
	z := p.z
	if q.z != f.one {
		qzz := f.mul(q.z, q.z)
		u1, s1, z = f.mul(u1, qzz), f.mul(s1, f.mul(q.z, qzz)), f.mul(z, q.z)
	}
	h, r := f.sub(u2, u1), f.sub(s2, s1)
	if h == zero && r == zero {
		return c.double(p, 1)
	}
	hh := f.mul(h, h) // if h is 0 alone, q is -p, and z becomes 0
	hhh, v := f.mul(h, hh), f.mul(u1, hh)
	x := f.sub(f.sub(f.sub(f.mul(r, r), hhh), v), v)
	return point{x, f.sub(f.mul(r, f.sub(v, x)), f.mul(s1, hhh)), f.mul(z, h)}
}

// negative returns -p.
func (c *arithmetic) negative(p point) point {
	p.y = c.field.sub(zero, p.y)
	return p
}

// The numbers of bits that one addition takes, of the scalar of a key and of that of a base point, whose table is kept.
const (
	window     = 5
	baseWindow = 7
)

// oddMultiples returns 1·p, 3·p, 5·p and so on, those below 2^(window-1).
func (c *arithmetic) oddMultiples(p point, window int) []point {
	table, twice := make([]point, 1<<(window-2)), c.double(p, 1)
	table[0] = p
	for i := 1; i < len(table); i++ {
		table[i] = c.add(table[i-1], twice)
	}
	return table
}

// normal returns p with a z of 1, with which additions are faster.
func (c *arithmetic) normal(p point) point {
	normal, _ := c.pointAt(c.affine(p))
	return normal
}

// term is a multiple of a point. The scalar is not negative.
type term struct {
	scalar *big.Int
	window int
	odd    []point // multiples of the point
}

// times returns a multiple of p.
func (c *arithmetic) times(scalar *big.Int, p point) term {
	return term{scalar, window, c.oddMultiples(p, window)}
}

// digits returns the digits of the scalar for the powers of 2, beginning with 1, in its non-adjacent form: each is 0 or
// odd, its magnitude is below 2^(window-1), and after one that is not 0 come window-1 zeros.
func (t term) digits() []int {
	all := make([]int, t.scalar.BitLen()+1)
	carry := uint(0)
	for at := 0; at < len(all); {
		if t.scalar.Bit(at) == carry {
			at++
			continue
		}
		digit := int(carry)
		for i := range t.window {
			digit += int(t.scalar.Bit(at+i)) << i
		}
		carry = 0
		if digit > 1<<(t.window-1) {
			digit, carry = digit-1<<t.window, 1
		}
		all[at] = digit
		at += t.window
	}
	return all
}

// sum returns the sum of the terms. They share the doublings (Shamir's trick).
func (c *arithmetic) sum(terms ...term) (total point) {
	digits, length := make([][]int, len(terms)), 0
	for i, t := range terms {
		digits[i] = t.digits()
		length = max(length, len(digits[i]))
	}
	doublings := 0
	for at := length - 1; at >= 0; at-- {
		doublings++
		for i, t := range terms {
			if at >= len(digits[i]) || digits[i][at] == 0 {
				continue
			}
			total, doublings = c.double(total, doublings), 0
			if digit := digits[i][at]; digit > 0 {
				total = c.add(total, t.odd[digit/2])
			} else {
				total = c.add(total, c.negative(t.odd[-digit/2]))
			}
		}
	}
	return c.double(total, doublings)
}
