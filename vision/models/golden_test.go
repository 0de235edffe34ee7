package models

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision/nn"
)

// golden is a model's results as scripts/face-golden.mjs writes them.
type golden struct {
	Seed    uint32
	Scale   float64
	Outputs map[string]sampled
	Layers  map[string]sampled
}

// sampled is a part of a tensor: each number that is a multiple of step from the first.
type sampled struct {
	Shape  []int
	Step   int
	Values []float64
}

// noise returns numbers from 0 to scale by xorshift32, as the script does.
func noise(seed uint32, scale float64, shape []int) nn.Tensor {
	size := 1
	for _, d := range shape {
		size *= d
	}
	t := nn.Tensor{Shape: shape, Data: make([]float32, size)}
	for i := range t.Data {
		seed ^= seed << 13
		seed ^= seed >> 17
		seed ^= seed << 5
		t.Data[i] = float32(float64(float32(float64(seed)/(1<<32))) * scale)
	}
	return t
}

// tolerance is the largest difference to TensorFlow.js, as a part of the largest number of the tensor.
const tolerance = 5e-5

// compare returns the largest difference between a tensor and its golden part.
func compare(t *testing.T, name string, want sampled, got nn.Tensor) float64 {
	t.Helper()
	require.Equal(t, want.Shape, got.Shape, name)
	require.Len(t, want.Values, (len(got.Data)+want.Step-1)/want.Step, name)
	most, worst := 0.0, 0.0
	for i, v := range want.Values {
		most, worst = max(most, math.Abs(v)), max(worst, math.Abs(v-float64(got.Data[i*want.Step])))
	}
	require.Positive(t, most, name)
	require.Less(t, worst/most, tolerance, name)
	return worst / most
}

func TestModelsAndLayersGiveTheResultsOfTensorFlow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var all map[string]golden
	require.NoError(t, json.Unmarshal(text, &all))
	require.Len(t, all, len(catalogue))
	set, err := Open(installed)
	require.NoError(t, err)
	for name, g := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, err := set.Load(name)
			require.NoError(t, err)
			loaded := []*nn.Model{whole}
			if layers := slices.Sorted(maps.Keys(g.Layers)); len(layers) > 0 {
				manifest := name + ".json"
				more, err := nn.LoadTFJS(os.DirFS(installed), manifest, nn.Limits{}, layers...)
				require.NoError(t, err)
				loaded = append(loaded, more)
			}
			worst := 0.0
			for i, m := range loaded {
				want := maps.Clone(g.Outputs)
				if i > 0 {
					maps.Copy(want, g.Layers)
				}
				for _, kernels := range []nn.Kernels{nn.Scalar, nn.Vector} { // the same set in a build without vectors
					out, err := m.NewRunnerOf(kernels).Run(noise(g.Seed, g.Scale, m.Inputs()[0].Shape))
					require.NoError(t, err)
					require.Len(t, out, len(want))
					for name, w := range want {
						worst = max(worst, compare(t, name, w, out[m.Output(name)]))
					}
				}
			}
			t.Logf("%s: largest difference %.1e of the largest number", name, worst)
		})
	}
}

func TestModelsComeBackFromONNX(t *testing.T) {
	t.Parallel()
	set, err := Open(installed)
	require.NoError(t, err)
	for _, c := range catalogue {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			m, err := set.Load(c.Name)
			require.NoError(t, err)
			file, err := m.ONNX()
			require.NoError(t, err)
			again, err := nn.LoadONNX(file, nn.Limits{})
			require.NoError(t, err)
			require.Equal(t, m.Outputs(), again.Outputs())
			in := noise(1, 1, m.Inputs()[0].Shape)
			want, err := m.Run(in)
			require.NoError(t, err)
			got, err := again.Run(in)
			require.NoError(t, err)
			for i, w := range want {
				most, worst := 0.0, 0.0
				for k, v := range w.Data {
					most = max(most, math.Abs(float64(v)))
					worst = max(worst, math.Abs(float64(v-got[i].Data[k])))
				}
				require.Less(t, worst/most, tolerance, m.Outputs()[i].Name)
			}
		})
	}
}
