package models

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision/nn"
)

const installed = "../../bin/models" // scripts/ensure-models fills it

func TestEveryModelOfTheCatalogueLoads(t *testing.T) {
	t.Parallel()
	set, err := Open(installed)
	require.NoError(t, err)
	require.Empty(t, set.Missing())
	require.False(t, set.Lacks())
	shapes := map[string][]int{
		"blazeface": {1, 256, 256, 3}, "facemesh": {1, 192, 192, 3}, "age": {1, 112, 112, 3},
		"face-recognition": {1, 150, 150, 3}, "faceres": {1, 224, 224, 3},
	}
	require.Len(t, set.Hashes(), len(shapes))
	for name, hash := range set.Hashes() {
		sum, err := hex.DecodeString(hash)
		require.NoError(t, err)
		require.Len(t, sum, 32)
		m, err := set.Load(name)
		require.NoError(t, err)
		require.Len(t, m.Inputs(), 1)
		require.Equal(t, shapes[name], m.Inputs()[0].Shape)
	}
	_, err = set.Load("smile")
	require.Error(t, err)
}

func TestAFolderWithoutModelsIsEmpty(t *testing.T) {
	t.Parallel()
	set, err := Open(filepath.Join(t.TempDir(), "none"))
	require.NoError(t, err)
	require.Empty(t, set.Hashes())
	require.Len(t, set.Missing(), len(catalogue))
	require.True(t, set.Lacks())
	_, err = set.Load("blazeface")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestAFileThatIsNotOfTheCatalogueIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"blazeface.json", "blazeface.bin"} {
		data, err := os.ReadFile(filepath.Join(installed, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	set, err := Open(dir)
	require.NoError(t, err)
	require.Len(t, set.Hashes(), 1)

	bin := filepath.Join(dir, "blazeface.bin")
	data, err := os.ReadFile(bin)
	require.NoError(t, err)
	data[1000] ^= 1
	require.NoError(t, os.WriteFile(bin, data, 0o600))
	_, err = set.Load("blazeface") // after it was opened
	require.ErrorIs(t, err, ErrOther)
	_, err = Open(dir)
	require.ErrorIs(t, err, ErrOther)
	require.ErrorContains(t, err, "blazeface.bin")
}

func TestANetworkWithoutOneOfItsWeightsIsRefused(t *testing.T) {
	t.Parallel()
	files := folder{memory{"w.json": []byte(`[{"paths": [], "weights": []}]`)}, "w.json"}
	for _, load := range []func(folder) (*nn.Model, error){loadAge, loadRecognition} {
		_, err := load(files)
		require.ErrorContains(t, err, "is missing")
	}
}
