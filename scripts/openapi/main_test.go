package main

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestCommittedBundleIsCurrent(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("../../" + bundle)
	require.NoError(t, err)
	made, err := bundleOf(os.DirFS("../../" + folder))
	require.NoError(t, err)
	require.True(t, made == string(committed), "api/openapi.yaml is not current: go run ./scripts/openapi")
}

func files(texts map[string]string) fstest.MapFS {
	all := fstest.MapFS{rootFile: {Data: []byte("openapi: 3.1.0\n")}}
	for name, text := range texts {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestFilesAreMergedByKind(t *testing.T) {
	t.Parallel()
	made, err := bundleOf(files(map[string]string{
		"b.yaml": "paths:\n  /b:\n    get: {}\n" +
			"components:\n  schemas:\n    # of b\n    B:\n      description: |\n        x\n\n        y\n",
		"a.yaml": "paths:\n  /a:\n    get: {}\ncomponents:\n  headers:\n    H: {}\n  schemas:\n    A: {}\n",
	}))
	require.NoError(t, err)
	require.Equal(t, heading+`openapi: 3.1.0
paths:
  /a:
    get: {}
  /b:
    get: {}
components:
  headers:
    H: {}
  schemas:
    A: {}
    # of b
    B:
      description: |
        x

        y
`, made)
}

func TestFaultyFilesAreNamed(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"a.yaml:1: a file has paths and components":        "info: {}\n",
		"b.yaml:2: /a is in a.yaml:2 already":              "paths:\n  /a:\n    get: {}\n",
		"b.yaml:3: A is in a.yaml:3 already":               "components:\n  schemas:\n    A:\n      type: string\n",
		"a.yaml:2: components have kinds, such as schemas": "components:\n    A:\n",
	} {
		_, err := bundleOf(files(map[string]string{"a.yaml": text, "b.yaml": text}))
		require.ErrorContains(t, err, want)
	}
	_, err := bundleOf(fstest.MapFS{})
	require.ErrorContains(t, err, rootFile)
}
