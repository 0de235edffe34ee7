package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/vision/models/install"
)

const installed = "../../bin/models" // scripts/ensure-models fills it

func call(args ...string) (string, error) {
	var out bytes.Buffer
	c := modelsCommand()
	c.SetArgs(args)
	c.SetOut(&out)
	err := c.Execute()
	return out.String(), err
}

func TestTheFolderOfModelsIsThatOfTheSettings(t *testing.T) {
	t.Parallel()
	require.Equal(t, config.VisionModelsDefault, folderDefault)
}

func TestModelsAreInstalledAndChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, err := call("check", "--dir", dir)
	require.ErrorContains(t, err, "blazeface, facemesh, age, face-recognition")
	require.Contains(t, out, "missing")
	out, err = call("install", "--dir", dir, "--from", installed, "--json")
	require.NoError(t, err)
	require.JSONEq(t, `{"dir": "`+dir+`", "installed": ["blazeface", "facemesh", "age", "face-recognition"]}`, out)
	_, err = call("check", "--dir", dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "facemesh.bin"), []byte("x"), 0o600))
	out, err = call("check", "--dir", dir, "--json")
	require.ErrorContains(t, err, "facemesh")
	require.Contains(t, out, `"state":"wrong"`)
	out, err = call("install", "--dir", dir, "--from", installed, "--all")
	require.NoError(t, err)
	require.Contains(t, out, "facemesh, faceres")
	_, err = call("install", "--all", "age")
	require.ErrorContains(t, err, "exclude")
}

func TestModelsAreListedWithTheirLicences(t *testing.T) {
	t.Parallel()
	out, err := call("list")
	require.NoError(t, err)
	require.Contains(t, out, "@vladmandic/human@3.3.6")
	out, err = call("list", "--json")
	require.NoError(t, err)
	var list struct{ Models []install.Entry }
	require.NoError(t, json.Unmarshal([]byte(out), &list))
	require.Len(t, list.Models, 5)
	for _, m := range list.Models {
		require.NotEmpty(t, m.Licence)
		require.Equal(t, m.Question == "", m.Default)
	}
}
