package trust

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
)

// FuzzFile holds that no content of a file makes its reader panic, and that anchors have a key and a document type.
func FuzzFile(f *testing.F) {
	issuer := mdoctest.NewIssuer("P-256")
	list := &mdoctest.COSE{
		Protected: map[any]any{1: -7}, Unprotected: map[any]any{33: issuer.Signer.DER},
		Payload: mdoctest.Encode(map[string]any{
			"version": "1.0", "date": mdoctest.Instant(mdoctest.Now),
			"certificateInfos": []any{map[string]any{
				"certificate": issuer.Root.DER, "docType": []string{mdoc.DocTypeMDL},
			}},
		}),
	}
	list.Sign(issuer.SignerKey)
	f.Add([]byte(list.Encode()))
	f.Add(issuer.Root.DER)
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMAMBAQE=\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("<TrustServiceStatusList><TrustServiceProviderList/></TrustServiceStatusList>"))
	f.Add([]byte(`{"LoTE":{"TrustedEntitiesList":[{"TrustedEntityServices":[]}]}}`))
	f.Add([]byte("eyJhbGciOiJFUzI1NiIsIng1YyI6WyIiXX0.e30.AA"))
	source := &Source{
		DocTypes: []string{mdoc.DocTypeMDL}, Services: map[string][]string{ServicePID: {mdoc.DocTypePID}},
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		anchors, _, err := (&file{source: source, path: "file", content: content}).anchors()
		if err != nil {
			return
		}
		for _, anchor := range anchors {
			require.NotNil(t, anchor.Certificate.Key)
			require.NotEmpty(t, anchor.DocTypes)
		}
	})
}
