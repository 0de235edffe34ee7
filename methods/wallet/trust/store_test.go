package trust_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/trust"
)

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

func TestFolderOfCertificatesIsReadAndFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-384")
	brainpool := mdoctest.NewIssuer("brainpoolP384r1")
	write(t, dir+"/us/roots.pem", pemOf(first.Root, second.Root))
	write(t, dir+"/de.der", brainpool.Root.DER)
	write(t, dir+"/README.md", []byte("notes"))
	write(t, dir+"/.hidden", []byte("x"))

	store, err := trust.Open([]trust.Source{{Path: dir, DocTypes: []string{mdoc.DocTypeMDL}}})
	require.NoError(t, err)
	require.Len(t, store.Pool().Anchors(), 3)
	changed, err := store.Refresh()
	require.NoError(t, err)
	require.False(t, changed)

	write(t, dir+"/us/roots.pem", pemOf(second.Root))
	changed, err = store.Refresh()
	require.NoError(t, err)
	require.True(t, changed)
	require.Len(t, store.Pool().Anchors(), 2)

	write(t, dir+"/us/roots.pem", pemOf(second.Root)[:100])
	changed, err = store.Refresh()
	require.ErrorIs(t, err, &trust.Fault{Code: trust.FileMalformed})
	require.ErrorContains(t, err, "roots.pem")
	require.False(t, changed)
	require.Len(t, store.Pool().Anchors(), 2, "the store keeps its pool while a file is broken")

	require.NoError(t, os.Remove(dir+"/us/roots.pem"))
	changed, err = store.Refresh()
	require.NoError(t, err)
	require.True(t, changed)
	require.Len(t, store.Pool().Anchors(), 1)
}

// A volume of Kubernetes is laid out so: links lead through a hidden link into a hidden folder.
func TestLinksAreFollowedAndHiddenFoldersAreNotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	issuer := mdoctest.NewIssuer("P-256")
	write(t, dir+"/..2026/us/root.pem", pemOf(issuer.Root))
	write(t, dir+"/..2026/de.pem", pemOf(issuer.Root))
	for link, to := range map[string]string{"..data": "..2026", "us": "..data/us", "de.pem": "..data/de.pem"} {
		require.NoError(t, os.Symlink(to, dir+"/"+link))
	}
	sources := []trust.Source{{Path: dir, DocTypes: []string{mdoc.DocTypeMDL}}}
	store, err := trust.Open(sources)
	require.NoError(t, err)
	anchors := store.Pool().Anchors()
	require.Len(t, anchors, 2)
	require.Equal(t, dir+"/de.pem", anchors[0].Source)
	require.Equal(t, dir+"/us/root.pem", anchors[1].Source)
	require.NoError(t, os.Symlink(".", dir+"/circle"))
	_, err = trust.Open(sources)
	require.ErrorContains(t, err, "too many folders in each other")
}

func TestFileThatIsNoListIsNamed(t *testing.T) {
	t.Parallel()
	key, err := os.ReadFile("trust_test.go")
	require.NoError(t, err)
	for content, code := range map[string]trust.Code{
		"":                     trust.FileUnknown,
		"hello":                trust.FileUnknown,
		string(key):            trust.FileUnknown,
		"\x30\x03\x01\x01\x01": trust.FileMalformed,
		"-----BEGIN X-----":    trust.FileMalformed,
		"\x84\x40\xa0\x40\x40": trust.FileMalformed,
		"<html></html>":        trust.FileMalformed,
		string(pemOf()) + "<a": trust.FileMalformed,
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": trust.FileMalformed,
	} {
		path := t.TempDir() + "/file"
		write(t, path, []byte(content))
		_, err := trust.Open([]trust.Source{{Path: path, DocTypes: []string{mdoc.DocTypeMDL}}})
		require.ErrorIs(t, err, &trust.Fault{Code: code}, content)
		require.ErrorContains(t, err, path)
	}
	_, err = trust.Open([]trust.Source{{Path: t.TempDir() + "/none"}})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// vical returns a list that provider signs.
func vical(provider *mdoctest.Issuer, infos ...map[string]any) *mdoctest.COSE {
	list := &mdoctest.COSE{
		Protected: map[any]any{1: -7}, Unprotected: map[any]any{33: provider.Signer.DER},
		Payload: mdoctest.Encode(map[string]any{
			"version": "1.0", "vicalProvider": "Test", "date": mdoctest.Instant(mdoctest.Now), "vicalIssueID": 7,
			"nextUpdate": mdoctest.Instant(mdoctest.Now.Add(time.Hour)), "certificateInfos": infos,
		}),
	}
	list.Sign(provider.SignerKey)
	return list
}

func info(issuer *mdoctest.Issuer, docTypes ...string) map[string]any {
	return map[string]any{
		"certificate": issuer.Root.DER, "serialNumber": issuer.Root.SerialNumber, "ski": issuer.Root.SubjectKeyId,
		"docType": docTypes, "issuingAuthority": "Test",
	}
}

func TestVICALIsReadByDocumentType(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider, mdl, photo := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256")
	list := vical(provider, info(mdl, mdoc.DocTypeMDL, "other"), info(photo, mdoc.DocTypePhotoID))
	write(t, dir+"/list", list.Encode())
	write(t, dir+"/tagged", append([]byte{0xd2}, list.Encode()...))
	write(t, dir+"/signers.pem", pemOf(provider.Root))
	for _, file := range []string{"list", "tagged"} {
		for _, signers := range []string{"", dir + "/signers.pem"} {
			store, err := trust.Open([]trust.Source{{
				Path: dir + "/" + file, DocTypes: []string{mdoc.DocTypeMDL, mdoc.DocTypePID}, ListSigners: signers,
			}})
			require.NoError(t, err)
			anchors := store.Pool().Anchors()
			require.Len(t, anchors, 1)
			require.Equal(t, mdl.Root.DER, anchors[0].Certificate.DER)
			require.Equal(t, []string{mdoc.DocTypeMDL}, anchors[0].DocTypes)
			require.True(t, store.Lists()[0].NextUpdate.Equal(mdoctest.Now.Add(time.Hour)))
		}
	}
}

func TestCertificateThatCannotBeReadIsSkippedAndCounted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider := mdoctest.NewIssuer("P-256")
	broken := map[string]any{"certificate": []byte{1}, "docType": []string{mdoc.DocTypeMDL}}
	write(t, dir+"/list", vical(provider, broken, info(provider, mdoc.DocTypeMDL)).Encode())
	store, err := trust.Open([]trust.Source{{Path: dir, DocTypes: []string{mdoc.DocTypeMDL}}})
	require.NoError(t, err)
	require.Len(t, store.Pool().Anchors(), 1)
	require.Equal(t, 1, store.Lists()[0].Skipped)
}

func TestForgedVICALIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider, stranger := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256")
	write(t, dir+"/signers.pem", pemOf(provider.Root))
	altered := vical(provider, info(provider, mdoc.DocTypeMDL))
	altered.Payload[len(altered.Payload)/2] ^= 1
	for name, c := range map[string]struct {
		code trust.Code
		list *mdoctest.COSE
	}{
		"altered":              {trust.ListSignature, altered},
		"signed by a stranger": {trust.ListSigner, vical(stranger, info(provider, mdoc.DocTypeMDL))},
		"empty":                {trust.FileMalformed, vical(provider)},
	} {
		write(t, dir+"/list", c.list.Encode())
		_, err := trust.Open([]trust.Source{{
			Path: dir + "/list", DocTypes: []string{mdoc.DocTypeMDL}, ListSigners: dir + "/signers.pem",
		}})
		require.ErrorIs(t, err, &trust.Fault{Code: c.code}, name)
	}
}

func TestCertificateInDERMayEndWithASpace(t *testing.T) {
	t.Parallel()
	root := mdoctest.NewIssuer("P-256").Root
	for !strings.ContainsRune(" \n\t\r", rune(root.DER[len(root.DER)-1])) {
		root = mdoctest.NewIssuer("P-256").Root
	}
	path := t.TempDir() + "/root.der"
	write(t, path, root.DER)
	store, err := trust.Open([]trust.Source{{Path: path, DocTypes: []string{mdoc.DocTypeMDL}}})
	require.NoError(t, err)
	require.Len(t, store.Pool().Anchors(), 1)
}

func TestVICALIsRefusedWithoutASoundFileOfSigners(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider := mdoctest.NewIssuer("P-256")
	write(t, dir+"/list", vical(provider, info(provider, mdoc.DocTypeMDL)).Encode())
	for _, signers := range [][]byte{nil, []byte("hello"), pemOf(provider.Root)[:100]} {
		write(t, dir+"/signers.pem", signers)
		_, err := trust.Open([]trust.Source{{
			Path: dir + "/list", DocTypes: []string{mdoc.DocTypeMDL}, ListSigners: dir + "/signers.pem",
		}})
		require.ErrorIs(t, err, &trust.Fault{Code: trust.ListSigner})
	}
}

func service(kind, status string, certificate *mdoc.Certificate) string {
	return fmt.Sprintf(`<TSPService><ServiceInformation><ServiceTypeIdentifier>%s</ServiceTypeIdentifier>
		<ServiceStatus>%s</ServiceStatus><ServiceDigitalIdentity><DigitalId><X509Certificate>
		%s
		</X509Certificate></DigitalId></ServiceDigitalIdentity></ServiceInformation></TSPService>`,
		kind, status, base64.StdEncoding.EncodeToString(certificate.DER))
}

func TestTrustedListIsReadByServiceTypeAndStatus(t *testing.T) {
	t.Parallel()
	pid, withdrawn, other := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256")
	const status = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
	path := t.TempDir() + "/list.xml"
	write(t, path, []byte(`<?xml version="1.0"?>
		<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"><SchemeInformation>
		<ListIssueDateTime>2026-05-01T00:00:00Z</ListIssueDateTime>
		<NextUpdate><dateTime>2026-11-01T00:00:00Z</dateTime></NextUpdate></SchemeInformation>
		<TrustServiceProviderList><TrustServiceProvider><TSPServices>`+
		service(trust.ServicePID, status+"granted", pid.Root)+
		service(trust.ServicePID, status+"withdrawn", withdrawn.Root)+
		service("http://uri.etsi.org/TrstSvc/Svctype/CA/QC", status+"granted", other.Root)+
		`</TSPServices></TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>`))
	source := trust.Source{Path: path, Services: map[string][]string{trust.ServicePID: {mdoc.DocTypePID}}}

	store, err := trust.Open([]trust.Source{source})
	require.NoError(t, err)
	anchors := store.Pool().Anchors()
	require.Len(t, anchors, 1)
	require.Equal(t, pid.Root.DER, anchors[0].Certificate.DER)
	require.Equal(t, 2026, store.Lists()[0].NextUpdate.Year())

	source.Services = map[string][]string{
		trust.ServicePID: {mdoc.DocTypePID, "urn:eudi:pid:1"}, "http://uri.etsi.org/TrstSvc/Svctype/CA/QC": {mdoc.DocTypeAV},
	}
	store, err = trust.Open([]trust.Source{source})
	require.NoError(t, err)
	anchors = store.Pool().Anchors()
	require.Len(t, anchors, 2, "each service is for its own document types")
	require.Equal(t, []string{mdoc.DocTypePID, "urn:eudi:pid:1"}, anchors[0].DocTypes)
	require.Equal(t, []string{mdoc.DocTypeAV}, anchors[1].DocTypes)
	require.Equal(t, other.Root.DER, anchors[1].Certificate.DER)

	source.Services = nil
	_, err = trust.Open([]trust.Source{source})
	require.ErrorIs(t, err, &trust.Fault{Code: trust.FileMalformed})
}
