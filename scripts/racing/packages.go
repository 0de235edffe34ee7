package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// packages returns the folders of packages that need the race detector, a line each. None of them is an error.
func packages(folders []string) (string, error) {
	var needed []string
	for _, folder := range folders {
		needs, err := needsDetector(folder)
		if err != nil {
			return "", err
		}
		if needs {
			needed = append(needed, folder)
		}
	}
	if len(needed) == 0 {
		return "", errors.New("no package does several things at once")
	}
	return strings.Join(needed, "\n"), nil
}

func needsDetector(folder string) (bool, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return false, err
	}
	var files []*ast.File
	variables := map[string]bool{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return false, err
		}
		files = append(files, file)
		declared(file, variables)
	}
	for _, file := range files {
		if importsConcurrency(file) || concurrent(file, variables) {
			return true, nil
		}
	}
	return false, nil
}

// declared adds the names of the variables of the package that a file declares.
func declared(file *ast.File, names map[string]bool) {
	for _, decl := range file.Decls {
		variables, isGeneral := decl.(*ast.GenDecl)
		if !isGeneral || variables.Tok != token.VAR {
			continue
		}
		for _, spec := range variables.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				names[name.Name] = name.Name != "_"
			}
		}
	}
}

func importsConcurrency(file *ast.File) bool {
	for _, spec := range file.Imports {
		switch path, _ := strconv.Unquote(spec.Path.Value); path {
		case "sync/atomic", "net/http":
			return true
		}
	}
	return false
}

// safe are the names of sync that make something once, or lend it to one goroutine at a time.
var safe = map[string]bool{"Once": true, "OnceFunc": true, "OnceValue": true, "OnceValues": true, "Pool": true}

// shares reports whether an expression is another name of sync.
func shares(e *ast.SelectorExpr) bool {
	from, isName := e.X.(*ast.Ident)
	return isName && from.Name == "sync" && !safe[e.Sel.Name]
}

// concurrent reports whether the file is concurrent by its own calls, shares by sync, or assigns to one of variables.
// A local variable of the same name counts too.
func concurrent(file *ast.File, variables map[string]bool) bool {
	f, found := &function{}, false
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, target := range n.Lhs {
				found = found || n.Tok != token.DEFINE && variables[root(target)]
			}
		case *ast.IncDecStmt:
			found = found || variables[root(n.X)]
		case *ast.SelectorExpr:
			found = found || shares(n)
		}
		return f.see(n)
	})
	return f.concurrent || found
}

// root returns the name of the variable that an assignment changes, the whole or a part, and "" if it has none.
func root(target ast.Expr) string {
	switch target := target.(type) {
	case *ast.Ident:
		return target.Name
	case *ast.IndexExpr:
		return root(target.X)
	case *ast.SelectorExpr:
		return root(target.X)
	case *ast.StarExpr:
		return root(target.X)
	case *ast.ParenExpr:
		return root(target.X)
	}
	return ""
}
