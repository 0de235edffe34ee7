package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/banktest"
	"github.com/stile-id/stile/rules"
)

// The account of canaryBirthDate at the bank, and the names that the bank tells about it.
const (
	canarySubject = "canary-subject-5e0b"
	canaryGiven   = "Canarygiven"
	canaryFamily  = "Canaryfamily"
)

// canaryBank starts a bank that tells more than the verdict needs, and returns the path of a configuration file with
// it.
func canaryBank(t *testing.T) (bank *banktest.Bank, file string) {
	t.Helper()
	bank = banktest.Start(t, nil)
	file = filepath.Join(t.TempDir(), "banks.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `
institutions:
  - {id: bank, name: Example Bank, issuer: %q, client_id: stile, key: %q, dpop: true, age: birthdate,
     claims_from: userinfo, scopes: [profile]}
`, bank.Issuer, bank.KeyFile), 0o600))
	return bank, file
}

// banked verifies a session by open_banking, after a wrong claim and before a repeated redirect, and returns what must
// not be found: the claims of the bank, its code, and the response that claims the answer.
func banked(t *testing.T, m merchant, bank *banktest.Bank) []string {
	t.Helper()
	callback := m.base + "/v1/methods/open_banking/callback"
	bank.Serve(t, callback, banktest.Options{Profile: "fapi2", DPoP: true, Algorithm: "ES256"})
	m.workflow = m.publish(t, simple(rules.MethodOpenBanking))
	v := m.create(t, body{"jurisdiction": "DE"})
	challenge := v.user.post(t, v.verify("/methods/open_banking/begin"), body{"institution": "bank"}).expect(t, 201)
	address, _ := challenge.at("data", "url").(string)
	back := banktest.Login(t, address, canarySubject, callback)
	browser := *m.http
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	led := client{base: m.base, http: &browser}
	page, err := url.Parse(led.get(t, back.RequestURI()).expect(t, 303).header.Get("Location"))
	require.NoError(t, err)
	led.get(t, back.RequestURI()).expect(t, 303)
	response := responseIn(t, page)
	claims(t, v, challenge, response+"x").refused(t, 400, "parameter_invalid", "response")
	claims(t, v, challenge, response).expect(t, 202)
	v.until(t, "verified")
	return []string{canarySubject, canaryGiven, canaryFamily, back.Query().Get("code"), response}
}
