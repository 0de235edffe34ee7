package main

import (
	"go/scanner"
	"go/token"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// count is a number of words and the number of riddle words among them.
type count struct{ words, riddles int }

func (c count) plus(d count) count { return count{c.words + d.words, c.riddles + d.riddles} }

// rate is the number of riddle words per 1,000 words.
func (c count) rate() float64 { return 1000 * float64(c.riddles) / float64(max(1, c.words)) }

// exceeds reports whether the rate is above the limit, with more than one riddle word.
func (c count) exceeds(limit float64) bool { return c.riddles > 1 && c.rate() > limit }

var words = regexp.MustCompile(`\pL[\pL\pN_'’]*`)

// countWords counts the words of prose and the riddle words among them, in any case.
func countWords(prose string) count {
	var c count
	for _, word := range words.FindAllString(prose, -1) {
		c.words++
		switch strings.ToLower(word) {
		case "what", "who", "whose":
			c.riddles++
		}
	}
	return c
}

// scriptComment is a comment of TypeScript: a block, or the rest of a line after two slashes that begin a word.
var scriptComment = regexp.MustCompile(`(?s)/\*.*?\*/|(?m:(?:^|\s)//.*$)`)

// scriptComments returns the comments of a TypeScript file. It takes a string that looks like a comment for one.
func scriptComments(source []byte) (string, error) {
	return strings.Join(scriptComment.FindAllString(string(source), -1), "\n"), nil
}

// comments returns the comments of a Go file without directives.
func comments(source []byte) (string, error) {
	file := token.NewFileSet().AddFile("", -1, len(source))
	var errs scanner.ErrorList
	var s scanner.Scanner
	s.Init(file, source, errs.Add, scanner.ScanComments)
	var prose strings.Builder
	for {
		_, tok, literal := s.Scan()
		if tok == token.EOF {
			return prose.String(), errs.Err()
		}
		if tok == token.COMMENT && !strings.HasPrefix(literal, "//go:") {
			prose.WriteString(literal + "\n")
		}
	}
}

var markdownCode = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$|`[^`\n]+`|\\]\\([^)\n]*\\)")

// markdown returns a document without its code blocks, code spans and addresses of links.
func markdown(source []byte) (string, error) {
	return markdownCode.ReplaceAllString(string(source), " "), nil
}

// descriptions returns the summaries and descriptions of a YAML document, without their code.
func descriptions(source []byte) (string, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(source, &document); err != nil {
		return "", err
	}
	var prose strings.Builder
	collectDescriptions(&document, &prose)
	return markdown([]byte(prose.String()))
}

func collectDescriptions(node *yaml.Node, prose *strings.Builder) {
	if node.Kind != yaml.MappingNode {
		for _, child := range node.Content {
			collectDescriptions(child, prose)
		}
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		if value.Kind == yaml.ScalarNode && (key == "description" || key == "summary") {
			prose.WriteString(value.Value + "\n")
			continue
		}
		collectDescriptions(value, prose)
	}
}
