package csca_test

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/passport/csca"
	"github.com/stile-id/stile/methods/passport/emrtd"
	"github.com/stile-id/stile/methods/passport/emrtd/emrtdtest"
)

var (
	now       = emrtdtest.Now
	key       = emrtdtest.NewKey("P-256")
	authority = emrtdtest.Authority(emrtdtest.Template{}, key)
	signer    = emrtdtest.Signer(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), authority)
)

// folder is a folder of authorities under test.
type folder struct {
	*testing.T
	dir string
	now time.Time
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	return &folder{T: t, dir: t.TempDir(), now: now}
}

func (f *folder) write(name string, content []byte) string {
	f.Helper()
	path := filepath.Join(f.dir, name)
	require.NoError(f, os.WriteFile(path, content, 0o600))
	return path
}

func inPEM(kind string, der ...[]byte) (text []byte) {
	for _, block := range der {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: block})...)
	}
	return text
}

func (f *folder) trust(certificates ...*emrtdtest.Certificate) {
	f.Helper()
	for i, c := range certificates {
		f.write(fmt.Sprintf("%d.cer", i), c.DER)
	}
}

func (f *folder) open() (*csca.Folder, error) {
	return csca.Open(csca.FolderOptions{Dir: f.dir, Now: func() time.Time { return f.now }})
}

func (f *folder) check(signer *emrtdtest.Certificate) (csca.Finding, error) {
	f.Helper()
	opened, err := f.open()
	require.NoError(f, err)
	return opened.Check(signer.Certificate, f.now)
}

func TestSignerOfTrustedAuthorityIsAccepted(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"DER": authority.DER, "PEM": inPEM("CERTIFICATE", authority.DER),
		"master list":            emrtdtest.MasterList(listSigner(), authority),
		"master list in PEM":     inPEM("CMS", emrtdtest.MasterList(listSigner(), authority)),
		"export of ICAO's lists": ldif("pkdMasterListContent", emrtdtest.MasterList(listSigner(), authority)),
		"export of authorities":  ldif("cACertificate;binary", authority.DER),
	} {
		f := newFolder(t)
		f.write("file.bin", file)
		f.write("README.md", []byte("nothing to read"))
		finding, err := f.check(signer)
		require.NoError(t, err, name)
		require.Equal(t, "UT", finding.Country, name)
		require.Equal(t, csca.RevocationUnchecked, finding.Revocation, name)
		require.Equal(t, filepath.Join(f.dir, "file.bin"), finding.Authority.Source, name)
	}
}

func listSigner() *emrtdtest.Certificate {
	return emrtdtest.ListSigner(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), authority)
}

// ldif returns an export with a folded line.
func ldif(name string, value []byte) []byte {
	text := base64.StdEncoding.EncodeToString(value)
	return []byte("dn: o=dl,c=UT,dc=data\nobjectClass: top\n" + name + ":: " + text[:60] + "\n " + text[60:] +
		"\nsn: 1\n\n")
}

func TestLinkLeadsFromNewAuthorityToTrustedOne(t *testing.T) {
	t.Parallel()
	newer := emrtdtest.Authority(emrtdtest.Template{CommonName: "Renamed"}, emrtdtest.NewKey("P-384"))
	link := emrtdtest.Link(emrtdtest.Template{}, newer, authority)
	newest := emrtdtest.Authority(emrtdtest.Template{CommonName: "Renamed"}, emrtdtest.NewKey("P-384"))
	second := emrtdtest.Link(emrtdtest.Template{}, newest, newer)
	late := emrtdtest.Signer(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), newest)

	f := newFolder(t)
	f.trust(authority, link, second)
	finding, err := f.check(late)
	require.NoError(t, err)
	require.Equal(t, authority.DER, finding.Authority.DER, "the root of two links")

	f = newFolder(t)
	f.trust(link, second)
	_, err = f.check(late)
	require.ErrorIs(t, err, &csca.Fault{Code: csca.Unknown}, "a link without its predecessor is no anchor")

	f = newFolder(t)
	f.trust(authority, second)
	_, err = f.check(late)
	require.ErrorIs(t, err, &csca.Fault{Code: csca.Signature}, "a link is missing")

	f = newFolder(t)
	expired := emrtdtest.Link(emrtdtest.Template{NotAfter: now.AddDate(0, -1, 0)}, newest, newer)
	f.trust(authority, link, expired)
	_, err = f.check(late)
	require.ErrorIs(t, err, &csca.Fault{Code: csca.AuthorityExpired})
	f.write("renewed.cer", second.DER)
	_, err = f.check(late)
	require.NoError(t, err, "a path that is valid goes before one that is not")
}

func TestUntrustedIssuersAreRefused(t *testing.T) {
	t.Parallel()
	stranger := emrtdtest.Authority(emrtdtest.Template{CommonName: "Stranger"}, key)
	impostor := emrtdtest.Authority(emrtdtest.Template{}, emrtdtest.NewKey("P-256"))
	of := func(t emrtdtest.Template, under *emrtdtest.Certificate) *emrtdtest.Certificate {
		return emrtdtest.Signer(t, emrtdtest.NewKey("P-256"), under)
	}
	with := func(extension string, value []byte) *emrtdtest.Certificate {
		return of(emrtdtest.Template{Change: func(e map[string][]byte) { e[extension] = value }}, authority)
	}
	lists := emrtdtest.Purpose(2, 23, 136, 1, 1, 3)
	unknown := emrtdtest.Extension(true, []byte{5, 0}, 1, 2, 3)
	early := emrtdtest.Template{NotBefore: now.AddDate(0, 0, 1)}
	late := emrtdtest.Template{NotAfter: now.AddDate(0, 0, -1)}
	ended := emrtdtest.Authority(emrtdtest.Template{NotAfter: now.AddDate(0, -1, 0)}, key)
	for name, c := range map[string]struct {
		code   csca.Code
		trust  *emrtdtest.Certificate
		signer *emrtdtest.Certificate
	}{
		"another authority":      {csca.Unknown, authority, of(emrtdtest.Template{}, stranger)},
		"of the name alone":      {csca.Signature, authority, of(emrtdtest.Template{}, impostor)},
		"another country":        {csca.Country, authority, of(emrtdtest.Template{Country: "DE"}, authority)},
		"expired":                {csca.Expired, authority, of(late, authority)},
		"not yet valid":          {csca.Expired, authority, of(early, authority)},
		"of an ended authority":  {csca.AuthorityExpired, ended, of(emrtdtest.Template{}, ended)},
		"an authority itself":    {csca.Malformed, authority, with(emrtdtest.BasicConstraints, emrtdtest.CA(true))},
		"signer of master lists": {csca.Malformed, authority, with(emrtdtest.ExtKeyUsage, lists)},
		"without a key usage":    {csca.Malformed, authority, with(emrtdtest.KeyUsage, nil)},
		"of other usage":         {csca.Malformed, authority, with(emrtdtest.KeyUsage, emrtdtest.Usage(0x40))},
		"unknown extension":      {csca.Malformed, authority, with(emrtdtest.Unknown, unknown)},
		"version 1":              {csca.Malformed, authority, of(emrtdtest.Template{Version: 1}, authority)},
	} {
		f := newFolder(t)
		f.trust(c.trust)
		_, err := f.check(c.signer)
		require.ErrorIs(t, err, &csca.Fault{Code: c.code}, name)
		if c.trust == authority {
			_, err = f.check(signer)
			require.NoError(t, err, name+": without the fault")
		}
	}
}

func TestRevokedSignerIsRefused(t *testing.T) {
	t.Parallel()
	serial := signer.Serial.Int64()
	list := func(next time.Time, serials ...int64) []byte {
		return emrtdtest.RevocationList(authority, now.AddDate(0, -1, 0), next, serials...)
	}
	later, past := now.AddDate(0, 1, 0), now.AddDate(0, 0, -1)
	for name, c := range map[string]struct {
		list     []byte
		required bool
		code     csca.Code
		state    csca.RevocationState
	}{
		"listed":               {list(later, 7, serial), false, csca.Revoked, csca.RevocationUnchecked},
		"listed in an old one": {list(past, serial), false, csca.Revoked, csca.RevocationUnchecked},
		"not listed":           {list(later, 7), true, "", csca.RevocationGood},
		"an empty list":        {list(later), true, "", csca.RevocationGood},
		"an old list":          {list(past), false, "", csca.RevocationUnchecked},
		"an old one, required": {list(past), true, csca.RevocationUnknown, csca.RevocationUnchecked},
		"none":                 {nil, false, "", csca.RevocationUnchecked},
		"none, required":       {nil, true, csca.RevocationUnknown, csca.RevocationUnchecked},
	} {
		f := newFolder(t)
		f.trust(authority)
		if c.required {
			f.write(csca.SettingsFile, []byte("revocation_lists: required\n"))
		}
		if c.list != nil {
			f.write("ut.crl", inPEM("X509 CRL", c.list))
		}
		finding, err := f.check(signer)
		require.Equal(t, c.state, finding.Revocation, name)
		if c.code == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, &csca.Fault{Code: c.code}, name)
	}
}

func TestRevokedLinkIsRefused(t *testing.T) {
	t.Parallel()
	newer := emrtdtest.Authority(emrtdtest.Template{}, emrtdtest.NewKey("P-384"))
	link := emrtdtest.Link(emrtdtest.Template{}, newer, authority)
	late := emrtdtest.Signer(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), newer)
	list := func(serials ...int64) []byte {
		return emrtdtest.RevocationList(authority, now.AddDate(0, -1, 0), now.AddDate(0, 1, 0), serials...)
	}
	serial := link.Serial.Int64()
	require.NotEqual(t, serial, late.Serial.Int64())
	f := newFolder(t)
	f.trust(authority, link)
	f.write("list.crl", list(serial))
	_, err := f.check(late)
	require.ErrorIs(t, err, &csca.Fault{Code: csca.Revoked})
	_, err = f.check(signer)
	require.NoError(t, err, "the signer of the predecessor needs no link")

	f.write("list.crl", list(serial+1000))
	finding, err := f.check(late)
	require.NoError(t, err, "without the fault")
	require.Equal(t, csca.RevocationGood, finding.Revocation)

	f.write("list.crl", list(serial))
	f.write("again.cer", emrtdtest.Link(emrtdtest.Template{}, newer, authority).DER)
	_, err = f.check(late)
	require.NoError(t, err, "another link for the same key is not revoked")
}

func TestSHA1OfAuthorityIsRefusedUnlessAccepted(t *testing.T) {
	t.Parallel()
	old := emrtdtest.NewKey("RSA")
	old.Hash = 3 // crypto.SHA1
	weak := emrtdtest.Authority(emrtdtest.Template{}, old)
	signed := emrtdtest.Signer(emrtdtest.Template{}, emrtdtest.NewKey("P-256"), weak)
	f := newFolder(t)
	f.trust(weak)
	_, err := f.check(signed)
	require.ErrorIs(t, err, &emrtd.Fault{Code: emrtd.DigestWeak})
	f.write(csca.SettingsFile, []byte("sha1: accept\n"))
	_, err = f.check(signed)
	require.NoError(t, err)
}

func TestFaultyFolderIsRefused(t *testing.T) {
	t.Parallel()
	altered := emrtdtest.MasterList(listSigner(), authority)
	altered[len(altered)-1] ^= 1
	other := emrtdtest.Authority(emrtdtest.Template{CommonName: "Other"}, emrtdtest.NewKey("P-256"))
	for message, files := range map[string]map[string][]byte{
		"holds no certificate":                {"a.bin": []byte("hello")},
		"not the certificate of an authority": {"a.cer": signer.DER},
		"the master list is not signed":       {"a.ml": altered},
		"is no master list":                   {"a.ml": emrtdtest.NewPassport(signer).SOD()[4:]},
		"signed by CN=Test DS":                {"a.ml": emrtdtest.MasterList(signer, authority)},
		"csca.yaml does not name this signer": {
			"a.ml": emrtdtest.MasterList(listSigner(), authority), "csca.yaml": []byte("list_signers: s.pem"),
			"s.pem": inPEM("CERTIFICATE", other.DER),
		},
		"is not signed by an authority": {
			"a.crl": emrtdtest.RevocationList(other, now, now), "a.cer": authority.DER,
		},
		"sha1 must be":                            {"csca.yaml": []byte("sha1: maybe")},
		"revocation_lists must be":                {"csca.yaml": []byte("revocation_lists: maybe")},
		"field trusted not found":                 {"csca.yaml": []byte("trusted: all")},
		"no revocation list that can be read":     {"a.crl": inPEM("X509 CRL", []byte{0x30, 0})},
		"neither a certificate, a revocation lis": {"a.pem": inPEM("PRIVATE KEY", []byte{1})},
	} {
		f := newFolder(t)
		for name, content := range files {
			f.write(name, content)
		}
		_, err := f.open()
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, csca.Variable)
	}
	_, err := csca.Open(csca.FolderOptions{Dir: filepath.Join(t.TempDir(), "missing")})
	require.ErrorContains(t, err, csca.Variable)
}

func TestMasterListOfNamedSignerIsAccepted(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	named := listSigner()
	f.write("list.ml", emrtdtest.MasterList(named, authority, signer))
	f.write("signers.pem", inPEM("CERTIFICATE", authority.DER))
	f.write(csca.SettingsFile, []byte("list_signers: signers.pem\n"))
	opened, err := f.open()
	require.NoError(t, err)
	require.Len(t, opened.Authorities(), 1, "the file of signers holds no authority")
	require.Equal(t, 1, opened.Lists()[0].Skipped, "a document signer is no authority")
}

func TestFolderIsFollowed(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	opened, err := f.open()
	require.NoError(t, err)
	require.Contains(t, opened.Unavailable(), "has no authority")
	f.trust(authority)
	look := func() {
		for range 2 { // a file counts once two checks in a row have seen it alike
			f.now = f.now.Add(time.Minute)
			_ = opened.Unavailable()
		}
	}
	look()
	require.Empty(t, opened.Unavailable())
	_, err = opened.Check(signer.Certificate, f.now)
	require.NoError(t, err)
	f.write("broken.cer", []byte("broken"))
	look()
	_, err = opened.Check(signer.Certificate, f.now)
	require.NoError(t, err, "the authorities of before stay")
	require.NoError(t, os.Remove(filepath.Join(f.dir, "broken.cer")))
	require.NoError(t, os.Remove(filepath.Join(f.dir, "0.cer")))
	look()
	_, err = opened.Check(signer.Certificate, f.now)
	require.ErrorIs(t, err, &csca.Fault{Code: csca.Unknown})
}

func TestUnavailableSaysWhy(t *testing.T) {
	t.Parallel()
	none, err := csca.Open(csca.FolderOptions{})
	require.NoError(t, err)
	require.Contains(t, none.Unavailable(), "is not set")
	_, err = none.Check(signer.Certificate, now)
	require.ErrorIs(t, err, &csca.Fault{Code: csca.Unknown})
	f := newFolder(t)
	f.trust(emrtdtest.Authority(emrtdtest.Template{NotAfter: now.AddDate(0, 0, -1)}, key))
	opened, err := f.open()
	require.NoError(t, err)
	require.Contains(t, opened.Unavailable(), "has expired")
}

func TestInspectionShowsFaults(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	ended := emrtdtest.Authority(emrtdtest.Template{NotAfter: now.AddDate(0, 0, -1)}, key)
	found, err := csca.Inspect(f.write("a.cer", ended.DER), now)
	require.NoError(t, err)
	require.Equal(t, csca.FormCertificates, found.Form)
	require.Len(t, found.Faults, 1)
	found, err = csca.Inspect(f.write("a.ml", emrtdtest.MasterList(listSigner(), authority)), now)
	require.NoError(t, err)
	require.Equal(t, csca.FormMasterList, found.Form)
	require.Empty(t, found.Faults)
	found, err = csca.Inspect(f.write("a.crl", emrtdtest.RevocationList(authority, now, now.AddDate(0, 0, -1), 5)), now)
	require.NoError(t, err)
	require.Equal(t, 1, found.Revocations[0].Revoked)
	require.Len(t, found.Faults, 1)
	_, err = csca.Inspect(f.write("a.txt", []byte("text")), now)
	require.Error(t, err)
}

// FuzzFile mutates files of authorities.
func FuzzFile(f *testing.F) {
	f.Add(inPEM("CERTIFICATE", authority.DER))
	f.Add(emrtdtest.RevocationList(authority, now, now, 1, 2))
	f.Add(emrtdtest.MasterList(listSigner(), authority))
	f.Add(ldif("cACertificate;binary", authority.DER))
	f.Fuzz(func(_ *testing.T, content []byte) { csca.Read(content) })
}
