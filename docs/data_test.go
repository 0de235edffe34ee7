package docs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/carrier"
	"github.com/stile-id/stile/methods/document"
	"github.com/stile-id/stile/methods/openbanking"
	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/student"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/data"
	"github.com/stile-id/stile/rules/graph"
)

func TestJSONOfDocumentsIsValid(t *testing.T) {
	t.Parallel()
	count := 0
	for _, name := range documents(t) {
		for _, block := range blocksOf(t, name, "json") {
			count++
			decoder := json.NewDecoder(strings.NewReader(block)) // a block may have several values
			for {
				var value any
				err := decoder.Decode(&value)
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err, "%s:\n%s", name, block)
			}
		}
	}
	require.Greater(t, count, 30)
}

func TestWorkflowOfItsDocumentCompiles(t *testing.T) {
	t.Parallel()
	var workflow struct{ graph.Definition }
	require.NoError(t, json.Unmarshal([]byte(blocksOf(t, "docs/workflows.md", "json")[0]), &workflow))
	require.Equal(t, graph.ModeGraph, workflow.Mode)
	_, faults := graph.Compile(workflow.Definition)
	require.Empty(t, faults)
}

// settingsReaders read the YAML of documents as the process would at its start, from a file of that name. Beside it are
// the keys, certificates and pictures that the document names.
var settingsReaders = map[string]struct {
	name   string
	beside []string
	read   func(folder, file string) error
}{
	"docs/methods/carrier-lookup.md": {"carriers.yaml", []string{"carrier.pem"}, func(_, file string) error {
		_, err := carrier.ReadSettings(file)
		return err
	}},
	"docs/methods/documents.md": {"documents.yaml", nil, func(_, file string) error {
		limits, err := document.ReadLimits(file)
		if err == nil && limits != document.DefaultLimits() {
			err = errors.New("the document does not have the defaults")
		}
		return err
	}},
	"docs/methods/open-banking.md": {
		"banks.yaml", []string{"example-bank.pem", "example-bank.png"},
		func(_, file string) error {
			_, err := openbanking.ReadBanks(file)
			return err
		},
	},
	"docs/methods/student.md": {"student.yaml", []string{"uni.pem"}, func(_, file string) error {
		_, err := student.ReadSettings(file)
		return err
	}},
	"docs/methods/nfc.md": {csca.SettingsFile, []string{"signers.pem"}, func(folder, _ string) error {
		_, err := csca.Open(csca.FolderOptions{Dir: folder})
		return err
	}},
	"docs/methods/wallets.md": {issuers.SettingsFile, []string{"signers/aamva.pem"}, func(folder, _ string) error {
		_, err := issuers.Open(issuers.Options{Dir: folder})
		return err
	}},
	"docs/kubernetes.md": {"values.yaml", nil, func(_, file string) error { return renderChart(file) }},
	"docs/compliance.md": {"US-CA.yaml", nil, func(_, file string) error { return readRule(file) }},
}

// renderChart renders the Helm chart with a file of values.
func renderChart(values string) error {
	path, err := exec.Command("../scripts/ensure-helm").Output()
	if err != nil {
		return err
	}
	helm := exec.Command(strings.TrimSpace(string(path)), "template", "stile", chart, "--kube-version", "1.29.0",
		"--values", values)
	if output, err := helm.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	return nil
}

// readRule reads the shipped rules with a file in the place of that of the same jurisdiction.
func readRule(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	files := fstest.MapFS{}
	err = fs.WalkDir(data.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(data.FS, name)
		files[name] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		return err
	}
	files[filepath.Base(file)] = &fstest.MapFile{Data: text}
	_, err = compliance.Load(files)
	return err
}

func TestSettingsOfDocumentsAreRead(t *testing.T) {
	t.Parallel()
	for _, name := range documents(t) {
		blocks := blocksOf(t, name, "yaml")
		if len(blocks) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reader, known := settingsReaders[name]
			require.True(t, known && len(blocks) == 1, "no reader for %d blocks", len(blocks))
			folder := settingsFolder(t, reader.beside)
			file := filepath.Join(folder, reader.name)
			require.NoError(t, os.WriteFile(file, []byte(blocks[0]), 0o600))
			require.NoError(t, reader.read(folder, file))
			require.NoError(t, os.WriteFile(file, []byte(blocks[0]+"\nunknown: 1\n"), 0o600))
			require.Error(t, reader.read(folder, file), "the reader takes every member")
		})
	}
}

// settingsFolder returns a folder with a private key, a certificate or a picture by each of the names.
func settingsFolder(t *testing.T, names []string) string {
	t.Helper()
	folder := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	for _, name := range names {
		content := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
		switch {
		case strings.HasPrefix(name, "signers"):
			content = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
		case path.Ext(name) == ".png":
			content, err = os.ReadFile("img/shop.png")
			require.NoError(t, err)
		}
		require.NoError(t, os.MkdirAll(filepath.Join(folder, path.Dir(name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	return folder
}
