package wallettest_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/trust"
)

const (
	origin      = "https://page.example"
	clientID    = "x509_san_dns:verifier.example"
	nonce       = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA"
	responseURI = "https://verifier.example/response"
)

// documents are the requests for each kind of mdoc.
var documents = map[string]struct {
	docType  string
	profile  trust.Profile
	elements []wallettest.Element
}{
	wallettest.MDL: {mdoc.DocTypeMDL, trust.ISO, []wallettest.Element{
		{mdoc.NamespaceMDL, "family_name"}, {mdoc.NamespaceMDL, "birth_date"}, {mdoc.NamespaceMDL, "portrait"},
		{mdoc.NamespaceMDL, "issuing_country"}, {mdoc.NamespaceMDL, "driving_privileges"},
		{mdoc.NamespaceMDL, "age_over_21"},
	}},
	wallettest.PhotoID: {mdoc.DocTypePhotoID, trust.PhotoID, []wallettest.Element{
		{mdoc.NamespaceCommon, "family_name_unicode"}, {mdoc.NamespaceCommon, "birth_date"},
		{mdoc.NamespaceCommon, "age_over_21"}, {mdoc.NamespacePhotoID, "person_id"},
	}},
	wallettest.PID: {mdoc.DocTypePID, trust.EU, []wallettest.Element{
		{mdoc.NamespacePID, "family_name"}, {mdoc.NamespacePID, "birth_date"}, {mdoc.NamespacePID, "age_over_21"},
		{mdoc.NamespacePID, "place_of_birth"}, {mdoc.NamespacePID, "nationality"},
	}},
	wallettest.Age: {mdoc.DocTypeAV, trust.EU, []wallettest.Element{{mdoc.NamespaceAV, "age_over_18"}}},
}

// handovers are the transports, each as the wallet and as Stile compute it.
func handovers(t *testing.T, key *ecdh.PrivateKey) map[string]struct {
	theirs wallettest.Handover
	ours   []byte
} {
	t.Helper()
	thumbprint := thumbprintOf(t, key)
	text := base64.RawURLEncoding.EncodeToString(thumbprint[:])
	info := mdoc.EncryptionInfo(make([]byte, 16), key.PublicKey())
	redirect := wallettest.Handover{Kind: "redirect", ClientID: clientID, Nonce: nonce, ResponseURI: responseURI}
	sealed := redirect
	sealed.Thumbprint = text
	api := wallettest.Handover{Kind: "dc_api", Origin: origin, Nonce: nonce}
	sealedAPI := api
	sealedAPI.Thumbprint = text
	return map[string]struct {
		theirs wallettest.Handover
		ours   []byte
	}{
		"direct_post":     {redirect, mdoc.RedirectTranscript(clientID, nonce, nil, responseURI)},
		"direct_post.jwt": {sealed, mdoc.RedirectTranscript(clientID, nonce, &thumbprint, responseURI)},
		"dc_api":          {api, mdoc.DCAPITranscript(origin, nonce, nil)},
		"dc_api.jwt":      {sealedAPI, mdoc.DCAPITranscript(origin, nonce, &thumbprint)},
		"org-iso-mdoc": {
			wallettest.Handover{Kind: "annex_c", Origin: origin, EncryptionInfo: info}, mdoc.AnnexCTranscript(info, origin),
		},
	}
}

func newKey(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	return key
}

func jwkOf(t *testing.T, key any) jwk.Key {
	t.Helper()
	imported, err := jwk.Import(key)
	require.NoError(t, err)
	return imported
}

func thumbprintOf(t *testing.T, key *ecdh.PrivateKey) (thumbprint [sha256.Size]byte) {
	t.Helper()
	sum, err := jwkOf(t, key.PublicKey()).Thumbprint(crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, len(thumbprint), copy(thumbprint[:], sum))
	return thumbprint
}

// trusting returns the Options of Stile for a document. Its issuer must stand under the root.
func trusting(t *testing.T, root, docType string, profile trust.Profile, elements []wallettest.Element) mdoc.Options {
	t.Helper()
	block, _ := pem.Decode([]byte(root))
	require.NotNil(t, block)
	certificate, err := mdoc.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	pool := trust.NewPool(trust.Anchor{Certificate: certificate, DocTypes: []string{docType}})
	asked := map[string][]string{}
	for _, element := range elements {
		asked[element[0]] = append(asked[element[0]], element[1])
	}
	now := time.Now()
	return mdoc.Options{
		Requests: []mdoc.Request{{DocType: docType, Elements: asked}},
		Now:      now,
		Trust: func(issuer mdoc.Issuer) error {
			_, err := pool.Check(t.Context(), trust.Query{
				DocType: docType, Chain: issuer.Chain, Signed: issuer.Signed, Now: now, Profile: profile,
				Revocation: trust.Revocation{AcceptUnknown: true},
			})
			return err
		},
	}
}

func requireAda(t *testing.T, document mdoc.Document) {
	t.Helper()
	name, err := document.Person().FamilyName()
	require.NoError(t, err)
	require.Equal(t, "Lovelace", name)
	born, err := document.Person().BirthDate()
	require.NoError(t, err)
	require.Equal(t, time.Date(1990, 1, 31, 0, 0, 0, 0, time.UTC), born)
}

func TestMdocsOfTheWalletVerifyOverEachTransport(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	for transport, handover := range handovers(t, newKey(t)) {
		for kind, d := range documents {
			t.Run(transport+"/"+kind, func(t *testing.T) {
				t.Parallel()
				shown := wallet.DeviceResponse(t, wallettest.Presentation{
					Kind: kind, Handover: &handover.theirs, Elements: d.elements,
				})
				require.Equal(t, handover.ours, []byte(shown.Transcript))
				o := trusting(t, shown.Root, d.docType, d.profile, d.elements)
				o.Transcript = handover.ours
				verified, err := mdoc.Verify(shown.Response, o)
				require.NoError(t, err)
				require.Equal(t, mdoc.BySignature, verified[0].DeviceAuth)
				over, known, err := verified[0].Person().AgeOver(18)
				require.NoError(t, err)
				require.True(t, over && known)
				if kind != wallettest.Age {
					requireAda(t, verified[0])
				}

				o.Transcript = mdoc.DCAPITranscript(origin, "another nonce", nil)
				_, err = mdoc.Verify(shown.Response, o)
				require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.DeviceSignature})
			})
		}
	}
}

var algorithms = []string{"ES256", "ES384", "ES512", "EdDSA"}

func TestMdocsOfTheWalletVerifyByEachAlgorithm(t *testing.T) {
	t.Parallel()
	wallet := wallettest.Start(t, wallettest.Options{})
	for at, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			d := documents[wallettest.MDL]
			handover := handovers(t, newKey(t))["direct_post.jwt"]
			for _, device := range []string{algorithm, algorithms[(at+1)%len(algorithms)]} {
				shown := wallet.DeviceResponse(t, wallettest.Presentation{
					Kind: wallettest.MDL, Algorithm: algorithm, Handover: &handover.theirs, Elements: d.elements,
					Options: wallettest.Document{
						DeviceAlgorithm: device, DigestAlgorithm: []string{"SHA-256", "SHA-384", "SHA-512"}[at%3],
					},
				})
				o := trusting(t, shown.Root, d.docType, d.profile, d.elements)
				o.Transcript = handover.ours
				verified, err := mdoc.Verify(shown.Response, o)
				require.NoError(t, err, device)
				requireAda(t, verified[0])
			}
		})
	}
}

// @owf/mdoc makes no MACs that follow the standard.
func TestDeviceMACsOfAuth0Verify(t *testing.T) {
	t.Parallel()
	d, reader := documents[wallettest.MDL], newKey(t)
	transcript := mdoc.RedirectTranscript(clientID, nonce, nil, responseURI)
	elements := []wallettest.Element{{mdoc.NamespaceMDL, "family_name"}, {mdoc.NamespaceMDL, "birth_date"}}
	wallet := wallettest.StartAuth0(t)
	shown := wallet.DeviceResponse(t, wallettest.Presentation{
		Kind: wallettest.MDL, Transcript: transcript, Elements: elements, ReaderKey: jwkOf(t, reader.PublicKey()),
	})
	o := trusting(t, shown.Root, d.docType, d.profile, elements)
	o.Transcript, o.ReaderKey = transcript, reader
	verified, err := mdoc.Verify(shown.Response, o)
	require.NoError(t, err)
	require.Equal(t, mdoc.ByMAC, verified[0].DeviceAuth)
	requireAda(t, verified[0])

	o.ReaderKey = newKey(t)
	_, err = mdoc.Verify(shown.Response, o)
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.DeviceMAC})
}

func TestLicencesOfAuth0Verify(t *testing.T) {
	t.Parallel()
	wallet := wallettest.StartAuth0(t)
	for _, algorithm := range []string{"ES256", "ES384", "ES512"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			d := documents[wallettest.MDL]
			transcript := mdoc.AnnexCTranscript("info", origin)
			elements := []wallettest.Element{
				{mdoc.NamespaceMDL, "family_name"}, {mdoc.NamespaceMDL, "birth_date"}, {mdoc.NamespaceMDL, "age_over_21"},
			}
			shown := wallet.DeviceResponse(t, wallettest.Presentation{
				Kind: wallettest.MDL, Algorithm: algorithm, Transcript: transcript, Elements: elements,
				Options: wallettest.Document{DeviceAlgorithm: algorithm},
			})
			o := trusting(t, shown.Root, d.docType, d.profile, elements)
			o.Transcript = transcript
			verified, err := mdoc.Verify(shown.Response, o)
			require.NoError(t, err)
			requireAda(t, verified[0])
		})
	}
}

// The documents of our tests must be right by the packages, too, or the tests would prove nothing.
func TestMdocsOfOurTestsVerifyByBothPackages(t *testing.T) { //nolint:paralleltest // it sets mdoctest.Now
	mdoctest.Now = time.Now().Truncate(time.Second)
	owf, auth0 := wallettest.Start(t, wallettest.Options{}), wallettest.StartAuth0(t)
	handover := handovers(t, newKey(t))["dc_api.jwt"]
	for _, curve := range []string{"P-256", "P-384", "P-521", "Ed25519"} {
		issuer := mdoctest.NewIssuer(curve)
		root := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issuer.Root.DER}))
		check := wallettest.ResponseCheck{
			Response: mdoctest.NewMDL(issuer).Respond(handover.ours), Handover: &handover.theirs,
			Transcript: handover.ours, Roots: []string{root}, Now: mdoctest.Now.Format(time.RFC3339),
		}
		require.Empty(t, owf.Verify(t, check), curve)
		if curve != "Ed25519" {
			require.Empty(t, auth0.Verify(t, check), curve)
		}
		check.Handover, check.Transcript = &wallettest.Handover{Kind: "dc_api", Origin: origin, Nonce: "2"}, handover.ours[:1]
		require.NotEmpty(t, owf.Verify(t, check), curve)
	}
}
