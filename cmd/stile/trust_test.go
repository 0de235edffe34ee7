package main

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
)

// rootValid returns the root of an issuer with this name and country, valid for so long from now.
func rootValid(name, country string, from, until time.Duration) []byte {
	key, template := mdoctest.Key("P-256"), mdoctest.RootTemplate()
	template.Subject.CommonName, template.Subject.Country, template.Subject.Province = name, []string{country}, nil
	template.NotBefore, template.NotAfter = time.Now().Add(from), time.Now().Add(until)
	root := mdoctest.Certify(template, key.Public(), nil, key)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.DER})
}

// trustDir is a folder of trusted issuers. Each file has the path and the content of files.
func trustDir(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, content, 0o600))
	}
	return dir
}

// vical returns a VICAL with a root for driving licences and an entry that cannot be read.
func vical(next time.Time, root []byte) []byte {
	provider := mdoctest.NewIssuer("P-256")
	block, _ := pem.Decode(root)
	entry := func(der []byte) map[string]any {
		return map[string]any{"certificate": der, "docType": []string{mdoc.DocTypeMDL}}
	}
	list := &mdoctest.COSE{
		Protected: map[any]any{1: -7}, Unprotected: map[any]any{33: provider.Signer.DER},
		Payload: mdoctest.Encode(map[string]any{
			"version": "1.0", "date": mdoctest.Instant(mdoctest.Now), "nextUpdate": mdoctest.Instant(next),
			"certificateInfos": []any{entry(block.Bytes), entry([]byte{1})},
		}),
	}
	list.Sign(provider.SignerKey)
	return list.Encode()
}

const year = 365 * 24 * time.Hour

func TestTrustedIssuersAreListed(t *testing.T) {
	dir := trustDir(t, map[string][]byte{
		"mdl/us.pem":        rootValid("Alpha", "US", -year, year),
		"mdl/old.pem":       rootValid("Beta\x1b[2J", "CA", -2*year, -year),
		"mdl/vical":         vical(time.Now().Add(year), rootValid("Gamma", "US", -year, year)),
		"eudi_pid/list.pem": rootValid("Delta", "DE", -year, year),
		"trust.yaml":        []byte("eudi_pid: {issuers: [{name: 'https://pid.example.eu'}]}\n"),
	})
	t.Setenv("STILE_TRUST_DIR", dir)
	out, err := stile(t, "trust", "list")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^mdl +US +\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d +CN=Alpha,C=US +org.iso.18013.5.1.mDL +.*us.pem$`, out)
	require.Regexp(t, `(?m)^mdl +CA +\S+ to \S+ \(expired\) +CN=Beta\?\[2J,C=CA `, out)
	require.Regexp(t, `(?m)^mdl +US .*CN=Gamma`, out)
	require.Regexp(t, `(?m)^mid +- +none +the folder mid of STILE_TRUST_DIR has no issuers`, out)
	require.Regexp(t, `(?m)^eudi_pid +DE .*eu.europa.ec.eudi.pid.1, eu.europa.ec.av.1, urn:eudi:pid:1 `, out)
	require.Regexp(t, `(?m)^eudi_pid +- +by its published keys +https://pid.example.eu +urn:eudi:pid:1 +trust.yaml$`, out)
	require.Regexp(t, `(?m)^mdl: .*vical: issued 2026-06-01, next update \d{4}-\d\d-\d\d, 1 certificates skipped`, out)
	require.NotContains(t, out, "\x1b")

	t.Setenv("STILE_TRUST_DIR", "")
	_, err = stile(t, "trust", "list")
	require.ErrorContains(t, err, "STILE_TRUST_DIR is not set")
}

func TestFilesOfIssuersAreChecked(t *testing.T) {
	t.Parallel()
	sound := rootValid("Alpha", "US", -year, year)
	signer := mdoctest.NewIssuer("P-256").Signer
	dir := trustDir(t, map[string][]byte{
		"mdl/us.pem": sound, "mdl/expired.pem": rootValid("Beta", "US", -2*year, -year),
		"mdl/soon.pem":   rootValid("Beta", "US", year, 2*year),
		"mdl/signer.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signer.DER}),
		"mdl/vical":      vical(time.Now().Add(year), sound), "mdl/old": vical(time.Now().Add(-year), sound),
		"mdl/key.pem":   []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
		"eudi_pid/page": []byte("<html></html>"), "mdl/text": []byte("hello"),
		"mid/vical":  vical(time.Now().Add(year), sound),
		"trust.yaml": []byte("mdl: {unreachable: maybe}\n"),
	})
	for _, file := range []string{"mdl/us.pem", "mdl/vical"} {
		out, err := stile(t, "trust", "check", filepath.Join(dir, file))
		require.NoError(t, err)
		require.Contains(t, out, ", 1 issuers\n")
		require.Contains(t, out, "CN=Alpha,C=US, valid ")
		require.Contains(t, out, "for org.iso.18013.5.1.mDL\n")
	}
	for file, want := range map[string]string{
		"mdl/expired.pem": "fault: certificate 1, CN=Beta,C=US, expired on ",
		"mdl/soon.pem":    "is not valid before ",
		"mdl/signer.pem":  "is no root, and the method accepts documents under roots alone",
		"mdl/old":         "fault: the list should have been replaced on ",
		"mdl/key.pem":     "cannot be used: block 1 is a PRIVATE KEY, not a CERTIFICATE",
		"eudi_pid/page":   "cannot be used: it is XML, and no TrustServiceStatusList",
		"mdl/text":        "neither certificates in PEM or DER, nor a VICAL, nor an EU trusted list",
		"mid/vical":       "fault: it has no issuer of documents that the method accepts",
		"mdl/none":        "no such file",
		"trust.yaml":      "mdl.unreachable must be accept or refuse",
	} {
		out, err := stile(t, "trust", "check", filepath.Join(dir, file), filepath.Join(dir, "mdl/us.pem"))
		require.ErrorContains(t, err, "1 of 2 files are at fault", file)
		require.Contains(t, out, want, file)
	}
	out, err := stile(t, "trust", "check", "--method", "mdl", filepath.Join(dir, "mid/vical"))
	require.NoError(t, err)
	require.Contains(t, out, "VICAL, 1 issuers")
	_, err = stile(t, "trust", "check", "--method", "student", filepath.Join(dir, "mdl/us.pem"))
	require.ErrorContains(t, err, "--method must be one of")
}

func TestBinaryHasNoDevelopmentIssuer(t *testing.T) {
	t.Parallel()
	packages, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	require.Contains(t, string(packages), "stile/methods/wallet/issuers\n")
	require.NotContains(t, string(packages), "walletdev")
}
