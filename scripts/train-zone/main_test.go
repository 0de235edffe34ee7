package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheSameSeedMakesTheSameWeights(t *testing.T) {
	t.Parallel()
	first := train(7, 30, io.Discard)
	require.Equal(t, first.Marshal(), train(7, 30, io.Discard).Marshal())
	require.NotEqual(t, first.Marshal(), train(8, 30, io.Discard).Marshal())
	require.Less(t, measure(first, 1, 500), measure(train(7, 0, io.Discard), 1, 500), "training does not help")
}

func TestBadWeightsAreNotWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "weights.bin")
	require.ErrorContains(t, run([]string{"-steps", "1", "-cells", "500", "-o", file}, io.Discard), "stays as it is")
	_, err := os.Stat(file)
	require.ErrorIs(t, err, os.ErrNotExist)
}
