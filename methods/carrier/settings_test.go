package carrier_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/carrier/carriertest"
)

func TestSettingsAreReadStrictly(t *testing.T) {
	t.Parallel()
	server, err := carriertest.Start("testdata")
	require.NoError(t, err)
	t.Cleanup(server.Close)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "key.pem"), server.KeyPEM(), 0o600))
	path := filepath.Join(folder, "carriers.yaml")
	read := func(content string) error {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := carrier.ReadSettings(path)
		return err
	}
	whole := server.Settings("key.pem", "network", "consent")
	require.NoError(t, read(whole))
	for _, fault := range [][3]string{
		{"id: example-mobile", "id: Example", "carriers[0].id"},
		{"name: Example Mobile", "name: ''", "carriers[0].name"},
		{"country: DE", "country: XX", "carriers[0].country"},
		{`"+49160"`, `"+43660"`, "carriers[0].prefixes[1]"},
		{`prefixes: ["+49151", "+49160"]`, "prefixes: []", "carriers[0].prefixes"},
		{"issuer: http://127.0.0.1", "issuer: http://carrier.example", "carriers[0].issuer"},
		{"client_id: stile", "client_id: ''", "carriers[0].client_id"},
		{"key: key.pem", "key: none.pem", "carriers[0].key"},
		{"key: key.pem", "key: carriers.yaml", "carriers[0].key"},
		{"purpose: dpv:AgeVerification", "purpose: age", "carriers[0].purpose"},
		{"flows: [network, consent]", "flows: []", "carriers[0].flows"},
		{"flows: [network, consent]", "flows: [sms]", "carriers[0].flows[0]"},
		{"asks_on_device: true", "asks_on_device: false", "carriers[0].flows[1] needs asks_on_device"},
		{"age_verification: http", "age_verification: ftp", "carriers[0].age_verification"},
		{"match: http", "match: ftp", "carriers[0].match"},
		{"country: DE", "land: DE", "land"},
	} {
		require.Contains(t, whole, fault[0])
		err := read(strings.Replace(whole, fault[0], fault[1], 1))
		require.ErrorContains(t, err, fault[2])
		require.ErrorContains(t, err, carrier.Variable)
		require.ErrorContains(t, err, path)
	}
	_, second, _ := strings.Cut(whole, "carriers:\n")
	require.ErrorContains(t, read(whole+second), "carriers[1].id is that of another carrier")
	second = strings.Replace(second, "example-mobile", "other", 1)
	require.ErrorContains(t, read(whole+second), "carriers[1].prefixes has one of another carrier")
	require.ErrorContains(t, read("carriers: []\n"), "carriers is missing")
	settings, err := carrier.ReadSettings("")
	require.NoError(t, err)
	require.Contains(t, carrier.Method(carrier.Options{Settings: settings}).Unavailable(), carrier.Variable)
}
