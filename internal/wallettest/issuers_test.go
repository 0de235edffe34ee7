package wallettest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/rules"
)

func TestIssuerOfTheWalletIsTrustedByItsFolder(t *testing.T) {
	t.Parallel()
	folder, now := t.TempDir(), time.Now()
	wallet := wallettest.Start(t, wallettest.Options{Trust: folder})
	trusted, err := issuers.Open(issuers.Options{Dir: folder, Egress: outbound.Policy{}})
	require.NoError(t, err)
	for kind, method := range map[string]rules.Method{
		wallettest.MDL: rules.MethodMDL, wallettest.PhotoID: rules.MethodMID, wallettest.PID: rules.MethodEUDIPID,
		wallettest.Age: rules.MethodEUDIPID, wallettest.PIDSDJWT: rules.MethodEUDIPID,
	} {
		wallet.Clear(t)
		wallet.Issue(t, kind, wallettest.Document{})
		query := openid4vp.Query{Credentials: []openid4vp.CredentialQuery{queries[kind]}}
		v := newVerifier(t, openid4vp.Hash, false, query)
		var finding issuers.Finding
		_, err := v.request.Verify(t.Context(), v.byRedirect(t, wallet, "post"), openid4vp.VerifyOptions{
			Now: now, Skew: time.Minute,
			TrustMdoc: func(issuer mdoc.Issuer) (err error) {
				finding, err = trusted.Mdoc(t.Context(), method, issuer, now)
				return err
			},
			TrustSDJWT: func(issuer sdjwtvc.Issuer) (err error) {
				finding, err = trusted.SDJWT(t.Context(), method, issuer, now)
				return err
			},
		})
		require.NoError(t, err, kind)
		require.Equal(t, "NL", finding.Country, kind)
	}
}
