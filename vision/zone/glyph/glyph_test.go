package glyph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision/zone/glyph"
)

func TestWeightsSurviveAFile(t *testing.T) {
	t.Parallel()
	data := glyph.Default().Marshal()
	again, err := glyph.Unmarshal(data)
	require.NoError(t, err)
	require.Equal(t, glyph.Default(), again)
	_, err = glyph.Unmarshal(data[1:])
	require.ErrorContains(t, err, "another size")
}

func TestChancesAddUpToOne(t *testing.T) {
	t.Parallel()
	var cell [glyph.Cell]float32
	for i := range cell {
		cell[i] = float32(i * 37 % 256)
	}
	glyph.Normalize(&cell, 1)
	var out [glyph.Classes]float32
	glyph.Default().Classify(&cell, &out)
	sum := float32(0)
	for _, chance := range out {
		require.GreaterOrEqual(t, chance, float32(0))
		sum += chance
	}
	require.InDelta(t, 1, sum, 1e-4)
}

func TestNormalizedCellHasAMeanOfZero(t *testing.T) {
	t.Parallel()
	var cell [glyph.Cell]float32
	for i := range cell {
		cell[i] = float32(100 + i%2)
	}
	flat := cell
	glyph.Normalize(&cell, 0.1)
	require.InDelta(t, -1, cell[0], 1e-3)
	require.InDelta(t, 1, cell[1], 1e-3)
	glyph.Normalize(&flat, 10)
	require.InDelta(t, 0.05, flat[1], 1e-3, "noise below the floor stays small")
}
