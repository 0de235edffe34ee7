package mdoc

import (
	"bytes"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func fromHex(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	require.NoError(t, err)
	return raw
}

func fromFile(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return fromHex(t, string(text))
}

// annexD returns the response of ISO/IEC 18013-5 D.4.1.2 and the options that verify it. See testdata/README.md.
func annexD(t testing.TB) ([]byte, Options) {
	t.Helper()
	transcript, ok := readEncoded(fromFile(t, "annex_d_session_transcript.hex"))
	require.True(t, ok)
	reader, err := ecdh.P256().NewPrivateKey(fromHex(t,
		"de3b4b9e5f72dd9b58406ae3091434da48a6f9fd010d88fcb0958e2cebec947c"))
	require.NoError(t, err)
	root, err := ParseCertificate(fromFile(t, "annex_d_iaca.hex"))
	require.NoError(t, err)
	return fromFile(t, "annex_d_response.hex"), Options{
		Transcript: transcript,
		Requests: []Request{{DocType: DocTypeMDL, Elements: map[string][]string{NamespaceMDL: {
			"family_name", "issue_date", "expiry_date", "document_number", "portrait", "driving_privileges",
		}}}},
		Now: time.Date(2020, 12, 1, 0, 0, 0, 0, time.UTC),
		Trust: func(issuer Issuer) error {
			require.True(t, issuer.Chain[0].SignedBy(root))
			return nil
		},
		ReaderKey: reader,
	}
}

func TestAnnexDResponseVerifiesByMAC(t *testing.T) {
	t.Parallel()
	response, options := annexD(t)

	documents, err := Verify(response, options)

	require.NoError(t, err)
	require.Len(t, documents, 1)
	require.Equal(t, ByMAC, documents[0].DeviceAuth)
	person := documents[0].Person()
	name, err := person.FamilyName()
	require.NoError(t, err)
	require.Equal(t, "Doe", name)
	number, err := person.DocumentNumber()
	require.NoError(t, err)
	require.Equal(t, "123456789", number)
	expiry, err := person.ExpiryDate()
	require.NoError(t, err)
	require.Equal(t, time.Date(2024, 10, 20, 0, 0, 0, 0, time.UTC), expiry)
	portrait, err := person.Portrait()
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(portrait, []byte{0xff, 0xd8}))
	_, err = person.BirthDate()
	require.ErrorIs(t, err, fault(ClaimMissing))
}

func TestAnnexDMACKey(t *testing.T) {
	t.Parallel()
	_, options := annexD(t)
	device, err := ecdh.P256().NewPrivateKey(fromHex(t,
		"6ed542ad4783f0b18c833fadf2171273a35d969c581691ef704359cc7cf1e8c0"))
	require.NoError(t, err)
	shared, err := device.ECDH(options.ReaderKey.PublicKey())
	require.NoError(t, err)
	require.Equal(t, fromHex(t, "78d98a86fbbb82895874bfafcc161ba69f9b77662172c74b3b0d4643276cf991"), shared)

	key, err := macKey(options.ReaderKey, device.PublicKey(), options.Transcript)

	require.NoError(t, err)
	require.Equal(t, fromHex(t, "dc2b9566fdaaae3c06baa40993cd0451aeba15e7677ef5305f6531f3533c35dd"), key)
}

func TestAnnexDResponseIsBoundToTheSession(t *testing.T) {
	t.Parallel()
	response, options := annexD(t)
	options.Transcript = RedirectTranscript("x509_san_dns:example.com", "nonce", nil, "https://example.com/response")
	_, err := Verify(response, options)
	require.ErrorIs(t, err, fault(DeviceMAC))
}

// thumbprint is that of the example key in OpenID4VP 1.0, B.2.6.
const thumbprint = "4283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f3f8626c6bd669047"

// The examples of OpenID4VP 1.0, B.2.6.1.
func TestRedirectTranscriptOfTheSpecification(t *testing.T) {
	t.Parallel()
	key := [32]byte(fromHex(t, thumbprint))
	require.Equal(t, fromHex(t, `
		83f6f682714f70656e494434565048616e646f7665725820048bc053c00442af9b8e
		ed494cefdd9d95240d254b046b11b68013722aad38ac`),
		RedirectTranscript("x509_san_dns:example.com", "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA", &key,
			"https://example.com/response"))
}

// The examples of OpenID4VP 1.0, B.2.6.2.
func TestDCAPITranscriptOfTheSpecification(t *testing.T) {
	t.Parallel()
	key := [32]byte(fromHex(t, thumbprint))
	require.Equal(t, fromHex(t, `
		83f6f682764f70656e4944345650444341504948616e646f7665725820fbece366f4
		212f9762c74cfdbf83b8c69e371d5d68cea09cb4c48ca6daab761a`),
		DCAPITranscript("https://example.com", "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA", &key))
}

// The example of Annex C in the technical specification of the EU proof of age, and a request that Chrome on Android
// answered (SMART Health Check-in, appendix A).
var annexCVectors = []struct{ encryptionInfo, origin, transcript string }{
	{
		"gmVkY2FwaaJlbm9uY2VQtJvGiCZ0egQII8fQgu960HJyZWNpcGllbnRQdWJsaWNLZXmkAQIgASFYIMmliVBWgs8KKpAychO3py0E" +
			"qagows-CrraFX1rVOniXIlggIMvYr_x55AY4LKiWZLHBlQJmX1R9Y5BkUfnuSddAmyE",
		"https://verifier.ageverification.dev",
		"83f6f682656463617069" + "58204a292708fcf38ad55a7969f1c97ead9decf7756b7e9d8cfee942fe9f31b8db0a",
	},
	{
		"gmVkY2FwaaJlbm9uY2VYIPYWYWk-rPkMTfljh2ux1_P-Q1kpwcDtsBKCkBS0IHWZcnJlY2lwaWVudFB1YmxpY0tleaQBAiABIVgg" +
			"8CaGEhavZJEXKE3i8NCRJi_EZvjca6GG2s486h_Pp4wiWCAB_jZsoAWB1obhVPxvg67w1eAJq9laeKTIc6EGF8yDvA",
		"http://127.0.0.1:3010",
		"83f6f682656463617069" + "58205d373e34bbc5306ff28c944c2a1af663af3d503e179ed3ce9df0aa610a7ffe72",
	},
}

func TestAnnexCTranscriptsOfOtherImplementations(t *testing.T) {
	t.Parallel()
	for _, vector := range annexCVectors {
		require.Equal(t, fromHex(t, vector.transcript), AnnexCTranscript(vector.encryptionInfo, vector.origin))
	}
}

func TestEncryptionInfoIsThatOfOtherImplementations(t *testing.T) {
	t.Parallel()
	for _, vector := range annexCVectors {
		raw, err := base64.RawURLEncoding.DecodeString(vector.encryptionInfo)
		require.NoError(t, err)
		var info struct {
			_    struct{} `cbor:",toarray"`
			Name string
			Data struct {
				Nonce []byte `cbor:"nonce"`
				Key   struct {
					X []byte `cbor:"-2,keyasint"`
					Y []byte `cbor:"-3,keyasint"`
				} `cbor:"recipientPublicKey"`
			}
		}
		require.NoError(t, strict.Unmarshal(raw, &info))
		key, err := ecdh.P256().NewPublicKey(append(append([]byte{4}, info.Data.Key.X...), info.Data.Key.Y...))
		require.NoError(t, err)
		require.Equal(t, vector.encryptionInfo, EncryptionInfo(info.Data.Nonce, key))
	}
}
