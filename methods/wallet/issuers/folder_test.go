package issuers_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/trust"
	"github.com/stile-id/stile/rules"
)

// look passes the time after which a changed folder is in use, which two checks must have seen.
func (w *world) look(opened *issuers.Issuers) {
	for range 2 {
		w.pass(6 * time.Second)
		opened.Unavailable(rules.MethodMDL)
	}
}

func TestFolderIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256")
	w.write("mdl/us.pem", pemOf(first.Root))
	opened := w.open()
	require.Len(t, opened.Anchors(rules.MethodMDL), 1)
	w.write("mdl/ca/root.pem", pemOf(second.Root))
	w.pass(6 * time.Second)
	require.Len(t, opened.Anchors(rules.MethodMDL), 1, "another process may still be writing")
	w.look(opened)
	require.Len(t, opened.Anchors(rules.MethodMDL), 2)
	require.Contains(t, w.log.String(), "a new folder of trusted issuers is in use")
	require.NoError(t, os.RemoveAll(filepath.Join(w.dir, "mdl")))
	w.look(opened)
	require.Empty(t, opened.Anchors(rules.MethodMDL))
	require.Contains(t, opened.Unavailable(rules.MethodMDL), "has no issuers")
}

func TestBrokenFileKeepsTheIssuersOfItsMethodAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256")
	w.write("mdl/us.pem", pemOf(first.Root))
	opened := w.open()
	w.write("mdl/us.pem", pemOf(first.Root)[:100])
	w.write("mid/de.pem", pemOf(second.Root))
	w.look(opened)
	require.Len(t, opened.Anchors(rules.MethodMDL), 1)
	require.Len(t, opened.Anchors(rules.MethodMID), 1)
	require.Contains(t, w.log.String(), "a file of trusted issuers is faulty; the method goes on with those of before")
	require.Contains(t, w.log.String(), "us.pem")

	w.write("trust.yaml", []byte("mdl: [nonsense\n"))
	require.NoError(t, os.Remove(filepath.Join(w.dir, "mid/de.pem")))
	w.look(opened)
	require.Len(t, opened.Anchors(rules.MethodMID), 1, "a fault of trust.yaml keeps everything")
	require.Contains(t, w.log.String(), "the previous one stays in use")

	require.NoError(t, os.RemoveAll(w.dir))
	w.look(opened)
	require.Len(t, opened.Anchors(rules.MethodMDL), 1, "a folder that is gone keeps everything")
}

func TestFaultOfTheFolderStopsTheStartAndIsNamed(t *testing.T) {
	t.Parallel()
	root := pemOf(mdoctest.NewIssuer("P-256").Root)
	for name, c := range map[string]struct {
		files map[string]string
		parts []string
	}{
		"no certificate": {map[string]string{"mdl/us.pem": "hello"}, []string{"us.pem", "trust_file_unknown"}},
		"file in no folder": {map[string]string{"us.pem": string(root)},
			[]string{"us.pem", "no folder of a method"}},
		"folder of no method": {map[string]string{"mdls/us.pem": string(root)},
			[]string{"mdls", "no folder of a method"}},
		"unknown member": {map[string]string{"trust.yaml": "mdl: {unreachible: accept}"}, []string{"unreachible"}},
		"unknown method": {map[string]string{"trust.yaml": "pid: {}"}, []string{"pid"}},
		"unknown choice": {map[string]string{"trust.yaml": "mdl: {unreachable: maybe}"}, []string{"mdl.unreachable must be"}},
		"documents of an mdl": {map[string]string{"trust.yaml": "mdl: {types: [a]}"},
			[]string{"mdl.documents, types and issuers are for mid and eudi_pid"}},
		"document without a type": {map[string]string{"trust.yaml": "mid: {documents: [{namespace: a}]}"},
			[]string{"mid.documents[0].doc_type is missing"}},
		"unknown profile": {map[string]string{"trust.yaml": "mid: {documents: [{doc_type: a, profile: x}]}"},
			[]string{"mid.documents[0].profile must be"}},
		"issuer without TLS": {map[string]string{"trust.yaml": "eudi_pid: {issuers: [{name: 'http://pid.example.eu'}]}"},
			[]string{"eudi_pid.issuers[0].name must be an HTTPS address"}},
		"issuer for another type": {
			map[string]string{"trust.yaml": "eudi_pid: {issuers: [{name: 'https://pid.example.eu', types: [a]}]}"},
			[]string{"eudi_pid.issuers[0].types"}},
		"empty type": {map[string]string{"trust.yaml": "mid: {types: ['']}"}, []string{"mid.types[0] is empty"}},
		"signers that are missing": {map[string]string{"trust.yaml": "mdl: {list_signers: signers.pem}"},
			[]string{"mdl.list_signers", "signers.pem"}},
		"signers among issuers": {
			map[string]string{"trust.yaml": "mdl: {list_signers: mid/signers.pem}", "mid/signers.pem": string(root)},
			[]string{"mdl.list_signers must not be in the folder mid"}},
		"service for another type": {
			map[string]string{"trust.yaml": "eudi_pid: {services: {'http://a.example': [b]}}"},
			[]string{"eudi_pid.services"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for path, content := range c.files {
				w.write(path, []byte(content))
			}
			_, err := issuers.Open(w.options())
			for _, part := range append(c.parts, "STILE_TRUST_DIR", w.dir) {
				require.ErrorContains(t, err, part)
			}
		})
	}
	_, err := issuers.Open(issuers.Options{Dir: filepath.Join(t.TempDir(), "none")})
	require.ErrorContains(t, err, "STILE_TRUST_DIR")
}

func TestNotesAndHiddenFilesAreNotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"README.md", ".git/config", "mdl/notes.txt", "mdl/.hidden"} {
		w.write(path, []byte("hello"))
	}
	require.Contains(t, w.open().Unavailable(rules.MethodMDL), "has no issuers")
}

func TestProofOfAgeBelongsToEUDIPID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.issuer("DE", "", "/de.crl")
	w.write("eudi_pid/de.pem", pemOf(i.Root))
	opened := w.open()
	for _, docType := range []string{mdoc.DocTypePID, mdoc.DocTypeAV} {
		finding, err := opened.Mdoc(t.Context(), rules.MethodEUDIPID, of(docType, i.Signer), mdoctest.Now)
		require.NoError(t, err)
		require.Equal(t, docType, finding.DocType)
	}
	require.Equal(t, []issuers.Document{
		{DocType: mdoc.DocTypePID, Namespace: mdoc.NamespacePID, Profile: trust.EU},
		{DocType: mdoc.DocTypeAV, Namespace: mdoc.NamespaceAV, Profile: trust.EU},
	}, opened.Documents(rules.MethodEUDIPID))
}

func TestFolderOfADocumentTypeIsForThatTypeAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.issuer("DE", "", "/de.crl")
	w.write("eudi_pid/"+mdoc.DocTypeAV+"/de.pem", pemOf(i.Root))
	opened := w.open()
	_, err := opened.Mdoc(t.Context(), rules.MethodEUDIPID, of(mdoc.DocTypeAV, i.Signer), mdoctest.Now)
	require.NoError(t, err)
	_, err = opened.Mdoc(t.Context(), rules.MethodEUDIPID, of(mdoc.DocTypePID, i.Signer), mdoctest.Now)
	requireCode(t, issuers.UnknownIssuer, err)
}

func TestNationalDocumentOfMIDIsThatOfTheSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.issuer("JP", "", "/jp.crl")
	w.write("mid/jp.pem", pemOf(i.Root))
	const national = "{doc_type: org.example.id, namespace: org.example.ns, profile: iso}"
	w.write("trust.yaml", []byte("mid: {documents: ["+national+"]}\n"))
	opened := w.open()
	_, err := opened.Mdoc(t.Context(), rules.MethodMID, of("org.example.id", i.Signer), mdoctest.Now)
	require.NoError(t, err)
	require.Contains(t, opened.Documents(rules.MethodMID),
		issuers.Document{DocType: "org.example.id", Namespace: "org.example.ns", Profile: trust.ISO})
}

// trustedList returns an EU trusted list with one certificate for each type of service.
func trustedList(services map[string]*mdoc.Certificate) []byte {
	text := `<TrustServiceStatusList><TrustServiceProviderList><TrustServiceProvider><TSPServices>`
	for service, certificate := range services {
		text += fmt.Sprintf(`<TSPService><ServiceInformation><ServiceTypeIdentifier>%s</ServiceTypeIdentifier>
			<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted</ServiceStatus><ServiceDigitalIdentity>
			<DigitalId><X509Certificate>%s</X509Certificate></DigitalId></ServiceDigitalIdentity></ServiceInformation>
			</TSPService>`, service, base64.StdEncoding.EncodeToString(certificate.DER))
	}
	return []byte(text + `</TSPServices></TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>`)
}

func TestServiceOfATrustedListIsTrustedForItsPurposeAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	provider, age := w.issuer("DE", "", "/pid.crl"), w.issuer("DE", "", "/av.crl")
	status := w.issuer("DE", "", "/status.crl")
	w.write("eudi_pid/list.xml", trustedList(map[string]*mdoc.Certificate{
		trust.ServicePID: provider.Root, trust.ServicePubEAA: age.Root, trust.ServicePIDStatus: status.Root,
	}))
	opened := w.open()
	ask := func(docType string, signer *mdoc.Certificate) error {
		_, err := opened.Mdoc(t.Context(), rules.MethodEUDIPID, of(docType, signer), mdoctest.Now)
		return err
	}
	require.NoError(t, ask(mdoc.DocTypePID, provider.Signer))
	require.NoError(t, ask(mdoc.DocTypeAV, age.Signer))
	requireCode(t, issuers.UnknownIssuer, ask(mdoc.DocTypeAV, provider.Signer))
	requireCode(t, issuers.UnknownIssuer, ask(mdoc.DocTypePID, age.Signer))
	requireCode(t, issuers.UnknownIssuer, ask(mdoc.DocTypePID, status.Signer))
	requireCode(t, issuers.UnknownIssuer, ask("status of "+mdoc.DocTypePID, status.Signer))

	uri := w.server.URL + "/list"
	w.serve("/list", func() []byte { return newList(uri, status.Signer, status.SignerKey).body() })
	finding, err := opened.Mdoc(t.Context(), rules.MethodEUDIPID, of(mdoc.DocTypePID, provider.Signer), mdoctest.Now)
	require.NoError(t, err)
	state, err := opened.Status(t.Context(), finding, &issuers.Reference{URI: uri})
	require.NoError(t, err)
	require.Equal(t, issuers.StateValid, state)
	finding, err = opened.Mdoc(t.Context(), rules.MethodEUDIPID, of(mdoc.DocTypeAV, age.Signer), mdoctest.Now)
	require.NoError(t, err)
	_, err = opened.Status(t.Context(), finding, &issuers.Reference{URI: uri})
	requireCode(t, issuers.StatusUnreachable, err)
	require.Contains(t, opened.Types(rules.MethodEUDIPID), sdjwtvc.PIDType)
}

// vical returns a list of the root of an issuer that signer signs.
func vical(signer *mdoctest.Issuer, root *mdoc.Certificate) []byte {
	list := &mdoctest.COSE{
		Protected: map[any]any{1: -7}, Unprotected: map[any]any{33: signer.Signer.DER},
		Payload: mdoctest.Encode(map[string]any{
			"version": "1.0", "date": mdoctest.Instant(mdoctest.Now),
			"certificateInfos": []any{map[string]any{"certificate": root.DER, "docType": []string{mdoc.DocTypeMDL}}},
		}),
	}
	list.Sign(signer.SignerKey)
	return list.Encode()
}

func TestVICALMustBeSignedByTheSignersOfTheSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	provider, stranger, i := mdoctest.NewIssuer("P-256"), mdoctest.NewIssuer("P-256"), w.issuer("US", "", "/us.crl")
	w.write("signers/aamva.pem", pemOf(provider.Root))
	w.write("trust.yaml", []byte("mdl: {list_signers: signers/aamva.pem}\n"))
	w.write("mdl/vical.cbor", vical(provider, i.Root))
	opened := w.open()
	_, err := opened.Mdoc(t.Context(), rules.MethodMDL, of(mdoc.DocTypeMDL, i.Signer), mdoctest.Now)
	require.NoError(t, err)
	require.Len(t, opened.Lists(rules.MethodMDL), 1)
	w.write("mdl/vical.cbor", vical(stranger, i.Root))
	_, err = issuers.Open(w.options())
	require.ErrorContains(t, err, "trust_list_signer_unknown")
}
