package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/storetest"
	"github.com/stile-id/stile/models/seal"
)

func TestOperatorReplacesTheEncryptionKey(t *testing.T) {
	t.Setenv("DATABASE_URL", storetest.SQLite(t))
	install(t)
	_, err := stile(t, "signing-key", "rotate")
	require.NoError(t, err)

	before := os.Getenv("STILE_ENCRYPTION_KEYS")
	after := "k2:" + seal.GenerateKey()
	t.Setenv("STILE_ENCRYPTION_KEYS", after)
	_, err = stile(t, "encryption-key", "list")
	require.ErrorContains(t, err, "lacks keys that rows are sealed under: k1")

	t.Setenv("STILE_ENCRYPTION_KEYS", after+","+before)
	_, err = stile(t, "encryption-key", "retire", "k1")
	require.ErrorContains(t, err, "values are sealed under k1: 1 in signing_keys")
	out, err := stile(t, "keys", "rotate")
	require.NoError(t, err)
	require.Equal(t, "sealed anew: 1 in signing_keys\n"+
		"k1 may go: run stile encryption-key retire k1\nk2 seals every value from now on\n", out)
	out, err = stile(t, "encryption-key", "retire", "k1")
	require.NoError(t, err)
	require.Contains(t, out, "k1 is retired")

	t.Setenv("STILE_ENCRYPTION_KEYS", after)
	out, err = stile(t, "encryption-key", "list")
	require.NoError(t, err)
	require.Equal(t, "k2 signing_keys 1\n", out)
}
