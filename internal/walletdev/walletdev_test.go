package walletdev_test

import (
	"crypto/ecdsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/walletdev"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/rules"
)

var now = time.Now()

func ensure(t *testing.T, dir string, at time.Time, hosts ...string) walletdev.Files {
	t.Helper()
	files, err := walletdev.Ensure(dir, append([]string{"localhost"}, hosts...), at)
	require.NoError(t, err)
	return files
}

func block(t *testing.T, path, kind string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	found, rest := pem.Decode(text)
	require.NotNil(t, found)
	require.Empty(t, rest)
	require.Equal(t, kind, found.Type)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode())
	return found.Bytes
}

func certificate(t *testing.T, path string) *x509.Certificate {
	t.Helper()
	found, err := x509.ParseCertificate(block(t, path, "CERTIFICATE"))
	require.NoError(t, err)
	return found
}

// all returns the content of each file of a folder by its path.
func all(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		found[path] = string(text)
		return err
	}))
	return found
}

func TestDocumentsOfTheDevelopmentIssuerAreTrusted(t *testing.T) {
	t.Parallel()
	files := ensure(t, t.TempDir(), now)
	trusted, err := issuers.Open(issuers.Options{Dir: files.TrustDir()})
	require.NoError(t, err)
	for docType, method := range map[string]rules.Method{
		mdoc.DocTypeMDL: rules.MethodMDL, mdoc.DocTypePhotoID: rules.MethodMID,
		mdoc.DocTypePID: rules.MethodEUDIPID, mdoc.DocTypeAV: rules.MethodEUDIPID,
	} {
		signer, err := mdoc.ParseCertificate(certificate(t, files.Signer(string(method))).Raw)
		require.NoError(t, err)
		finding, err := trusted.Mdoc(t.Context(), method, mdoc.Issuer{
			DocType: docType, Chain: []*mdoc.Certificate{signer}, Signed: now.AddDate(0, -1, 0),
		}, now)
		require.NoError(t, err)
		require.Equal(t, walletdev.Country, finding.Country)
		require.EqualValues(t, "unknown", finding.Revocation)
	}
	chain := []*x509.Certificate{certificate(t, files.Signer("eudi_pid"))}
	require.Equal(t, "https://issuer.stile-dev.example", chain[0].URIs[0].String())
	_, err = trusted.SDJWT(t.Context(), rules.MethodEUDIPID, sdjwtvc.Issuer{VCT: sdjwtvc.PIDType, Chain: chain}, now)
	require.NoError(t, err)
}

func extension(c *x509.Certificate, id ...int) (value []byte, critical bool) {
	for _, each := range c.Extensions {
		if each.Id.Equal(id) {
			return each.Value, each.Critical
		}
	}
	return nil, false
}

// TestCertificatesAreThoseOfAnnexB checks the tables B.1, B.3 and B.7 of ISO/IEC 18013-5.
func TestCertificatesAreThoseOfAnnexB(t *testing.T) {
	t.Parallel()
	files := ensure(t, t.TempDir(), now)
	for path, of := range map[string]struct {
		root  string
		usage asn1.ObjectIdentifier
	}{
		files.Root():             {files.Root(), nil},
		files.VerifierRoot():     {files.VerifierRoot(), nil},
		files.Signer("mdl"):      {files.Root(), asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 2}},
		files.Signer("mid"):      {files.Root(), asn1.ObjectIdentifier{1, 0, 23220, 4, 1, 2}},
		files.Signer("eudi_pid"): {files.Root(), asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 2}},
		files.Verifier():         {files.VerifierRoot(), asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 6}},
	} {
		c, root := certificate(t, path), certificate(t, of.root)
		require.Equal(t, 3, c.Version)
		require.Positive(t, c.SerialNumber.Sign())
		require.GreaterOrEqual(t, c.SerialNumber.BitLen(), 63)
		require.LessOrEqual(t, len(c.SerialNumber.Bytes()), 20)
		require.Equal(t, root.RawSubject, c.RawIssuer)
		require.Equal(t, []string{"US"}, c.Subject.Country)
		require.NotEmpty(t, c.Subject.CommonName)
		public, err := c.PublicKey.(*ecdsa.PublicKey).ECDH()
		require.NoError(t, err)
		sum := sha1.Sum(public.Bytes())
		require.Equal(t, sum[:], c.SubjectKeyId)
		alternative, critical := extension(c, 2, 5, 29, 18)
		require.NotEmpty(t, alternative)
		require.False(t, critical)
		require.NotEmpty(t, c.CRLDistributionPoints)
		_, critical = extension(c, 2, 5, 29, 15)
		require.True(t, critical, "key usage")
		if of.usage == nil {
			require.Equal(t, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, c.KeyUsage)
			_, critical = extension(c, 2, 5, 29, 19)
			require.True(t, critical && c.IsCA && c.MaxPathLenZero && c.MaxPathLen == 0)
			require.LessOrEqual(t, c.NotAfter.Sub(c.NotBefore), 20*366*24*time.Hour)
			continue
		}
		require.Equal(t, root.SubjectKeyId, c.AuthorityKeyId)
		require.Equal(t, x509.KeyUsageDigitalSignature, c.KeyUsage)
		require.False(t, c.IsCA)
		require.Equal(t, []asn1.ObjectIdentifier{of.usage}, c.UnknownExtKeyUsage)
		_, critical = extension(c, 2, 5, 29, 37)
		require.True(t, critical, "extended key usage")
		require.LessOrEqual(t, c.NotAfter.Sub(c.NotBefore), 457*24*time.Hour)
		require.NoError(t, c.CheckSignatureFrom(root))
	}
}

func TestKeysAreReadByOtherPrograms(t *testing.T) {
	t.Parallel()
	files := ensure(t, t.TempDir(), now)
	for path, of := range map[string]string{
		files.RootKey(): files.Root(), files.SignerKey("mdl"): files.Signer("mdl"),
		files.SignerKey("mid"): files.Signer("mid"), files.SignerKey("eudi_pid"): files.Signer("eudi_pid"),
		files.VerifierKey(): files.Verifier(),
	} {
		key, err := x509.ParsePKCS8PrivateKey(block(t, path, "PRIVATE KEY"))
		require.NoError(t, err)
		require.True(t, key.(*ecdsa.PrivateKey).PublicKey.Equal(certificate(t, of).PublicKey))
	}
}

func TestFilesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := ensure(t, dir, now)
	settings := filepath.Join(files.TrustDir(), "trust.yaml")
	require.NoError(t, os.WriteFile(settings, []byte("mdl: {}\n"), 0o600))
	before := all(t, dir)
	require.Len(t, before, 2+6+4+4) // root, signers, verifier, trust
	ensure(t, dir, now)
	require.Equal(t, before, all(t, dir))
}

func TestCertificatesThatEndSoonAreMadeAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := ensure(t, dir, now)
	root, signer := certificate(t, files.Root()), certificate(t, files.Signer("mdl"))
	later := now.AddDate(0, 11, 15)
	ensure(t, dir, later)
	require.Equal(t, root.Raw, certificate(t, files.Root()).Raw)
	renewed := certificate(t, files.Signer("mdl"))
	require.NotEqual(t, signer.Raw, renewed.Raw)
	require.True(t, renewed.NotAfter.After(later.AddDate(0, 11, 0)))
	require.NoError(t, os.Remove(files.Root()))
	ensure(t, dir, later)
	require.NoError(t, certificate(t, files.Signer("mdl")).CheckSignatureFrom(certificate(t, files.Root())))
}

func TestVerifierHasTheNamesOfItsHosts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := ensure(t, dir, now)
	require.Equal(t, []string{"localhost"}, certificate(t, files.Verifier()).DNSNames)
	ensure(t, dir, now, "stile.test")
	require.Equal(t, []string{"localhost", "stile.test"}, certificate(t, files.Verifier()).DNSNames)
}

func TestFaultyFileIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := ensure(t, dir, now)
	foreign, err := os.ReadFile(files.SignerKey("mid"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files.SignerKey("mdl"), foreign, 0o600))
	_, err = walletdev.Ensure(dir, nil, now)
	require.ErrorContains(t, err, files.SignerKey("mdl"))
	require.NoError(t, os.WriteFile(files.SignerKey("mdl"), []byte("hello"), 0o600))
	_, err = walletdev.Ensure(dir, nil, now)
	require.ErrorContains(t, err, files.SignerKey("mdl"))
}
