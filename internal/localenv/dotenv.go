package localenv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

// File is the name of the file of variables in the current folder.
const File = ".env"

// mostBytes limits the size of a file of variables.
const mostBytes = 1 << 20

// variable is the name of a variable.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// readFile returns the variables of a file, and none if there is no such file. An error names the file and the line,
// and never repeats the line, which may hold a secret.
func readFile(path string) (map[string]string, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	if len(content) > mostBytes {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, mostBytes)
	}
	values, err := Parse(string(content))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// Parse reads lines NAME=value, with an optional "export" before the name. Empty lines and lines that begin with # are
// skipped. A value is literal in single quotes; in double quotes \n, \t, \", \$ and \\ are escapes; a quoted value may
// continue on further lines. Without quotes it ends before " #", and spaces around it are dropped. Nothing is
// substituted. Of two lines with one name the last one counts. An error has the number of the line and not its text.
func Parse(text string) (map[string]string, error) {
	values := map[string]string{}
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for n := 0; n < len(lines); n++ {
		line := strings.TrimSpace(lines[n])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, given := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if name = strings.TrimSpace(name); !given || !variable.MatchString(name) {
			return nil, fmt.Errorf("line %d: not NAME=value", n+1)
		}
		read, further, err := readValue(strings.TrimSpace(value), lines[n+1:])
		if err != nil {
			return nil, fmt.Errorf("line %d: the value of %s %w", n+1, name, err)
		}
		values[name] = read
		n += further
	}
	return values, nil
}

// readValue returns the value that begins with text, and the number of the following lines that belong to it.
func readValue(text string, following []string) (value string, further int, err error) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		return unquoted(text), 0, nil
	}
	quote, rest := text[0], text[1:]
	for {
		if end := closing(rest, quote); end >= 0 {
			if after := strings.TrimSpace(rest[end+1:]); after != "" && !strings.HasPrefix(after, "#") {
				return "", 0, errors.New("continues after its closing quote")
			}
			return unescaped(rest[:end], quote), further, nil
		}
		if further == len(following) {
			return "", 0, errors.New("has no closing quote")
		}
		rest += "\n" + strings.TrimSuffix(following[further], "\r")
		further++
	}
}

// unquoted returns the text before a comment.
func unquoted(text string) string {
	if strings.HasPrefix(text, "#") {
		return ""
	}
	for _, comment := range []string{" #", "\t#"} {
		text, _, _ = strings.Cut(text, comment)
	}
	return strings.TrimSpace(text)
}

// closing returns the position of the closing quote, or -1.
func closing(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote:
			return i
		}
	}
	return -1
}

var escapes = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\"`, `"`, `\$`, `$`)

func unescaped(text string, quote byte) string {
	if quote == '\'' {
		return text
	}
	return escapes.Replace(text)
}
