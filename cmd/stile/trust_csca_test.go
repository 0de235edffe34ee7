package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
	"github.com/stile-id/stile/rules"
)

func TestCountrySigningAuthoritiesAreListed(t *testing.T) {
	t.Parallel()
	now := emrtdtest.Now
	root := emrtdtest.Authority(emrtdtest.Template{}, emrtdtest.NewKey("P-256"))
	newer := emrtdtest.Authority(emrtdtest.Template{CommonName: "Newer\x1b[2J"}, emrtdtest.NewKey("P-256"))
	signer := emrtdtest.ListSigner(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), root)
	dir := trustDir(t, map[string][]byte{
		"list.ml":  emrtdtest.MasterList(signer, root, signer),
		"link.cer": emrtdtest.Link(emrtdtest.Template{}, newer, root).DER,
		"ut.crl":   emrtdtest.RevocationList(root, now, now.AddDate(0, 1, 0), 7),
	})
	var out strings.Builder
	require.NoError(t, listTrusted(&out, "", dir, now))
	text := out.String()
	require.Regexp(t, `nfc_passport +UT +2023-06-01 to 2038-06-01 +CN=Test CSCA,O=Test,C=UT +root +.*list.ml`, text)
	require.Regexp(t, `CN=Newer.\[2J,O=Test,C=UT +link +.*link.cer`, text)
	require.NotContains(t, text, "\x1b")
	require.Contains(t, text, "master list signed by CN=Test ML,O=Test,C=UT, not stated; 1 certificates skipped")
	require.Contains(t, text, "revocation list of CN=Test CSCA,O=Test,C=UT, issued 2026-06-01, next update 2026-07-01")
	require.ErrorContains(t, listTrusted(&out, "", "", now), "no issuer is trusted")
}

func TestFilesOfAuthoritiesAreChecked(t *testing.T) {
	t.Parallel()
	now := emrtdtest.Now
	root := emrtdtest.Authority(emrtdtest.Template{}, emrtdtest.NewKey("P-256"))
	dir := trustDir(t, map[string][]byte{
		"ut.cer": root.DER, "ds.cer": emrtdtest.Signer(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), root).DER,
		"csca.yaml": []byte("sha1: refuse\n"),
	})
	check := func(at time.Time, names ...string) (string, error) {
		var out strings.Builder
		for i, name := range names {
			names[i] = filepath.Join(dir, name)
		}
		err := fileCheck{out: &out, authorities: dir, now: at}.files(names)
		return out.String(), err
	}
	text, err := check(now, "ut.cer")
	require.NoError(t, err)
	require.Contains(t, text, "certificates, 1 authorities")
	text, err = check(now.AddDate(20, 0, 0), "ut.cer")
	require.ErrorContains(t, err, "1 of 1 files are at fault")
	require.Contains(t, text, "fault: CN=Test CSCA,O=Test,C=UT is not valid now")
	text, err = check(now, "ds.cer", "csca.yaml")
	require.ErrorContains(t, err, "2 of 2 files are at fault", "a signer is no authority, so the folder cannot be read")
	require.Contains(t, text, "not the certificate of an authority")
	require.ErrorContains(t, fileCheck{method: "student", now: now}.files(nil), string(rules.MethodNFCPassport))
}
