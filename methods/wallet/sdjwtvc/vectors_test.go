package sdjwtvc_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
)

// published is the metadata of an issuer that signs with the key of the specifications' examples.
func published(t *testing.T, issuer string) sdjwtvc.KeySource {
	t.Helper()
	body, err := json.Marshal(map[string]any{"issuer": issuer, "jwks": map[string]any{"keys": []any{map[string]any{
		"kid": "doc-signer-05-25-2022", "kty": "EC", "crv": "P-256",
		"x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ", "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8",
	}}}})
	require.NoError(t, err)
	return sdjwtvc.MetadataKeys(func(context.Context, string) ([]byte, error) { return body, nil })
}

func vector(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return strings.Join(strings.Fields(string(text)), "")
}

const exampleHolder = `{"jwk": {"kty": "EC", "crv": "P-256", "x": "TCAER19Zvu3OHF4j4W4vfSVoHIP1ILilDls7vCeGemc",
	"y": "ZxjiWWbZMQGHVWKVQ4hbSIirsVfuecCE6t4jT9F2HZQ"}}`

func TestExamplesOfTheSpecificationsAreVerified(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		file, issuer, vct, audience string
		bound                       time.Time
		verify                      func(context.Context, string, sdjwtvc.Options) (*sdjwtvc.VC, error)
		claims                      string
	}{
		{
			file: "sdjwtvc-4.2-key-binding.txt", issuer: "https://example.com/issuer",
			vct:   "https://credentials.example.com/identity_credential",
			bound: time.Unix(1756420695, 0), audience: "https://example.com/verifier", verify: sdjwtvc.Verify,
			claims: `{"iss": "https://example.com/issuer", "iat": 1683000000, "exp": 1883000000,
				"vct": "https://credentials.example.com/identity_credential", "cnf": ` + exampleHolder + `,
				"is_over_65": true, "address": {"street_address": "123 Main St", "locality": "Anytown",
				"region": "Anystate", "country": "US"}}`,
		},
		{
			file: "sdjwtvc-4.2-bare.txt", issuer: "https://example.com/issuer",
			vct:   "https://credentials.example.com/identity_credential",
			bound: time.Unix(1756420695, 0), verify: sdjwtvc.Verify,
			claims: `{"iss": "https://example.com/issuer", "iat": 1683000000, "exp": 1883000000,
				"vct": "https://credentials.example.com/identity_credential",
				"is_over_65": true, "address": {"street_address": "123 Main St", "locality": "Anytown",
				"region": "Anystate", "country": "US"}}`,
		},
		{
			file: "sdjwtvc-B.1-pid.txt", issuer: "https://pid-issuer.bund.de.example", vct: "urn:eudi:pid:de:1",
			bound: time.Unix(1756420695, 0), audience: "https://example.com/verifier", verify: sdjwtvc.Verify,
			claims: `{"iss": "https://pid-issuer.bund.de.example", "iat": 1683000000, "exp": 1883000000,
				"vct": "urn:eudi:pid:de:1", "cnf": ` + exampleHolder + `, "age_equal_or_over": {"18": true},
				"nationalities": ["DE"]}`,
		},
		{ // this example has another media type, and no vct: it is no SD-JWT VC
			file: "rfc9901-5.2.txt", issuer: "https://issuer.example.com", vct: "none",
			bound: time.Unix(1748361941, 0), audience: "https://verifier.example.org", verify: sdjwtvc.VerifySDJWT,
			claims: `{"iss": "https://issuer.example.com", "iat": 1683000000, "exp": 1883000000, "sub": "user_42",
				"nationalities": ["US"], "cnf": ` + exampleHolder + `, "family_name": "Doe", "given_name": "John",
				"address": {"street_address": "123 Main St", "locality": "Anytown", "region": "Anystate",
				"country": "US"}}`,
		},
	} {
		t.Run(of.file, func(t *testing.T) {
			t.Parallel()
			c, err := of.verify(t.Context(), vector(t, of.file), sdjwtvc.Options{
				Types: []string{of.vct}, Nonce: "1234567890", Audience: of.audience, WithoutKeyBinding: of.audience == "",
				Trust: trusting, Keys: published(t, of.issuer), Now: of.bound.Add(time.Minute),
			})
			require.NoError(t, err)
			require.Equal(t, of.issuer, c.Issuer.Name)
			got, err := json.Marshal(c.Claims)
			require.NoError(t, err)
			require.JSONEq(t, of.claims, string(got))
		})
	}
}

func TestPIDExampleOfTheSpecificationIsRead(t *testing.T) {
	t.Parallel()
	now := time.Unix(1756420695, 0)
	c, err := sdjwtvc.Verify(t.Context(), vector(t, "sdjwtvc-B.1-pid-issued.txt"), sdjwtvc.Options{
		Types: []string{"urn:eudi:pid:de:1"}, WithoutKeyBinding: true, Trust: trusting,
		Keys: published(t, "https://pid-issuer.bund.de.example"), Now: now,
	})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"locality": "Berlin", "country": "DE"}, c.Claims["place_of_birth"])
	_, err = c.ReadPID(now)
	requireCode(t, sdjwtvc.PIDTypeMismatch, err)
	pid, err := c.ReadPID(now, "urn:eudi:pid:de:1")
	require.NoError(t, err)
	require.Equal(t, "Erika", pid.GivenName)
	require.Equal(t, "Mustermann", pid.FamilyName)
	require.Equal(t, time.Date(1963, 8, 12, 0, 0, 0, 0, time.UTC), pid.Birthdate)
	require.Equal(t, []string{"DE"}, pid.Nationalities)
	require.Equal(t, time.Date(2030, 3, 12, 0, 0, 0, 0, time.UTC), pid.ExpiresOn)
	for age, expected := range map[int][2]bool{21: {true, true}, 20: {true, true}, 22: {false, false}, 65: {false, true}} {
		over, stated := pid.AgeOver(age)
		require.Equal(t, expected, [2]bool{over, stated}, "age %d", age)
	}
	_, err = c.ReadPID(pid.ExpiresOn.Add(23*time.Hour), "urn:eudi:pid:de:1")
	require.NoError(t, err, "the day of expiry counts")
	_, err = c.ReadPID(pid.ExpiresOn.Add(24*time.Hour), "urn:eudi:pid:de:1")
	requireCode(t, sdjwtvc.PIDExpired, err)
}
