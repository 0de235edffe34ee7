package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
)

func TestFaultOfRiskDataStopsTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	shipped, err := os.ReadFile("../../rules/risk/risk.yaml")
	require.NoError(t, err)
	short := write("short.yaml", strings.Replace(string(shipped), "  tor_network:", "  onion:", 1))
	asn := write("asn.mmdb", "nothing of the kind")
	write("tor.txt", "example.com\n")
	for _, c := range []struct {
		want   []string
		adjust func(*config.Config)
	}{
		{[]string{"STILE_RISK_FILE", short, "signals.tor_network is missing"}, func(c *config.Config) { c.RiskFile = short }},
		{[]string{"STILE_RISK_FILE", "none.yaml"}, func(c *config.Config) { c.RiskFile = filepath.Join(dir, "none.yaml") }},
		{[]string{"STILE_ASN_DB", asn}, func(c *config.Config) { c.ASNDB = asn }},
		{[]string{"STILE_NETWORKS_DIR", "tor.txt: line 1"}, func(c *config.Config) { c.NetworksDir = dir }},
	} {
		o := options(t)
		c.adjust(&o.Config)
		_, err := app.New(t.Context(), o)
		for _, want := range c.want {
			require.ErrorContains(t, err, want)
		}
		require.Equal(t, 1, strings.Count(err.Error(), "STILE_"), err.Error())
	}
	whole := options(t)
	whole.Config.RiskFile = write("whole.yaml", string(shipped))
	a, err := app.New(t.Context(), whole)
	require.NoError(t, err)
	require.NoError(t, a.Stop())
}
