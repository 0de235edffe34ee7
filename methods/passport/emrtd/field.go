package emrtd

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// maxLimbs is the number of words of 64 bits that the greatest prime needs, that of secp521r1.
const maxLimbs = 9

// residue is a number of a field in Montgomery's form: the number times 2^(64·limbs) modulo p, in words of 64 bits,
// the least significant first. It is below p, so each residue has one form.
type residue [maxLimbs]uint64

// field is the field of the integers modulo an odd prime of up to 576 bits. It is not in constant time.
type field struct {
	limbs   int
	prime   *big.Int
	p       residue
	inverse uint64  // -1/p modulo 2^64
	one     residue // in Montgomery's form
	square  residue // 2^(2·64·limbs) modulo p, which brings a number into that form
}

func newField(prime *big.Int) *field {
	f := &field{limbs: (prime.BitLen() + 63) / 64, prime: prime, p: words(prime)}
	f.inverse = 1
	for range 6 { // each step of Newton's method doubles the number of right bits
		f.inverse *= 2 - f.p[0]*f.inverse
	}
	f.inverse = -f.inverse
	power := new(big.Int).Lsh(big.NewInt(1), uint(64*f.limbs))
	f.one = words(new(big.Int).Mod(power, prime))
	f.square = words(power.Mul(power, power).Mod(power, prime))
	return f
}

// words returns a number that is not negative and has at most 576 bits.
func words(number *big.Int) (out residue) {
	var octets [8 * maxLimbs]byte
	number.FillBytes(octets[:])
	for i := range out {
		out[i] = binary.BigEndian.Uint64(octets[8*(maxLimbs-1-i):])
	}
	return out
}

// of returns the residue of a number; false unless the number is in the range from 0 to p-1.
func (f *field) of(number *big.Int) (residue, bool) {
	if number.Sign() < 0 || number.Cmp(f.prime) >= 0 {
		return residue{}, false
	}
	return f.mul(words(number), f.square), true
}

// number returns the number of a residue.
func (f *field) number(x residue) *big.Int {
	x = f.mul(x, residue{1})
	var octets [8 * maxLimbs]byte
	for i, word := range x {
		binary.BigEndian.PutUint64(octets[8*(maxLimbs-1-i):], word)
	}
	return new(big.Int).SetBytes(octets[:])
}

// add returns x + y.
func (f *field) add(x, y residue) residue {
	var carry uint64
	for i := range f.limbs {
		x[i], carry = bits.Add64(x[i], y[i], carry)
	}
	return f.reduce(x, carry)
}

// reduce returns x modulo p for x below 2p; over is the word above those of x.
func (f *field) reduce(x residue, over uint64) residue {
	less, borrow := x, uint64(0)
	for i := range f.limbs {
		less[i], borrow = bits.Sub64(x[i], f.p[i], borrow)
	}
	if borrow > over {
		return x
	}
	return less
}

// sub returns x - y.
func (f *field) sub(x, y residue) residue {
	var borrow, carry uint64
	for i := range f.limbs {
		x[i], borrow = bits.Sub64(x[i], y[i], borrow)
	}
	if borrow == 0 {
		return x
	}
	for i := range f.limbs {
		x[i], carry = bits.Add64(x[i], f.p[i], carry)
	}
	return x
}

// mul returns x·y by Montgomery's multiplication: for each word of x it adds the multiple of y, and the multiple of p
// that makes the sum divisible by 2^64, and divides. The sum stays below 2p.
func (f *field) mul(x, y residue) residue {
	var (
		sum  residue
		over uint64 // the word above those of sum
	)
	total := sum[:f.limbs]
	factor, p := y[:len(total)], f.p[:len(total)]
	for _, word := range x[:len(total)] {
		high, low := multiplyAdd(word, factor[0], total[0], 0)
		multiple := low * f.inverse
		carry, _ := multiplyAdd(multiple, p[0], low, 0)
		for i := 1; i < len(total); i++ {
			high, low = multiplyAdd(word, factor[i], total[i], high)
			carry, total[i-1] = multiplyAdd(multiple, p[i], low, carry)
		}
		low, carry = bits.Add64(high, carry, 0)
		total[len(total)-1], over = bits.Add64(low, over, 0)
		over += carry
	}
	return f.reduce(sum, over)
}

// multiplyAdd returns the two words of x·y + a + b.
func multiplyAdd(x, y, a, b uint64) (high, low uint64) {
	var carry uint64
	high, low = bits.Mul64(x, y)
	low, carry = bits.Add64(low, a, 0)
	high += carry
	low, carry = bits.Add64(low, b, 0)
	return high + carry, low
}
