package issuers_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/rules"
)

// world is an operator's folder, and a server with the lists of issuers.
type world struct {
	t      *testing.T
	dir    string
	server *httptest.Server
	log    strings.Builder

	mu      sync.Mutex
	now     time.Time
	answers map[string]func(w http.ResponseWriter, r *http.Request)
	asked   map[string]int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, dir: t.TempDir(), now: mdoctest.Now, asked: map[string]int{},
		answers: map[string]func(http.ResponseWriter, *http.Request){},
	}
	w.server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked[r.URL.Path]++
		answer := w.answers[r.URL.Path]
		w.mu.Unlock()
		if answer == nil {
			http.NotFound(out, r)
			return
		}
		answer(out, r)
	}))
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) requests(path string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[path]
}

// serve answers requests for a path with the result of body; nil is HTTP status 500.
func (w *world) serve(path string, body func() []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[path] = func(out http.ResponseWriter, _ *http.Request) {
		content := body()
		if content == nil {
			out.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = out.Write(content)
	}
}

// redirect answers requests for a path with a redirect.
func (w *world) redirect(path, to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[path] = func(out http.ResponseWriter, r *http.Request) { http.Redirect(out, r, to, http.StatusFound) }
}

func (w *world) write(path string, content []byte) {
	w.t.Helper()
	path = filepath.Join(w.dir, path)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(w.t, os.WriteFile(path, content, 0o600))
}

func (w *world) options() issuers.Options {
	return issuers.Options{
		Dir: w.dir, Egress: outbound.Policy{Allow: outbound.Loopback()}, Now: w.clock,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
}

func (w *world) open() *issuers.Issuers {
	w.t.Helper()
	opened, err := issuers.Open(w.options())
	require.NoError(w.t, err)
	return opened
}

func pemOf(certificates ...*mdoc.Certificate) (all []byte) {
	for _, certificate := range certificates {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.DER})...)
	}
	return all
}

// issuer is an authority with a revocation list on the server of the world.
type issuer struct {
	*mdoctest.Issuer
	revoked []*big.Int
}

// issuer returns an authority of a country. The revocation list is at path.
func (w *world) issuer(country, province, path string) *issuer {
	w.t.Helper()
	i := &issuer{Issuer: &mdoctest.Issuer{RootKey: mdoctest.Key("P-256")}}
	root := mdoctest.RootTemplate()
	root.Subject.Country, root.Subject.Province = []string{country}, provinces(province)
	i.Root = mdoctest.Certify(root, i.RootKey.Public(), nil, i.RootKey)
	w.serve(path, func() []byte {
		list := &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: mdoctest.Now.Add(-time.Hour), NextUpdate: mdoctest.Now.Add(48 * time.Hour),
		}
		for _, serial := range i.revoked {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: serial, RevocationTime: mdoctest.Now.Add(-2 * time.Hour)})
		}
		der, err := x509.CreateRevocationList(rand.Reader, list, i.Root.Certificate, i.RootKey)
		if err != nil {
			panic(err)
		}
		return der
	})
	i.SignerKey = mdoctest.Key("P-256")
	i.Signer = i.signer(w, country, province, path, nil)
	return i
}

func provinces(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

// signer certifies the key of the issuer's signer after a template that change has changed.
func (i *issuer) signer(w *world, country, province, path string, change func(*x509.Certificate)) *mdoc.Certificate {
	template := mdoctest.SignerTemplate()
	template.Subject.Country, template.Subject.Province = []string{country}, provinces(province)
	template.CRLDistributionPoints = []string{w.server.URL + path}
	if change != nil {
		change(template)
	}
	return mdoctest.Certify(template, i.SignerKey.Public(), i.Root, i.RootKey)
}

func of(docType string, signer *mdoc.Certificate) mdoc.Issuer {
	return mdoc.Issuer{DocType: docType, Chain: []*mdoc.Certificate{signer}, Signed: mdoctest.Now.AddDate(0, 0, -3)}
}

func requireCode(t *testing.T, code issuers.Code, err error) {
	t.Helper()
	var fault *issuers.Fault
	require.True(t, errors.As(err, &fault), "%v", err)
	require.Equal(t, code, fault.Code, fault.Cause)
}

func TestIssuerInTheFolderOfAMethodIsTrustedForThatMethodAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mdl := w.issuer("US", "US-CA", "/us.crl")
	w.write("mdl/us.pem", pemOf(mdl.Root))
	opened := w.open()
	finding, err := opened.Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, mdl.Signer), mdoctest.Now)
	require.NoError(t, err)
	require.Equal(t, "US", finding.Country)
	require.EqualValues(t, "good", finding.Revocation)
	_, err = opened.Mdoc(t.Context(), rules.MethodMID, of(mdoc.DocTypePhotoID, mdl.Signer), mdoctest.Now)
	requireCode(t, issuers.UnknownIssuer, err)
	_, err = opened.Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypePID, mdl.Signer), mdoctest.Now)
	requireCode(t, issuers.UnknownIssuer, err)
	require.Empty(t, opened.Unavailable(rules.MethodMDL))
	require.Contains(t, opened.Unavailable(rules.MethodMID), "the folder mid of STILE_TRUST_DIR has no issuers")
	w.pass(20 * 365 * 24 * time.Hour)
	require.Contains(t, opened.Unavailable(rules.MethodMDL), "has expired")
}

func TestWithoutAFolderNoIssuerIsTrusted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.dir = ""
	opened := w.open()
	require.Contains(t, opened.Unavailable(rules.MethodMDL), "STILE_TRUST_DIR is not set")
	_, err := opened.Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, w.issuer("US", "", "/x").Signer), mdoctest.Now)
	requireCode(t, issuers.UnknownIssuer, err)
}

// TestFaultyIssuerIsRefusedWithItsOwnCode makes one fault in an issuer that is trusted without it.
func TestFaultyIssuerIsRefusedWithItsOwnCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code  issuers.Code
		fault func(w *world, i *issuer)
	}{
		"no such root": {issuers.UnknownIssuer, func(w *world, _ *issuer) {
			w.write("mdl/us.pem", pemOf(mdoctest.NewIssuer("P-256").Root))
		}},
		"root of another method": {issuers.UnknownIssuer, func(w *world, i *issuer) {
			w.write("mid/us.pem", pemOf(i.Root))
			require.NoError(w.t, os.Remove(filepath.Join(w.dir, "mdl/us.pem")))
		}},
		"signer that has expired": {issuers.ExpiredIssuer, func(w *world, i *issuer) {
			i.Signer = i.signer(w, "US", "US-CA", "/us.crl", func(c *x509.Certificate) {
				c.NotAfter = mdoctest.Now.Add(-time.Hour)
			})
		}},
		"signer for other things": {issuers.InvalidIssuer, func(w *world, i *issuer) {
			i.Signer = i.signer(w, "US", "US-CA", "/us.crl", func(c *x509.Certificate) { c.UnknownExtKeyUsage = nil })
		}},
		"signer of another country": {issuers.InvalidIssuer, func(w *world, i *issuer) {
			i.Signer = i.signer(w, "CA", "", "/us.crl", nil)
		}},
		"signer that is revoked": {issuers.RevokedIssuer, func(_ *world, i *issuer) {
			i.revoked = append(i.revoked, i.Signer.SerialNumber)
		}},
		"revocation list that is away": {issuers.IssuerUnreachable, func(w *world, _ *issuer) {
			w.serve("/us.crl", func() []byte { return nil })
		}},
		"page in place of the revocation list": {issuers.IssuerUnreachable, func(w *world, _ *issuer) {
			w.serve("/us.crl", func() []byte { return []byte("<html>") })
		}},
		"signer without a revocation list": {issuers.IssuerUnreachable, func(w *world, i *issuer) {
			i.Signer = i.signer(w, "US", "US-CA", "/us.crl", func(c *x509.Certificate) { c.CRLDistributionPoints = nil })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			i := w.issuer("US", "US-CA", "/us.crl")
			w.write("mdl/us.pem", pemOf(i.Root))
			_, err := w.open().Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, i.Signer), mdoctest.Now)
			require.NoError(t, err, "without the fault")
			c.fault(w, i)
			_, err = w.open().Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, i.Signer), mdoctest.Now)
			requireCode(t, c.code, err)
		})
	}
}

func TestUnreachableRevocationListIsAcceptedWhereTheOperatorSaysSoAndRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.issuer("US", "US-CA", "/us.crl")
	w.write("mdl/us.pem", pemOf(i.Root))
	w.write("trust.yaml", []byte("mdl: {unreachable: accept}\n"))
	w.serve("/us.crl", func() []byte { return nil })
	finding, err := w.open().Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, i.Signer), mdoctest.Now)
	require.NoError(t, err)
	require.EqualValues(t, "unknown", finding.Revocation)
	require.Contains(t, w.log.String(), "its signer is accepted")
}

func TestRevocationListIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.issuer("US", "US-CA", "/us.crl")
	w.write("mdl/us.pem", pemOf(i.Root))
	opened := w.open()
	check := func() error {
		_, err := opened.Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, i.Signer), w.clock())
		return err
	}
	require.NoError(t, check())
	require.NoError(t, check())
	require.Equal(t, 1, w.requests("/us.crl"))
	i.revoked = append(i.revoked, i.Signer.SerialNumber)
	w.pass(time.Hour)
	requireCode(t, issuers.RevokedIssuer, check())
	require.Equal(t, 2, w.requests("/us.crl"))
}

// A document is judged after it has come, and its issuer may make the list when it is asked for it.
func TestRevocationListMayBeNewerThanThePresentation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.issuer("US", "US-CA", "/us.crl")
	w.write("mdl/us.pem", pemOf(i.Root))
	arrived := mdoctest.Now.Add(-2 * time.Hour) // the list is an hour old
	_, err := w.open().Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, i.Signer), arrived)
	require.NoError(t, err)
}
