package models

import (
	"testing"

	"github.com/stile-id/stile/vision/nn"
)

// BenchmarkModels runs each model of the catalogue with each set of kernels:
//
//	GOEXPERIMENT=simd go test ./vision/models -run '^$' -bench Models
func BenchmarkModels(b *testing.B) {
	set, err := Open(installed)
	if err != nil {
		b.Fatal(err)
	}
	sets := []nn.Kernels{nn.Scalar}
	if nn.HasVector() {
		sets = append(sets, nn.Vector)
	}
	for _, c := range catalogue {
		m, err := set.Load(c.Name)
		if err != nil {
			b.Fatal(err)
		}
		_, memory, weights := m.Cost()
		in := noise(1, 1, m.Inputs()[0].Shape)
		for _, kernels := range sets {
			b.Run(c.Name+"/"+string(kernels), func(b *testing.B) {
				r := m.NewRunnerOf(kernels)
				for b.Loop() {
					if _, err := r.Run(in); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(memory)/1e6, "MB-buffers")
				b.ReportMetric(float64(weights)/1e6, "MB-weights")
			})
		}
	}
}
