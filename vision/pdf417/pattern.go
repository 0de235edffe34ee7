package pdf417

import (
	"math"
	"sync"
)

// modules is the number of modules of a codeword.
const modules = 17

// blurs are the standard deviations of blur, in modules, that templates are made for.
var blurs = [...]float64{0.2, 0.45, 0.65, 0.85, 1.05, 1.3}

// template is the expected light of the modules of a codeword, with mean 0 and length 1: a scalar product with samples
// of the same form is their correlation.
type template [modules]float32

// book has the templates of every codeword in every cluster for one blur.
type book [3][prime]template

// books return the templates for each of the blurs, and make them at the first call.
var books = func() (all [len(blurs)]func() *book) {
	for i, blur := range blurs {
		all[i] = sync.OnceValue(func() *book { return newBook(blur) })
	}
	return all
}()

func newBook(blur float64) *book {
	made := new(book)
	kernel := kernelOf(blur)
	for cluster := range made {
		for word := range made[cluster] {
			made[cluster][word] = expect(symbols[cluster][word], kernel)
		}
	}
	return made
}

// reach is how many modules away light still counts.
const reach = 3

// kernelOf returns the share of the light of the modules from -reach to +reach that a module has under a blur.
func kernelOf(blur float64) (kernel [2*reach + 1]float64) {
	below := func(x float64) float64 { return 0.5 * (1 + math.Erf(x/(blur*math.Sqrt2))) }
	const steps = 8
	for i := range kernel {
		distance := float64(i - reach)
		for step := range steps {
			x := distance + (float64(step)+0.5)/steps - 0.5
			kernel[i] += (below(x+0.5) - below(x-0.5)) / steps
		}
	}
	return kernel
}

// expect returns the template of a codeword. The module before a codeword is light and the one after it dark, because
// every codeword begins with a bar and ends with a space; those farther away are unknown.
func expect(symbol uint32, kernel [2*reach + 1]float64) template {
	light := func(module int) float64 {
		switch {
		case module == -1:
			return 1
		case module == modules:
			return 0
		case module < 0 || module > modules:
			return 0.5
		}
		return 1 - float64(symbol>>(modules-1-module)&1)
	}
	var samples template
	for i := range samples {
		sum := 0.0
		for j, share := range kernel {
			sum += share * light(i+j-reach)
		}
		samples[i] = float32(sum)
	}
	samples.normalize()
	return samples
}

// normalize makes the mean of t 0 and its length 1. It returns the contrast: the length before.
func (t *template) normalize() (contrast float32) {
	mean := float32(0)
	for _, v := range t {
		mean += v
	}
	mean /= modules
	sum := float32(0)
	for i := range t {
		t[i] -= mean
		sum += t[i] * t[i]
	}
	if sum == 0 {
		return 0
	}
	contrast = float32(math.Sqrt(float64(sum)))
	for i := range t {
		t[i] /= contrast
	}
	return contrast
}

// match is the codeword whose template correlates best with samples.
type match struct {
	word, cluster int
	score, margin float32 // correlation, and how far it is above that of the second best
}

// plain reports whether no other codeword comes near.
func (m *match) plain() bool { return m.score > 0.97 && m.margin > 0.1 }

// certain reports whether the codeword is most likely right.
func (m *match) certain() bool { return m.score > 0.8 && m.margin > 0.06 }

// match finds the best codeword of one cluster. The samples are normalized.
func (b *book) match(samples *template, cluster int) match {
	best, second := match{cluster: cluster, score: -1}, float32(-1)
	templates := &b[cluster]
	for word := range templates {
		score := product(samples, &templates[word])
		if score > best.score {
			second, best.word, best.score = best.score, word, score
		} else if score > second {
			second = score
		}
	}
	best.margin = best.score - second
	return best
}

// matchAny finds the best codeword of all clusters.
func (b *book) matchAny(samples *template) match {
	best := b.match(samples, 0)
	for cluster := 1; cluster < len(b); cluster++ {
		m := b.match(samples, cluster)
		if m.score > best.score {
			m.margin, best = min(m.margin, m.score-best.score), m
			continue
		}
		best.margin = min(best.margin, best.score-m.score)
	}
	return best
}

// product returns the scalar product.
func product(a, b *template) float32 {
	return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] + a[3]*b[3] + a[4]*b[4] + a[5]*b[5] + a[6]*b[6] + a[7]*b[7] + a[8]*b[8] +
		a[9]*b[9] + a[10]*b[10] + a[11]*b[11] + a[12]*b[12] + a[13]*b[13] + a[14]*b[14] + a[15]*b[15] + a[16]*b[16]
}
