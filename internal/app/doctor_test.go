package app_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/temporaltest"
	"github.com/stile-id/stile/models/seal"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// findings are the results of checks, by check.
type findings map[string][]app.Finding

func examine(t *testing.T, c config.Config, faults error) findings {
	t.Helper()
	found := findings{}
	for _, f := range app.Examine(t.Context(), c, faults, slog.New(slog.DiscardHandler)) {
		found[f.Check] = append(found[f.Check], f)
		require.NotEmpty(t, f.Message, f.Check)
		require.Equal(t, f.Status == app.FindingOK, f.Advice == "", "%s: a finding that is not ok has advice", f.Check)
		for _, secret := range []string{c.EncryptionKeys, c.LookupKey, "hunter2"} {
			if secret != "" {
				require.NotContains(t, f.Message+f.Advice, secret)
			}
		}
	}
	return found
}

func (f findings) require(t *testing.T, check string, status app.FindingStatus, message string) {
	t.Helper()
	for _, one := range f[check] {
		if one.Status == status {
			require.Contains(t, one.Message, message)
			return
		}
	}
	t.Fatalf("%s has no finding %s: %v", check, status, f[check])
}

// migrated migrates the database of the options.
func migrated(t *testing.T, o app.Options) {
	t.Helper()
	a, err := app.New(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, a.Stop())
}

func TestWorkingInstallationHasNoFault(t *testing.T) {
	t.Parallel()
	server, err := temporaltest.Start(t.Context(), temporaltest.Options{})
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	places := geotest.Saved(t, geotest.File(t, geotest.Networks{"198.51.100.0/24": geotest.In("DE")}))
	for name, url := range map[string]string{"PostgreSQL": pgtest.NewDatabase(t), "SQLite": ""} {
		o := options(t, places)
		o.Config.TemporalAddress = server.FrontendAddress()
		if url != "" {
			o.Config.DatabaseURL = url
		}
		migrated(t, o)
		found := examine(t, o.Config, nil)
		for check, all := range found {
			for _, one := range all {
				require.NotEqual(t, app.FindingFault, one.Status, "%s: %s: %s", name, check, one.Message)
			}
		}
		for _, check := range []string{
			"settings", "database", "schema", "keys", "clock", "temporal", "namespace", "search_attributes", "geoip", "rules",
			"risk", "methods",
		} {
			found.require(t, check, app.FindingOK, "")
		}
		found.require(t, "workers", app.FindingWarning, "none has asked for tasks")
		found.require(t, "mail", app.FindingWarning, "STILE_SMTP_URL is not set")
		found.require(t, "mdl", app.FindingWarning, "unavailable")
		role, clocks := app.FindingWarning, 2
		if url == "" {
			role, clocks = app.FindingOK, 1
		}
		found.require(t, "role", role, "person_anchors")
		require.Len(t, found["clock"], clocks)
	}
}

func TestFaultsOfAnInstallationAreFound(t *testing.T) {
	t.Parallel()
	o := options(t)
	migrated(t, o)
	c := o.Config
	c.EncryptionKeys = "other:" + seal.GenerateKey()
	c.GeoIPDB, c.RulesDir, c.RiskFile = []string{"none.mmdb"}, filepath.Join(t.TempDir(), "none"), "none.yaml"
	none := filepath.Join(t.TempDir(), "none")
	c.TrustDir, c.CSCADir, c.BanksFile = none, none, "none.yaml"
	c.SMTP = &mail.Server{Host: "127.0.0.1", Port: 1, Security: mail.NoTLS, User: "user", Password: "hunter2"}
	c.MailFrom, c.VisionURL = "verify@id.example", "http://127.0.0.1:1"
	found := examine(t, c, errors.Join(errors.New("STILE_A must be a number"), errors.New("STILE_B must be a number")))
	require.Len(t, found["settings"], 2)
	for check, message := range map[string]string{
		"keys": "lacks keys that rows are sealed under", "temporal": "127.0.0.1:1 does not answer", "mail": "connect",
		"geoip": "none.mmdb", "rules": "STILE_RULES_DIR", "risk": "STILE_RISK_FILE", "trust_lists": "none", "csca": "none",
		"vision": "does not answer", "methods": "none",
	} {
		found.require(t, check, app.FindingFault, message)
	}
	found.require(t, "database", app.FindingOK, "")

	c = o.Config
	c.DatabaseURL, c.LookupKey = "sqlite:"+filepath.Join(t.TempDir(), "new.db"), ""
	found = examine(t, c, nil)
	found.require(t, "settings", app.FindingFault, "STILE_LOOKUP_KEY is not set")
	require.Empty(t, found["database"])
	c.LookupKey = seal.GenerateKey()
	found = examine(t, c, nil)
	found.require(t, "schema", app.FindingFault, "migrations are pending")
	require.Empty(t, found["keys"])
	c.DatabaseURL = "postgres://user:hunter2@127.0.0.1:1/stile"
	found = examine(t, c, nil)
	found.require(t, "database", app.FindingFault, "")
}

func TestUnknownNamespaceIsAFault(t *testing.T) {
	t.Parallel()
	server, err := temporaltest.Start(t.Context(), temporaltest.Options{})
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	o := options(t)
	o.Config.TemporalAddress, o.Config.TemporalNamespace = server.FrontendAddress(), "nowhere"
	found := examine(t, o.Config, nil)
	found.require(t, "temporal", app.FindingOK, "answers")
	found.require(t, "namespace", app.FindingFault, "there is no namespace nowhere")
}

func TestClocksThatDifferAreFound(t *testing.T) {
	t.Parallel()
	before := time.Now()
	after := before.Add(time.Second)
	for difference, want := range map[time.Duration]app.FindingStatus{
		0: app.FindingOK, 500 * time.Millisecond: app.FindingOK, 2500 * time.Millisecond: app.FindingOK,
		3500 * time.Millisecond: app.FindingWarning, -3 * time.Second: app.FindingWarning,
		2 * time.Minute: app.FindingFault, -time.Hour: app.FindingFault,
	} {
		require.Equal(t, want, app.ClockStatus(before.Add(difference), before, after), difference.String())
	}
}
