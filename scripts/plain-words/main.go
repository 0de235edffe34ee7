// Command plain-words counts riddle words (see countWords) in the comments of Go and TypeScript and in documents, and
// fails if a text has more than its limit: sentences that need these words often hide their nouns. It also fails if a
// line of README.md exceeds 160 columns, or one of TypeScript 120. Run it at the root of the repository: go run
// ./scripts/plain-words.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// limit is the number of riddle words per 1,000 words that a package or document may have. One word is always allowed,
// because a short text exceeds every rate with one.
const limit = 2.0

// readmeColumns is the longest line of README.md, so that the page reads well in a terminal; scriptColumns is that of
// TypeScript. The linter holds Go.
const (
	readmeColumns = 160
	scriptColumns = 120
)

func main() {
	report, err := run(os.DirFS("."))
	_, writeErr := os.Stdout.WriteString(report)
	if err := errors.Join(err, writeErr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run returns the counts of every package and document below root, as lines of text. The error says how many exceed
// their limit.
func run(root fs.FS) (report string, err error) {
	counts, err := countAll(root)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	faults := 0
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		note := ""
		if counts[name].exceeds(limit) {
			faults++
			note = "  too many"
		}
		fmt.Fprintf(&out, "%-52s %6d words %4d riddles %5.1f of %4.1f per 1,000%s\n",
			name, counts[name].words, counts[name].riddles, counts[name].rate(), limit, note)
	}
	long, err := allLongLines(root)
	if err != nil {
		return "", err
	}
	for _, line := range long {
		fmt.Fprintln(&out, line)
	}
	if faults+len(long) > 0 {
		err = fmt.Errorf("plain-words: %d texts exceed their limit, %d lines are too long; see Voice in CONTRIBUTING.md",
			faults, len(long))
	}
	return out.String(), err
}

// countAll returns a count for every Go package, by its folder, and for every document, by its file. Comments of all
// files of a folder count together, tests included.
func countAll(root fs.FS) (map[string]count, error) {
	counts := map[string]count{}
	err := fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(file)
		}
		prose, name := proseOf(file)
		if prose == nil {
			return nil
		}
		text, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		found, err := prose(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		counts[name] = counts[name].plus(countWords(found))
		return nil
	})
	return counts, err
}

// skipFolder leaves out hidden folders, tools and dependencies.
func skipFolder(folder string) error {
	name := path.Base(folder)
	if folder != "." && (strings.HasPrefix(name, ".") || name == "bin" || name == "node_modules") {
		return fs.SkipDir
	}
	return nil
}

// proseOf returns the function that extracts the prose of file and the name to count it under; nil for other files.
func proseOf(file string) (prose func([]byte) (string, error), name string) {
	switch {
	case filepath.Ext(file) == ".go":
		return comments, path.Dir(file)
	case isScript(file):
		return scriptComments, path.Dir(file)
	case filepath.Ext(file) == ".md":
		return markdown, file
	case path.Base(file) == "openapi.yaml" || (strings.HasPrefix(file, "api/") && filepath.Ext(file) == ".yaml"):
		return descriptions, file
	}
	return nil, ""
}

// isScript reports whether a file holds TypeScript or JavaScript that people write. Others are generated or built.
func isScript(file string) bool {
	ext := path.Ext(file)
	written := ext == ".ts" || ext == ".tsx" || ext == ".mjs"
	return written && !strings.Contains(file, "/dist/") && !strings.HasSuffix(file, ".gen.ts")
}

// allLongLines returns a message for every line of README.md and of TypeScript that is longer than its limit.
func allLongLines(root fs.FS) (all []string, err error) {
	err = fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(file)
		}
		columns := scriptColumns
		switch {
		case file == "README.md":
			columns = readmeColumns
		case !isScript(file):
			return nil
		}
		long, err := longLines(root, file, columns)
		for _, line := range long {
			all = append(all, fmt.Sprintf("%s:%d is longer than %d columns", file, line, columns))
		}
		return err
	})
	return all, err
}

// longLines returns the numbers of the lines of file that have more than the given columns.
func longLines(root fs.FS, file string, columns int) ([]int, error) {
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return nil, err
	}
	var long []int
	for i, line := range bytes.Split(text, []byte("\n")) {
		if utf8.RuneCount(line) > columns {
			long = append(long, i+1)
		}
	}
	return long, nil
}
