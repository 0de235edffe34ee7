package mdoc_test

import (
	"crypto/ecdh"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
)

// FuzzVerify holds that no response makes Verify panic, and that a response which verifies has the requested elements.
func FuzzVerify(f *testing.F) {
	issuer := mdoctest.NewIssuer("P-256")
	o := options(issuer)
	f.Add(mdoctest.NewMDL(issuer).Respond(transcript))
	f.Add(mdoctest.NewMDL(mdoctest.NewIssuer("brainpoolP256r1")).Respond(transcript))
	for _, forgery := range itemForgeries {
		document := mdoctest.NewMDL(issuer)
		forgery.forge(document)
		f.Add(document.Respond(transcript))
	}
	f.Fuzz(func(t *testing.T, response []byte) {
		documents, err := mdoc.Verify(response, o)
		if err != nil {
			return
		}
		require.Len(t, documents, 1)
		_, known, err := documents[0].Person().AgeOver(21)
		require.NoError(t, err)
		require.True(t, known)
	})
}

// FuzzDecode holds that no bytes make the readers of certificates, signed lists, envelopes and values panic.
func FuzzDecode(f *testing.F) {
	issuer := mdoctest.NewIssuer("brainpoolP256r1")
	f.Add(issuer.Root.DER)
	f.Add(mdoctest.NewIssuer("P-256").Signer.DER)
	f.Add(mdoctest.NewMDL(issuer).Respond(transcript))
	f.Add(mdoctest.Encode(mdoctest.Date("1990-02-28")))
	f.Add(mdoctest.Encode([]any{"dcapi", map[string]any{"enc": make([]byte, 65), "cipherText": make([]byte, 20)}}))
	f.Add([]byte{0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, 0x41, 0, 0x41, 0})
	key := readerKey(ecdh.P256())
	f.Fuzz(func(_ *testing.T, data []byte) {
		value := mdoc.Value(data)
		_, _ = value.Text()
		_, _ = value.Bool()
		_, _ = value.Uint()
		_, _ = value.Bytes()
		_, _ = value.Date()
		_, _, _ = mdoc.Elements{"age_over_18": value, "age_over_21": value}.AgeOver(18)
		_, _ = mdoc.ParseCertificate(data)
		_, _ = mdoc.OpenSigned(data)
		_, _ = mdoc.OpenAnnexC(key, data, transcript)
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, curve := range []string{"P-256", "brainpoolP256r1"} {
		b.Run(curve, func(b *testing.B) {
			document := mdoctest.NewMDL(mdoctest.NewIssuer(curve))
			response, o := document.Respond(transcript), options(document.Issuer)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := mdoc.Verify(response, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
