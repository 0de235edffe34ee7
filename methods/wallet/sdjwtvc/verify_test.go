package sdjwtvc_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

const (
	issuerName = "https://pid.example/de"
	nonce      = "n-0S6_WzA2Mj"
	audience   = "x509_san_dns:verifier.example"
)

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func trusting(sdjwtvc.Issuer) error { return nil }

func options() sdjwtvc.Options {
	return sdjwtvc.Options{
		Types: []string{sdjwtvc.PIDType}, Nonce: nonce, Audience: audience, Trust: trusting,
		Skew: time.Minute, Now: now,
	}
}

func requireCode(t *testing.T, code sdjwtvc.Code, err error) {
	t.Helper()
	var fault *sdjwtvc.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, code, fault.Code)
	require.NotEmpty(t, fault.Clause)
}

func TestPresentedPIDIsVerified(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"ES256", "ES384", "ES512", "EdDSA"} {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			issuer := sdjwtvctest.NewIssuer(alg, issuerName, now)
			o := options()
			o.Trust = func(of sdjwtvc.Issuer) error {
				require.Equal(t, sdjwtvc.Issuer{Name: issuerName, VCT: sdjwtvc.PIDType, Chain: issuer.Chain[:1]}, of)
				return nil
			}
			c, err := sdjwtvc.Verify(t.Context(), sdjwtvctest.NewPID(issuer, alg, nonce, audience, now).Present(), o)
			require.NoError(t, err)
			require.Equal(t, map[string]any{"18": true}, c.Claims["age_equal_or_over"])
			require.Equal(t, []any{"DE"}, c.Claims["nationalities"])
			for _, gone := range []string{"_sd", "_sd_alg", "family_name"} {
				require.NotContains(t, c.Claims, gone)
			}
			require.Equal(t, &sdjwtvc.Status{URI: "https://status.example/1", Index: 7}, c.Status)
			require.Equal(t, now.Add(time.Hour), c.Expires)
			require.Len(t, c.HolderKey, 43)
			require.Equal(t, nonce, c.KeyBinding["nonce"])
			require.Equal(t, issuer.Chain[:1], c.Issuer.Chain)
			pid, err := c.ReadPID(now)
			require.NoError(t, err)
			over, stated := pid.AgeOver(18)
			require.True(t, over && stated)
			_, stated = pid.AgeOver(21)
			require.False(t, stated, "the holder has kept this back")
		})
	}
}

func TestEachHashOfDigestsIsVerified(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"sha-256", "sha-384", "sha-512"} {
		p := sdjwtvctest.NewPID(sdjwtvctest.NewIssuer("ES256", issuerName, now), "ES256", nonce, audience, now)
		p.Claims["_sd_alg"], p.HashAlg, p.Disclosures = alg, alg, nil
		p.Claims["_sd"], p.Claims["nationalities"] = nil, nil
		delete(p.Claims, "_sd")
		p.SD(p.Claims, "birthdate", "1990-01-31")
		c, err := sdjwtvc.Verify(t.Context(), p.Present(), options())
		require.NoError(t, err, alg)
		require.Equal(t, "1990-01-31", c.Claims["birthdate"])
	}
}

func TestTrustDecidesBeforeTheSignatureAndTheKeys(t *testing.T) {
	t.Parallel()
	refusal := errors.New("unknown root")
	p := sdjwtvctest.NewPID(sdjwtvctest.NewIssuer("ES256", issuerName, now), "ES256", nonce, audience, now)
	o := options()
	o.Trust = func(sdjwtvc.Issuer) error { return refusal }
	o.Keys = sdjwtvc.MetadataKeys(func(context.Context, string) ([]byte, error) {
		t.Error("an issuer that is not trusted causes a request")
		return nil, nil
	})
	_, err := sdjwtvc.Verify(t.Context(), p.Present(), o)
	require.ErrorIs(t, err, refusal)
	delete(p.Header, "x5c")
	_, err = sdjwtvc.Verify(t.Context(), p.Present(), o)
	require.ErrorIs(t, err, refusal)
}

func TestCredentialWithoutIssuerIsOfTheSubjectOfItsCertificate(t *testing.T) {
	t.Parallel()
	p := sdjwtvctest.NewPID(sdjwtvctest.NewIssuer("ES256", issuerName, now), "ES256", nonce, audience, now)
	delete(p.Claims, "iss")
	c, err := sdjwtvc.Verify(t.Context(), p.Present(), options())
	require.NoError(t, err)
	require.Equal(t, "CN=Test issuer,C=DE", c.Issuer.Name)
	p.Claims["iss"] = "Ministry of another country"
	c, err = sdjwtvc.Verify(t.Context(), p.Present(), options())
	require.NoError(t, err)
	require.Equal(t, "CN=Test issuer,C=DE", c.Issuer.Name, "a name that is no URI is not that of the issuer")
}

func TestCredentialIsOfTheTypesOfAkaVcts(t *testing.T) {
	t.Parallel()
	p := sdjwtvctest.NewPID(sdjwtvctest.NewIssuer("ES256", issuerName, now), "ES256", nonce, audience, now)
	p.Claims["vct"], p.Claims["aka_vcts"] = "urn:eudi:pid:de:1", []any{sdjwtvc.PIDType}
	c, err := sdjwtvc.Verify(t.Context(), p.Present(), options())
	require.NoError(t, err)
	require.Equal(t, []string{"urn:eudi:pid:de:1", sdjwtvc.PIDType}, c.Types)
	_, err = c.ReadPID(now)
	require.NoError(t, err)
}

func TestPresentationWithoutKeyBindingIsAcceptedWhereTheCallerSaysSo(t *testing.T) {
	t.Parallel()
	p := sdjwtvctest.NewPID(sdjwtvctest.NewIssuer("ES256", issuerName, now), "ES256", nonce, audience, now)
	o := options()
	o.WithoutKeyBinding = true
	p.Binding["nonce"] = "another"
	_, err := sdjwtvc.Verify(t.Context(), p.Present(), o)
	requireCode(t, sdjwtvc.NonceMismatch, err)
	p.Binding = nil
	c, err := sdjwtvc.Verify(t.Context(), p.Present(), o)
	require.NoError(t, err)
	require.Empty(t, c.HolderKey)
	require.Nil(t, c.KeyBinding)
}

func TestMissingOptionIsNamed(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]func(*sdjwtvc.Options){
		"Types":    func(o *sdjwtvc.Options) { o.Types = nil },
		"Trust":    func(o *sdjwtvc.Options) { o.Trust = nil },
		"Now":      func(o *sdjwtvc.Options) { o.Now = time.Time{} },
		"Nonce":    func(o *sdjwtvc.Options) { o.Nonce = "" },
		"Audience": func(o *sdjwtvc.Options) { o.Audience = "" },
	} {
		o := options()
		drop(&o)
		_, err := sdjwtvc.Verify(t.Context(), "", o)
		require.ErrorContains(t, err, "Options."+name)
	}
}

func TestAddressOfIssuerMetadata(t *testing.T) {
	t.Parallel()
	for issuer, expected := range map[string]string{
		"https://example.com":                "https://example.com/.well-known/jwt-vc-issuer",
		"https://example.com/":               "https://example.com/.well-known/jwt-vc-issuer",
		"https://example.com/tenant/1234":    "https://example.com/.well-known/jwt-vc-issuer/tenant/1234",
		"https://example.com:8443/tenant/1/": "https://example.com:8443/.well-known/jwt-vc-issuer/tenant/1",
		"https://example.com/a%2Fb":          "https://example.com/.well-known/jwt-vc-issuer/a%2Fb",
	} {
		address, err := sdjwtvc.MetadataURL(issuer)
		require.NoError(t, err)
		require.Equal(t, expected, address)
	}
	for _, issuer := range []string{
		"", "http://example.com", "https://", "https://example.com?a=b", "https://example.com?", "https://example.com#",
		"https://user@example.com", "did:web:example.com", "https:example.com", "https://:443/a",
	} {
		_, err := sdjwtvc.MetadataURL(issuer)
		requireCode(t, sdjwtvc.MetadataAddress, err)
	}
}

func TestKeysThatTheMetadataRefersToAreRead(t *testing.T) {
	t.Parallel()
	issuer := sdjwtvctest.NewIssuer("ES256", issuerName, now)
	key := sdjwtvctest.JWK(issuer.Key)
	key["kid"], key["use"] = "2026", "sig"
	other := sdjwtvctest.JWK(sdjwtvctest.Key("ES256"))
	pages := map[string]any{
		"https://pid.example/.well-known/jwt-vc-issuer/de": map[string]any{
			"issuer": issuerName, "jwks_uri": "https://keys.example/set",
		},
		"https://keys.example/set": map[string]any{"keys": []any{other, map[string]any{"kty": "RSA"}, key}},
	}
	o := options()
	o.Keys = sdjwtvc.MetadataKeys(serve(pages))
	p := sdjwtvctest.NewPID(issuer, "ES256", nonce, audience, now)
	delete(p.Header, "x5c")
	_, err := sdjwtvc.Verify(t.Context(), p.Present(), o)
	require.NoError(t, err, "without a key id each key is tried")
	p.Header["kid"] = "2026"
	_, err = sdjwtvc.Verify(t.Context(), p.Present(), o)
	require.NoError(t, err)
	p.Header["kid"] = "2025"
	_, err = sdjwtvc.Verify(t.Context(), p.Present(), o)
	requireCode(t, sdjwtvc.IssuerKeyUnknown, err)
	p.Header["kid"], key["use"] = "2026", "enc"
	_, err = sdjwtvc.Verify(t.Context(), p.Present(), o)
	requireCode(t, sdjwtvc.IssuerKeyUnknown, err)
}

func TestFaultHoldsNoValueOfTheCredential(t *testing.T) {
	t.Parallel()
	p := sdjwtvctest.NewPID(sdjwtvctest.NewIssuer("ES256", issuerName, now), "ES256", nonce, audience, now)
	p.SD(p.Claims, "birthdate", "31.01.1990")
	c, err := sdjwtvc.Verify(t.Context(), p.Present(), options())
	require.NoError(t, err)
	_, err = c.ReadPID(now)
	requireCode(t, sdjwtvc.PIDMalformed, err)
	require.Equal(t, "sdjwtvc: pid_malformed (PID Rulebook, 4.1.1)", err.Error())
}

func TestPIDClaimsHaveTheirForms(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]map[string]any{
		"birthdate":       {"birthdate": "1990-02-30"},
		"name":            {"family_name": 7},
		"nationality":     {"nationalities": []any{7}},
		"nationalities":   {"nationalities": "DE"},
		"age":             {"age_equal_or_over": map[string]any{"eighteen": true}},
		"age's value":     {"age_equal_or_over": map[string]any{"18": "true"}},
		"ages":            {"age_equal_or_over": true},
		"age with a sign": {"age_equal_or_over": map[string]any{"+18": true}},
		"age_over_NN":     {"age_over_18": 1},
		"contradiction":   {"age_over_18": false, "age_over_21": true},
		"contradictions":  {"age_over_18": false, "age_equal_or_over": map[string]any{"18": true}},
	} {
		c := sdjwtvc.VC{Types: []string{sdjwtvc.PIDType}, Claims: claims}
		_, err := c.ReadPID(now)
		require.ErrorIs(t, err, &sdjwtvc.Fault{Code: sdjwtvc.PIDMalformed}, name)
	}
	claims := map[string]any{"age_over_18": true, "age_over_21": false, "age_over_all": "no age"}
	c := sdjwtvc.VC{Types: []string{sdjwtvc.PIDType}, Claims: claims}
	pid, err := c.ReadPID(now)
	require.NoError(t, err)
	for age, expected := range map[int][2]bool{
		16: {true, true}, 18: {true, true}, 19: {false, false}, 21: {false, true}, 65: {false, true},
	} {
		over, stated := pid.AgeOver(age)
		require.Equal(t, expected, [2]bool{over, stated}, "age %d", age)
	}
}

func BenchmarkVerifyPID(b *testing.B) {
	text := sdjwtvctest.NewPID(sdjwtvctest.NewIssuer("ES256", issuerName, now), "ES256", nonce, audience, now).Present()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		c, err := sdjwtvc.Verify(b.Context(), text, options())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.ReadPID(now); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	issuer := sdjwtvctest.NewIssuer("ES256", issuerName, now)
	p := sdjwtvctest.NewPID(issuer, "ES256", nonce, audience, now)
	f.Add(p.Present())
	p.Binding = nil
	f.Add(p.Present())
	f.Add("a.b.c~")
	f.Fuzz(func(t *testing.T, text string) {
		o := options()
		o.WithoutKeyBinding = true
		c, err := sdjwtvc.Verify(t.Context(), text, o)
		if err == nil && c.Issuer.Chain[0] == nil || err != nil && c != nil {
			t.Fatal("a credential and an error, or neither")
		}
	})
}

// FuzzDisclose signs the claims of the fuzzer, so that they get behind the signature.
func FuzzDisclose(f *testing.F) {
	issuer := sdjwtvctest.NewIssuer("EdDSA", issuerName, now)
	disclosure := `["salt","a",{"b":1}]`
	f.Add(`{"_sd":["`+sdjwtvctest.Digest("", sdjwtvctest.Encode([]any{"salt", "a", 1}))+`"],"c":[{"...":"x"}]}`, disclosure)
	f.Add(`{"_sd":[],"status":{"status_list":{"idx":1,"uri":"https://a"}},"exp":1e300}`, disclosure)
	f.Fuzz(func(t *testing.T, claims, disclosure string) {
		o := options()
		o.WithoutKeyBinding = true
		c, err := sdjwtvc.Verify(t.Context(), sdjwtvctest.SignRaw(issuer, claims, disclosure), o)
		if err == nil && (c == nil || strings.Contains(claims, `"..."`) && c.Claims["..."] != nil) {
			t.Fatal("a digest is left")
		}
	})
}
