package follow_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/follow"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/internal/testkit"
)

// number parses a file with one digit.
func number(content []byte) (int, error) {
	if len(content) != 1 || content[0] < '0' || content[0] > '9' {
		return 0, errors.New("no digit")
	}
	return int(content[0] - '0'), nil
}

// scene is a file that is followed only by a Watch.
type scene struct {
	t     *testing.T
	clock *testkit.Clock
	watch follow.Watch
	path  string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return &scene{t: t, clock: testkit.NewClock(), path: filepath.Join(t.TempDir(), "number")}
}

func (s *scene) options() follow.Options {
	return follow.Options{
		Path: s.path, Name: "number", Setting: "NUMBER", Watch: &s.watch,
		Now: s.clock.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// outdated looks twice at the files, and requires this many to be outdated.
func (s *scene) outdated(want int) {
	s.t.Helper()
	for range 2 {
		s.clock.Advance(5 * time.Second)
		s.watch.Look()
	}
	require.Equal(s.t, map[string]int{"NUMBER": want}, s.watch.Outdated())
}

func TestFaultyFileIsOutdatedUntilItIsSound(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	geotest.Replace(t, s.path, []byte("1"))
	file, err := follow.Open(s.options(), number)
	require.NoError(t, err)
	s.outdated(0)
	geotest.Replace(t, s.path, []byte("x"))
	s.outdated(1)
	s.outdated(1)
	require.Equal(t, 1, file.Value())
	geotest.Replace(t, s.path, []byte("2"))
	s.outdated(0)
	require.Equal(t, 2, file.Value())
}

func TestMissingFileIsOutdatedUntilItIsBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	geotest.Replace(t, s.path, []byte("1"))
	_, err := follow.Open(s.options(), number)
	require.NoError(t, err)
	require.NoError(t, os.Rename(s.path, s.path+".away"))
	s.outdated(1)
	require.NoError(t, os.Rename(s.path+".away", s.path))
	s.outdated(0)
	geotest.Replace(t, s.path, []byte("x"))
	s.outdated(1)
	require.NoError(t, os.Rename(s.path, s.path+".away"))
	s.outdated(1)
	require.NoError(t, os.Rename(s.path+".away", s.path))
	s.outdated(1)
}

func TestOptionalFileThatWasNeverThereIsNotOutdated(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	file, err := follow.OpenOptional(s.options(), number)
	require.NoError(t, err)
	s.outdated(0)
	geotest.Replace(t, s.path, []byte("3"))
	s.outdated(0)
	require.Equal(t, 3, file.Value())
	require.NoError(t, os.Remove(s.path))
	s.outdated(1)
}

func TestFolderWithAFaultyPartIsOutdatedAndInUse(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	geotest.Replace(t, s.path, []byte("1"))
	o := s.options()
	o.Path = filepath.Dir(s.path)
	reads := 0
	var fault error
	folder, err := follow.OpenFolder(o, func() (int, error) { reads++; return reads, fault })
	require.NoError(t, err)
	s.outdated(0)
	fault = follow.ErrPart
	geotest.Replace(t, s.path, []byte("2"))
	s.outdated(1)
	require.Equal(t, 2, folder.Value())
	fault = nil
	geotest.Replace(t, s.path, []byte("3"))
	s.outdated(0)
	require.Equal(t, 3, folder.Value())
}
