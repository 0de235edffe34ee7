package docs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spokenRest declares the parts of the method that its document leaves out, answersHead and answersTail those of the
// method with replies of others.
const (
	spokenRest = `package spoken

import "context"

func randomWords() string { return "apple river stone" }

func (spoken) recognise(context.Context, []byte) (string, error) { return "apple river stone", nil }
`
	answersHead = `package spoken

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/stile-id/stile/methods"
)

type bank struct{ page string }

type session struct{ Answered, Proven bool }

func (bank) exchange(context.Context, string) (bool, error) { return true, nil }

func (bank) response(context.Context, methods.Reply) (methods.Replied, error) { return methods.Replied{}, nil }

func (m bank) method() methods.Method {
	return methods.Method{
`
	answersTail = `,
	}
}

func (m bank) callback(ctx context.Context, r methods.Reply) (methods.Replied, error) {
	var asked session
	err := json.Unmarshal(r.State, &asked)
	if err != nil {
		return methods.Replied{}, err
	}
`
)

// TestMethodOfItsDocumentCompiles compiles the packages of docs/methods/adding.md where an author of a method would
// write them.
func TestMethodOfItsDocumentCompiles(t *testing.T) {
	t.Parallel()
	blocks := blocksOf(t, "docs/methods/adding.md", "go run")
	require.Len(t, blocks, 3)
	imports := `package spoken

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/rules"
)
`
	compile(t, "./methods/spoken", map[string]string{
		"rules/spoken.go":           "package rules\n\nconst MethodSpokenNonce Method = \"spoken_nonce\"\n",
		"methods/spoken/spoken.go":  strings.Replace(blocks[0], "package spoken\n", imports, 1),
		"methods/spoken/rest.go":    spokenRest,
		"methods/spoken/answers.go": answersHead + strings.TrimSpace(blocks[1]) + answersTail + blocks[2] + "\n}\n",
	})
}

// compile compiles a package of this module with further files, by their paths in the repository.
func compile(t *testing.T, name string, files map[string]string) {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	folder := t.TempDir()
	for path, content := range files {
		file := filepath.Join(folder, strings.ReplaceAll(path, "/", "_"))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		overlay.Replace[filepath.Join(root, path)] = file
	}
	list, err := json.Marshal(overlay)
	require.NoError(t, err)
	file := filepath.Join(folder, "overlay.json")
	require.NoError(t, os.WriteFile(file, list, 0o600))
	command := exec.CommandContext(t.Context(), "go", "build", "-overlay", file, name)
	command.Dir = root
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// TestHandlerOfTheDocumentCompiles compiles the handler of docs/webhooks.md with the module of merchants.
func TestHandlerOfTheDocumentCompiles(t *testing.T) {
	t.Parallel()
	blocks := blocksOf(t, "docs/webhooks.md", "go run")
	require.Len(t, blocks, 1)
	file := filepath.Join(t.TempDir(), "main.go")
	source := `package main

import (
	"net/http"
	"os"

	"github.com/stile-id/stile/sdk/go/webhook"
)

func enqueue(webhook.Event) {}

func main() {
` + blocks[0] + "\n}\n"
	require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
	command := exec.CommandContext(t.Context(), "go", "vet", file)
	command.Dir = "../sdk/go"
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}
