package e2e

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/rules"
)

// walletStack is a stack that trusts the issuers of two wallets.
type walletStack struct {
	*stack
	wallet
	merchant merchant
	peer     *wallettest.Wallet
}

// The peer shares no code with Stile: see internal/wallettest. Its issuer is trusted beside the development issuer, of
// which the other scenarios show credentials.
func TestWalletCredentials(t *testing.T) {
	t.Parallel()
	held, trusts := newWallet(t)
	peer := wallettest.Start(t, wallettest.Options{Trust: held.files.TrustDir()})
	for _, kind := range []string{wallettest.MDL, wallettest.PID, wallettest.PIDSDJWT, wallettest.Age} {
		peer.Issue(t, kind, wallettest.Document{})
	}
	onEveryBackend(t, func(t *testing.T, s *stack) {
		d := simple(rules.MethodMDL, rules.MethodEUDIPID)
		d.Preferences.ProofOfAge = true
		w := &walletStack{stack: s, wallet: held, merchant: s.liveUnheard(t, d), peer: peer}
		for name, scenario := range map[string]func(t *testing.T, w *walletStack){
			"by redirect, and in another way for each document": eachDocument,
			"a refusal of the wallet costs no attempt":          refusedByTheUser,
			"a licence over the Digital Credentials API":        licenceIsShown,
			"a licence by ISO/IEC TS 18013-7, Annex C":          annexCIsShown,
			"a PID by a link is claimed":                        pidIsClaimed,
			"a licence by a link, after a refusal":              licenceByLink,
		} {
			t.Run(name, func(t *testing.T) { scenario(t, w) })
		}
	}, trusts)
}

// begins opens a session in the Netherlands and begins a method.
func (w *walletStack) begins(t *testing.T, method string) (session, answer) {
	t.Helper()
	v := w.merchant.create(t, body{"jurisdiction": "NL"})
	v.open(t)
	return v, v.user.post(t, v.verify("/methods/"+method+"/begin"), body{}).expect(t, 201)
}

// byLink has the wallet answer the link of a challenge and claims the answer, as the page does that it leads to.
func (w *walletStack) byLink(t *testing.T, v session, method string, c answer, o wallettest.RedirectOptions) {
	t.Helper()
	link, _ := c.at("data", "link").(string)
	answered, fault := w.peer.Redirect(t, link, o)
	require.Empty(t, fault)
	require.Equal(t, 200, answered.Status, "%s", answered.Body)
	page, err := url.Parse(answered.RedirectURI)
	require.NoError(t, err)
	require.Equal(t, "/verify/"+v.id, page.Path)
	fragment, err := url.ParseQuery(page.EscapedFragment())
	require.NoError(t, err)
	require.Equal(t, method, fragment.Get("method"))
	v.submit(t, method, body{"challenge": c.text("id"), "response": fragment.Get("response")}).expect(t, 202)
}

// byBrowser has the wallet answer the requests of a challenge over the Digital Credentials API.
func (w *walletStack) byBrowser(t *testing.T, v session, method string, c answer, o wallettest.DigitalOptions) {
	t.Helper()
	credential, fault := w.peer.Digital(t, c.at("data", "requests"), w.app.URL(), o)
	require.Empty(t, fault)
	v.submit(t, method, body{
		"challenge": c.text("id"), "protocol": credential.Protocol, "data": credential.Data,
	}).expect(t, 202)
}

func eachDocument(t *testing.T, w *walletStack) {
	for _, by := range []struct{ kind, method, protocol, fetch string }{
		{kind: wallettest.MDL, method: "mdl", fetch: "post"},
		{kind: wallettest.MDL, method: "mdl", protocol: "org-iso-mdoc"},
		{kind: wallettest.PID, method: "eudi_pid", protocol: "openid4vp-v1-signed"},
		{kind: wallettest.PIDSDJWT, method: "eudi_pid", fetch: "get"},
		{kind: wallettest.PIDSDJWT, method: "eudi_pid", protocol: "openid4vp-v1-signed"},
		{kind: wallettest.Age, method: "eudi_pid", fetch: "post"},
	} {
		v, challenge := w.begins(t, by.method)
		if by.protocol == "" {
			w.byLink(t, v, by.method, challenge, wallettest.RedirectOptions{Method: by.fetch, Kind: by.kind})
		} else {
			w.byBrowser(t, v, by.method, challenge, wallettest.DigitalOptions{Protocol: by.protocol, Kind: by.kind})
		}
		v.until(t, "verified")
		format := "mso_mdoc"
		if by.kind == wallettest.PIDSDJWT {
			format = "dc+sd-jwt"
		}
		result := v.get(t)
		require.Equal(t, format, result.at("results", 0, "credential", "format"), "%s", result.raw)
		require.Equal(t, "NL", result.at("results", 0, "credential", "issuing_country"))
		for _, check := range []string{"issuer_trusted", "device_bound", "age_over_18"} {
			require.Contains(t, result.at("results", 0, "checks"), map[string]any{"name": check, "status": "passed"})
		}
	}
}

func refusedByTheUser(t *testing.T, w *walletStack) {
	v, challenge := w.begins(t, "mdl")
	w.byLink(t, v, "mdl", challenge, wallettest.RedirectOptions{Refuse: "access_denied"})
	v.until(t, "requires_input")
	method := methodIn(t, v, "mdl")
	why, _ := method["last_attempt"].(map[string]any)
	require.Equal(t, []any{"user_cancelled"}, why["reason_codes"])
	require.Equal(t, method["attempts"], method["attempts_left"])
}
