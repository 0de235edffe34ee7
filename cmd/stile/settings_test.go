package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/localenv"
	"github.com/stile-id/stile/models/seal"
)

// unset removes the variables of an installation from the environment until the end of the test.
func unset(t *testing.T) {
	t.Helper()
	for _, name := range []string{"DATABASE_URL", "STILE_ENCRYPTION_KEYS", "STILE_LOOKUP_KEY"} {
		t.Setenv(name, "") // restores it
		require.NoError(t, os.Unsetenv(name))
	}
}

func TestCommandsReadTheFileOfVariables(t *testing.T) {
	unset(t)
	t.Chdir(t.TempDir())
	_, err := stile(t, "migrate", "--database-only")
	require.ErrorContains(t, err, "DATABASE_URL is not set")
	require.ErrorContains(t, err, "set them in the environment or in .env")

	lookup := seal.GenerateKey()
	text := "DATABASE_URL=sqlite:own.db\nSTILE_ENCRYPTION_KEYS=k1:" + seal.GenerateKey() +
		"\nSTILE_LOOKUP_KEY=" + lookup + "\n"
	require.NoError(t, os.WriteFile(localenv.File, []byte(text), 0o600))
	_, err = stile(t, "migrate", "--database-only")
	require.NoError(t, err)
	require.FileExists(t, "own.db")
	newOrganization(t)

	t.Setenv("DATABASE_URL", "sqlite:other.db")
	_, err = stile(t, "migrate", "--database-only")
	require.NoError(t, err)
	require.FileExists(t, "other.db")

	require.NoError(t, os.WriteFile(localenv.File, []byte(text+"\nkey "+lookup+"\n"), 0o600))
	for _, args := range [][]string{{"org", "create", "--name", "Shop"}, {"serve"}, {"trust", "list"}} {
		_, err = stile(t, args...)
		require.ErrorContains(t, err, ".env: line 5: not NAME=value")
		require.NotContains(t, err.Error(), lookup)
	}
	_, err = stile(t, "generate-key")
	require.NoError(t, err)
}

func TestCommandsUseTheDataFolderOfStileDev(t *testing.T) {
	unset(t)
	t.Chdir(t.TempDir())
	folder := localenv.Folder{Dir: t.TempDir()}
	require.NoError(t, folder.SaveEnvironment(map[string]string{
		"DATABASE_URL": "sqlite:" + folder.Path("stile.db"), "STILE_ENCRYPTION_KEYS": "dev:" + seal.GenerateKey(),
		"STILE_LOOKUP_KEY": seal.GenerateKey(),
	}))
	_, err := stile(t, "migrate", "--database-only", "--data", folder.Dir)
	require.NoError(t, err)
	_, err = stile(t, "org", "create", "--name", "Shop")
	require.ErrorContains(t, err, "--data names one")
	require.NoError(t, os.Symlink(folder.Dir, localenv.FolderDefault))
	newOrganization(t)

	for _, server := range []string{"api", "worker", "serve"} {
		_, err = stile(t, server)
		require.ErrorContains(t, err, "DATABASE_URL is not set")
		_, err = stile(t, server, "--data", folder.Dir)
		require.ErrorContains(t, err, "--data is for commands beside stile-dev")
	}
	_, err = stile(t, "org", "create", "--name", "Shop", "--data", t.TempDir())
	require.ErrorContains(t, err, "stile-dev has not run with the folder")
}
