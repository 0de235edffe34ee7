package geo_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/geo"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
)

var user = netip.MustParseAddr("198.51.100.7")

// followed is a Locator with its file.
type followed struct {
	t       *testing.T
	path    string
	locator *geo.Locator
	log     bytes.Buffer
	clock   *testkit.Clock
}

// follow opens a file that places the user in the country.
func follow(t *testing.T, country string) *followed {
	t.Helper()
	f := &followed{t: t, clock: testkit.NewClock(), path: geotest.Saved(t, placing(t, country))}
	var err error
	f.locator, err = geo.Open(geo.Options{
		Path: f.path, Log: slog.New(slog.NewTextHandler(&f.log, nil)), Now: f.clock.Now,
	})
	require.NoError(t, err)
	return f
}

func placing(t *testing.T, country string) []byte {
	t.Helper()
	return geotest.File(t, geotest.Networks{"198.51.100.0/24": geotest.In(country)})
}

// is requires the user's country to be this one.
func (f *followed) is(country rules.Jurisdiction) {
	f.t.Helper()
	got, _ := f.locator.Locate(user)
	require.Equal(f.t, country, got)
}

// later requires the user's country to be this one after two checks: the second loads a file that has not changed since
// the first.
func (f *followed) later(country rules.Jurisdiction) {
	f.t.Helper()
	for range 2 {
		f.clock.Advance(5 * time.Second)
		_, _ = f.locator.Locate(user)
	}
	f.is(country)
}

// rename replaces the file in one step.
func (f *followed) rename(content []byte) {
	f.t.Helper()
	geotest.Replace(f.t, f.path, content)
}

// rewrite changes the file in place. Its time moves by more than the resolution of the file system's clock.
func (f *followed) rewrite(content []byte) {
	f.t.Helper()
	before, err := os.Stat(f.path)
	require.NoError(f.t, err)
	require.NoError(f.t, os.WriteFile(f.path, content, 0o600))
	require.NoError(f.t, os.Chtimes(f.path, time.Time{}, before.ModTime().Add(time.Second)))
}

func TestNewFileIsLoaded(t *testing.T) {
	t.Parallel()
	f := follow(t, "US")
	for _, change := range []func([]byte){f.rename, f.rewrite} {
		change(placing(t, "DE"))
		f.later("DE")
		change(placing(t, "US"))
		f.later("US")
	}
	require.NotContains(t, f.log.String(), "WARN")
}

func TestCopyWithTheSameTimesIsLoaded(t *testing.T) {
	t.Parallel()
	f := follow(t, "US")
	before, err := os.Stat(f.path)
	require.NoError(t, err)
	f.rename(placing(t, "DE"))
	require.NoError(t, os.Chtimes(f.path, time.Time{}, before.ModTime()))
	f.later("DE")
}

func TestFileIsCheckedEveryFewSeconds(t *testing.T) {
	t.Parallel()
	f := follow(t, "US")
	f.rename(placing(t, "DE"))
	for range 3 {
		f.clock.Advance(5*time.Second - 1)
		f.is("US")
		f.clock.Advance(1 - 5*time.Second)
	}
	f.clock.Advance(5 * time.Second)
	f.is("US") // seen once
	f.is("US")
	f.clock.Advance(5 * time.Second)
	f.is("DE")
}

func TestFileBeingWrittenIsNotLoaded(t *testing.T) {
	t.Parallel()
	f := follow(t, "US")
	for _, part := range [][]byte{[]byte("a"), []byte("ab"), placing(t, "FR"), placing(t, "DE")} {
		f.rewrite(part)
		f.clock.Advance(5 * time.Second)
		f.is("US")
	}
	f.later("DE")
	require.NotContains(t, f.log.String(), "WARN")
}

func TestBrokenFileKeepsTheLastOne(t *testing.T) {
	t.Parallel()
	sound := placing(t, "DE")
	for why, broken := range map[string][]byte{
		"empty": nil, "cut short": sound[:len(sound)/2], "nothing of the kind": []byte("<html>"),
		"of something else": geotest.File(t, geotest.Networks{"198.51.100.0/24": geotest.Record{"asn": geotest.Record{}}}),
	} {
		f := follow(t, "US")
		f.rewrite(broken)
		f.later("US")
		f.later("US")
		require.Equal(t, 1, bytes.Count(f.log.Bytes(), []byte("WARN")), "told once: %s", why)
		f.rename(sound)
		f.later("DE")
		require.NotContains(t, f.log.String(), user.String())
	}
}

func TestMissingFileKeepsTheLastOne(t *testing.T) {
	t.Parallel()
	f := follow(t, "US")
	for range 2 {
		away := f.path + ".away"
		require.NoError(t, os.Rename(f.path, away))
		f.later("US")
		require.NoError(t, os.Rename(away, f.path))
		f.later("US")
	}
	require.Equal(t, 2, bytes.Count(f.log.Bytes(), []byte("WARN")), "told once each time")
	require.NoError(t, os.Remove(f.path))
	f.later("US")
	f.rename(placing(t, "DE"))
	f.later("DE")
}

func TestLookupsContinueWhileFilesChange(t *testing.T) {
	t.Parallel()
	f := follow(t, "US")
	files := map[rules.Jurisdiction][]byte{"US": placing(t, "US"), "DE": placing(t, "DE")}
	stop := make(chan struct{})
	var lookups sync.WaitGroup
	for range 4 {
		lookups.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got, _ := f.locator.Locate(user); got != "US" && got != "DE" {
					t.Errorf("located in %q", got)
					return
				}
			}
		})
	}
	for _, next := range []rules.Jurisdiction{"DE", "US", "DE", "US"} {
		for _, change := range []func([]byte){f.rename, f.rewrite} {
			change(files[next])
			testkit.Eventually(t, func() bool {
				f.clock.Advance(5 * time.Second)
				got, _ := f.locator.Locate(user)
				return got == next
			})
		}
	}
	close(stop)
	lookups.Wait()
}
