package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// documented matches a command in the text or a block of a document.
var documented = regexp.MustCompile("(?m)(?:`|^|&& |-- |^[A-Z_]+=\\S+ )stile ([a-z][^`\\n]*)")

// flagOf matches the name of a flag.
var flagOf = regexp.MustCompile(`--[a-z-]+`)

// notCommands are texts that begin like a command, by their first word.
var notCommands = map[string]bool{"trigger:": true}

func TestCommandsOfDocumentsExist(t *testing.T) {
	t.Parallel()
	found := 0
	for name, text := range documents(t) {
		for _, match := range documented.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(strings.SplitN(match[1], " #", 2)[0])
			if notCommands[words[0]] || words[0] == "completion" { // cobra adds it when it runs
				continue
			}
			command, rest, err := newRootCommand().Find(words)
			require.NoError(t, err, "%s: stile %s", name, match[1])
			if command.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
				require.Regexp(t, `^[A-Z…|]`, rest[0], "%s: stile %s: no such command", name, match[1])
			}
			for _, flag := range flagOf.FindAllString(match[1], -1) {
				require.True(t, has(command, strings.TrimPrefix(flag, "--")), "%s: stile %s has no %s", name, match[1], flag)
			}
			found++
		}
	}
	require.Greater(t, found, 50)
}

func has(command *cobra.Command, name string) bool {
	for _, flags := range []*pflag.FlagSet{command.Flags(), command.InheritedFlags()} {
		if flags.Lookup(name) != nil {
			return true
		}
	}
	return false
}

// documents returns the texts of the documents of operators and merchants.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	read := func(path string) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		texts[path] = string(text)
	}
	read("../../README.md")
	require.NoError(t, filepath.WalkDir("../../docs", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			read(path)
		}
		return err
	}))
	return texts
}
