package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
)

const acrossDecision = "../../docs/decisions/0004-across-organizations.md"

func TestDecisionListsEveryMethodThatCrossesOrganizations(t *testing.T) {
	t.Parallel()
	declared := declaredMethods(t)
	require.ElementsMatch(t, slices.Collect(maps.Keys(declared["Across"])), decidedMethods(t, "Across"))

	var unscoped []string
	for name, parameters := range declared["Store"] {
		method, found := reflect.TypeFor[*store.Store]().MethodByName(name)
		require.True(t, found, name)
		if !slices.Contains(parameters, "org") && !takesOrganization(method.Type) {
			unscoped = append(unscoped, name)
		}
	}
	require.ElementsMatch(t, unscoped, decidedMethods(t, "Store"))
}

// decidedMethods returns the methods in the decision's table for a type.
func decidedMethods(t *testing.T, of string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(acrossDecision)
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "| method of `"+of+"` |")
	require.True(t, found, of)
	table, _, _ = strings.Cut(table, "\n\n")
	for _, row := range strings.Split(table, "\n")[2:] {
		first := strings.Split(row, "|")[1]
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(first, -1) {
			names = append(names, name[1])
		}
	}
	return names
}

// declaredMethods returns the exported methods of Across and Store with the names of their parameters. It parses the
// package, because reflection shows no names, and shows the methods that tests add.
func declaredMethods(t *testing.T) map[string]map[string][]string {
	t.Helper()
	methods := map[string]map[string][]string{"Across": {}, "Store": {}}
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	require.NoError(t, err)
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			method, ok := declaration.(*ast.FuncDecl)
			if !ok || method.Recv == nil || !method.Name.IsExported() {
				continue
			}
			if of := methods[receiverOf(method)]; of != nil {
				of[method.Name.Name] = parametersOf(method)
			}
		}
	}
	return methods
}

func receiverOf(method *ast.FuncDecl) string {
	kind := method.Recv.List[0].Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	if name, ok := kind.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

func parametersOf(method *ast.FuncDecl) []string {
	names := []string{}
	for _, field := range method.Type.Params.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

// takesOrganization reports whether a parameter is a struct that names its organization.
func takesOrganization(method reflect.Type) bool {
	for i := 1; i < method.NumIn(); i++ {
		if namesOrganization(method.In(i)) {
			return true
		}
	}
	return false
}

func namesOrganization(kind reflect.Type) bool {
	if kind.Kind() != reflect.Struct {
		return false
	}
	for i := range kind.NumField() {
		if field := kind.Field(i); field.Name == "OrgID" || namesOrganization(field.Type) {
			return true
		}
	}
	return false
}
