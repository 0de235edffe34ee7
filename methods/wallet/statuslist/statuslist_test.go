package statuslist_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/statuslist"
)

const uri = "https://example.com/statuslists/1"

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func vector(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return strings.Join(strings.Fields(string(text)), "")
}

func requireCode(t *testing.T, code statuslist.Code, err error) {
	t.Helper()
	var fault *statuslist.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, code, fault.Code)
	require.NotEmpty(t, fault.Clause)
}

func TestListsOfTheSpecificationAreDecoded(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		bits   int
		lst    string
		len    uint64
		values map[uint64]uint8 // all others are 0
	}{
		{1, "eNrbuRgAAhcBXQ", 16, map[uint64]uint8{0: 1, 3: 1, 4: 1, 5: 1, 7: 1, 8: 1, 9: 1, 13: 1, 15: 1}},
		{2, "eNo76fITAAPfAgc", 12, map[uint64]uint8{0: 1, 1: 2, 3: 3, 5: 1, 7: 1, 8: 1, 9: 2, 10: 3, 11: 3}},
		{1, vector(t, "one-bit.txt"), 1 << 20, map[uint64]uint8{
			0: 1, 1993: 1, 25460: 1, 159495: 1, 495669: 1, 554353: 1, 645645: 1, 723232: 1, 854545: 1, 934534: 1,
			1000345: 1,
		}},
		{2, vector(t, "two-bits.txt"), 1 << 20, map[uint64]uint8{
			0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1, 854545: 1, 934534: 2,
			1000345: 3,
		}},
	} {
		list, err := statuslist.Decode(of.bits, of.lst)
		require.NoError(t, err)
		require.Equal(t, of.len, list.Len())
		found := map[uint64]uint8{}
		for i := range list.Len() {
			if value, err := list.Value(i); err != nil || value != 0 {
				found[i] = value
			}
		}
		require.Equal(t, of.values, found)
		_, err = list.Status(of.len)
		requireCode(t, statuslist.IndexOutOfRange, err)
	}
}

func TestTokenOfTheSpecificationIsRead(t *testing.T) {
	t.Parallel()
	token, err := statuslist.Read(t.Context(), vector(t, "token.txt"), statuslist.Options{
		URI: uri, Verify: statuslist.SignedBy(keyOfTheSpecification(t)), Now: now,
	})
	require.NoError(t, err)
	require.Equal(t, 12*time.Hour, token.TTL)
	require.Equal(t, time.Unix(1686920170, 0).UTC(), token.Issued)
	require.Equal(t, time.Unix(2291720170, 0).UTC(), token.Expires)
	require.Equal(t, now.Add(12*time.Hour), token.Until(now))
	require.Equal(t, token.Expires, token.Until(token.Expires.Add(-time.Hour)))
	for index, expected := range []statuslist.Status{statuslist.Invalid, statuslist.Valid, statuslist.Valid} {
		status, err := token.Status(uint64(index))
		require.NoError(t, err)
		require.Equal(t, expected, status)
	}
}

func deflate(t testing.TB, content []byte) string {
	t.Helper()
	var to bytes.Buffer
	writer := zlib.NewWriter(&to)
	_, err := writer.Write(content)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return base64.RawURLEncoding.EncodeToString(to.Bytes())
}

func TestEachValueHasItsStatus(t *testing.T) {
	t.Parallel()
	for bits, bytes := range map[int][]byte{2: {0b11100100}, 4: {0x10, 0x32, 0x0f}, 8: {0, 1, 2, 3, 255}} {
		list, err := statuslist.Decode(bits, deflate(t, bytes))
		require.NoError(t, err)
		for index, expected := range []statuslist.Status{
			statuslist.Valid, statuslist.Invalid, statuslist.Suspended, statuslist.Unknown,
		} {
			status, err := list.Status(uint64(index))
			require.NoError(t, err)
			require.Equal(t, expected, status, "%d bits, index %d", bits, index)
		}
		if bits > 2 {
			status, err := list.Status(4)
			require.NoError(t, err)
			require.Equal(t, statuslist.Unknown, status)
		}
	}
}

// token is a token before it is signed.
type token struct {
	header, claims map[string]any
	key            crypto.Signer
	change         func(string) string
	options        statuslist.Options
}

func newToken(t testing.TB) *token {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return &token{
		header: map[string]any{"alg": "ES256", "typ": "statuslist+jwt"},
		claims: map[string]any{
			"sub": uri, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "ttl": 60,
			"status_list": map[string]any{"bits": 1, "lst": "eNrbuRgAAhcBXQ"},
		},
		key: key,
		options: statuslist.Options{
			URI: uri, Verify: statuslist.SignedBy(key.Public()), Skew: time.Minute, Now: now,
		},
	}
}

func encode(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(text)
}

func (k *token) sign(t testing.TB) string {
	t.Helper()
	signed := encode(t, k.header) + "." + encode(t, k.claims)
	signature, err := jwsbb.Sign(k.key, "ES256", []byte(signed), rand.Reader)
	require.NoError(t, err)
	text := signed + "." + base64.RawURLEncoding.EncodeToString(signature)
	if k.change != nil {
		text = k.change(text)
	}
	return text
}

func (k *token) list() map[string]any { return k.claims["status_list"].(map[string]any) }

func claim(name string, value any) func(*token) { return func(k *token) { k.claims[name] = value } }

func header(name string, value any) func(*token) { return func(k *token) { k.header[name] = value } }

func TestEachForgeryIsRefusedWithItsOwnCode(t *testing.T) {
	t.Parallel()
	bomb := deflate(t, make([]byte, statuslist.MaxInflated+1))
	require.Less(t, len(bomb), 64<<10)
	whole, err := base64.RawURLEncoding.DecodeString("eNrbuRgAAhcBXQ")
	require.NoError(t, err)
	refused := map[statuslist.Code]bool{}
	for _, f := range []struct {
		name string
		code statuslist.Code
		make func(*token)
	}{
		{"larger than 8 MiB", statuslist.TooLarge, claim("a", strings.Repeat("a", statuslist.MaxSize))},
		{"two parts", statuslist.Malformed, func(k *token) {
			k.change = func(text string) string { return text[:strings.LastIndexByte(text, '.')] }
		}},
		{"padding", statuslist.Malformed, func(k *token) { k.change = func(text string) string { return text + "=" } }},
		{"another type", statuslist.TypeUnsupported, header("typ", "JWT")},
		{"critical header", statuslist.CriticalHeader, header("crit", []string{"a"})},
		{"critical header of null", statuslist.CriticalHeader, header("crit", nil)},
		{"header with alg twice", statuslist.Malformed, func(k *token) {
			k.change = func(text string) string {
				twice := `{"alg":"none","alg":"ES256","typ":"statuslist+jwt"}`
				return base64.RawURLEncoding.EncodeToString([]byte(twice)) + text[strings.IndexByte(text, '.'):]
			}
		}},
		{"unencoded payload", statuslist.CriticalHeader, header("b64", false)},
		{"algorithm none", statuslist.AlgorithmUnsupported, header("alg", "none")},
		{"algorithm HS256", statuslist.AlgorithmUnsupported, header("alg", "HS256")},
		{"certificate that is none", statuslist.ChainMalformed, header("x5c", []string{"AAAA"})},
		{"too many certificates", statuslist.ChainMalformed, header("x5c", make([]string, 9))},
		{"algorithm of another curve", statuslist.Signature, header("alg", "ES384")},
		{"another signer", statuslist.Signature, func(k *token) { k.key = newToken(t).key }},
		{"another list", statuslist.SubjectMismatch, claim("sub", "https://example.com/statuslists/2")},
		{"no subject", statuslist.SubjectMismatch, func(k *token) { delete(k.claims, "sub") }},
		{"no time of issue", statuslist.TimeMalformed, func(k *token) { delete(k.claims, "iat") }},
		{"time beyond the calendar", statuslist.TimeMalformed, claim("exp", 1e300)},
		{"time that is a text", statuslist.Malformed, claim("exp", "never")},
		{"issued in the future", statuslist.IssuedInFuture, claim("iat", now.Add(61*time.Second).Unix())},
		{"not yet valid", statuslist.NotYetValid, claim("nbf", now.Add(61*time.Second).Unix())},
		{"expired", statuslist.Expired, claim("exp", now.Add(-time.Minute).Unix())},
		{"ttl of zero", statuslist.TTLMalformed, claim("ttl", 0)},
		{"negative ttl", statuslist.TTLMalformed, claim("ttl", -1)},
		{"kept too long", statuslist.Stale, func(k *token) { k.options.Received = now.Add(-61 * time.Second) }},
		{"no list", statuslist.ListMalformed, func(k *token) { delete(k.claims, "status_list") }},
		{"list in base64 with padding", statuslist.ListMalformed, func(k *token) { k.list()["lst"] = "eNrbuRgAAhcBXQ==" }},
		{"no bits", statuslist.BitsUnsupported, func(k *token) { delete(k.list(), "bits") }},
		{"three bits", statuslist.BitsUnsupported, func(k *token) { k.list()["bits"] = 3 }},
		{"list without compression", statuslist.CompressionMalformed, func(k *token) { k.list()["lst"] = "AAAA" }},
		{"truncated list", statuslist.CompressionMalformed, func(k *token) {
			k.list()["lst"] = base64.RawURLEncoding.EncodeToString(whole[:len(whole)-2])
		}},
		{"wrong checksum", statuslist.CompressionMalformed, func(k *token) {
			k.list()["lst"] = base64.RawURLEncoding.EncodeToString(append(bytes.Clone(whole[:len(whole)-1]), 0))
		}},
		{"bytes after the list", statuslist.CompressionMalformed, func(k *token) {
			k.list()["lst"] = base64.RawURLEncoding.EncodeToString(append(bytes.Clone(whole), 0))
		}},
		{"empty list", statuslist.CompressionMalformed, func(k *token) { k.list()["lst"] = deflate(t, nil) }},
		{"compression bomb", statuslist.InflatedTooLarge, func(k *token) { k.list()["lst"] = bomb }},
	} {
		refused[f.code] = true
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			sound := newToken(t)
			_, err := statuslist.Read(t.Context(), sound.sign(t), sound.options)
			require.NoError(t, err, "without the fault")
			forged := newToken(t)
			f.make(forged)
			read, err := statuslist.Read(t.Context(), forged.sign(t), forged.options)
			requireCode(t, f.code, err)
			require.Nil(t, read)
		})
	}
	requireEachCode(t, refused)
}

// requireEachCode requires that a forgery is refused with each code of a token.
func requireEachCode(t *testing.T, refused map[statuslist.Code]bool) {
	t.Helper()
	for _, code := range statuslist.Codes() {
		require.True(t, refused[code] || code == statuslist.IndexOutOfRange, "no forgery for %s", code)
	}
}

func TestVerifierOfTheCallerDecides(t *testing.T) {
	t.Parallel()
	k, refusal := newToken(t), errors.New("unknown signer")
	k.header["kid"] = "12"
	k.options.Verify = func(_ context.Context, h statuslist.Header, signed, signature []byte) error {
		require.Equal(t, statuslist.Header{Algorithm: "ES256", KeyID: "12"}, h)
		require.Len(t, signature, 64)
		require.Equal(t, 1, bytes.Count(signed, []byte(".")))
		return refusal
	}
	k.claims = maps.Clone(k.claims)
	k.claims["sub"] = "nothing of the payload is read before"
	_, err := statuslist.Read(t.Context(), k.sign(t), k.options)
	require.ErrorIs(t, err, refusal)
}

func TestEdDSASignsLists(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	k := newToken(t)
	k.header["alg"] = "EdDSA"
	signed := encode(t, k.header) + "." + encode(t, k.claims)
	k.options.Verify = statuslist.SignedBy(newToken(t).key.Public(), public)
	text := signed + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(private, []byte(signed)))
	_, err = statuslist.Read(t.Context(), text, k.options)
	require.NoError(t, err)
}

func TestMissingOptionIsRefused(t *testing.T) {
	t.Parallel()
	_, err := statuslist.Read(t.Context(), "", statuslist.Options{})
	require.ErrorContains(t, err, "Options.URI")
}

func BenchmarkRead(b *testing.B) {
	k := newToken(b)
	k.list()["lst"] = deflate(b, make([]byte, 1<<17))
	text := k.sign(b)
	b.ReportAllocs()
	for b.Loop() {
		token, err := statuslist.Read(b.Context(), text, k.options)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := token.Status(1 << 19); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"alg":"ES256","typ":"statuslist+jwt"}`, `{"sub":"`+uri+`","iat":1,"status_list":{"bits":1,"lst":"eNrbuRgAAhcBXQ"}}`)
	f.Fuzz(func(t *testing.T, header, claims string) {
		text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." +
			base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".AA"
		token, err := statuslist.Read(t.Context(), text, statuslist.Options{
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

func FuzzDecode(f *testing.F) {
	f.Add(1, "eNrbuRgAAhcBXQ")
	f.Add(2, "eNo76fITAAPfAgc")
	f.Fuzz(func(t *testing.T, bits int, lst string) {
		list, err := statuslist.Decode(bits, lst)
		if err != nil {
			return
		}
		if list.Len() == 0 {
			t.Fatal("a list without entries")
		}
		if _, err := list.Value(list.Len()); err == nil {
			t.Fatal("an entry behind the end")
		}
	})
}
