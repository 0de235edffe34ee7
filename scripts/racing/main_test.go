package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConcurrentTestsAreFoundThroughTheirHelpers(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a_test.go"), []byte(`package a
func TestDirect(t *testing.T)   { go work() }
func TestHelped(t *testing.T)   { e.twice() }
func TestNested(t *testing.T)   { t.Run("", func(t *testing.T) { both() }) }
func TestGroup(t *testing.T)    { var all sync.WaitGroup; all.Wait() }
func TestSocket(t *testing.T)   { websocket.Dial(ctx, "") }
func TestReceive(t *testing.T)  { <-done }
func TestPlain(t *testing.T)    { alone(); twice = 1 }
func TestMain(m *testing.M)     { go work() }
func alone()                    { alone() }
`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "b_test.go"), []byte(`package a
func (e env) twice() { both() }
func both()          { go work() }
`), 0o600))
	tests, err := racing(folder)
	require.NoError(t, err)
	require.Equal(t, "^(TestDirect|TestGroup|TestHelped|TestNested|TestReceive|TestSocket)$", tests)
}

func TestConcurrentScenariosAreFound(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a_test.go"), []byte(`package a
func TestConformance(t *testing.T)           { go work() }
func racesAreDecided(t *testing.T, f *fixture) { go work() }
func rowIsRead(t *testing.T, f *fixture)       {}
func helper(t *testing.T, n int)               { go work() }
`), 0o600))
	tests, err := racing(folder)
	require.NoError(t, err)
	require.Equal(t, "^TestConformance$/^postgres$//^(racesAreDecided)$", tests)
}

func TestFolderWithoutConcurrentTestsIsAnError(t *testing.T) {
	t.Parallel()
	_, err := racing(t.TempDir())
	require.Error(t, err)
}

func TestPackagesThatNeedTheDetectorAreFound(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	write := func(name, text string) string {
		folder := filepath.Join(parent, name)
		require.NoError(t, os.MkdirAll(folder, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "a.go"), []byte("package a\n"+text), 0o600))
		return folder
	}
	needed := []string{
		write("goroutine", "func f() { go f() }"),
		write("channel", "func f(c chan int) { <-c }"),
		write("lock", `import "sync"; var lock sync.Mutex`),
		write("import", `import _ "sync/atomic"`),
		write("server", `import "net/http"; var server http.Server`),
		write("assigned", "var last int; func f(n int) { last = n }"),
		write("counted", "var calls [2]int; func f() { calls[1]++ }"),
		write("part", "var all struct{ m map[string]int }; func f() { (all.m)[\"\"] = 1 }"),
	}
	quiet := write("quiet", "var table = []int{1}; func f() int { own := table[0]; own++; return own }\n"+
		"func g() { var table any; table = lib.New(); _ = table }")
	once := write("once", `import "sync"; var once sync.Once; var pool sync.Pool`)
	kind := write("kind", `import "net/http"; func f(b []byte) (string, int) { return http.DetectContentType(b), http.StatusOK }`)
	require.NoError(t, os.WriteFile(filepath.Join(parent, "assigned", "b.go"), []byte("package a"), 0o600))

	found, err := packages(append([]string{quiet, once, kind}, needed...))
	require.NoError(t, err)
	require.Equal(t, strings.Join(needed, "\n"), found)
	_, err = packages([]string{quiet, once, kind})
	require.Error(t, err)
}
