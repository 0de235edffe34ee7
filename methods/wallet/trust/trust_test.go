package trust_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/trust"
)

// world is an issuer, the pool that trusts it, and the query about it.
type world struct {
	root, signer *x509.Certificate
	rootKey      crypto.Signer
	docTypes     []string
	query        trust.Query
	// sign changes the key that signs the signer's certificate.
	signingKey crypto.Signer
	crl        func(*x509.RevocationList)
	fetchFails bool
	garbage    bool
}

func newWorld() *world {
	key := mdoctest.Key("P-256")
	return &world{
		root: mdoctest.RootTemplate(), signer: mdoctest.SignerTemplate(), rootKey: key, signingKey: key,
		docTypes: []string{mdoc.DocTypeMDL},
		query: trust.Query{
			DocType: mdoc.DocTypeMDL, Signed: mdoctest.Now.AddDate(0, 0, -3), Now: mdoctest.Now, Profile: trust.ISO,
		},
	}
}

func (w *world) check(t *testing.T) (trust.Finding, error) {
	t.Helper()
	return w.pool(t).Check(t.Context(), w.query)
}

// pool returns the pool that trusts the issuer, and has the query ask about the issuer.
func (w *world) pool(t *testing.T) *trust.Pool {
	t.Helper()
	root := mdoctest.Certify(w.root, w.rootKey.Public(), nil, w.rootKey)
	signer := mdoctest.Certify(w.signer, mdoctest.Key("P-256").Public(), root, w.signingKey)
	w.query.Chain = []*mdoc.Certificate{signer}
	w.query.Revocation.Fetch = func(_ context.Context, url string) ([]byte, error) {
		require.Equal(t, "https://crl.example.com/iaca.crl", url)
		if w.fetchFails {
			return nil, errors.New("no route")
		}
		if w.garbage {
			return []byte("<html>"), nil
		}
		list := &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: mdoctest.Now.Add(-time.Hour), NextUpdate: mdoctest.Now.Add(time.Hour),
		}
		if w.crl != nil {
			w.crl(list)
		}
		return x509.CreateRevocationList(rand.Reader, list, root.Certificate, w.rootKey)
	}
	return trust.NewPool(trust.Anchor{Certificate: root, DocTypes: w.docTypes})
}

func TestIssuerUnderATrustedRootIsTrusted(t *testing.T) {
	t.Parallel()
	finding, err := newWorld().check(t)
	require.NoError(t, err)
	require.Equal(t, trust.RevocationGood, finding.Revocation)
	require.Equal(t, "Test IACA", finding.Anchor.Certificate.Subject.CommonName)
}

func TestIssuerOnABrainpoolCurveIsTrusted(t *testing.T) {
	t.Parallel()
	for _, curve := range []string{"brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "Ed25519", "P-521"} {
		issuer := mdoctest.NewIssuer(curve)
		w := newWorld()
		w.query.Chain = []*mdoc.Certificate{issuer.Signer}
		pool := trust.NewPool(trust.Anchor{Certificate: issuer.Root, DocTypes: []string{mdoc.DocTypeMDL}})
		finding, err := pool.Check(t.Context(), w.query)
		require.NoError(t, err, curve)
		require.Equal(t, trust.RevocationUnchecked, finding.Revocation)
	}
}

var revokedSigner = big.NewInt(4711)

// TestFaultyIssuerIsRefused makes one fault in an issuer that is trusted without it.
func TestFaultyIssuerIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code  trust.Code
		fault func(*world)
	}{
		"root for another document type": {trust.IssuerUnknown, func(w *world) {
			w.docTypes = []string{mdoc.DocTypePID}
		}},
		"signed by another key": {trust.IssuerSignature, func(w *world) {
			w.signingKey = mdoctest.Key("P-256")
		}},
		"signer that is a CA": {trust.IssuerMalformed, func(w *world) {
			w.signer.IsCA, w.signer.BasicConstraintsValid = true, true
		}},
		"signer that may sign certificates": {trust.IssuerMalformed, func(w *world) {
			w.signer.KeyUsage |= x509.KeyUsageCertSign
		}},
		"signer without key usage": {trust.IssuerMalformed, func(w *world) {
			w.signer.KeyUsage = 0
		}},
		"signer without extended key usage": {trust.IssuerMalformed, func(w *world) {
			w.signer.UnknownExtKeyUsage = nil
		}},
		"signer for reader authentication": {trust.IssuerMalformed, func(w *world) {
			w.signer.UnknownExtKeyUsage[0] = asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 6}
		}},
		"signer without issuer alternative name": {trust.IssuerMalformed, func(w *world) {
			w.signer.ExtraExtensions = nil
		}},
		"signer with an unknown critical extension": {trust.IssuerMalformed, func(w *world) {
			w.signer.ExtraExtensions = append(w.signer.ExtraExtensions,
				pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}})
		}},
		"root that is no CA": {trust.IssuerMalformed, func(w *world) {
			w.root.IsCA, w.root.MaxPathLenZero = false, false
		}},
		"root that signs no certificates": {trust.IssuerMalformed, func(w *world) {
			w.root.KeyUsage = x509.KeyUsageCRLSign
		}},
		"other country": {trust.IssuerCountry, func(w *world) {
			w.signer.Subject.Country = []string{"CA"}
		}},
		"no country": {trust.IssuerCountry, func(w *world) {
			w.signer.Subject.Country = nil
		}},
		"no country at all": {trust.IssuerCountry, func(w *world) {
			w.root.Subject.Country, w.signer.Subject.Country = nil, nil
		}},
		"other province": {trust.IssuerCountry, func(w *world) {
			w.signer.Subject.Province = []string{"US-NY"}
		}},
		"signer expired now": {trust.IssuerExpired, func(w *world) {
			w.signer.NotAfter = mdoctest.Now.Add(-time.Hour)
		}},
		"signer not yet valid at signing": {trust.IssuerExpired, func(w *world) {
			w.signer.NotBefore = mdoctest.Now.AddDate(0, 0, -1)
		}},
		"root expired now": {trust.RootExpired, func(w *world) {
			w.root.NotAfter = mdoctest.Now.Add(-time.Hour)
		}},
		"root not yet valid at signing": {trust.RootExpired, func(w *world) {
			w.root.NotBefore = mdoctest.Now.AddDate(0, 0, -1)
		}},
		"revoked": {trust.IssuerRevoked, func(w *world) {
			w.signer.SerialNumber = revokedSigner
			w.crl = func(list *x509.RevocationList) {
				list.RevokedCertificateEntries = []x509.RevocationListEntry{
					{SerialNumber: revokedSigner, RevocationTime: mdoctest.Now.Add(-time.Minute)},
				}
			}
		}},
		"revocation list that cannot be had": {trust.RevocationUnknown, func(w *world) {
			w.fetchFails = true
		}},
		"revocation list that is none": {trust.RevocationUnknown, func(w *world) {
			w.garbage = true
		}},
		"old revocation list": {trust.RevocationUnknown, func(w *world) {
			w.crl = func(list *x509.RevocationList) { list.NextUpdate = mdoctest.Now.Add(-time.Minute) }
		}},
		"revocation list of the future": {trust.RevocationUnknown, func(w *world) {
			w.crl = func(list *x509.RevocationList) { list.ThisUpdate = mdoctest.Now.Add(61 * time.Second) }
		}},
		"revocation list with a critical extension": {trust.RevocationUnknown, func(w *world) {
			w.crl = func(list *x509.RevocationList) {
				list.ExtraExtensions = []pkix.Extension{
					{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: []byte{48, 0}},
				}
			}
		}},
		"no address of a revocation list": {trust.RevocationUnknown, func(w *world) {
			w.signer.CRLDistributionPoints = nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newWorld().check(t)
			require.NoError(t, err, "without the fault")
			w := newWorld()
			c.fault(w)
			_, err = w.check(t)
			var fault *trust.Fault
			require.ErrorAs(t, err, &fault)
			require.Equal(t, c.code, fault.Code)
			require.NotEmpty(t, fault.Clause)
		})
	}
}

func TestRenewedRootIsTakenBeforeAnExpiredOne(t *testing.T) {
	t.Parallel()
	issuer := mdoctest.NewIssuer("P-256")
	template := mdoctest.RootTemplate()
	template.NotAfter = mdoctest.Now.Add(-time.Hour)
	expired := mdoctest.Certify(template, issuer.RootKey.Public(), nil, issuer.RootKey)
	docTypes := []string{mdoc.DocTypeMDL}
	w := newWorld()
	w.query.Chain = []*mdoc.Certificate{issuer.Signer}
	_, err := trust.NewPool(trust.Anchor{Certificate: expired, DocTypes: docTypes}).Check(t.Context(), w.query)
	require.ErrorIs(t, err, &trust.Fault{Code: trust.RootExpired})

	pool := trust.NewPool(
		trust.Anchor{Certificate: expired, DocTypes: docTypes},
		trust.Anchor{Certificate: issuer.Root, DocTypes: docTypes},
	)
	finding, err := pool.Check(t.Context(), w.query)
	require.NoError(t, err)
	require.Equal(t, issuer.Root.DER, finding.Anchor.Certificate.DER)
}

func TestRevocationListOfAnotherKeyIsNotUsed(t *testing.T) {
	t.Parallel()
	issuer, other := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256")
	w := newWorld()
	w.query.Chain = []*mdoc.Certificate{issuer.Signer}
	w.query.Revocation.Fetch = func(context.Context, string) ([]byte, error) {
		return x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: mdoctest.Now.Add(-time.Hour), NextUpdate: mdoctest.Now.Add(time.Hour),
		}, other.Root.Certificate, other.RootKey)
	}
	pool := trust.NewPool(trust.Anchor{Certificate: issuer.Root, DocTypes: []string{mdoc.DocTypeMDL}})
	_, err := pool.Check(t.Context(), w.query)
	require.ErrorIs(t, err, &trust.Fault{Code: trust.RevocationUnknown})
}

func TestUnknownRevocationIsAcceptedWhereTheOperatorSaysSoAndRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.fetchFails, w.query.Revocation.AcceptUnknown = true, true
	finding, err := w.check(t)
	require.NoError(t, err)
	require.Equal(t, trust.RevocationUnreached, finding.Revocation)
}

func TestSignerOnAListIsTrustedDirectlyInTheProfileOfTheEUAlone(t *testing.T) {
	t.Parallel()
	signer := mdoctest.NewIssuer("P-256").Signer
	pool := trust.NewPool(trust.Anchor{Certificate: signer, DocTypes: []string{mdoc.DocTypePID}})
	w := newWorld()
	w.query.DocType, w.query.Chain, w.query.Profile = mdoc.DocTypePID, []*mdoc.Certificate{signer}, trust.EU
	_, err := pool.Check(t.Context(), w.query)
	require.NoError(t, err)
	w.query.Profile = trust.ISO
	_, err = pool.Check(t.Context(), w.query)
	require.ErrorIs(t, err, &trust.Fault{Code: trust.IssuerUnknown})
	w.query.Chain = nil
	_, err = pool.Check(t.Context(), w.query)
	require.ErrorIs(t, err, &trust.Fault{Code: trust.IssuerMalformed})
}

// The certificates of ISO/IEC 18013-5 Annex D; see the README.md beside them.
func TestAnnexDSignerIsTrustedUnderItsRoot(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../mdoc/testdata/annex_d_iaca.hex")
	require.NoError(t, err)
	der, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	require.NoError(t, err)
	root, err := mdoc.ParseCertificate(der)
	require.NoError(t, err)
	text, err = os.ReadFile("../mdoc/testdata/annex_d_response.hex")
	require.NoError(t, err)
	response, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	require.NoError(t, err)

	pool := trust.NewPool(trust.Anchor{Certificate: root, DocTypes: []string{mdoc.DocTypeMDL}})
	now, asked := time.Date(2020, 12, 1, 0, 0, 0, 0, time.UTC), false
	_, err = mdoc.Verify(response, mdoc.Options{
		Transcript: []byte{0xf6}, Now: now,
		Requests: []mdoc.Request{{
			DocType: mdoc.DocTypeMDL, Elements: map[string][]string{mdoc.NamespaceMDL: {"family_name"}},
		}},
		Trust: func(issuer mdoc.Issuer) error {
			asked = true
			_, err := pool.Check(t.Context(), trust.Query{
				DocType: issuer.DocType, Chain: issuer.Chain, Signed: issuer.Signed, Now: now, Profile: trust.ISO,
			})
			return err
		},
	})
	require.True(t, asked)
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.DeviceMACNoKey}) // the check after that of the issuer
}

func pemOf(certificates ...*mdoc.Certificate) []byte {
	var all []byte
	for _, certificate := range certificates {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.DER})...)
	}
	return all
}

// A pool remembers the anchor that has signed a signer, and nothing else about it.
func TestKnownSignerIsCheckedAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		by   func(w *world)
		want trust.Code
	}{
		"another type":        {func(w *world) { w.query.DocType = "org.example.other" }, trust.IssuerUnknown},
		"signed before it":    {func(w *world) { w.query.Signed = w.signer.NotBefore.Add(-time.Hour) }, trust.IssuerExpired},
		"expired":             {func(w *world) { w.query.Now = w.signer.NotAfter.Add(time.Hour) }, trust.IssuerExpired},
		"revoked":             {revoke, trust.IssuerRevoked},
		"its list is away":    {func(w *world) { w.fetchFails = true }, trust.RevocationUnknown},
		"a changed signature": {forge, trust.IssuerSignature},
	} {
		w := newWorld()
		pool := w.pool(t)
		for range 2 {
			_, err := pool.Check(t.Context(), w.query)
			require.NoError(t, err)
		}
		require.Equal(t, 1, pool.Known())
		change.by(w)
		_, err := pool.Check(t.Context(), w.query)
		require.ErrorIs(t, err, &trust.Fault{Code: change.want}, name)
		require.Equal(t, 1, pool.Known(), "a signature of another is not remembered")
	}
}

func revoke(w *world) {
	w.crl = func(list *x509.RevocationList) {
		list.RevokedCertificateEntries = []x509.RevocationListEntry{{
			SerialNumber: w.query.Chain[0].SerialNumber, RevocationTime: mdoctest.Now.Add(-time.Hour),
		}}
	}
}

// forge gives the signer a certificate with the same content and another signature.
func forge(w *world) {
	der := bytes.Clone(w.query.Chain[0].DER)
	der[len(der)-1] ^= 1
	signer, err := mdoc.ParseCertificate(der)
	if err != nil {
		panic(err) // the signature is not looked at
	}
	w.query.Chain = []*mdoc.Certificate{signer}
}
