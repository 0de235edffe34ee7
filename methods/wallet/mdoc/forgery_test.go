package mdoc_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
)

var noTime time.Time

// forgery is one fault in a response that is otherwise sound.
type forgery struct {
	name string
	code mdoc.Code
	// forge makes the fault in the document, against makes it in the verifier's options.
	forge   func(*mdoctest.Mdoc)
	against func(*mdoc.Options)
	// mac has the wallet make a MAC in place of a signature.
	mac bool
}

type document = mdoctest.Mdoc

func responseBytes(change func([]byte) []byte) func(*document) {
	return func(d *document) { d.BytesHook = change }
}

func response(key string, value any) func(*document) {
	return func(d *document) { d.ResponseHook = func(r map[string]any) { set(r, key, value) } }
}

func object(key string, value any) func(*document) {
	return func(d *document) { d.ObjectHook = func(o map[string]any) { set(o, key, value) } }
}

func validity(key string, value any) func(*document) {
	return func(d *document) {
		d.ObjectHook = func(o map[string]any) { set(o["validityInfo"].(map[string]any), key, value) }
	}
}

func deviceKey(key any) func(*document) {
	return func(d *document) {
		d.ObjectHook = func(o map[string]any) { o["deviceKeyInfo"].(map[string]any)["deviceKey"] = key }
	}
}

func set(in map[string]any, key string, value any) {
	if value == nil {
		delete(in, key)
		return
	}
	in[key] = value
}

func auth(change func(*mdoctest.COSE)) func(*document) {
	return func(d *document) { d.AuthHook = change }
}

func authSent(change func(*mdoctest.COSE)) func(*document) {
	return func(d *document) { d.AuthSentHook = change }
}

func device(change func(*mdoctest.COSE)) func(*document) {
	return func(d *document) { d.DeviceHook = change }
}

func flip(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 1
	return b
}

// nested returns arrays inside arrays.
func nested(depth int) any {
	if depth == 0 {
		return 0
	}
	return []any{nested(depth - 1)}
}

var responseForgeries = []forgery{
	{name: "larger than the limit", code: mdoc.TooLarge,
		forge: responseBytes(func(b []byte) []byte { return append(b, make([]byte, mdoc.MaxResponse)...) })},
	{name: "truncated", code: mdoc.Malformed, forge: responseBytes(func(b []byte) []byte { return b[:len(b)-1] })},
	{name: "bytes after the end", code: mdoc.Malformed,
		forge: responseBytes(func(b []byte) []byte { return append(b, 0) })},
	{name: "repeated key", code: mdoc.Malformed, forge: responseBytes(func(b []byte) []byte {
		b[0]++
		return append(append(b, mdoctest.Encode("status")...), 0)
	})},
	{name: "repeated unknown key", code: mdoc.Malformed, forge: responseBytes(func(b []byte) []byte {
		b[0] += 2
		return append(b, 0x61, 'x', 0, 0x61, 'x', 0)
	})},
	{name: "indefinite length", code: mdoc.Malformed, forge: responseBytes(func(b []byte) []byte {
		b[0] = 0xbf
		return append(b, 0xff)
	})},
	{name: "deep nesting", code: mdoc.Malformed, forge: response("extra", nested(20))},
	{name: "more elements than the limit", code: mdoc.Malformed, forge: response("extra", make([]any, 1025))},
	{name: "no status", code: mdoc.Malformed, forge: response("status", nil)},
	{name: "key in other case", code: mdoc.Malformed, forge: func(d *document) {
		d.ResponseHook = func(r map[string]any) { r["Status"] = r["status"]; delete(r, "status") }
	}},
	{name: "other major version", code: mdoc.VersionUnsupported, forge: response("version", "2.0")},
	{name: "no version", code: mdoc.VersionUnsupported, forge: response("version", nil)},
	{name: "error status", code: mdoc.StatusNotOK, forge: response("status", 10)},
	{name: "no documents", code: mdoc.DocumentMissing, forge: response("documents", nil)},
	{name: "refused document", code: mdoc.DocumentRefused, forge: func(d *document) {
		d.ResponseHook = func(r map[string]any) {
			delete(r, "documents")
			r["documentErrors"] = []any{map[string]any{mdoc.DocTypeMDL: 0}}
		}
	}},
	{name: "document twice", code: mdoc.DocumentRepeated, forge: func(d *document) {
		d.ResponseHook = func(r map[string]any) {
			r["documents"] = append(r["documents"].([]any), r["documents"].([]any)...)
		}
	}},
	{name: "document that was not requested", code: mdoc.DocumentUnrequested, forge: func(d *document) {
		d.ResponseHook = func(r map[string]any) {
			first := r["documents"].([]any)[0].(map[string]any)
			other := map[string]any{"docType": mdoc.DocTypePID, "issuerSigned": first["issuerSigned"]}
			r["documents"] = []any{first, other}
		}
	}},
	{name: "other document than requested", code: mdoc.DocumentMissing,
		forge: func(d *document) { d.DocType = mdoc.DocTypePID }},
	{name: "outer document type of another document", code: mdoc.DocTypeMismatch,
		forge: func(d *document) {
			d.DocumentHook = func(m map[string]any) { m["docType"] = mdoc.DocTypePID }
		},
		against: func(o *mdoc.Options) { o.Requests[0].DocType = mdoc.DocTypePID }},
}

var issuerForgeries = []forgery{
	{name: "tagged IssuerAuth", code: mdoc.IssuerAuthMalformed, forge: func(d *document) {
		d.DocumentHook = func(m map[string]any) {
			signed := m["issuerSigned"].(map[string]any)
			signed["issuerAuth"] = cbor.Tag{Number: 18, Content: signed["issuerAuth"]}
		}
	}},
	{name: "critical header", code: mdoc.IssuerAuthMalformed,
		forge: auth(func(c *mdoctest.COSE) { c.Protected[2] = []any{99}; c.Protected[99] = 1 })},
	{name: "algorithm in both headers", code: mdoc.IssuerAuthMalformed,
		forge: auth(func(c *mdoctest.COSE) { c.Unprotected[1] = -35 })},
	{name: "algorithm in the unprotected header", code: mdoc.IssuerAuthMalformed,
		forge: auth(func(c *mdoctest.COSE) { c.Unprotected[1] = c.Protected[1]; delete(c.Protected, 1) })},
	{name: "detached payload", code: mdoc.IssuerAuthMalformed,
		forge: authSent(func(c *mdoctest.COSE) { c.Detached = true })},
	{name: "algorithm of another curve", code: mdoc.AlgorithmUnsupported,
		forge: auth(func(c *mdoctest.COSE) { c.Protected[1] = -35 })},
	{name: "RSA", code: mdoc.AlgorithmUnsupported, forge: auth(func(c *mdoctest.COSE) { c.Protected[1] = -257 })},
	{name: "MAC algorithm for a signature", code: mdoc.AlgorithmUnsupported,
		forge: auth(func(c *mdoctest.COSE) { c.Protected[1] = 5 })},
	{name: "no chain", code: mdoc.ChainMissing, forge: auth(func(c *mdoctest.COSE) { delete(c.Unprotected, 33) })},
	{name: "chain of bytes that are no certificate", code: mdoc.CertificateMalformed,
		forge: auth(func(c *mdoctest.COSE) { c.Unprotected[33] = []byte{0x30, 0x03, 1, 1, 1} })},
	{name: "empty chain", code: mdoc.CertificateMalformed,
		forge: auth(func(c *mdoctest.COSE) { c.Unprotected[33] = []any{} })},
	{name: "long chain", code: mdoc.CertificateMalformed, forge: auth(func(c *mdoctest.COSE) {
		c.Unprotected[33] = slices.Repeat([]any{c.Unprotected[33]}, 5)
	})},
	{name: "altered object", code: mdoc.IssuerSignature,
		forge: authSent(func(c *mdoctest.COSE) { c.Payload = flip(c.Payload) })},
	{name: "altered signature", code: mdoc.IssuerSignature,
		forge: authSent(func(c *mdoctest.COSE) { c.Proof = flip(c.Proof) })},
	{name: "no signature", code: mdoc.IssuerSignature, forge: authSent(func(c *mdoctest.COSE) { c.Proof = []byte{} })},
	{name: "signature of zeros", code: mdoc.IssuerSignature,
		forge: authSent(func(c *mdoctest.COSE) { c.Proof = make([]byte, 64) })},
	{name: "signed with another key", code: mdoc.IssuerSignature,
		forge: func(d *document) {
			issuer := *d.Issuer
			issuer.SignerKey = mdoctest.Key("P-256")
			d.Issuer = &issuer
		}},
	{name: "object that is not encoded under tag 24", code: mdoc.MSOMalformed,
		forge: auth(func(c *mdoctest.COSE) { c.Payload = c.Payload[5:] })},
	{name: "object without digests", code: mdoc.MSOMalformed, forge: object("valueDigests", nil)},
	{name: "object without device key", code: mdoc.MSOMalformed, forge: object("deviceKeyInfo", nil)},
	{name: "object without document type", code: mdoc.MSOMalformed, forge: object("docType", nil)},
	{name: "object of another version", code: mdoc.MSOVersion, forge: object("version", "2.0")},
	{name: "object of another document type", code: mdoc.DocTypeMismatch, forge: object("docType", mdoc.DocTypePID)},
	{name: "SHA-1", code: mdoc.DigestAlgorithm, forge: object("digestAlgorithm", "SHA-1")},
	{name: "no time of signing", code: mdoc.ValidityMalformed, forge: validity("signed", nil)},
	{name: "no end of validity", code: mdoc.ValidityMalformed, forge: validity("validUntil", nil)},
	{name: "end of validity without tag", code: mdoc.ValidityMalformed,
		forge: validity("validUntil", "2030-01-01T00:00:00Z")},
	{name: "expected update that is no time", code: mdoc.ValidityMalformed, forge: validity("expectedUpdate", 1)},
	{name: "valid before it was signed", code: mdoc.ValidityMalformed,
		forge: validity("validFrom", mdoctest.Instant(mdoctest.Now.AddDate(0, 0, -4)))},
	{name: "ends before it begins", code: mdoc.ValidityMalformed,
		forge: validity("validUntil", mdoctest.Instant(mdoctest.Now.AddDate(0, 0, -5)))},
	{name: "signed before the certificate began", code: mdoc.SignedOutsideChain,
		forge: validity("signed", mdoctest.Instant(mdoctest.Now.AddDate(-1, 0, 0)))},
	{name: "signed in the future", code: mdoc.SignedInFuture, forge: func(d *document) {
		d.ObjectHook = func(o map[string]any) {
			v, later := o["validityInfo"].(map[string]any), mdoctest.Instant(mdoctest.Now.Add(time.Hour))
			v["signed"], v["validFrom"] = later, later
		}
	}},
	{name: "not yet valid", code: mdoc.NotYetValid,
		forge: validity("validFrom", mdoctest.Instant(mdoctest.Now.Add(time.Hour)))},
	{name: "expired", code: mdoc.Expired, forge: validity("validUntil", mdoctest.Instant(mdoctest.Now))},
	{name: "status of an unknown kind", code: mdoc.StatusMalformed, forge: object("status", map[string]any{"x": 1})},
	{name: "status without index", code: mdoc.StatusMalformed,
		forge: object("status", map[string]any{"status_list": map[string]any{"uri": "https://issuer.example"}})},
	{name: "identifier list without identifier", code: mdoc.StatusMalformed,
		forge: object("status", map[string]any{"identifier_list": map[string]any{"uri": "https://issuer.example"}})},
}

func item(key string, value any) func(*document) {
	return func(d *document) { d.ItemHook = func(i map[string]any) { set(i, key, value) } }
}

func sent(change func([]cbor.RawMessage) []cbor.RawMessage) func(*document) {
	return func(d *document) { d.SentHook = change }
}

var itemForgeries = []forgery{
	{name: "item that is not encoded under tag 24", code: mdoc.ItemMalformed,
		forge: sent(func(items []cbor.RawMessage) []cbor.RawMessage { items[0] = items[0][2:]; return items })},
	{name: "item without digest id", code: mdoc.ItemMalformed, forge: item("digestID", nil)},
	{name: "item without identifier", code: mdoc.ItemMalformed, forge: item("elementIdentifier", nil)},
	{name: "item without value", code: mdoc.ItemMalformed, forge: item("elementValue", nil)},
	{name: "short random value", code: mdoc.RandomTooShort, forge: item("random", make([]byte, 15))},
	{name: "random value of numbers", code: mdoc.ItemMalformed, forge: item("random", make([]int, 32))},
	{name: "digest id twice", code: mdoc.DigestIDRepeated,
		forge: sent(func(items []cbor.RawMessage) []cbor.RawMessage { return append(items, items[0]) })},
	{name: "element twice", code: mdoc.ElementRepeated, forge: func(d *document) {
		d.ItemHook = func(i map[string]any) {
			if i["elementIdentifier"] == "age_over_21" {
				i["elementIdentifier"] = "age_over_18"
			}
		}
	}},
	{name: "item that the issuer did not sign", code: mdoc.DigestMissing, forge: item("digestID", 1000)},
	{name: "namespace that the issuer did not sign", code: mdoc.DigestMissing,
		forge: object("valueDigests", map[string]any{"other": map[int]any{0: make([]byte, 32)}})},
	{name: "altered value", code: mdoc.DigestMismatch,
		forge: sent(func(items []cbor.RawMessage) []cbor.RawMessage {
			items[2] = bytes.Replace(items[2], []byte{0xf4}, []byte{0xf5}, 1)
			return items
		})},
	{name: "same value in other bytes", code: mdoc.DigestMismatch, forge: sent(recode)},
	{name: "no elements at all", code: mdoc.ElementMissing,
		forge: sent(func([]cbor.RawMessage) []cbor.RawMessage { return nil })},
	{name: "missing element", code: mdoc.ElementMissing,
		forge: sent(func(items []cbor.RawMessage) []cbor.RawMessage { return slices.Delete(items, 4, 5) })},
	{name: "no namespaces", code: mdoc.ElementMissing, forge: func(d *document) {
		d.DocumentHook = func(m map[string]any) { delete(m["issuerSigned"].(map[string]any), "nameSpaces") }
	}},
	{name: "element in another namespace", code: mdoc.ElementMissing, forge: func(d *document) {
		d.Items = map[string][]mdoctest.Item{"org.iso.18013.5.1.US": d.Items[mdoc.NamespaceMDL]}
	}},
	{name: "refused element", code: mdoc.ElementRefused, forge: func(d *document) {
		d.SentHook = func(items []cbor.RawMessage) []cbor.RawMessage { return slices.Delete(items, 4, 5) }
		d.DocumentHook = func(m map[string]any) {
			m["errors"] = map[string]any{mdoc.NamespaceMDL: map[string]any{"birth_date": 0}}
		}
	}},
	{name: "country other than the certificate's", code: mdoc.CountryMismatch,
		forge: func(d *document) { d.Items[mdoc.NamespaceMDL][5].Value = "CA" }},
	{name: "jurisdiction other than the certificate's", code: mdoc.CountryMismatch, forge: func(d *document) {
		d.Items[mdoc.NamespaceMDL][6] = mdoctest.Item{Element: "issuing_jurisdiction", Value: "US-NY"}
	}},
}

// recode writes the first item with a longer head, as a decoder and encoder on the way might: tag 24 in three bytes.
func recode(items []cbor.RawMessage) []cbor.RawMessage {
	items[0] = append(cbor.RawMessage{0xd9, 0, 24}, items[0][2:]...)
	return items
}

var deviceForgeries = []forgery{
	{name: "no DeviceSigned", code: mdoc.DeviceAuthMissing, forge: func(d *document) {
		d.DocumentHook = func(m map[string]any) { delete(m, "deviceSigned") }
	}},
	{name: "no proof of the device", code: mdoc.DeviceAuthMissing, forge: func(d *document) {
		d.DeviceSignedHook = func(m map[string]any) { m["deviceAuth"] = map[string]any{} }
	}},
	{name: "signature and MAC", code: mdoc.DeviceAuthMalformed, forge: func(d *document) {
		d.DeviceSignedHook = func(m map[string]any) {
			proofs := m["deviceAuth"].(map[string]any)
			proofs["deviceMac"] = proofs["deviceSignature"]
		}
	}},
	{name: "attached payload", code: mdoc.DeviceAuthMalformed,
		forge: device(func(c *mdoctest.COSE) { c.Detached = false })},
	{name: "no device namespaces", code: mdoc.DeviceSignature, forge: func(d *document) {
		d.DeviceSignedHook = func(m map[string]any) { delete(m, "nameSpaces") }
	}},
	{name: "altered device signature", code: mdoc.DeviceSignature,
		forge: func(d *document) { d.DeviceSentHook = func(c *mdoctest.COSE) { c.Proof = flip(c.Proof) } }},
	{name: "device algorithm of another curve", code: mdoc.AlgorithmUnsupported,
		forge: device(func(c *mdoctest.COSE) { c.Protected[1] = -36 })},
	{name: "key of another device", code: mdoc.DeviceSignature,
		forge: deviceKey(mdoctest.COSEKey(mdoctest.Key("P-256").Public()))},
	{name: "key that is not on its curve", code: mdoc.DeviceKeyUnsupported,
		forge: deviceKey(map[any]any{1: 2, -1: 1, -2: make([]byte, 32), -3: make([]byte, 32)})},
	{name: "key that is not on its brainpool curve", code: mdoc.DeviceKeyUnsupported,
		forge: deviceKey(map[any]any{1: 2, -1: 256, -2: make([]byte, 32), -3: make([]byte, 32)})},
	{name: "coordinate that is not of the curve's size", code: mdoc.DeviceKeyUnsupported,
		forge: deviceKey(map[any]any{1: 2, -1: 1, -2: make([]byte, 31), -3: make([]byte, 32)})},
	{name: "key on an unknown curve", code: mdoc.DeviceKeyUnsupported,
		forge: deviceKey(map[any]any{1: 2, -1: 8, -2: make([]byte, 32), -3: make([]byte, 32)})},
	{name: "compressed key", code: mdoc.DeviceKeyUnsupported,
		forge: deviceKey(map[any]any{1: 2, -1: 1, -2: make([]byte, 32), -3: true})},
	{name: "symmetric key", code: mdoc.DeviceKeyUnsupported, forge: deviceKey(map[any]any{1: 4})},
	{name: "key that only agrees", code: mdoc.DeviceKeyUnsupported,
		forge: deviceKey(map[any]any{1: 1, -1: 4, -2: bytes.Repeat([]byte{9}, 32)})},
	{name: "device element that is not authorized", code: mdoc.DeviceUnauthorized, forge: func(d *document) {
		d.DeviceElements = map[string]map[string]any{mdoc.NamespaceMDL: {"age_over_21": true}}
	}},
	{name: "namespace authorized twice", code: mdoc.MSOMalformed, forge: func(d *document) {
		d.ObjectHook = func(o map[string]any) {
			o["deviceKeyInfo"].(map[string]any)["keyAuthorizations"] = map[string]any{
				"nameSpaces": []string{"a"}, "dataElements": map[string][]string{"a": {"b"}},
			}
		}
	}},
	{name: "other client id", code: mdoc.DeviceSignature,
		against: session("other", "nonce", 1, "https://stile.example/response")},
	{name: "other nonce", code: mdoc.DeviceSignature,
		against: session("x509_hash:abc", "other", 1, "https://stile.example/response")},
	{name: "other encryption key", code: mdoc.DeviceSignature,
		against: session("x509_hash:abc", "nonce", 2, "https://stile.example/response")},
	{name: "other response URI", code: mdoc.DeviceSignature,
		against: session("x509_hash:abc", "nonce", 1, "https://evil.example/response")},
	{name: "other handover", code: mdoc.DeviceSignature, against: func(o *mdoc.Options) {
		o.Transcript = mdoc.DCAPITranscript("https://stile.example", "nonce", &[32]byte{1})
	}},
	{name: "MAC without reader key", code: mdoc.DeviceMACNoKey, mac: true,
		against: func(o *mdoc.Options) { o.ReaderKey = nil }},
	{name: "MAC with the key of another reader", code: mdoc.DeviceMAC, mac: true,
		against: func(o *mdoc.Options) { o.ReaderKey = readerKey(ecdh.P256()) }},
	{name: "MAC on another curve", code: mdoc.DeviceKeyUnsupported, mac: true,
		against: func(o *mdoc.Options) { o.ReaderKey = readerKey(ecdh.P384()) }},
	{name: "altered MAC", code: mdoc.DeviceMAC, mac: true,
		forge: func(d *document) { d.DeviceSentHook = func(c *mdoctest.COSE) { c.Proof = flip(c.Proof) } }},
	{name: "shortened MAC", code: mdoc.DeviceMAC, mac: true,
		forge: func(d *document) { d.DeviceSentHook = func(c *mdoctest.COSE) { c.Proof = c.Proof[:8] } }},
	{name: "MAC of another algorithm", code: mdoc.AlgorithmUnsupported, mac: true,
		forge: device(func(c *mdoctest.COSE) { c.Protected[1] = 6 })},
	{name: "MAC with attached payload", code: mdoc.DeviceAuthMalformed, mac: true,
		forge: device(func(c *mdoctest.COSE) { c.Detached = false })},
	{name: "MAC of another session", code: mdoc.DeviceMAC, mac: true,
		against: session("x509_hash:abc", "other", 1, "https://stile.example/response")},
}

func session(clientID, nonce string, key byte, uri string) func(*mdoc.Options) {
	return func(o *mdoc.Options) { o.Transcript = mdoc.RedirectTranscript(clientID, nonce, &[32]byte{key}, uri) }
}

func readerKey(curve ecdh.Curve) *ecdh.PrivateKey {
	key, err := curve.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// TestForgeryIsRefusedAndAcceptedWithoutItsFault verifies the same document twice: with the fault, and without.
func TestForgeryIsRefusedAndAcceptedWithoutItsFault(t *testing.T) {
	t.Parallel()
	issuer := mdoctest.NewIssuer("P-256")
	all := slices.Concat(responseForgeries, issuerForgeries, itemForgeries, deviceForgeries)
	require.GreaterOrEqual(t, len(all), 100)
	// The tests of Annex C and of the claims refuse these.
	refused := map[mdoc.Code]bool{
		mdoc.EnvelopeMalformed: true, mdoc.EnvelopeSealed: true, mdoc.ClaimMissing: true, mdoc.ClaimMalformed: true,
	}
	for _, f := range all {
		refused[f.code] = true
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			sound, forged := mdoctest.NewMDL(issuer), mdoctest.NewMDL(issuer)
			o := options(issuer)
			if f.mac {
				device, err := sound.DeviceKey.(*ecdsa.PrivateKey).ECDH()
				require.NoError(t, err)
				o.ReaderKey = readerKey(device.Curve())
				sound.MACWith, forged.MACWith = o.ReaderKey.PublicKey(), o.ReaderKey.PublicKey()
			}
			_, err := mdoc.Verify(sound.Respond(transcript), o)
			require.NoError(t, err)

			if f.forge != nil {
				f.forge(forged)
			}
			if f.against != nil {
				f.against(&o)
			}
			_, err = mdoc.Verify(forged.Respond(transcript), o)
			var fault *mdoc.Fault
			require.ErrorAs(t, err, &fault)
			require.Equal(t, f.code, fault.Code)
			require.NotEmpty(t, fault.Clause)
		})
	}
	for _, code := range mdoc.Codes() {
		require.True(t, refused[code], "no forgery for %s", code)
	}
}
