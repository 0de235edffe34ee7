package mdoc_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
)

var transcript = mdoc.RedirectTranscript("x509_hash:abc", "nonce", &[32]byte{1}, "https://stile.example/response")

// options returns the options for a driving licence of issuer, with an age and a birth date.
func options(issuer *mdoctest.Issuer) mdoc.Options {
	return mdoc.Options{
		Transcript: transcript,
		Requests: []mdoc.Request{{
			DocType: mdoc.DocTypeMDL, Elements: map[string][]string{mdoc.NamespaceMDL: {"age_over_21", "birth_date"}},
		}},
		Now: mdoctest.Now,
		Trust: func(shown mdoc.Issuer) error {
			if !shown.Chain[0].SignedBy(issuer.Root) {
				return errors.New("not our root")
			}
			return nil
		},
	}
}

func TestResponseOfEachCurveVerifies(t *testing.T) {
	t.Parallel()
	for _, curve := range []string{
		"P-256", "P-384", "P-521", "Ed25519", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1",
	} {
		t.Run(curve, func(t *testing.T) {
			t.Parallel()
			document := mdoctest.NewMDL(mdoctest.NewIssuer(curve))
			document.DeviceKey = mdoctest.Key(curve)
			verified, err := mdoc.Verify(document.Respond(transcript), options(document.Issuer))
			require.NoError(t, err)
			require.Equal(t, mdoc.BySignature, verified[0].DeviceAuth)

			over, known, err := verified[0].Person().AgeOver(21)
			require.NoError(t, err)
			require.True(t, over && known)
		})
	}
}

func TestResponseOfEachDigestAlgorithmVerifies(t *testing.T) {
	t.Parallel()
	issuer := mdoctest.NewIssuer("P-256")
	for _, hash := range []string{"SHA-256", "SHA-384", "SHA-512"} {
		document := mdoctest.NewMDL(issuer)
		document.Hash = hash
		_, err := mdoc.Verify(document.Respond(transcript), options(issuer))
		require.NoError(t, err, hash)
	}
}

// Issuers that use @owf/mdoc choose digest identifiers from 2^32.
func TestDigestIdentifierMayBeLargerThanTheStandardHasIt(t *testing.T) {
	t.Parallel()
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	document.ItemHook = func(item map[string]any) { item["digestID"] = item["digestID"].(uint64) + 1<<31 }
	document.ObjectHook = func(object map[string]any) {
		digests := object["valueDigests"].(map[string]map[uint64][]byte)
		for namespace, of := range digests {
			moved := map[uint64][]byte{}
			for id, digest := range of {
				moved[id+1<<31] = digest
			}
			digests[namespace] = moved
		}
	}
	_, err := mdoc.Verify(document.Respond(transcript), options(document.Issuer))
	require.NoError(t, err)
}

func TestSingleCertificateMayBeInAnArray(t *testing.T) {
	t.Parallel()
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	document.AuthHook = func(c *mdoctest.COSE) { c.Unprotected[33] = []any{c.Unprotected[33]} }
	_, err := mdoc.Verify(document.Respond(transcript), options(document.Issuer))
	require.NoError(t, err)
}

func TestElementsThatWereNotRequestedAreLeftOut(t *testing.T) {
	t.Parallel()
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	o := options(document.Issuer)
	o.Requests[0].Elements = map[string][]string{mdoc.NamespaceMDL: {"age_over_21"}}
	verified, err := mdoc.Verify(document.Respond(transcript), o)
	require.NoError(t, err)
	require.Len(t, verified[0].Elements[mdoc.NamespaceMDL], 1)
	_, err = verified[0].Person().BirthDate()
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.ClaimMissing})
}

func TestNearestAgeAnswersARequestForAnotherAge(t *testing.T) {
	t.Parallel()
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	for element, over := range map[string]bool{"age_over_19": true, "age_over_70": false} {
		o := options(document.Issuer)
		o.Requests[0].Elements = map[string][]string{mdoc.NamespaceMDL: {element}}
		verified, err := mdoc.Verify(document.Respond(transcript), o)
		require.NoError(t, err)
		age := map[string]int{"age_over_19": 19, "age_over_70": 70}[element]
		got, known, err := verified[0].Person().AgeOver(age)
		require.NoError(t, err)
		require.True(t, known)
		require.Equal(t, over, got)
	}
	o := options(document.Issuer)
	o.Requests[0].Elements = map[string][]string{mdoc.NamespaceMDL: {"age_over_40"}}
	_, err := mdoc.Verify(document.Respond(transcript), o)
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.ElementMissing})
}

func TestStatusIsReturned(t *testing.T) {
	t.Parallel()
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	document.ObjectHook = func(object map[string]any) {
		object["status"] = map[string]any{
			"status_list":     map[string]any{"idx": 412, "uri": "https://issuer.example/list"},
			"identifier_list": map[string]any{"id": []byte{1, 2}, "uri": "https://issuer.example/ids"},
		}
	}
	verified, err := mdoc.Verify(document.Respond(transcript), options(document.Issuer))
	require.NoError(t, err)
	require.Equal(t, &mdoc.Status{
		ListURI: "https://issuer.example/list", ListIndex: 412,
		IdentifierURI: "https://issuer.example/ids", Identifier: []byte{1, 2},
	}, verified[0].Status)
}

func TestDeviceElementsAreKeptApartFromThoseOfTheIssuer(t *testing.T) {
	t.Parallel()
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	document.DeviceElements = map[string]map[string]any{"example": {"a": 1}, mdoc.NamespaceMDL: {"age_over_21": true}}
	document.ObjectHook = func(object map[string]any) {
		object["deviceKeyInfo"].(map[string]any)["keyAuthorizations"] = map[string]any{
			"nameSpaces": []string{"example"}, "dataElements": map[string][]string{mdoc.NamespaceMDL: {"age_over_21"}},
		}
	}
	verified, err := mdoc.Verify(document.Respond(transcript), options(document.Issuer))
	require.NoError(t, err)
	require.Contains(t, verified[0].DeviceElements, "example")

	document.Items[mdoc.NamespaceMDL] = document.Items[mdoc.NamespaceMDL][3:] // no age that the issuer signed
	_, err = mdoc.Verify(document.Respond(transcript), options(document.Issuer))
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.ElementMissing})
}

func TestIssuerIsAskedForWithItsChainAndTheTimeOfSigning(t *testing.T) {
	t.Parallel()
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	o, refusal := options(document.Issuer), errors.New("not trusted")
	var asked mdoc.Issuer
	o.Trust = func(issuer mdoc.Issuer) error { asked = issuer; return refusal }
	_, err := mdoc.Verify(document.Respond(transcript), o)
	require.Equal(t, refusal, err)
	require.Equal(t, mdoc.DocTypeMDL, asked.DocType)
	require.Equal(t, document.Issuer.Signer.DER, asked.Chain[0].DER)
	require.True(t, asked.Signed.Equal(mdoctest.Now.AddDate(0, 0, -3)))
}

func TestOptionsThatAreMissingAreNamed(t *testing.T) {
	t.Parallel()
	issuer := mdoctest.NewIssuer("P-256")
	for name, remove := range map[string]func(*mdoc.Options){
		"Transcript is missing":  func(o *mdoc.Options) { o.Transcript = nil },
		"Transcript is not CBOR": func(o *mdoc.Options) { o.Transcript = []byte{0x83} },
		"Requests":               func(o *mdoc.Options) { o.Requests = nil },
		"names no element":       func(o *mdoc.Options) { o.Requests[0].Elements = nil },
		"one document type":      func(o *mdoc.Options) { o.Requests = append(o.Requests, o.Requests[0]) },
		"Now":                    func(o *mdoc.Options) { o.Now = noTime },
		"Trust":                  func(o *mdoc.Options) { o.Trust = nil },
	} {
		o := options(issuer)
		remove(&o)
		_, err := mdoc.Verify(nil, o)
		require.ErrorContains(t, err, name)
	}
}

func TestAnnexCResponseOpensForItsRequestAlone(t *testing.T) {
	t.Parallel()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	info := mdoc.EncryptionInfo(bytes.Repeat([]byte{7}, 16), key.PublicKey())
	ours := mdoc.AnnexCTranscript(info, "https://stile.example")
	document := mdoctest.NewMDL(mdoctest.NewIssuer("P-256"))
	sealed := mdoctest.SealAnnexC(info, "https://stile.example", document.Respond)

	opened, err := mdoc.OpenAnnexC(key, sealed, ours)
	require.NoError(t, err)
	o := options(document.Issuer)
	o.Transcript = ours
	_, err = mdoc.Verify(opened, o)
	require.NoError(t, err)

	other, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	_, err = mdoc.OpenAnnexC(other, sealed, ours)
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.EnvelopeSealed})
	_, err = mdoc.OpenAnnexC(key, sealed, mdoc.AnnexCTranscript(info, "https://evil.example"))
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.EnvelopeSealed})
	_, err = mdoc.OpenAnnexC(key, sealed[:40], ours)
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.EnvelopeMalformed})
}

func TestDocumentAnswersTheFirstSetOfElementsThatItHas(t *testing.T) {
	t.Parallel()
	issuer := mdoctest.NewIssuer("P-256")
	set := func(elements ...string) map[string][]string { return map[string][]string{mdoc.NamespaceMDL: elements} }
	o := options(issuer)
	response := mdoctest.NewMDL(issuer).Respond(transcript)
	for _, c := range []struct {
		sets []map[string][]string
		want int
	}{
		{[]map[string][]string{set("age_over_21"), set("birth_date")}, 0},
		{[]map[string][]string{set("age_over_25", "birth_date"), set("eye_colour"), set("birth_date")}, 2},
	} {
		o.Requests[0].Elements, o.Requests[0].Alternatives = c.sets[0], c.sets[1:]
		documents, err := mdoc.Verify(response, o)
		require.NoError(t, err)
		require.Equal(t, c.want, documents[0].Set)
		require.Len(t, documents[0].Elements[mdoc.NamespaceMDL], 1)
		require.Contains(t, documents[0].Elements[mdoc.NamespaceMDL], c.sets[c.want][mdoc.NamespaceMDL][0])
	}
	o.Requests[0].Elements, o.Requests[0].Alternatives = set("age_over_25"), []map[string][]string{set("eye_colour")}
	_, err := mdoc.Verify(response, o)
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.ElementMissing})
	require.ErrorContains(t, err, "age_over_25")
	o.Requests[0].Alternatives = append(o.Requests[0].Alternatives, nil)
	_, err = mdoc.Verify(response, o)
	require.ErrorContains(t, err, "names no element")
}

func TestDocTypesAreThoseOfTheResponse(t *testing.T) {
	t.Parallel()
	response := mdoctest.NewMDL(mdoctest.NewIssuer("P-256")).Respond(mdoc.AnnexCTranscript("info", "https://a.example"))
	types, err := mdoc.DocTypes(response)
	require.NoError(t, err)
	require.Equal(t, []string{mdoc.DocTypeMDL}, types)
	_, err = mdoc.DocTypes(response[1:])
	require.ErrorIs(t, err, &mdoc.Fault{Code: mdoc.Malformed})
}
