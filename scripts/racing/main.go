// Racing prints a regular expression, for the flag -run of go test, of the tests of a package that do several things at
// once: those whose test files, by their own calls, start a goroutine, wait for several, receive from a channel, or
// open a WebSocket. Of a package with the test TestConformance it names the scenarios that do, on PostgreSQL. Scenarios
// are functions of the type func(t *testing.T, f *fixture).
//
// With the flag -packages it prints the folders of the packages that need the race detector at all. In such a package a
// file, of the tests or not, starts a goroutine, receives from a channel, imports sync/atomic, uses more of sync than
// Once and Pool, serves or calls with net/http, or assigns to a variable of the package in a function.
//
//	go test -race -run "$(go run ./scripts/racing ./api)" ./api
//	go test -race $(go run ./scripts/racing -packages $(go list -f '{{.Dir}}' ./...))
package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	var out string
	var err error
	switch {
	case len(os.Args) > 2 && os.Args[1] == "-packages":
		out, err = packages(os.Args[2:])
	case len(os.Args) == 2:
		out, err = racing(os.Args[1])
	default:
		fmt.Fprintln(os.Stderr, "usage: racing FOLDER, or racing -packages FOLDER...")
		os.Exit(2)
	}
	if err == nil {
		_, err = fmt.Fprintln(os.Stdout, out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "racing:", err)
		os.Exit(1)
	}
}

const conformance = "TestConformance"

// racing returns the expression. A folder without such a test is an error: an empty expression runs all tests.
func racing(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		return "", err
	}
	calls := map[string]*function{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		read(file, calls)
	}
	var tests, scenarios []string
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		isTest := strings.HasPrefix(name, "Test") && name != "TestMain" && name != conformance
		if !isTest && !calls[name].scenario || !reaches(name, calls, map[string]bool{}) {
			continue
		}
		if isTest {
			tests = append(tests, name)
		} else {
			scenarios = append(scenarios, name)
		}
	}
	var expressions []string
	if len(tests) > 0 {
		expressions = append(expressions, oneOf(tests))
	}
	if len(scenarios) > 0 {
		expressions = append(expressions, "^"+conformance+"$/^postgres$//"+oneOf(scenarios))
	}
	if len(expressions) == 0 {
		return "", errors.New("no test of the folder does several things at once")
	}
	return strings.Join(expressions, "|"), nil
}

func oneOf(names []string) string { return "^(" + strings.Join(names, "|") + ")$" }

// function is a function of the test files, or several methods of one name.
type function struct {
	concurrent bool
	scenario   bool // of the type func(t *testing.T, f *fixture)
	calls      []string
}

func read(file *ast.File, into map[string]*function) {
	for _, decl := range file.Decls {
		f, isFunction := decl.(*ast.FuncDecl)
		if !isFunction || f.Body == nil {
			continue
		}
		known := into[f.Name.Name]
		if known == nil {
			known = &function{}
			into[f.Name.Name] = known
		}
		known.scenario = f.Recv == nil && isScenario(f.Type.Params)
		ast.Inspect(f.Body, known.see)
	}
}

func isScenario(params *ast.FieldList) bool {
	if len(params.List) != 2 {
		return false
	}
	pointer, isPointer := params.List[1].Type.(*ast.StarExpr)
	if !isPointer {
		return false
	}
	name, isName := pointer.X.(*ast.Ident)
	return isName && name.Name == "fixture"
}

func (f *function) see(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt, *ast.SelectStmt:
		f.concurrent = true
	case *ast.UnaryExpr:
		f.concurrent = f.concurrent || n.Op == token.ARROW
	case *ast.CallExpr:
		switch called := n.Fun.(type) {
		case *ast.Ident:
			f.calls = append(f.calls, called.Name)
		case *ast.SelectorExpr:
			f.calls = append(f.calls, called.Sel.Name)
		}
	case *ast.SelectorExpr:
		if from, isName := n.X.(*ast.Ident); isName {
			name := from.Name + "." + n.Sel.Name
			f.concurrent = f.concurrent || name == "sync.WaitGroup" || name == "websocket.Dial"
		}
	}
	return true
}

// reaches reports whether the function or one that it names is concurrent.
func reaches(name string, all map[string]*function, seen map[string]bool) bool {
	f := all[name]
	if f == nil || seen[name] {
		return false
	}
	seen[name] = true
	return f.concurrent || slices.ContainsFunc(f.calls, func(called string) bool { return reaches(called, all, seen) })
}
