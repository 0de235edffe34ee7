package sdjwtvc_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

// scene is a presentation and its verifier. A forgery makes one fault in it.
type scene struct {
	*sdjwtvctest.Presentation
	options sdjwtvc.Options
	// pages are the metadata of an issuer without a certificate, by address.
	pages map[string]any
}

func newScene(published bool) *scene {
	issuer := sdjwtvctest.NewIssuer("ES256", issuerName, now)
	s := &scene{Presentation: sdjwtvctest.NewPID(issuer, "ES256", nonce, audience, now), options: options()}
	if published {
		delete(s.Header, "x5c")
		s.pages = map[string]any{"https://pid.example/.well-known/jwt-vc-issuer/de": map[string]any{
			"issuer": issuerName, "jwks": map[string]any{"keys": []any{sdjwtvctest.JWK(issuer.Key)}},
		}}
		s.options.Keys = sdjwtvc.MetadataKeys(serve(s.pages))
	}
	return s
}

func (s *scene) page() map[string]any {
	return s.pages["https://pid.example/.well-known/jwt-vc-issuer/de"].(map[string]any)
}

var errNotFound = errors.New("404")

func serve(pages map[string]any) sdjwtvc.Getter {
	return func(_ context.Context, address string) ([]byte, error) {
		page, ok := pages[address]
		if !ok {
			return nil, errNotFound
		}
		return json.Marshal(page)
	}
}

// forgery is one fault. Its verifier refuses the scene once make has been called, and accepts one that it was not
// called for.
type forgery struct {
	name      string
	code      sdjwtvc.Code
	published bool
	make      func(*scene)
}

func claim(name string, value any) func(*scene) { return func(s *scene) { s.Claims[name] = value } }

func header(name string, value any) func(*scene) { return func(s *scene) { s.Header[name] = value } }

func binding(name string, value any) func(*scene) { return func(s *scene) { s.Binding[name] = value } }

func bindingHeader(name string, value any) func(*scene) {
	return func(s *scene) { s.BindingHeader[name] = value }
}

// raw adds a disclosure of this text and its digest.
func raw(text string) func(*scene) {
	return func(s *scene) {
		disclosure := base64.RawURLEncoding.EncodeToString([]byte(text))
		s.Disclosures = append(s.Disclosures, disclosure)
		s.Add(s.Claims, sdjwtvctest.Digest("", disclosure))
	}
}

func disclosed(name string, value any) func(*scene) {
	return func(s *scene) { s.SD(s.Claims, name, value) }
}

// tampered changes a character near the end.
func tampered(text string) string {
	at := len(text) - 10
	other := byte('A')
	if text[at] == other {
		other = 'B'
	}
	return text[:at] + string(other) + text[at+1:]
}

func nested(depth int) any {
	var value any = "deep"
	for range depth {
		value = []any{value}
	}
	return value
}

func key(p *sdjwtvctest.Presentation) map[string]any {
	return p.Claims["cnf"].(map[string]any)["jwk"].(map[string]any)
}

var serialization = []forgery{
	{"larger than a mebibyte", sdjwtvc.TooLarge, false, disclosed("portrait", strings.Repeat("a", sdjwtvc.MaxSize))},
	{"too many disclosures", sdjwtvc.TooManyDisclosures, false, func(s *scene) {
		for range sdjwtvc.MaxDisclosures {
			s.SD(s.Claims, "a", 1)
		}
	}},
	{"no tilde", sdjwtvc.Malformed, false, func(s *scene) {
		s.Compact = func(text string) string { return strings.ReplaceAll(text, "~", "") }
	}},
	{"four parts in the issuer's token", sdjwtvc.Malformed, false, func(s *scene) {
		s.IssuerJWT = func(text string) string { return text + ".AA" }
	}},
	{"padding", sdjwtvc.Malformed, false, func(s *scene) {
		s.IssuerJWT = func(text string) string { return text + "=" }
	}},
	{"JSON serialization", sdjwtvc.Malformed, false, func(s *scene) {
		s.Compact = func(string) string { return `{"payload": "e30", "signature": "", "protected": "e30"}` }
	}},
	{"nesting in the payload", sdjwtvc.TooDeep, false, claim("deep", nested(100))},
	{"nesting in a disclosure", sdjwtvc.TooDeep, false, disclosed("deep", nested(100))},
	{"nesting through disclosures", sdjwtvc.TooDeep, false, func(s *scene) {
		inner := sdjwtvctest.Disclose("in", nested(30))
		s.Disclosures = append(s.Disclosures, inner)
		s.SD(s.Claims, "out", []any{[]any{[]any{[]any{[]any{map[string]any{
			"_sd": []any{sdjwtvctest.Digest("", inner)},
		}}}}}})
	}},
}

var issuance = []forgery{
	{"header that is an array", sdjwtvc.HeaderMalformed, false, func(s *scene) {
		s.IssuerJWT = func(text string) string { return "W10" + text[strings.IndexByte(text, '.'):] }
	}},
	{"header with alg twice", sdjwtvc.HeaderMalformed, false, func(s *scene) {
		s.IssuerJWT = func(text string) string {
			twice := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","alg":"ES256","typ":"dc+sd-jwt"}`))
			return twice + text[strings.IndexByte(text, '.'):]
		}
	}},
	{"type JWT", sdjwtvc.TypeUnsupported, false, header("typ", "JWT")},
	{"type of a key binding", sdjwtvc.TypeUnsupported, false, header("typ", "kb+jwt")},
	{"critical header", sdjwtvc.CriticalHeader, false, header("crit", []any{"b64"})},
	{"unencoded payload", sdjwtvc.CriticalHeader, false, header("b64", false)},
	{"algorithm none", sdjwtvc.AlgorithmUnsupported, false, header("alg", "none")},
	{"algorithm HS256", sdjwtvc.AlgorithmUnsupported, false, header("alg", "HS256")},
	{"algorithm RS256", sdjwtvc.AlgorithmUnsupported, false, header("alg", "RS256")},
	{"algorithm of another curve", sdjwtvc.IssuerSignature, false, header("alg", "ES384")},
	{"payload that is a list", sdjwtvc.PayloadMalformed, false, func(s *scene) {
		s.IssuerJWT = func(text string) string {
			parts := strings.Split(text, ".")
			return parts[0] + ".W10." + parts[2]
		}
	}},
	{"certificate that is none", sdjwtvc.ChainMalformed, false, header("x5c", []any{"AAAA"})},
	{"empty chain", sdjwtvc.ChainMalformed, false, header("x5c", []any{})},
	{"self-signed certificate", sdjwtvc.SelfSigned, false, func(s *scene) {
		s.Header["x5c"] = sdjwtvctest.X5C(s.Issuer.Chain[1])
	}},
	{"certificate of another issuer", sdjwtvc.IssuerMismatch, false, claim("iss", "https://other.example/de")},
	{"issuer that cannot be read", sdjwtvc.IssuerMismatch, false, claim("iss", "https://other.example/%zz")},
	{"certificate of another DID", sdjwtvc.IssuerMismatch, false, claim("iss", "did:web:pid.example")},
	{"certificate of another tenant", sdjwtvc.IssuerMismatch, false, claim("iss", "https://pid.example/fr")},
	{"certificate of another key", sdjwtvc.IssuerSignature, false, func(s *scene) {
		s.Header["x5c"] = sdjwtvctest.X5C(sdjwtvctest.NewIssuer("ES256", issuerName, now).Chain[0])
	}},
	{"certificate with another algorithm's key", sdjwtvc.IssuerSignature, false, func(s *scene) {
		s.Header["x5c"] = sdjwtvctest.X5C(sdjwtvctest.NewIssuer("ES384", issuerName, now).Chain[0])
	}},
	{"tampered signature", sdjwtvc.IssuerSignature, false, func(s *scene) { s.IssuerJWT = tampered }},
	{"tampered payload", sdjwtvc.IssuerSignature, false, func(s *scene) {
		s.IssuerJWT = func(text string) string {
			parts := strings.Split(text, ".")
			s.Claims["issuing_country"] = "FR"
			return parts[0] + "." + sdjwtvctest.Encode(s.Claims) + "." + parts[2]
		}
	}},
	{"no key of the issuer", sdjwtvc.IssuerKeyMissing, false, func(s *scene) { delete(s.Header, "x5c") }},
	{"issuer that is a number", sdjwtvc.IssuerMalformed, false, claim("iss", 7)},
	{"no issuer and no certificate", sdjwtvc.IssuerKeyMissing, true, func(s *scene) { delete(s.Claims, "iss") }},
	{"issuer without an address", sdjwtvc.MetadataAddress, true, claim("iss", "did:web:pid.example")},
	{"issuer without TLS", sdjwtvc.MetadataAddress, true, claim("iss", "http://pid.example/de")},
	{"metadata of another issuer", sdjwtvc.MetadataMismatch, true, func(s *scene) {
		s.page()["issuer"] = issuerName + "/"
	}},
	{"metadata with keys twice", sdjwtvc.MetadataMalformed, true, func(s *scene) {
		s.page()["jwks_uri"] = "https://pid.example/keys"
	}},
	{"metadata without keys", sdjwtvc.MetadataMalformed, true, func(s *scene) { delete(s.page(), "jwks") }},
	{"metadata with keys over HTTP", sdjwtvc.MetadataMalformed, true, func(s *scene) {
		delete(s.page(), "jwks")
		s.page()["jwks_uri"] = "http://pid.example/keys"
	}},
	{"metadata out of reach", sdjwtvc.MetadataUnavailable, true, func(s *scene) { clear(s.pages) }},
	{"key with another id", sdjwtvc.IssuerKeyUnknown, true, header("kid", "other")},
	{"key of another issuer", sdjwtvc.IssuerSignature, true, func(s *scene) {
		s.page()["jwks"] = map[string]any{"keys": []any{sdjwtvctest.JWK(sdjwtvctest.Key("ES256"))}}
	}},
}

var disclosure = []forgery{
	{"unknown hash", sdjwtvc.HashUnsupported, false, claim("_sd_alg", "sha-1")},
	{"hash that is a number", sdjwtvc.HashUnsupported, false, claim("_sd_alg", 256)},
	{"disclosure that is an object", sdjwtvc.DisclosureMalformed, false, raw(`{"salt": "a"}`)},
	{"disclosure of four parts", sdjwtvc.DisclosureMalformed, false, raw(`["salt", "a", 1, 2]`)},
	{"salt that is a number", sdjwtvc.DisclosureMalformed, false, raw(`[1, "a", 1]`)},
	{"claim name that is a number", sdjwtvc.DisclosureMalformed, false, raw(`["salt", 1, 1]`)},
	{"disclosure with a member twice", sdjwtvc.DisclosureMalformed, false, raw(`["salt", "a", {"b": 1, "b": 2}]`)},
	{"text after a disclosure", sdjwtvc.DisclosureMalformed, false, raw(`["salt", "a", 1] 2`)},
	{"empty disclosure", sdjwtvc.DisclosureMalformed, false, func(s *scene) {
		s.Disclosures = append(s.Disclosures, "")
	}},
	{"disclosure twice", sdjwtvc.DisclosureRepeated, false, func(s *scene) {
		s.Disclosures = append(s.Disclosures, s.Disclosures[0])
	}},
	{"array element as a claim", sdjwtvc.DisclosureForm, false, raw(`["salt", "a"]`)},
	{"claim as an array element", sdjwtvc.DisclosureForm, false, func(s *scene) {
		text := sdjwtvctest.Disclose("a", 1)
		s.Disclosures = append(s.Disclosures, text)
		s.Claims["list"] = []any{sdjwtvctest.Element(sdjwtvctest.Digest("", text))}
	}},
	{"disclosure that the issuer knows nothing of", sdjwtvc.DisclosureUnreferenced, false, func(s *scene) {
		s.Disclosures = append(s.Disclosures, sdjwtvctest.Disclose("family_name", "Other"))
	}},
	{"disclosure within one that is kept back", sdjwtvc.DisclosureUnreferenced, false, func(s *scene) {
		s.Disclosures = append(s.Disclosures[:1], s.Disclosures[2:]...)
	}},
	{"changed disclosure", sdjwtvc.DisclosureUnreferenced, false, func(s *scene) {
		s.Disclosures[0] = sdjwtvctest.Disclose("18", true)
	}},
	{"digest that is a number", sdjwtvc.DigestMalformed, false, func(s *scene) { s.Add(s.Claims, 7) }},
	{"digests that are no array", sdjwtvc.DigestMalformed, false, claim("group", map[string]any{"_sd": "x"})},
	{"element with more than a digest", sdjwtvc.DigestMalformed, false,
		claim("list", []any{map[string]any{"...": "x", "a": 1}})},
	{"element's digest in an object", sdjwtvc.DigestMalformed, false, claim("group", map[string]any{"...": "x"})},
	{"digest twice", sdjwtvc.DigestRepeated, false, func(s *scene) {
		s.Add(s.Claims, s.Claims["_sd"].([]any)[0])
	}},
	{"decoy twice", sdjwtvc.DigestRepeated, false, claim("group", map[string]any{
		"_sd": []any{sdjwtvctest.Digest("", "decoy")},
	})},
	{"claim _sd", sdjwtvc.ClaimReserved, false, disclosed("_sd", []any{})},
	{"claim ...", sdjwtvc.ClaimReserved, false, disclosed("...", "x")},
	{"claim _sd_alg", sdjwtvc.ClaimReserved, false, disclosed("_sd_alg", "sha-256")},
	{"claim that is there in plain", sdjwtvc.ClaimExists, false, disclosed("issuing_country", "FR")},
	{"claim that is disclosed twice", sdjwtvc.ClaimExists, false, disclosed("date_of_expiry", "2099-01-01")},
	{"disclosed exp", sdjwtvc.ClaimNotPlain, false, func(s *scene) {
		delete(s.Claims, "exp")
		s.SD(s.Claims, "exp", now.Add(time.Hour).Unix())
	}},
	{"disclosed status", sdjwtvc.ClaimNotPlain, false, func(s *scene) {
		status := s.Claims["status"]
		delete(s.Claims, "status")
		s.SD(s.Claims, "status", status)
	}},
	{"part of cnf kept back", sdjwtvc.ClaimNotPlain, false, func(s *scene) {
		s.Add(s.Claims["cnf"].(map[string]any), "x")
	}},
	{"part of status kept back", sdjwtvc.ClaimNotPlain, false, func(s *scene) {
		s.Add(s.Claims["status"].(map[string]any)["status_list"].(map[string]any), "x")
	}},
}

var validity = []forgery{
	{"no type", sdjwtvc.VCTMissing, false, func(s *scene) { delete(s.Claims, "vct") }},
	{"another type", sdjwtvc.VCTUnaccepted, false, claim("vct", "urn:eudi:pid:2")},
	{"no other types", sdjwtvc.TypesMalformed, false, claim("aka_vcts", []any{})},
	{"type twice", sdjwtvc.TypesMalformed, false, claim("aka_vcts", []any{sdjwtvc.PIDType})},
	{"other type that is a number", sdjwtvc.TypesMalformed, false, claim("aka_vcts", []any{"urn:eudi:pid:de:1", 7})},
	{"expired", sdjwtvc.Expired, false, claim("exp", now.Add(-time.Minute).Unix())},
	{"not yet valid", sdjwtvc.NotYetValid, false, claim("nbf", now.Add(61*time.Second).Unix())},
	{"issued in the future", sdjwtvc.IssuedInFuture, false, claim("iat", now.Add(61*time.Second).Unix())},
	{"time that is a text", sdjwtvc.TimeMalformed, false, claim("exp", "2099-01-01")},
	{"time beyond the calendar", sdjwtvc.TimeMalformed, false, claim("exp", json.Number("1e300"))},
	{"status without a list", sdjwtvc.StatusMalformed, false, claim("status", map[string]any{})},
	{"negative index", sdjwtvc.StatusMalformed, false, claim("status", map[string]any{
		"status_list": map[string]any{"idx": -1, "uri": "https://status.example/1"},
	})},
	{"list without an address", sdjwtvc.StatusMalformed, false, claim("status", map[string]any{
		"status_list": map[string]any{"idx": 1},
	})},
}

var keyBinding = []forgery{
	{"stripped key binding", sdjwtvc.KeyBindingMissing, false, func(s *scene) {
		s.Compact = func(text string) string { return text[:strings.LastIndexByte(text, '~')+1] }
	}},
	{"no key of the holder", sdjwtvc.HolderKeyMissing, false, func(s *scene) { delete(s.Claims, "cnf") }},
	{"key of the holder by its id", sdjwtvc.HolderKeyMissing, false, claim("cnf", map[string]any{"kid": "1"})},
	{"private key of the holder", sdjwtvc.HolderKeyUnsupported, false, func(s *scene) {
		key(s.Presentation)["d"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"
	}},
	{"key that is no point of the curve", sdjwtvc.HolderKeyUnsupported, false, func(s *scene) {
		key(s.Presentation)["y"] = key(s.Presentation)["x"]
	}},
	{"symmetric key of the holder", sdjwtvc.HolderKeyUnsupported, false, claim("cnf", map[string]any{
		"jwk": map[string]any{"kty": "oct", "k": "AAAA"},
	})},
	{"key binding that is no token", sdjwtvc.KeyBindingMalformed, false, func(s *scene) {
		s.Compact = func(text string) string { return text[:strings.LastIndexByte(text, '~')+1] + "a.b" }
	}},
	{"key binding of another type", sdjwtvc.KeyBindingType, false, bindingHeader("typ", "JWT")},
	{"key binding with a critical header", sdjwtvc.KeyBindingCritical, false, bindingHeader("crit", []any{"x"})},
	{"key binding with the algorithm none", sdjwtvc.KeyBindingAlgorithm, false, bindingHeader("alg", "none")},
	{"key binding with another curve's algorithm", sdjwtvc.KeyBindingAlgorithm, false, bindingHeader("alg", "ES384")},
	{"key binding by another key", sdjwtvc.KeyBindingSignature, false, func(s *scene) {
		s.Holder = sdjwtvctest.Key("ES256")
	}},
	{"key binding by a key that it brings along", sdjwtvc.KeyBindingSignature, false, func(s *scene) {
		s.Holder = sdjwtvctest.Key("ES256")
		s.BindingHeader["jwk"] = sdjwtvctest.JWK(s.Holder)
	}},
	{"tampered key binding", sdjwtvc.KeyBindingSignature, false, func(s *scene) { s.Compact = tampered }},
	{"key binding without a time", sdjwtvc.KeyBindingTime, false, func(s *scene) { delete(s.Binding, "iat") }},
	{"key binding with a text as time", sdjwtvc.KeyBindingTime, false, binding("iat", "now")},
	{"old key binding", sdjwtvc.KeyBindingTooOld, false, binding("iat", now.Add(-11*time.Minute-time.Second).Unix())},
	{"key binding of the future", sdjwtvc.KeyBindingInFuture, false, binding("iat", now.Add(61*time.Second).Unix())},
	{"expired key binding", sdjwtvc.KeyBindingExpired, false, binding("exp", now.Add(-time.Minute).Unix())},
	{"key binding that is not yet valid", sdjwtvc.KeyBindingNotYetValid, false,
		binding("nbf", now.Add(61*time.Second).Unix())},
	{"nonce of another session", sdjwtvc.NonceMismatch, false, binding("nonce", "other")},
	{"no nonce", sdjwtvc.NonceMismatch, false, func(s *scene) { delete(s.Binding, "nonce") }},
	{"another verifier", sdjwtvc.AudienceMismatch, false, binding("aud", "x509_san_dns:other.example")},
	{"several verifiers", sdjwtvc.AudienceMismatch, false, binding("aud", []any{audience})},
	{"key binding of another presentation", sdjwtvc.SDHashMismatch, false,
		binding("sd_hash", sdjwtvctest.Digest("", "other"))},
	{"disclosure dropped after the key binding", sdjwtvc.SDHashMismatch, false, func(s *scene) {
		s.Compact = func(text string) string { return strings.Replace(text, s.Disclosures[3]+"~", "", 1) }
	}},
	{"disclosures in another order", sdjwtvc.SDHashMismatch, false, func(s *scene) {
		s.Compact = func(text string) string {
			a, b := s.Disclosures[0]+"~", s.Disclosures[1]+"~"
			return strings.Replace(text, a+b, b+a, 1)
		}
	}},
}

func TestEachForgeryIsRefusedWithItsOwnCode(t *testing.T) {
	t.Parallel()
	var all []forgery
	for _, part := range [][]forgery{serialization, issuance, disclosure, validity, keyBinding} {
		all = append(all, part...)
	}
	require.GreaterOrEqual(t, len(all), 110)
	met := map[sdjwtvc.Code]bool{}
	for _, f := range all {
		met[f.code] = true
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			sound := newScene(f.published)
			_, err := sdjwtvc.Verify(t.Context(), sound.Present(), sound.options)
			require.NoError(t, err, "without the fault")
			forged := newScene(f.published)
			f.make(forged)
			c, err := sdjwtvc.Verify(t.Context(), forged.Present(), forged.options)
			requireCode(t, f.code, err)
			require.Nil(t, c)
		})
	}
	for _, code := range sdjwtvc.Codes() {
		require.True(t, met[code] || strings.HasPrefix(string(code), "pid_"), "no forgery for %s", code)
	}
}

func TestUnreachableMetadataTellsItsCause(t *testing.T) {
	t.Parallel()
	s := newScene(true)
	clear(s.pages)
	_, err := sdjwtvc.Verify(t.Context(), s.Present(), s.options)
	require.ErrorIs(t, err, errNotFound)
}

func TestHostOfTheCertificateNamesTheIssuer(t *testing.T) {
	t.Parallel()
	require.True(t, sdjwtvc.Names(&x509.Certificate{DNSNames: []string{"pid.example"}}, issuerName))
	require.False(t, sdjwtvc.Names(&x509.Certificate{DNSNames: []string{"pid.example"}}, "http://pid.example"))
	require.False(t, sdjwtvc.Names(&x509.Certificate{DNSNames: []string{"example"}}, issuerName))
	require.False(t, sdjwtvc.Names(&x509.Certificate{DNSNames: []string{"pid.example"}}, "https://pid.example/%zz"))
}
