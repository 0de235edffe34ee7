package app_test

import (
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/internal/testkit"
)

// metric returns the line of a metric of the process, without its value.
func metric(t *testing.T, a *app.App, series string) (value string) {
	t.Helper()
	response, err := http.Get(a.URL() + "/metrics")
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, series+" "); found {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// The process answers no request that needs the files.
func TestFilesOfAddressesAreFollowedWithoutARequest(t *testing.T) {
	t.Parallel()
	places := geotest.File(t, geotest.Networks{"198.51.100.0/24": geotest.In("DE")})
	systems := geotest.File(t, geotest.Networks{
		"198.51.100.0/24": geotest.Record{"autonomous_system_number": mmdbtype.Uint32(14061)},
	})
	folder := t.TempDir()
	exits := filepath.Join(folder, "tor.txt")
	require.NoError(t, os.WriteFile(exits, []byte("198.51.100.7\n"), 0o600))
	files := []struct {
		setting, path, name string
		sound               []byte
	}{
		{"STILE_GEOIP_DB", geotest.Saved(t, places), "GeoIP file", places},
		{"STILE_ASN_DB", geotest.Saved(t, systems), "ASN file", systems},
		{"STILE_NETWORKS_DIR", exits, "list of networks", []byte("198.51.100.8\n")},
	}
	log := &buffer{}
	o := options(t, files[0].path)
	o.Config.ASNDB, o.Config.NetworksDir, o.Log = files[1].path, folder, slog.New(slog.NewTextHandler(log, nil))
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	a.Start(t.Context())
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	outdated := func(setting string) string {
		return metric(t, a, `stile_files_outdated{setting="`+setting+`"}`)
	}
	for _, f := range files {
		require.Equal(t, "0", outdated(f.setting))
		geotest.Replace(t, f.path, []byte("<html>\n"))
	}
	for _, f := range files {
		testkit.Eventually(t, func() bool { return outdated(f.setting) == "1" })
		require.True(t, log.has(f.name+" cannot be read; the previous one stays in use"), f.name)
		require.True(t, log.has("setting="+f.setting), f.setting)
	}
	for _, f := range files {
		geotest.Replace(t, f.path, f.sound)
	}
	for _, f := range files {
		testkit.Eventually(t, func() bool { return outdated(f.setting) == "0" })
		testkit.Eventually(t, func() bool { return log.has("a new " + f.name + " is in use") })
	}
}
