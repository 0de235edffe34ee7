package e2e

import (
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/wallettest"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/rules"
)

// walletStack is a stack that trusts the issuer of a test wallet.
type walletStack struct {
	*stack
	merchant merchant
	wallet   *wallettest.Wallet
}

// The wallet shares no code with Stile: see internal/wallettest.
func TestWalletCredentials(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	key, certificate := verifierFiles(t)
	wallet := wallettest.Start(t, wallettest.Options{Trust: folder})
	for _, kind := range []string{wallettest.MDL, wallettest.PID, wallettest.PIDSDJWT, wallettest.Age} {
		wallet.Issue(t, kind, wallettest.Document{})
	}
	onEveryBackend(t, func(t *testing.T, s *stack) {
		d := simple(rules.MethodMDL, rules.MethodEUDIPID)
		d.Preferences.ProofOfAge = true
		w := &walletStack{stack: s, merchant: s.live(t, d), wallet: wallet}
		w.merchant.post(t, "/v1/webhook_endpoints", body{
			"url": "https://127.0.0.1:8443/hook", "enabled_events": []string{"session_review.flagged"},
		}).expect(t, 201)
		t.Run("by redirect, and in another way for each document", func(t *testing.T) { eachDocument(t, w) })
		t.Run("a refusal of the wallet costs no attempt", func(t *testing.T) { refusedByTheUser(t, w) })
	}, func(c *config.Config) { c.TrustDir, c.VerifierKeyFile, c.VerifierCert = folder, key, certificate })
}

// verifierFiles writes the key and the certificates of the verifier.
func verifierFiles(t *testing.T) (key, certificate string) {
	t.Helper()
	signer := mdoctest.Key("P-256")
	secret, err := x509.MarshalPKCS8PrivateKey(signer)
	require.NoError(t, err)
	var chain []byte
	for _, one := range openid4vptest.Certify(signer, time.Now(), "verifier.example") {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one.Raw})...)
	}
	folder := t.TempDir()
	key, certificate = filepath.Join(folder, "key.pem"), filepath.Join(folder, "certificate.pem")
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	require.NoError(t, os.WriteFile(certificate, chain, 0o600))
	return key, certificate
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
	answered, fault := w.wallet.Redirect(t, link, o)
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
	credential, fault := w.wallet.Digital(t, c.at("data", "requests"), w.app.URL(), o)
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
