package main

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestCommentsAreCountedAndCodeIsNot(t *testing.T) {
	t.Parallel()
	prose, err := comments([]byte("package p\n\n//go:generate what\n\n// Who calls this.\nvar what = `whose` // why\n"))
	require.NoError(t, err)
	require.Equal(t, count{words: 4, riddles: 1}, countWords(prose))
}

func TestCommentsOfScriptsAreCountedAndCodeIsNot(t *testing.T) {
	t.Parallel()
	prose, err := scriptComments([]byte("/** Who\n * calls. */\nconst what = \"https://whose\"; // why\n// end\n"))
	require.NoError(t, err)
	require.Equal(t, count{words: 4, riddles: 1}, countWords(prose))
}

func TestLongLinesOfScriptsAreRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", scriptColumns+1)
	report, err := run(fstest.MapFS{
		"web/packages/a.ts": {Data: []byte("short\n" + long)}, "web/packages/a.gen.ts": {Data: []byte(long)},
		"web/dist/a.mjs": {Data: []byte(long)},
	})
	require.ErrorContains(t, err, "1 lines")
	require.Contains(t, report, "web/packages/a.ts:2 is longer than 120 columns")
}

func TestDocumentsAreCountedWithoutTheirCode(t *testing.T) {
	t.Parallel()
	prose, err := markdown([]byte("What is `who`?\n\n```sh\nwho\n```\n\nSee [whose](what.md).\n"))
	require.NoError(t, err)
	require.Equal(t, count{words: 4, riddles: 2}, countWords(prose))
}

func TestDescriptionsAreCountedAndPropertiesAreNot(t *testing.T) {
	t.Parallel()
	prose, err := descriptions(
		[]byte("what:\n  summary: Who\n  properties:\n    description:\n      description: a word\n"),
	)
	require.NoError(t, err)
	require.Equal(t, count{words: 3, riddles: 1}, countWords(prose))
}

func TestRunFailsAboveTheLimit(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"README.md":   {Data: []byte("One word, who, is always allowed.\n")},
		"docs/new.md": {Data: []byte("Who is what to whom, and why.\n")},
	}
	report, err := run(files)
	require.ErrorContains(t, err, "1 texts")
	require.Contains(t, report, "too many")

	delete(files, "docs/new.md")
	_, err = run(files)
	require.NoError(t, err)

	files["README.md"].Data = []byte(strings.Repeat("x", readmeColumns+1))
	_, err = run(files)
	require.ErrorContains(t, err, "1 lines")
}
