package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision/evaluate"
	"github.com/stile-id/stile/vision/serve"
)

// documented matches a command in the text or a block of a document, with its comment.
var documented = regexp.MustCompile("(?m)(?:`|^)stile-vision ([a-z-][^`\\n]*)")

// flagOf matches the name of a flag.
var flagOf = regexp.MustCompile(`--([a-z-]+)`)

// helpOf returns the help of the command that the words begin with.
func helpOf(t *testing.T, words []string) string {
	t.Helper()
	var out bytes.Buffer
	switch words[0] {
	case "models":
		command, _, err := modelsCommand().Find(words[1:])
		require.NoError(t, err)
		return command.UsageString()
	case evaluate.Name:
		require.Error(t, evaluate.Main(t.Context(), []string{"--help"}, &out, &out))
	default:
		require.True(t, strings.HasPrefix(words[0], "--"), words[0])
		require.Error(t, serve.Main(t.Context(), nil, []string{"--help"}, nil, &out, &out))
	}
	return out.String()
}

func TestCommandsOfDocumentsExist(t *testing.T) {
	t.Parallel()
	found := 0
	names := []string{"operations.md", "methods/documents.md", "methods/faces.md", "methods/face-measurements.md"}
	for _, name := range names {
		text, err := os.ReadFile("../../docs/" + name)
		require.NoError(t, err)
		for _, match := range documented.FindAllStringSubmatch(string(text), -1) {
			help := helpOf(t, strings.Fields(match[1]))
			for _, flag := range flagOf.FindAllStringSubmatch(match[1], -1) {
				if flag[1] != "help" {
					require.Regexp(t, `--?`+flag[1]+`\b`, help, "%s: stile-vision %s", name, match[1])
				}
			}
			found++
		}
	}
	require.Greater(t, found, 5)
}
