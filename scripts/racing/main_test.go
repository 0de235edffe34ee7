package main

import (
	"os"
	"path/filepath"
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
