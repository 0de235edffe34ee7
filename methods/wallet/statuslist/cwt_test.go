package statuslist_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"math"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/statuslist"
)

// keyOfTheSpecification returns the key that signs the examples of Token Status List.
func keyOfTheSpecification(t testing.TB) *ecdsa.PublicKey {
	t.Helper()
	point := []byte{4} // uncompressed
	for _, coordinate := range []string{
		"I3HWm_0Ds1dPMI-IWmf4mBmH-YaeAVbPVu7vB27CxXo", "6N_d5Elj9bs1htgV3okJKIdbHEpkgTmAluYKJemzn1M",
	} {
		decoded, err := base64.RawURLEncoding.DecodeString(coordinate)
		require.NoError(t, err)
		point = append(point, decoded...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	require.NoError(t, err)
	return key
}

func TestCWTOfTheSpecificationIsRead(t *testing.T) {
	t.Parallel()
	body, err := hex.DecodeString(vector(t, "token-cwt.txt"))
	require.NoError(t, err)
	token, err := statuslist.ReadCWT(t.Context(), body, statuslist.Options{
		URI: uri, Verify: statuslist.SignedBy(keyOfTheSpecification(t)), Now: now,
	})
	require.NoError(t, err)
	require.Equal(t, 12*time.Hour, token.TTL)
	require.Equal(t, time.Unix(1686920170, 0).UTC(), token.Issued)
	require.Equal(t, time.Unix(2291720170, 0).UTC(), token.Expires)
	require.EqualValues(t, 16, token.Len())
	for index, expected := range []statuslist.Status{statuslist.Invalid, statuslist.Valid, statuslist.Valid} {
		status, err := token.Status(uint64(index))
		require.NoError(t, err)
		require.Equal(t, expected, status)
	}
}

// cwt is a status list token in CWT form before it is signed.
type cwt struct {
	cose    *mdoctest.COSE
	claims  map[any]any
	key     crypto.Signer
	options statuslist.Options
	// payload, where set, takes the place of the claims. change changes the signed token.
	payload []byte
	change  func([]byte) []byte
}

func newCWT(curve string) *cwt {
	key := mdoctest.Key(curve)
	algorithm, _ := mdoctest.Algorithm(key.Public())
	return &cwt{
		cose: &mdoctest.COSE{
			Protected:   map[any]any{1: algorithm, 16: "application/statuslist+cwt"},
			Unprotected: map[any]any{4: []byte("12")},
		},
		claims: map[any]any{
			2: uri, 6: now.Unix(), 4: now.Add(time.Hour).Unix(), 65534: 60,
			65533: map[any]any{"bits": 1, "lst": mustHex("78dadbb918000217015d")},
		},
		key: key,
		options: statuslist.Options{
			URI: uri, Verify: statuslist.SignedBy(key.Public()), Now: now, Skew: time.Minute,
		},
	}
}

func mustHex(text string) []byte {
	decoded, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return decoded
}

func (c *cwt) list() map[any]any { return c.claims[65533].(map[any]any) }

func (c *cwt) sign() []byte {
	c.cose.Payload = c.payload
	if c.payload == nil {
		c.cose.Payload = mdoctest.Encode(c.claims)
	}
	c.cose.Sign(c.key)
	body := append([]byte{0xd2}, c.cose.Encode()...)
	if c.change != nil {
		body = c.change(body)
	}
	return body
}

func claimCWT(label int, value any) func(*cwt) { return func(c *cwt) { c.claims[label] = value } }

func protected(label int, value any) func(*cwt) {
	return func(c *cwt) { c.cose.Protected[label] = value }
}

func open(label int, value any) func(*cwt) {
	return func(c *cwt) { c.cose.Unprotected[label] = value }
}

// TestEachForgeryOfACWTIsRefusedWithItsOwnCode makes one fault in a token that is read without it.
func TestEachForgeryOfACWTIsRefusedWithItsOwnCode(t *testing.T) {
	t.Parallel()
	whole := mustHex("78dadbb918000217015d")
	inflated := deflate(t, make([]byte, statuslist.MaxInflated+1))
	bomb, err := base64.RawURLEncoding.DecodeString(inflated)
	require.NoError(t, err)
	empty, err := base64.RawURLEncoding.DecodeString(deflate(t, nil))
	require.NoError(t, err)
	signer := mdoctest.NewIssuer("P-256").Signer.DER
	refused := map[statuslist.Code]bool{}
	for _, f := range []struct {
		name string
		code statuslist.Code
		make func(*cwt)
	}{
		{"larger than 8 MiB", statuslist.TooLarge, claimCWT(100, make([]byte, statuslist.MaxSize))},
		{"no tag", statuslist.Malformed, func(c *cwt) { c.change = func(body []byte) []byte { return body[1:] } }},
		{"tag of a MAC", statuslist.Malformed, func(c *cwt) {
			c.change = func(body []byte) []byte { body[0] = 0xd1; return body }
		}},
		{"tag of a CWT around", statuslist.Malformed, func(c *cwt) {
			c.change = func(body []byte) []byte { return append([]byte{0xd8, 61}, body...) }
		}},
		{"bytes after the token", statuslist.Malformed, func(c *cwt) {
			c.change = func(body []byte) []byte { return append(body, 0) }
		}},
		{"truncated", statuslist.Malformed, func(c *cwt) {
			c.change = func(body []byte) []byte { return body[:len(body)-1] }
		}},
		{"array of indefinite length", statuslist.Malformed, func(c *cwt) {
			c.change = func(body []byte) []byte { body[1] = 0x9f; return append(body, 0xff) }
		}},
		{"a fifth element", statuslist.Malformed, func(c *cwt) {
			c.change = func(body []byte) []byte { body[1] = 0x85; return append(body, 0xf6) }
		}},
		{"no unprotected header", statuslist.Malformed, func(c *cwt) { c.cose.Unprotected = nil }},
		{"payload that is detached", statuslist.Malformed, func(c *cwt) { c.cose.Detached = true }},
		{"label in both headers", statuslist.Malformed, open(1, -7)},
		{"key identifier in both headers", statuslist.Malformed, protected(4, []byte("12"))},
		{"claims that are an array", statuslist.Malformed, func(c *cwt) { c.payload = mdoctest.Encode([]any{2, uri}) }},
		{"claim twice", statuslist.Malformed, func(c *cwt) {
			pair := append(mdoctest.Encode(2), mdoctest.Encode(uri)...)
			c.payload = append(append([]byte{0xa2}, pair...), pair...)
		}},
		{"subject that is no text", statuslist.Malformed, claimCWT(2, []byte(uri))},
		{"time under a tag", statuslist.Malformed, claimCWT(6, cbor.Tag{Number: 1, Content: now.Unix()})},
		{"time that is a text", statuslist.Malformed, claimCWT(4, "never")},
		{"time that is no number", statuslist.Malformed, claimCWT(6, math.NaN())},
		{"endless time", statuslist.Malformed, claimCWT(4, math.Inf(1))},
		{"negative ttl", statuslist.Malformed, claimCWT(65534, -1)},
		{"ttl with a fraction", statuslist.Malformed, claimCWT(65534, 1.5)},
		{"list that is a text", statuslist.Malformed, func(c *cwt) { c.list()["lst"] = "eNrbuRgAAhcBXQ" }},
		{"type of the JWT form", statuslist.TypeUnsupported, protected(16, "statuslist+jwt")},
		{"type that is a number", statuslist.TypeUnsupported, protected(16, 60)},
		{"no type", statuslist.TypeUnsupported, func(c *cwt) { delete(c.cose.Protected, 16) }},
		{"type that is not protected", statuslist.TypeUnsupported, func(c *cwt) {
			delete(c.cose.Protected, 16)
			c.cose.Unprotected[16] = "application/statuslist+cwt"
		}},
		{"critical header", statuslist.CriticalHeader, protected(2, []any{1})},
		{"critical header that is not protected", statuslist.CriticalHeader, open(2, []any{1})},
		{"no algorithm", statuslist.AlgorithmUnsupported, func(c *cwt) { delete(c.cose.Protected, 1) }},
		{"algorithm that is not protected", statuslist.AlgorithmUnsupported, func(c *cwt) {
			delete(c.cose.Protected, 1)
			c.cose.Unprotected[1] = -7
		}},
		{"algorithm of a MAC", statuslist.AlgorithmUnsupported, protected(1, 5)},
		{"algorithm ES256K", statuslist.AlgorithmUnsupported, protected(1, -47)},
		{"algorithm that is a text", statuslist.AlgorithmUnsupported, protected(1, "ES256")},
		{"certificate that is none", statuslist.ChainMalformed, open(33, []byte{0, 0, 0})},
		{"certificates that are none", statuslist.ChainMalformed, open(33, [][]byte{signer, {0x30, 0}})},
		{"certificate that is a text", statuslist.ChainMalformed, open(33, "MII")},
		{"empty chain", statuslist.ChainMalformed, open(33, [][]byte{})},
		{"too many certificates", statuslist.ChainMalformed, open(33, [][]byte{
			signer, signer, signer, signer, signer, signer, signer, signer, signer,
		})},
		{"algorithm of another curve", statuslist.Signature, protected(1, -35)},
		{"another signer", statuslist.Signature, func(c *cwt) { c.key = mdoctest.Key("P-256") }},
		{"altered signature", statuslist.Signature, func(c *cwt) {
			c.change = func(body []byte) []byte { body[len(body)-1] ^= 1; return body }
		}},
		{"altered claims", statuslist.Signature, func(c *cwt) {
			c.change = func(body []byte) []byte { return bytes.Replace(body, whole, append(whole[:9:9], 0), 1) }
		}},
		{"another list", statuslist.SubjectMismatch, claimCWT(2, "https://example.com/statuslists/2")},
		{"no subject", statuslist.SubjectMismatch, func(c *cwt) { delete(c.claims, 2) }},
		{"no time of issue", statuslist.TimeMalformed, func(c *cwt) { delete(c.claims, 6) }},
		{"time before 1970", statuslist.TimeMalformed, claimCWT(6, -1)},
		{"time beyond the calendar", statuslist.TimeMalformed, claimCWT(4, 1e300)},
		{"issued in the future", statuslist.IssuedInFuture, claimCWT(6, now.Add(61*time.Second).Unix())},
		{"not yet valid", statuslist.NotYetValid, claimCWT(5, now.Add(61*time.Second).Unix())},
		{"expired", statuslist.Expired, claimCWT(4, now.Add(-time.Minute).Unix())},
		{"ttl of zero", statuslist.TTLMalformed, claimCWT(65534, 0)},
		{"endless ttl", statuslist.TTLMalformed, claimCWT(65534, uint64(math.MaxUint64))},
		{"kept too long", statuslist.Stale, func(c *cwt) { c.options.Received = now.Add(-61 * time.Second) }},
		{"no list", statuslist.ListMalformed, func(c *cwt) { delete(c.claims, 65533) }},
		{"no bits", statuslist.BitsUnsupported, func(c *cwt) { delete(c.list(), "bits") }},
		{"three bits", statuslist.BitsUnsupported, func(c *cwt) { c.list()["bits"] = 3 }},
		{"list without compression", statuslist.CompressionMalformed, func(c *cwt) { c.list()["lst"] = []byte{0, 0, 0} }},
		{"truncated list", statuslist.CompressionMalformed, func(c *cwt) { c.list()["lst"] = whole[:len(whole)-2] }},
		{"bytes after the list", statuslist.CompressionMalformed, func(c *cwt) {
			c.list()["lst"] = append(bytes.Clone(whole), 0)
		}},
		{"empty list", statuslist.CompressionMalformed, func(c *cwt) { c.list()["lst"] = empty }},
		{"compression bomb", statuslist.InflatedTooLarge, func(c *cwt) { c.list()["lst"] = bomb }},
	} {
		refused[f.code] = true
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			sound := newCWT("P-256")
			_, err := statuslist.ReadCWT(t.Context(), sound.sign(), sound.options)
			require.NoError(t, err, "without the fault")
			forged := newCWT("P-256")
			f.make(forged)
			read, err := statuslist.ReadCWT(t.Context(), forged.sign(), forged.options)
			requireCode(t, f.code, err)
			require.Nil(t, read)
		})
	}
	requireEachCode(t, refused)
}

func TestListsOfEachCurveAreRead(t *testing.T) {
	t.Parallel()
	for _, curve := range []string{
		"P-256", "P-384", "P-521", "Ed25519", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1",
	} {
		c := newCWT(curve)
		token, err := statuslist.ReadCWT(t.Context(), c.sign(), c.options)
		require.NoError(t, err, curve)
		require.EqualValues(t, 16, token.Len())
		require.Equal(t, 2, token.Size())
		c.key = mdoctest.Key(curve)
		_, err = statuslist.ReadCWT(t.Context(), c.sign(), c.options)
		requireCode(t, statuslist.Signature, err)
	}
}

func TestVerifierOfACWTGetsKeyIdentifierAndCertificates(t *testing.T) {
	t.Parallel()
	i := mdoctest.NewIssuer("brainpoolP256r1")
	for name, c := range map[string]struct {
		value any
		chain [][]byte
	}{
		"one":     {i.Signer.DER, [][]byte{i.Signer.DER}},
		"several": {[][]byte{i.Signer.DER, i.Root.DER}, [][]byte{i.Signer.DER, i.Root.DER}},
	} {
		for _, header := range []func(int, any) func(*cwt){protected, open} {
			token := newCWT("P-256")
			header(33, c.value)(token)
			token.options.Verify = func(_ context.Context, h statuslist.Header, _, signature []byte) error {
				require.Equal(t, statuslist.Header{Algorithm: "ES256", KeyID: "12", Chain: c.chain}, h)
				require.Len(t, signature, 64)
				return nil
			}
			_, err := statuslist.ReadCWT(t.Context(), token.sign(), token.options)
			require.NoError(t, err, name)
		}
	}
}

func TestMissingOptionOfACWTIsRefused(t *testing.T) {
	t.Parallel()
	_, err := statuslist.ReadCWT(t.Context(), nil, statuslist.Options{})
	require.ErrorContains(t, err, "Options.URI")
}

func BenchmarkReadCWT(b *testing.B) {
	c := newCWT("P-256")
	packed, err := base64.RawURLEncoding.DecodeString(deflate(b, make([]byte, 1<<17)))
	if err != nil {
		b.Fatal(err)
	}
	c.list()["lst"] = packed
	body := c.sign()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := statuslist.ReadCWT(b.Context(), body, c.options); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzReadCWT holds that no token makes the reader panic, and that a token that is read has a list with entries.
func FuzzReadCWT(f *testing.F) {
	whole := newCWT("P-256")
	whole.cose.Unprotected[33] = mdoctest.NewIssuer("P-256").Signer.DER
	f.Add(whole.sign())
	f.Add([]byte{0xd2, 0x84, 0x40, 0xa0, 0x40, 0x40})
	f.Fuzz(func(t *testing.T, body []byte) {
		token, err := statuslist.ReadCWT(t.Context(), body, statuslist.Options{
			URI: uri, Now: now,
			Verify: func(context.Context, statuslist.Header, []byte, []byte) error { return nil },
		})
		if err != nil {
			return
		}
		if _, err := token.Status(token.Len() - 1); err != nil {
			t.Fatal(err)
		}
	})
}
