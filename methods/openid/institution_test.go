package openid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/openid"
	"github.com/stile-id/stile/rules"
)

// keyFile writes a new private key in PEM.
func keyFile(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "key.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

func TestFaultyInstitutionNamesItsMember(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "logo.svg"), []byte("<svg/>"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "empty.pem"), nil, 0o600))
	key := keyFile(t)
	for member, change := range map[string]func(i *openid.Institution){
		"id":          func(i *openid.Institution) { i.ID = "Bank!" },
		"name":        func(i *openid.Institution) { i.Name = "" },
		"client_id":   func(i *openid.Institution) { i.ClientID = "" },
		"issuer":      func(i *openid.Institution) { i.Issuer = "http://bank.example" },
		"countries":   func(i *openid.Institution) { i.Countries = []rules.Jurisdiction{"Germany"} },
		"profile":     func(i *openid.Institution) { i.Profile = "fapi1" },
		"auth":        func(i *openid.Institution) { i.Auth = "client_secret_post" },
		"claims_from": func(i *openid.Institution) { i.ClaimsFrom = "cookie" },
		"key":         func(i *openid.Institution) { i.Key = "" },
		"key: ":       func(i *openid.Institution) { i.Key = "empty.pem" },
		"certificate": func(i *openid.Institution) { i.Auth = openid.AuthTLS },
		"dpop":        func(i *openid.Institution) { i.DPoP = false },
		"logo":        func(i *openid.Institution) { i.Logo = "logo.svg" },
		"ca":          func(i *openid.Institution) { i.CA = "empty.pem" },
	} {
		of := openid.Institution{ID: "b", Name: "B", Issuer: "https://b.example", ClientID: "c", Key: key, DPoP: true}
		require.NoError(t, of.Load(folder))
		change(&of)
		require.ErrorContains(t, of.Load(folder), member)
	}
}
