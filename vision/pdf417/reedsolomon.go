package pdf417

// prime is the size of the field of codewords, and generator generates its units.
const (
	prime     = 929
	generator = 3
)

// powers are the powers of generator, and logs their inverse.
var powers, logs = func() (powers [2 * prime]int, logs [prime]int) {
	value := 1
	for i := range powers {
		powers[i] = value
		if i < prime-1 {
			logs[value] = i
		}
		value = value * generator % prime
	}
	return powers, logs
}()

// power returns generator to the power of exponent, which may be negative.
func power(exponent int) int {
	exponent %= prime - 1
	if exponent < 0 {
		exponent += prime - 1
	}
	return powers[exponent]
}

// inverse returns the inverse of a value other than 0.
func inverse(value int) int { return power(-logs[value]) }

// polynomial has the coefficient of x^i at i.
type polynomial []int

// at returns the value of p at x.
func (p polynomial) at(x int) int {
	value := 0
	for i := len(p) - 1; i >= 0; i-- {
		value = (value*x + p[i]) % prime
	}
	return value
}

// times returns the product of p and q, without the terms of x^limit and above.
func (p polynomial) times(q polynomial, limit int) polynomial {
	product := make(polynomial, min(len(p)+len(q)-1, limit))
	for i, a := range p {
		for j := 0; j < len(q) && i+j < len(product); j++ {
			product[i+j] = (product[i+j] + a*q[j]) % prime
		}
	}
	return product
}

// degree returns the greatest exponent with a coefficient, or 0.
func (p polynomial) degree() int {
	for i := len(p) - 1; i > 0; i-- {
		if p[i] != 0 {
			return i
		}
	}
	return 0
}

// slack is how many check codewords a correction leaves unused, so that chance correction of wrong symbols is rare.
const slack = 2

// correct corrects words in place, of which the last checks are check codewords. Those at the places in erased are
// unknown. It returns the number of codewords that it changed, and false if there are too many errors.
func correct(words []int, checks int, erased []int) (changed int, ok bool) {
	syndromes := make(polynomial, checks)
	clean := true
	for i := range syndromes {
		syndromes[i] = syndrome(words, power(i+1))
		clean = clean && syndromes[i] == 0
	}
	if clean {
		return 0, true
	}
	if len(erased) > checks-slack {
		return 0, false
	}
	locator := locate(syndromes, words, erased)
	errors := locator.degree()
	if 2*(errors-len(erased))+len(erased) > checks-slack || errors == 0 {
		return 0, false
	}
	return repair(words, syndromes, locator, errors)
}

// syndrome returns the value at x of the polynomial of the words, the first of which is the leading coefficient.
func syndrome(words []int, x int) int {
	value := 0
	for _, word := range words {
		value = (value*x + word) % prime
	}
	return value
}

// locate returns the polynomial whose roots are the inverses of the places of errors and erasures, by the algorithm of
// Berlekamp and Massey, begun with the erasures.
func locate(syndromes polynomial, words, erased []int) polynomial {
	locator := polynomial{1}
	for _, place := range erased {
		locator = locator.times(polynomial{1, prime - power(len(words)-1-place)}, len(syndromes)+1)
	}
	length := len(erased)
	previous, shift, scale := append(polynomial(nil), locator...), 1, 1
	for n := len(erased); n < len(syndromes); n++ {
		discrepancy := 0
		for i := 0; i <= n && i < len(locator); i++ {
			discrepancy = (discrepancy + locator[i]*syndromes[n-i]) % prime
		}
		if discrepancy == 0 {
			shift++
			continue
		}
		factor := discrepancy * inverse(scale) % prime
		next := make(polynomial, max(len(locator), len(previous)+shift))
		copy(next, locator)
		for i, c := range previous {
			next[i+shift] = (next[i+shift] + (prime-factor)*c) % prime
		}
		if 2*length <= n+len(erased) {
			length = n + 1 + len(erased) - length
			previous, scale, shift = locator, discrepancy, 0
		}
		locator = next
		shift++
	}
	return locator
}

// repair finds the roots of locator and corrects the words there, by the formula of Forney.
func repair(words []int, syndromes, locator polynomial, errors int) (changed int, ok bool) {
	evaluator := syndromes.times(locator, len(syndromes))
	derivative := make(polynomial, max(len(locator)-1, 1))
	for i := 1; i < len(locator); i++ {
		derivative[i-1] = i * locator[i] % prime
	}
	type fix struct{ place, value int }
	var fixes []fix
	roots := 0
	for place := range words {
		root := power(-(len(words) - 1 - place))
		if locator.at(root) != 0 {
			continue
		}
		roots++
		slope := derivative.at(root)
		if slope == 0 {
			return 0, false
		}
		// The first root of the generator polynomial is generator itself, so no further factor is needed.
		value := (prime - evaluator.at(root)) * inverse(slope) % prime
		fixes = append(fixes, fix{place, value})
	}
	if roots != errors {
		return 0, false
	}
	for _, f := range fixes {
		if f.value != 0 {
			changed++
		}
		words[f.place] = (words[f.place] + prime - f.value) % prime
	}
	return changed, true
}
