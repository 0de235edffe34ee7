package wallettest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/walletdev"
	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/methods/wallet/issuers"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc"
	"github.com/stile-id/stile/rules"
)

func TestIssuerOfTheWalletIsTrustedByItsFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	wallet := wallettest.Start(t, wallettest.Options{Trust: folder})
	for kind, method := range map[string]rules.Method{
		wallettest.MDL: rules.MethodMDL, wallettest.PhotoID: rules.MethodMID, wallettest.PID: rules.MethodEUDIPID,
		wallettest.Age: rules.MethodEUDIPID, wallettest.PIDSDJWT: rules.MethodEUDIPID,
	} {
		require.Equal(t, "NL", findingOf(t, wallet, folder, kind, method).Country, kind)
	}
}

func TestWalletIssuesByTheKeysOfStileDev(t *testing.T) {
	t.Parallel()
	files, err := walletdev.Ensure(t.TempDir(), []string{"localhost"}, time.Now())
	require.NoError(t, err)
	for kind, method := range map[string]rules.Method{
		wallettest.MDL: rules.MethodMDL, wallettest.PIDSDJWT: rules.MethodEUDIPID,
	} {
		wallet := wallettest.Start(t, wallettest.Options{
			Key: files.SignerKey(string(method)), Certificate: files.Signer(string(method)),
		})
		require.Equal(t, walletdev.Country, findingOf(t, wallet, files.TrustDir(), kind, method).Country, kind)
	}
}

// findingOf has the wallet show a document of a kind, and returns the finding about its issuer.
func findingOf(t *testing.T, w *wallettest.Wallet, folder, kind string, m rules.Method) (finding issuers.Finding) {
	t.Helper()
	trusted, err := issuers.Open(issuers.Options{Dir: folder, Egress: outbound.Policy{}})
	require.NoError(t, err)
	w.Clear(t)
	w.Issue(t, kind, wallettest.Document{})
	v := newVerifier(t, openid4vp.Hash, false, openid4vp.Query{Credentials: []openid4vp.CredentialQuery{queries[kind]}})
	now := time.Now()
	_, err = v.request.Verify(t.Context(), v.byRedirect(t, w, "post"), openid4vp.VerifyOptions{
		Now: now, Skew: time.Minute,
		TrustMdoc: func(issuer mdoc.Issuer) (err error) {
			finding, err = trusted.Mdoc(t.Context(), m, issuer, now)
			return err
		},
		TrustSDJWT: func(issuer sdjwtvc.Issuer) (err error) {
			finding, err = trusted.SDJWT(t.Context(), m, issuer, now)
			return err
		},
	})
	require.NoError(t, err, kind)
	return finding
}
