package e2e

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/walletdev"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/rules"
)

// The licence that an identity session sees.
const (
	canaryWalletFamily = "Walletcanaryfamily"
	canaryWalletGiven  = "Walletcanarygiven"
	canaryLicence      = "WCANARY7781"
)

// walleted verifies an identity by a licence, after a licence without a number and a presentation for another request,
// and returns the values that must not be found. The wallet has the issuer of stile-dev in the data folder.
func walleted(t *testing.T, m merchant, data string) []string {
	t.Helper()
	w := wallet{walletdev.In(filepath.Join(data, "wallet"))}
	m.workflow = m.publish(t, simple(rules.MethodMDL))
	v := m.create(t, body{"type": "identity", "jurisdiction": "US-CA"})
	whole := []mdoctest.Item{
		{Element: "family_name", Value: canaryWalletFamily}, {Element: "given_name", Value: canaryWalletGiven},
		{Element: "birth_date", Value: mdoctest.Date(canaryBirthDate)},
		{Element: "expiry_date", Value: mdoctest.Date("2099-12-31")},
		{Element: "issuing_country", Value: walletdev.Country}, {Element: "issuing_authority", Value: "DMV"},
		{Element: "document_number", Value: canaryLicence},
	}
	begin := func() (answer, *openid4vptest.Request) {
		challenge := v.user.post(t, v.verify("/methods/mdl/begin"), body{}).expect(t, 201)
		return challenge, openid4vptest.ReadOffer(offered(t, challenge, openid4vp.Signed), originOf(t, m.base))
	}
	shows := func(challenge answer, r, signs *openid4vptest.Request, items ...mdoctest.Item) {
		t.Helper()
		token := map[string][]string{r.Query.Credentials[0].ID: {signs.Mdoc(w.licence(t, items...))}}
		v.shares(t, "mdl", challenge, openid4vp.Signed, r.Data(r.Token(token))).expect(t, 202)
	}
	first, r := begin()
	other := *r
	other.Nonce = "another"
	shows(first, r, &other, whole...)
	v.until(t, "requires_input")
	second, r := begin()
	v.shares(t, "mdl", second, openid4vp.Signed, []byte(`{"response":"`+canaryLicence+`"}`)).
		refused(t, 400, "parameter_invalid", "data")
	shows(second, r, r, whole[1:]...)
	v.until(t, "requires_input")
	third, r := begin()
	shows(third, r, r, whole...)
	v.until(t, "verified")
	require.NotContains(t, string(v.get(t).raw), canaryLicence)
	return []string{canaryWalletFamily, canaryWalletGiven, canaryLicence}
}
