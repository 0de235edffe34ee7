package nn

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkConvolution is a layer of the middle of a network for faces.
func BenchmarkConvolution(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	g := NewBuilder(Limits{})
	x := g.DepthwiseConv2D(g.Input("x", 1, 32, 32, 64), g.Const(noise(r, 5, 5, 64, 1)), Window{Same: true})
	g.Output("y", g.Relu(g.Conv2D(x, g.Const(noise(r, 1, 1, 64, 64)), Window{})))
	m, err := g.Build()
	if err != nil {
		b.Fatal(err)
	}
	in := noise(r, 1, 32, 32, 64)
	for _, set := range kernelSets() {
		b.Run(string(set), func(b *testing.B) {
			run := m.NewRunnerOf(set)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := run.Run(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
