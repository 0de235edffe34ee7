package stile_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestExamplesOfTheReadmeCompile compiles the program of the README, and its other blocks as functions.
func TestExamplesOfTheReadmeCompile(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	check(t, err)
	functions := "package main\n\nimport (\n\t\"context\"\n\t\"errors\"\n\t\"fmt\"\n\n" +
		"\t\"github.com/stile-id/stile/sdk/go/stile\"\n)\n\nvar _ = fmt.Sprint(context.Canceled, errors.ErrUnsupported)\n\n" +
		"func main() {}\n"
	var programs []string
	for _, block := range regexp.MustCompile("(?s)```go run\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		if strings.HasPrefix(block[1], "package main") {
			programs = append(programs, block[1])
			continue
		}
		functions += "\nfunc _(ctx context.Context, client *stile.Client, err error) error {\n" + block[1] + "return nil\n}\n"
	}
	equal(t, len(programs), 1, "programs")
	equal(t, strings.Count(functions, "func _("), 2, "other blocks")
	for _, source := range append(programs, functions) {
		file := filepath.Join(t.TempDir(), "main.go")
		check(t, os.WriteFile(file, []byte(source), 0o600))
		output, err := exec.Command("go", "vet", file).CombinedOutput()
		if err != nil {
			t.Fatalf("%s\n%s", output, source)
		}
	}
}

// TestModuleRequiresNoModule holds the module to the standard library, its tests included.
func TestModuleRequiresNoModule(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../go.mod")
	check(t, err)
	equal(t, string(text), "module github.com/stile-id/stile/sdk/go\n\ngo 1.24\n", "go.mod")
}
