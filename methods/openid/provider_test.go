package openid_test

import (
	"context"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/banktest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods/openid"
)

// redirectURI is where users come back. Nothing listens there.
const redirectURI = "http://127.0.0.1:9/v1/methods/open_banking/callback"

// at returns the client of an institution, as a file would configure it.
func at(t *testing.T, bank *banktest.Bank, change func(*openid.Institution)) *openid.Client {
	t.Helper()
	of := openid.Institution{
		ID: "bank", Name: "Bank", Issuer: bank.Issuer, ClientID: banktest.ClientID, Key: bank.KeyFile, DPoP: true,
	}
	change(&of)
	require.NoError(t, of.Load(t.TempDir()))
	return openid.NewClient(of, time.Minute, outbound.Policy{Allow: outbound.Loopback()}, time.Now)
}

func TestCertifiedProviderTellsTheClaimsThatWereAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options banktest.Options
		change  func(*openid.Institution)
		request openid.Request
		claim   string
	}{
		"FAPI 2.0 with DPoP": {
			banktest.Options{Profile: "fapi2", DPoP: true, Algorithm: "ES256"}, func(*openid.Institution) {},
			openid.Essential("age_over_18"), "age_over_18",
		},
		"FAPI 2.0 with userinfo and a level": {
			banktest.Options{Profile: "fapi2", DPoP: true, Algorithm: "PS256"},
			func(i *openid.Institution) {
				i.ClaimsFrom, i.ACRValues = openid.FromUserinfo, []string{"urn:bank:strong"}
			},
			openid.Essential("birthdate"), "birthdate",
		},
		"identity assurance": {
			banktest.Options{Profile: "fapi2", DPoP: true, Algorithm: "ES256"}, func(*openid.Institution) {},
			openid.Verified([]string{"eidas"}, []string{"birthdate"}), openid.VerifiedClaim,
		},
		"plain OpenID Connect": {
			banktest.Options{Profile: "oidc", Algorithm: "RS256"},
			func(i *openid.Institution) { i.Profile, i.DPoP = openid.ProfileOIDC, false },
			openid.Essential("eduperson_scoped_affiliation"), "eduperson_scoped_affiliation",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bank := banktest.Start(t, nil)
			bank.Serve(t, redirectURI, c.options)
			client := at(t, bank, c.change)
			flow, address, err := client.Begin(t.Context(), redirectURI, "mch_1", c.request)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(address, bank.Issuer+"/"))
			require.Equal(t, c.options.Profile == "fapi2", !strings.Contains(address, "claims"), "the request is pushed")
			back := banktest.Login(t, address, "adult", redirectURI)
			require.Equal(t, "mch_1", back.Query().Get("state"))
			claims, err := client.Finish(t.Context(), flow, back.Query())
			require.NoError(t, err)
			require.Contains(t, claims, c.claim)
			for _, unasked := range []string{"given_name", "family_name"} {
				require.NotContains(t, claims, unasked)
			}
			_, err = client.Finish(t.Context(), flow, back.Query())
			require.ErrorIs(t, err, openid.ErrUntrusted, "a code works once")
		})
	}
}

// fapi starts a bank of the FAPI 2.0 profile, with its client.
func fapi(t *testing.T) (*banktest.Bank, *openid.Client) {
	t.Helper()
	bank := banktest.Start(t, nil)
	bank.Serve(t, redirectURI, banktest.Options{Profile: "fapi2", DPoP: true, Algorithm: "ES256"})
	return bank, at(t, bank, func(*openid.Institution) {})
}

// begun is a flow whose user has logged in.
func begun(t *testing.T, client *openid.Client, account string) (openid.Flow, url.Values) {
	t.Helper()
	flow, address, err := client.Begin(t.Context(), redirectURI, "mch_1", openid.Essential("age_over_18"))
	require.NoError(t, err)
	return flow, banktest.Login(t, address, account, redirectURI).Query()
}

func TestAnswerOfAnotherIssuerOrFlowIsRefused(t *testing.T) {
	t.Parallel()
	bank, client := fapi(t)
	other, otherClient := fapi(t)
	flow, back := begun(t, client, "adult")
	asked := bank.Faults(t, nil, nil)["/token"]

	for name, change := range map[string]func(url.Values){
		"issuer of another bank": func(q url.Values) { q.Set("iss", other.Issuer) },
		"no issuer":              func(q url.Values) { q.Del("iss") },
		"two issuers":            func(q url.Values) { q.Add("iss", other.Issuer) },
		"no code":                func(q url.Values) { q.Del("code") },
		"two codes":              func(q url.Values) { q.Add("code", "x") },
	} {
		changed := maps.Clone(back)
		change(changed)
		_, err := client.Finish(t.Context(), flow, changed)
		require.ErrorIs(t, err, openid.ErrUntrusted, name)
	}
	require.Equal(t, asked, bank.Faults(t, nil, nil)["/token"], "none of them reaches the bank")

	mixed, mixedBack := begun(t, otherClient, "adult")
	_, err := client.Finish(t.Context(), mixed, mixedBack)
	require.ErrorIs(t, err, openid.ErrUntrusted, "the bank of another flow")
	stolen, _ := begun(t, client, "adult")
	_, err = client.Finish(t.Context(), stolen, back)
	require.ErrorIs(t, err, openid.ErrUntrusted, "the code of another flow, which PKCE binds")

	_, back = begun(t, client, "cancel")
	_, err = client.Finish(t.Context(), flow, back)
	require.ErrorIs(t, err, openid.ErrCancelled)
}

func TestBankThatHangsOrFailsIsAway(t *testing.T) {
	t.Parallel()
	bank, client := fapi(t)
	flow, back := begun(t, client, "adult")
	soon, cancel := context.WithTimeout(t.Context(), time.Second/2)
	defer cancel()
	bank.Faults(t, []string{"/token", "/request"}, nil)
	_, err := client.Finish(soon, flow, back)
	require.ErrorIs(t, err, openid.ErrAway)
	_, _, err = client.Begin(soon, redirectURI, "mch_2", openid.Essential("age_over_18"))
	require.ErrorIs(t, err, openid.ErrAway)
	bank.Faults(t, nil, []string{"/token"})
	_, err = client.Finish(t.Context(), flow, back)
	require.ErrorIs(t, err, openid.ErrAway)
	bank.Faults(t, nil, nil)
	_, err = client.Finish(t.Context(), flow, back)
	require.NoError(t, err, "the code was never used")
}
