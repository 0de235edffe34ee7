package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
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
	positions, files := token.NewFileSet(), map[string][]*ast.File{}
	for _, name := range names {
		file, err := parser.ParseFile(positions, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return false, err
		}
		files[file.Name.Name] = append(files[file.Name.Name], file)
	}
	for _, ofPackage := range files {
		named := resolve(positions, ofPackage)
		for _, file := range ofPackage {
			if importsAtomic(file) || concurrent(file, named) {
				return true, nil
			}
		}
	}
	return false, nil
}

// resolve returns the objects that the names in the files of a package stand for. It does not read the packages that
// they import: it finds whether a name is a variable of the package, and not of which type.
func resolve(positions *token.FileSet, files []*ast.File) map[*ast.Ident]types.Object {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Error: func(error) {}}
	_, _ = config.Check("", positions, files, info) // the packages that it did not read are its errors
	return info.Uses
}

func importsAtomic(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"sync/atomic"` })
}

// safe are the names of sync that make something once, or lend it to one goroutine at a time, and those of net/http
// that neither serve nor call.
var safe = map[string]bool{
	"sync.Once": true, "sync.OnceFunc": true, "sync.OnceValue": true, "sync.OnceValues": true, "sync.Pool": true,
	"http.DetectContentType": true, "http.Header": true,
}

// shares reports whether an expression is another name of sync or net/http.
func shares(e *ast.SelectorExpr) bool {
	from, isName := e.X.(*ast.Ident)
	if !isName || from.Name != "sync" && from.Name != "http" {
		return false
	}
	name := e.Sel.Name
	return !safe[from.Name+"."+name] && (from.Name == "sync" || !strings.HasPrefix(name, "Status"))
}

// concurrent reports whether the file is concurrent by its own calls, shares by sync, or assigns to a variable of the
// package.
func concurrent(file *ast.File, named map[*ast.Ident]types.Object) bool {
	f, found := &function{}, false
	ofPackage := func(target ast.Expr) bool {
		object := named[root(target)]
		return object != nil && object.Parent() == object.Pkg().Scope()
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			found = found || n.Tok != token.DEFINE && slices.ContainsFunc(n.Lhs, ofPackage)
		case *ast.IncDecStmt:
			found = found || ofPackage(n.X)
		case *ast.SelectorExpr:
			found = found || shares(n)
		}
		return f.see(n)
	})
	return f.concurrent || found
}

// root returns the name of the variable that an assignment changes, the whole or a part, and nil if it has none.
func root(target ast.Expr) *ast.Ident {
	switch target := target.(type) {
	case *ast.Ident:
		return target
	case *ast.IndexExpr:
		return root(target.X)
	case *ast.SelectorExpr:
		return root(target.X)
	case *ast.StarExpr:
		return root(target.X)
	case *ast.ParenExpr:
		return root(target.X)
	}
	return nil
}
