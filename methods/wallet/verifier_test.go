package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods/wallet"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
)

func TestFaultySettingsOfTheVerifierAreNamed(t *testing.T) {
	t.Parallel()
	w := &world{T: t}
	for variable, spoil := range map[string]func(s *wallet.VerifierSettings){
		wallet.VariableCertificate: func(s *wallet.VerifierSettings) { s.CertificateFile = "" },
		wallet.VariableKey:         func(s *wallet.VerifierSettings) { s.KeyFile = w.key(mdoctest.Key("P-256")) },
		wallet.VariableLink:        func(s *wallet.VerifierSettings) { s.Link = "https" },
		wallet.VariableScheme: func(s *wallet.VerifierSettings) {
			s.Scheme, s.APIURL = "x509_san_dns", "https://other.example"
		},
	} {
		s := w.settings()
		spoil(&s)
		_, err := wallet.ReadVerifier(s)
		require.ErrorContains(t, err, variable)
	}
	s := w.settings()
	s.Scheme = "x509_san_dns"
	v, err := wallet.ReadVerifier(s)
	require.NoError(t, err)
	require.NotNil(t, v)
	v, err = wallet.ReadVerifier(wallet.VerifierSettings{Link: "openid4vp"})
	require.NoError(t, err)
	require.Nil(t, v)
}

func TestMethodSaysWhyItIsUnavailable(t *testing.T) {
	t.Parallel()
	w := &world{T: t}
	none, err := issuers.Open(issuers.Options{})
	require.NoError(t, err)
	why := func(o wallet.Options) string {
		o.Issuers = none
		return wallet.Methods(o)[0].Unavailable()
	}
	require.Contains(t, why(wallet.Options{}), wallet.VariableKey)
	s := w.settings()
	v, err := wallet.ReadVerifier(s)
	require.NoError(t, err)
	require.Contains(t, why(wallet.Options{Verifier: v}), issuers.Variable)
	s.Now = func() time.Time { return now.AddDate(2, 0, 0) }
	v, err = wallet.ReadVerifier(s)
	require.NoError(t, err)
	require.Contains(t, why(wallet.Options{Verifier: v}), "has expired")
}
