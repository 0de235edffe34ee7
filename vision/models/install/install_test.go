package install

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/vision/models"
)

const installed = "../../../bin/models" // scripts/ensure-models fills it

// pack returns a package of files, with its tarball.
func pack(t *testing.T, contents map[string]string) (*models.Package, []models.File, []byte) {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	var files []models.File
	for _, name := range []string{"a.json", "b.bin"} {
		text := contents[name]
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o600, Size: int64(len(text))}))
		_, err := archive.Write([]byte(text))
		require.NoError(t, err)
		sum := sha256.Sum256([]byte(text))
		files = append(files, models.File{
			Path: "package/" + name, Name: name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(text)),
		})
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	sum := sha512.Sum512(out.Bytes())
	p := &models.Package{
		Name: "@scope/faces", Version: "1.2.3", Size: int64(out.Len()),
		Integrity: "sha512-" + base64.StdEncoding.EncodeToString(sum[:]),
	}
	return p, files, out.Bytes()
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// registry serves a tarball under the path that npm uses.
func registry(t *testing.T, body []byte) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/npm/@scope/faces/-/faces-1.2.3.tgz" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestFilesAreFetchedFromTheRegistry(t *testing.T) {
	t.Parallel()
	p, files, tarball := pack(t, map[string]string{"a.json": "{}", "b.bin": "weights"})
	o := Options{Dir: t.TempDir(), Registry: registry(t, tarball).URL + "/npm/"}
	require.NoError(t, o.install(t.Context(), p, files))
	require.Equal(t, []string{"a.json", "b.bin"}, entries(t, o.Dir))
	require.NoError(t, files[1].Check(o.Dir))
}

func TestNothingIsKeptOfAnotherTarball(t *testing.T) {
	t.Parallel()
	p, files, tarball := pack(t, map[string]string{"a.json": "{}", "b.bin": "weights"})
	_, _, other := pack(t, map[string]string{"a.json": "{}", "b.bin": "strange"})
	longer := append(bytes.Clone(tarball), make([]byte, 1000)...)
	for name, body := range map[string][]byte{
		"other contents": other, "longer": longer, "cut off": tarball[:len(tarball)/2], "no archive": []byte("<html>"),
		"one bit": append(bytes.Clone(tarball[:len(tarball)-1]), tarball[len(tarball)-1]^1),
	} {
		o := Options{Dir: t.TempDir(), Registry: registry(t, body).URL + "/npm"}
		require.Error(t, o.install(t.Context(), p, files), name)
		require.Empty(t, entries(t, o.Dir), name)
	}
	o := Options{Dir: t.TempDir(), Registry: registry(t, tarball).URL}
	require.ErrorContains(t, o.install(t.Context(), p, files), "404")
	for _, url := range []string{"ftp://registry", "registry", "https://"} {
		require.ErrorContains(t, Options{Dir: o.Dir, Registry: url}.install(t.Context(), p, files), "http")
	}
	files[0].SHA256 = files[1].SHA256 // the tarball is right, and a file of it is not
	o.Registry += "/npm"
	require.ErrorContains(t, o.install(t.Context(), p, files), "a.json")
	files[0].Path = "package/c.json"
	require.ErrorContains(t, o.install(t.Context(), p, files), "c.json")
	require.Empty(t, entries(t, o.Dir))
}

func TestFilesAreTakenFromAFolder(t *testing.T) {
	t.Parallel()
	p, files, tarball := pack(t, map[string]string{"a.json": "{}", "b.bin": "weights"})
	for _, name := range []string{"scope-faces-1.2.3.tgz", "faces-1.2.3.tgz"} {
		o := Options{Dir: t.TempDir(), From: t.TempDir()}
		require.NoError(t, os.WriteFile(filepath.Join(o.From, name), tarball, 0o600))
		require.NoError(t, o.install(t.Context(), p, files))
		require.Equal(t, []string{"a.json", "b.bin"}, entries(t, o.Dir))
	}
	o := Options{Dir: t.TempDir(), From: t.TempDir()}
	require.ErrorIs(t, o.install(t.Context(), p, files), os.ErrNotExist)
	require.NoError(t, os.Mkdir(filepath.Join(o.From, "package"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(o.From, "a.json"), []byte("{}"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(o.From, "package", "b.bin"), []byte("weights"), 0o600))
	require.NoError(t, o.install(t.Context(), p, files))
	require.NoError(t, os.WriteFile(filepath.Join(o.From, "a.json"), []byte("[]"), 0o600))
	require.ErrorContains(t, o.install(t.Context(), p, files), "a.json")
	require.Equal(t, []string{"a.json", "b.bin"}, entries(t, o.Dir))
	require.NoError(t, files[0].Check(o.Dir)) // as it was
}

func TestOnlyMissingAndWrongModelsAreInstalled(t *testing.T) {
	t.Parallel()
	dir, nowhere := t.TempDir(), "http://127.0.0.1:1"
	written, err := Install(t.Context(), Options{Dir: dir, From: installed, Names: []string{"age"}})
	require.NoError(t, err)
	require.Equal(t, []string{"age"}, written)
	written, err = Install(t.Context(), Options{Dir: dir, Registry: nowhere, Names: []string{"age"}})
	require.NoError(t, err) // no request is made
	require.Empty(t, written)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "age_gender_model.bin"), []byte("x"), 0o600))
	_, err = Install(t.Context(), Options{Dir: dir, Registry: nowhere, Names: []string{"age"}})
	require.ErrorContains(t, err, "@vladmandic/face-api@1.7.15")
	written, err = Install(t.Context(), Options{Dir: dir, From: installed})
	require.NoError(t, err)
	require.Equal(t, []string{"blazeface", "facemesh", "age", "face-recognition"}, written)
	_, err = Install(t.Context(), Options{Dir: dir, Names: []string{"smile"}})
	require.ErrorContains(t, err, `"smile"`)

	text, err := os.ReadFile(filepath.Join(dir, Manifest))
	require.NoError(t, err)
	var manifest struct{ Models []Entry }
	require.NoError(t, json.Unmarshal(text, &manifest))
	require.Len(t, manifest.Models, 4)
	require.Equal(t, "Apache-2.0 AND MIT", manifest.Models[0].Licence)
	require.Len(t, manifest.Models[0].Files, 3)
	require.FileExists(t, filepath.Join(dir, "LICENSE.human"))
}

func TestModelsWithAQuestionAreInstalledByNameAlone(t *testing.T) {
	t.Parallel()
	list, err := choose(nil)
	require.NoError(t, err)
	for _, m := range list {
		require.Empty(t, m.Question)
	}
	list, err = choose([]string{"faceres"})
	require.NoError(t, err)
	require.NotEmpty(t, list[0].Question)
}

func TestTheRegistryIsThatOfNpm(t *testing.T) {
	t.Setenv("npm_config_registry", "")
	t.Setenv("NPM_CONFIG_REGISTRY", "")
	home := t.TempDir()
	t.Setenv("HOME", home)
	require.Equal(t, DefaultRegistry, Registry())
	npmrc := "# mine\n//npm.example/:_authToken=secret\n registry = \"https://npm.example/\" \n"
	require.NoError(t, os.WriteFile(filepath.Join(home, ".npmrc"), []byte(npmrc), 0o600))
	require.Equal(t, "https://npm.example/", Registry())
	t.Setenv("npm_config_registry", "https://mirror.example")
	require.Equal(t, "https://mirror.example", Registry())
}
