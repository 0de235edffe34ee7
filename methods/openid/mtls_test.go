package openid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/banktest"
	"github.com/stile-id/stile/methods/openid"
)

func TestCertificateOfTheClientProvesItAndBindsTheToken(t *testing.T) {
	t.Parallel()
	files := banktest.NewTLS(t)
	bank := banktest.Start(t, files)
	bank.Serve(t, redirectURI, banktest.Options{Profile: "fapi2", Algorithm: "ES256"})
	with := func(certificate, key string) *openid.Client {
		return at(t, bank, func(i *openid.Institution) {
			i.Auth, i.DPoP, i.CA, i.Certificate, i.Key = openid.AuthTLS, false, files.CA, certificate, key
			i.ClaimsFrom = openid.FromUserinfo
		})
	}
	client, request := with(files.Client, files.ClientKey), openid.Essential("age_over_18")
	flow, address, err := client.Begin(t.Context(), redirectURI, "mch_1", request)
	require.NoError(t, err)
	back := bank.Login(t, address, "adult", redirectURI)

	other := with(files.Certificate, files.Key) // of the same authority, with another subject
	_, _, err = other.Begin(t.Context(), redirectURI, "mch_2", request)
	require.ErrorIs(t, err, openid.ErrAway)
	_, err = other.Finish(t.Context(), flow, back.Query())
	require.ErrorIs(t, err, openid.ErrUntrusted, "a stolen code is worth nothing without the certificate")

	claims, err := client.Finish(t.Context(), flow, back.Query())
	require.NoError(t, err)
	over, known := claims.Bool("age_over_18")
	require.True(t, over && known)
}

func TestBankOfAnotherAuthorityIsAway(t *testing.T) {
	t.Parallel()
	files := banktest.NewTLS(t)
	bank := banktest.Start(t, files)
	for _, authority := range []string{"", banktest.NewTLS(t).CA} {
		client := at(t, bank, func(i *openid.Institution) {
			i.Auth, i.DPoP, i.CA, i.Certificate, i.Key = openid.AuthTLS, false, authority, files.Client, files.ClientKey
		})
		_, _, err := client.Begin(t.Context(), redirectURI, "mch_1", openid.Essential("age_over_18"))
		require.ErrorIs(t, err, openid.ErrAway)
		require.ErrorContains(t, err, "certificate is not trusted")
	}
}
