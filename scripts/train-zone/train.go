package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"github.com/stile-id/stile/vision/zone/glyph"
)

const batch = 64

// trainer holds a network with the gradient of a batch, and its means as Adam keeps them.
type trainer struct {
	net                   *glyph.Net
	gradient, mean, means *glyph.Net
	steps                 int
}

// train returns a network that was trained on cells of the seed.
func train(seed uint64, steps int, log io.Writer) *glyph.Net {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // training must be the same each time
	t := &trainer{net: first(random), gradient: glyph.New(), mean: glyph.New(), means: glyph.New()}
	draw := newDrawer(random)
	var loss, wrong float64
	const report = 500
	for step := range steps {
		for range batch {
			class := draw.cell()
			l, right := t.learn(&draw.out, class)
			loss += l
			if !right {
				wrong++
			}
		}
		t.update(rate(step, steps))
		if (step+1)%report == 0 {
			_, _ = fmt.Fprintf(log, "step %d of %d: loss %.4f, %.4f wrong\n",
				step+1, steps, loss/(report*batch), wrong/(report*batch))
			loss, wrong = 0, 0
		}
	}
	return t.net
}

// measure returns the share of cells that a network gets wrong.
func measure(net *glyph.Net, seed uint64, cells int) float64 {
	draw := newDrawer(rand.New(rand.NewPCG(seed, 0))) //nolint:gosec // as above
	wrong := 0
	var out [glyph.Classes]float32
	for range cells {
		class := draw.cell()
		net.Classify(&draw.out, &out)
		if best(&out) != class {
			wrong++
		}
	}
	return float64(wrong) / float64(cells)
}

// first returns a network of small random weights.
func first(random *rand.Rand) *glyph.Net {
	net := glyph.New()
	for _, rows := range [][][]float32{net.First, net.Second} {
		for _, row := range rows {
			scale := math.Sqrt(2 / float64(len(row)))
			for i := range row {
				row[i] = float32(random.NormFloat64() * scale)
			}
		}
	}
	return net
}

// rate falls from 0.002 to nearly 0 along half a cosine.
func rate(step, steps int) float64 {
	return 0.002 * (0.01 + 0.99*(1+math.Cos(math.Pi*float64(step)/float64(steps)))/2)
}

func best(out *[glyph.Classes]float32) int {
	top := 0
	for i, p := range out {
		if p > out[top] {
			top = i
		}
	}
	return top
}

// learn adds the gradient of the cross entropy of a cell. It returns the loss, and whether the class was the best one.
func (t *trainer) learn(cell *[glyph.Cell]float32, class int) (loss float64, right bool) {
	var hidden [glyph.Hidden]float32
	var out [glyph.Classes]float32
	t.net.Forward(cell, &hidden, &out)
	loss, right = -math.Log(float64(out[class])+1e-9), best(&out) == class
	out[class]--
	var back [glyph.Hidden]float32
	for k, d := range out {
		t.gradient.SecondBias[k] += d
		add(t.gradient.Second[k], hidden[:], d)
		add(back[:], t.net.Second[k], d)
	}
	for i, h := range hidden {
		if h > 0 {
			t.gradient.FirstBias[i] += back[i]
			add(t.gradient.First[i], cell[:], back[i])
		}
	}
	return loss, right
}

// add adds the scaled values of b to a.
func add(a, b []float32, scale float32) {
	b = b[:len(a)]
	for i := range a {
		a[i] += scale * b[i]
	}
}

// update moves the weights by Adam, and clears the gradient.
func (t *trainer) update(rate float64) {
	t.steps++
	firstShare := float32(1 / (1 - math.Pow(0.9, float64(t.steps))))
	secondShare := float32(1 / (1 - math.Pow(0.999, float64(t.steps))))
	all := [4][][]float32{rows(t.net), rows(t.gradient), rows(t.mean), rows(t.means)}
	for r, weights := range all[0] {
		gradient, mean, means := all[1][r], all[2][r], all[3][r]
		for i := range weights {
			g := gradient[i] / batch
			mean[i] = 0.9*mean[i] + 0.1*g
			means[i] = 0.999*means[i] + 0.001*g*g
			step := mean[i] * firstShare / (float32(math.Sqrt(float64(means[i]*secondShare))) + 1e-8)
			weights[i] -= float32(rate) * step
		}
		clear(gradient)
	}
}

func rows(n *glyph.Net) [][]float32 {
	all := append(append([][]float32{}, n.First...), n.Second...)
	return append(all, n.FirstBias, n.SecondBias)
}
