package trust_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/trust"
)

// lote is a list of trusted entities in JSON before it is signed.
type lote struct {
	header   map[string]any
	services []any
	signer   *mdoctest.Issuer
	key      crypto.Signer
	change   func(string) string
}

func newLoTE() *lote {
	l := &lote{signer: mdoctest.NewIssuer("P-256")}
	l.key = l.signer.SignerKey
	l.header = map[string]any{"alg": "ES256", "x5c": []string{base64.StdEncoding.EncodeToString(l.signer.Signer.DER)}}
	return l
}

func (l *lote) add(kind, status string, certificate *mdoc.Certificate) {
	information := map[string]any{
		"ServiceTypeIdentifier": kind,
		"ServiceDigitalIdentity": map[string]any{"X509Certificates": []any{
			map[string]any{"val": base64.StdEncoding.EncodeToString(certificate.DER)},
		}},
	}
	if status != "" {
		information["ServiceStatus"] = status
	}
	l.services = append(l.services, map[string]any{"ServiceInformation": information})
}

func (l *lote) payload(t *testing.T) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{"LoTE": map[string]any{
		"ListAndSchemeInformation": map[string]any{
			"ListIssueDateTime": "2026-05-01T00:00:00Z", "NextUpdate": "2026-11-01T00:00:00Z",
		},
		"TrustedEntitiesList": []any{map[string]any{"TrustedEntityServices": l.services}},
	}})
	require.NoError(t, err)
	return text
}

func (l *lote) sign(t *testing.T) []byte {
	t.Helper()
	header, err := json.Marshal(l.header)
	require.NoError(t, err)
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(l.payload(t))
	r, s, err := ecdsa.Sign(rand.Reader, l.key.(*ecdsa.PrivateKey), mdoctest.Digest(crypto.SHA256, []byte(signed)))
	require.NoError(t, err)
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	text := signed + "." + base64.RawURLEncoding.EncodeToString(signature)
	if l.change != nil {
		text = l.change(text)
	}
	return []byte(text)
}

var loteServices = map[string][]string{trust.ServicePID: {mdoc.DocTypePID}, trust.ServicePubEAA: {mdoc.DocTypeAV}}

func TestTrustedListInJSONIsReadByServiceTypeAndStatus(t *testing.T) {
	t.Parallel()
	l := newLoTE()
	pid, age, withdrawn := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-384"), mdoctest.NewIssuer("P-256")
	const status = "http://uri.etsi.org/19602/ListOfTrustedEntities/"
	l.add(trust.ServicePID, "", pid.Root)
	l.add(trust.ServicePubEAA, status+"notified", age.Root)
	l.add(trust.ServicePubEAA, status+"withdrawn", withdrawn.Root)
	l.add("http://uri.etsi.org/19602/SvcType/WalletSolution/Issuance", "", withdrawn.Root)
	dir := t.TempDir()
	write(t, dir+"/signed", l.sign(t))
	write(t, dir+"/plain.json", l.payload(t))
	write(t, dir+"/signers.pem", pemOf(l.signer.Root))
	for file, signers := range map[string]string{"signed": dir + "/signers.pem", "plain.json": ""} {
		store, err := trust.Open([]trust.Source{{Path: dir + "/" + file, Services: loteServices, ListSigners: signers}})
		require.NoError(t, err)
		anchors := store.Pool().Anchors()
		require.Len(t, anchors, 2)
		require.Equal(t, pid.Root.DER, anchors[0].Certificate.DER)
		require.Equal(t, []string{mdoc.DocTypePID}, anchors[0].DocTypes)
		require.Equal(t, []string{mdoc.DocTypeAV}, anchors[1].DocTypes)
		require.Equal(t, time.November, store.Lists()[0].NextUpdate.Month())
	}
}

// TestForgedTrustedListInJSONIsRefused makes one fault in a list that is read without it.
func TestForgedTrustedListInJSONIsRefused(t *testing.T) {
	t.Parallel()
	stranger := mdoctest.NewIssuer("P-256")
	for name, c := range map[string]struct {
		code  trust.Code
		fault func(*lote)
	}{
		"two parts": {trust.FileMalformed, func(l *lote) {
			l.change = func(text string) string { return text[:strings.LastIndexByte(text, '.')] }
		}},
		"padding":         {trust.FileMalformed, func(l *lote) { l.change = func(text string) string { return text + "=" } }},
		"no certificate":  {trust.FileMalformed, func(l *lote) { delete(l.header, "x5c") }},
		"no real one":     {trust.FileMalformed, func(l *lote) { l.header["x5c"] = []string{"AAAA"} }},
		"critical header": {trust.FileMalformed, func(l *lote) { l.header["crit"] = []string{"sigD"} }},
		"plain payload":   {trust.FileMalformed, func(l *lote) { l.header["b64"] = false }},
		"algorithm none":  {trust.ListSignature, func(l *lote) { l.header["alg"] = "none" }},
		"other algorithm": {trust.ListSignature, func(l *lote) { l.header["alg"] = "ES384" }},
		"other key":       {trust.ListSignature, func(l *lote) { l.key = stranger.SignerKey }},
		"stranger": {trust.ListSigner, func(l *lote) {
			l.key = stranger.SignerKey
			l.header["x5c"] = []string{base64.StdEncoding.EncodeToString(stranger.Signer.DER)}
		}},
		"no signature": {trust.ListSigner, func(l *lote) { l.change = func(string) string { return `{"LoTE":{}}` } }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := func(fault func(*lote)) error {
				l, dir := newLoTE(), t.TempDir()
				l.header["crit"] = []string{"sigT"}
				fault(l)
				l.add(trust.ServicePID, "", mdoctest.NewIssuer("P-256").Root)
				write(t, dir+"/list", l.sign(t))
				write(t, dir+"/signers.pem", pemOf(l.signer.Root))
				_, err := trust.Open([]trust.Source{{
					Path: dir + "/list", Services: loteServices, ListSigners: dir + "/signers.pem",
				}})
				return err
			}
			require.NoError(t, open(func(*lote) {}), "without the fault")
			require.ErrorIs(t, open(c.fault), &trust.Fault{Code: c.code})
		})
	}
	path := t.TempDir() + "/other.json"
	write(t, path, []byte(`{"keys":[]}`))
	_, err := trust.Open([]trust.Source{{Path: path, Services: loteServices}})
	require.ErrorIs(t, err, &trust.Fault{Code: trust.FileMalformed})
}
