package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/pgtest"
	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/models/seal"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// stile runs a command as an operator would and returns its output.
func stile(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRootCommand()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// install sets new keys and migrates the database of DATABASE_URL.
func install(t *testing.T) {
	t.Helper()
	t.Setenv("STILE_ENCRYPTION_KEYS", "k1:"+seal.GenerateKey())
	t.Setenv("STILE_LOOKUP_KEY", seal.GenerateKey())
	_, err := stile(t, "migrate", "--database-only")
	require.NoError(t, err)
}

func newOrganization(t *testing.T) string {
	t.Helper()
	out, err := stile(t, "org", "create", "--name", "Shop")
	require.NoError(t, err)
	return regexp.MustCompile(`org_[a-z2-7]{24}`).FindString(out)
}

func TestOperatorSetsUpAnOrganization(t *testing.T) {
	t.Setenv("DATABASE_URL", pgtest.NewDatabase(t))
	t.Setenv("STILE_ENCRYPTION_KEYS", "k1:"+seal.GenerateKey())
	t.Setenv("STILE_LOOKUP_KEY", seal.GenerateKey())

	for range 2 { // a second migration changes nothing
		_, err := stile(t, "migrate", "--database-only")
		require.NoError(t, err)
	}
	out, err := stile(t, "org", "create", "--name", "Shop", "--sandbox")
	require.NoError(t, err)
	org := regexp.MustCompile(`org_[a-z2-7]{24}`).FindString(out)
	require.NotEmpty(t, org)
	require.Regexp(t, `stile_sk_[0-9A-Za-z]{43}`, out)
	require.Regexp(t, `stile_pk_[0-9A-Za-z]{43}`, out)

	out, err = stile(t, "key", "create", "--org", org)
	require.NoError(t, err)
	key, secret, _ := strings.Cut(strings.TrimSpace(out), " ")
	out, err = stile(t, "key", "list", "--org", org)
	require.NoError(t, err)
	require.Len(t, strings.Split(strings.TrimSpace(out), "\n"), 3)
	require.Contains(t, out, key)
	require.NotContains(t, out, secret)

	out, err = stile(t, "key", "revoke", key, "--org", org)
	require.NoError(t, err)
	require.Contains(t, out, key)
	out, err = stile(t, "key", "list", "--org", org)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(out, "revoked"))
}

func TestOperatorSetsThePagesOfHandoffs(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	org := newOrganization(t)

	urls := func(args ...string) []string {
		out, err := stile(t, append([]string{"org", "handoff-urls", "--org", org}, args...)...)
		require.NoError(t, err)
		return strings.Fields(out)
	}
	require.Empty(t, urls())
	require.Equal(t, []string{"https://a.example", "https://b.example/scan"},
		urls("--add", "https://b.example/scan/", "--add", "https://A.example/"))
	require.Equal(t, []string{"https://b.example/scan"}, urls("--remove", "https://a.example"))
	require.Equal(t, []string{"https://b.example/scan"}, urls())

	for want, args := range map[string][]string{
		"add[0] must be an https URL": {"--org", org, "--add", "http://localhost:3000"},
		"No such handoff URL":         {"--org", org, "--remove", "https://a.example"},
		"No such organization":        {"--org", "org_x"},
		"org":                         {},
	} {
		_, err := stile(t, append([]string{"org", "handoff-urls"}, args...)...)
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, []string{"https://b.example/scan"}, urls())
}

func TestOperatorSetsTheOriginsOfFrames(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	org := newOrganization(t)
	out, err := stile(t, "org", "embed-origins", "--org", org, "--add", "https://B.example/", "--add", "https://a.example")
	require.NoError(t, err)
	require.Equal(t, "https://a.example\nhttps://b.example\n", out)
	_, err = stile(t, "org", "embed-origins", "--org", org, "--add", "https://a.example/checkout")
	require.ErrorContains(t, err, "add[0] must be an origin without a path")
	out, err = stile(t, "org", "embed-origins", "--org", org, "--remove", "https://a.example")
	require.NoError(t, err)
	require.Equal(t, "https://b.example\n", out)
}

func TestWrongArgumentsAreNamed(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	for want, args := range map[string][]string{
		"name":                      {"org", "create"},
		"org":                       {"key", "list"},
		"--type must be":            {"key", "create", "--org", "org_x", "--type", "golden"},
		"No such organization":      {"key", "create", "--org", "org_x"},
		"No such api_key":           {"key", "revoke", "key_x", "--org", "org_x"},
		"grace-seconds must not be": {"key", "revoke", "key_x", "--org", "org_x", "--grace-seconds", "-1"},
		`unknown command "fly"`:     {"fly"},
	} {
		_, err := stile(t, args...)
		require.ErrorContains(t, err, want)
	}
	t.Setenv("STILE_SESSION_TTL", "a day")
	_, err := stile(t, "api")
	require.ErrorContains(t, err, "STILE_SESSION_TTL")
	t.Setenv("STILE_SESSION_TTL", "")
	t.Setenv("STILE_LOOKUP_KEY", "")
	_, err = stile(t, "worker")
	require.ErrorContains(t, err, "STILE_LOOKUP_KEY is not set")
}
