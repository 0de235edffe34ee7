package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/banktest"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/rules"
)

// bankStack is a stack with a bank of the FAPI 2.0 profile.
type bankStack struct {
	*stack
	merchant merchant
	bank     *banktest.Bank
	callback string
}

func TestOpenBanking(t *testing.T) {
	t.Parallel()
	for name, database := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBankStack(t, database(t))
			for name, scenario := range map[string]func(t *testing.T, s *bankStack){
				"the browser that began claims the answer":        sameBrowserClaims,
				"another browser shows a code to enter":           otherBrowserShowsACode,
				"a code is guessed a few times at most":           codeIsGuessedRarely,
				"what the bank says decides":                      bankDecides,
				"an identity needs names and a birth date":        bankNamesAnIdentity,
				"a cancelled login costs no attempt":              cancelledLogin,
				"callbacks that are forged, late or repeated":     strangeCallbacks,
				"an answer belongs to the session that asked":     answerOfAnotherSession,
				"the list of banks is that of the user's country": banksOfTheCountry,
			} {
				t.Run(name, func(t *testing.T) { scenario(t, s) })
			}
			t.Run("a bank that fails costs no attempt", func(t *testing.T) { awayBank(t, s) })
		})
	}
}

func newBankStack(t *testing.T, database string) *bankStack {
	t.Helper()
	bank := banktest.Start(t, nil)
	file := filepath.Join(t.TempDir(), "banks.yaml")
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(file), "logo.png"), []byte(logo), 0o600))
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `
institutions:
  - {id: bank, name: Example Bank, logo: logo.png, issuer: %q, client_id: stile, key: %q, dpop: true, age: age_over}
  - {id: fjord, name: Fjord Bank, countries: ["NO"], issuer: "https://fjord.example", client_id: stile, key: %q,
     dpop: true, age: birthdate}
`, bank.Issuer, bank.KeyFile, bank.KeyFile), 0o600))
	s := &bankStack{bank: bank}
	s.stack = emptyStack(t, database, func(c *config.Config) { c.BanksFile = file })
	s.serve(t, app.Options{API: true, Worker: true, Migrate: true})
	s.callback = s.app.URL() + "/v1/methods/open_banking/callback"
	bank.Serve(t, s.callback, banktest.Options{Profile: "fapi2", DPoP: true, Algorithm: "ES256"})
	s.merchant = s.liveUnheard(t, simple(rules.MethodOpenBanking))
	return s
}

// logo begins like a PNG.
const logo = "\x89PNG\r\n\x1A\nlogo of a bank"

// begins opens a session and begins at the bank. It returns the challenge.
func (s *bankStack) begins(t *testing.T) (session, answer) {
	t.Helper()
	v := s.merchant.create(t, nil)
	v.open(t)
	return v, v.user.post(t, v.verify("/methods/open_banking/begin"), body{"institution": "bank"}).expect(t, 201)
}

// comesBack is a browser that logs in at the bank, and the address to which it is led after that.
func (s *bankStack) comesBack(t *testing.T, challenge answer, account string) *url.URL {
	t.Helper()
	address, _ := challenge.at("data", "url").(string)
	return s.led(t, banktest.Login(t, address, account, s.callback))
}

// led returns where the callback leads a browser.
func (s *bankStack) led(t *testing.T, callback *url.URL) *url.URL {
	t.Helper()
	browser := *s.client(t, "").http
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := client{base: s.app.URL(), http: &browser}
	to, err := url.Parse(c.get(t, callback.RequestURI()).expect(t, 303).header.Get("Location"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(to.String(), s.app.URL()+"/verify"), "only our own page")
	return to
}

// responseIn returns the response in the fragment of the page.
func responseIn(t *testing.T, page *url.URL) string {
	t.Helper()
	fragment, err := url.ParseQuery(page.EscapedFragment())
	require.NoError(t, err)
	require.Equal(t, "open_banking", fragment.Get("method"))
	require.NotEmpty(t, fragment.Get("response"))
	return fragment.Get("response")
}

func claims(t *testing.T, v session, challenge answer, response string) answer {
	t.Helper()
	return v.submit(t, "open_banking", body{"challenge": challenge.text("id"), "response": response})
}

func sameBrowserClaims(t *testing.T, s *bankStack) {
	v, challenge := s.begins(t)
	waiting, _ := methodIn(t, v, "open_banking")["waiting"].(map[string]any)
	require.Equal(t, challenge.text("id"), waiting["challenge"], "a page that is loaded anew goes on")
	require.Equal(t, false, waiting["data"].(map[string]any)["answered"])
	status := v.user.get(t, v.verify("/status")).expect(t, 200).header.Get("ETag")

	page := s.comesBack(t, challenge, "adult")
	require.Equal(t, "/verify/"+v.id, page.Path)
	require.Equal(t, []string{"age_over_21"}, s.bank.Asked(t), "an age needs no more")
	waiting, _ = methodIn(t, v, "open_banking")["waiting"].(map[string]any)
	require.Equal(t, map[string]any{
		"url": "", "institution": "bank", "name": "Example Bank", "answered": true,
	}, waiting["data"])
	require.NotEqual(t, status, v.user.get(t, v.verify("/status")).expect(t, 200).header.Get("ETag"))
	claims(t, v, challenge, "wrong").refused(t, 400, "parameter_invalid", "response")
	claims(t, v, challenge, responseIn(t, page)).expect(t, 202)
	v.until(t, "verified")
	after := v.get(t)
	require.Equal(t, "open_banking", after.text("verification_path"))
	require.NotContains(t, string(after.raw), "age_over")
}

// replies posts to a route of the method as a page does.
func (s *bankStack) replies(t *testing.T, route string, challenge answer, b body) answer {
	t.Helper()
	return s.client(t, "").post(t, "/v1/methods/open_banking/"+route+"/"+challenge.text("id"), b)
}

func otherBrowserShowsACode(t *testing.T, s *bankStack) {
	v, challenge := s.begins(t)
	s.replies(t, "code", challenge, body{"code": "123456"}).refused(t, 400, "parameter_invalid", "code")
	response := responseIn(t, s.comesBack(t, challenge, "adult"))
	s.replies(t, "returned", challenge, body{"response": "x"}).refused(t, 400, "parameter_invalid", "response")
	shown := s.replies(t, "returned", challenge, body{"response": response}).expect(t, 200)
	org, err := s.app.Store().Across().Organization(t.Context(), s.merchant.org)
	require.NoError(t, err)
	require.Equal(t, org.DisplayName(), shown.text("merchant"), "the user sees who asks")
	require.Equal(t, "Example Bank", shown.text("institution"))
	entered := s.replies(t, "code", challenge, body{"code": shown.text("code")}).expect(t, 200)
	claims(t, v, challenge, entered.text("response")).expect(t, 202)
	v.until(t, "verified")
}

func codeIsGuessedRarely(t *testing.T, s *bankStack) {
	_, challenge := s.begins(t)
	response := responseIn(t, s.comesBack(t, challenge, "adult"))
	shown := s.replies(t, "returned", challenge, body{"response": response}).expect(t, 200)
	for range 5 {
		s.replies(t, "code", challenge, body{"code": "wrong"}).refused(t, 400, "parameter_invalid", "code")
	}
	s.replies(t, "code", challenge, body{"code": shown.text("code")}).refused(t, 400, "parameter_invalid", "code")
}

func bankDecides(t *testing.T, s *bankStack) {
	v, challenge := s.begins(t)
	for account, reason := range map[string]string{"minor": "under_age", "unknown": "age_unknown"} {
		claims(t, v, challenge, responseIn(t, s.comesBack(t, challenge, account))).expect(t, 202)
		failsWith(t, v, reason)
		challenge = v.user.post(t, v.verify("/methods/open_banking/begin"), body{"institution": "bank"}).expect(t, 201)
	}
	require.Equal(t, 1.0, methodIn(t, v, "open_banking")["attempts_left"])
}

func bankNamesAnIdentity(t *testing.T, s *bankStack) {
	withDocument := simple(rules.MethodDocumentCapture)
	withDocument.Supplementary = []rules.Method{rules.MethodOpenBanking}
	m := s.sandbox(t, withDocument)
	for account, reason := range map[string]string{"adult": "", "minor": "data_mismatch", "child": "under_age"} {
		v := m.create(t, body{"type": "identity"})
		v.simulate(t, string(rules.MethodDocumentCapture), "pass")
		v.until(t, "requires_input")
		begin := v.user.post(t, v.verify("/methods/open_banking/begin"), body{"institution": "bank"}).expect(t, 201)
		claims(t, v, begin, responseIn(t, s.comesBack(t, begin, account))).expect(t, 202)
		if reason != "" {
			failsWith(t, v, reason)
			continue
		}
		v.until(t, "verified")
		require.NotRegexp(t, "Ada|Lovelace|1990", string(v.get(t).raw), "no name and no date is shown")
	}
	require.Equal(t, []string{"birthdate", "family_name", "given_name"}, s.bank.Asked(t), "no more is asked for")
}

func cancelledLogin(t *testing.T, s *bankStack) {
	v, challenge := s.begins(t)
	claims(t, v, challenge, responseIn(t, s.comesBack(t, challenge, "cancel"))).expect(t, 202)
	endsWith(t, v, "user_cancelled")
}

// failsWith waits for the verdict, and returns the method's part of the view.
func failsWith(t *testing.T, v session, reason string) map[string]any {
	t.Helper()
	v.until(t, "requires_input")
	method := methodIn(t, v, "open_banking")
	why, _ := method["last_attempt"].(map[string]any)
	require.Equal(t, []any{reason}, why["reason_codes"])
	return method
}

// endsWith waits for the verdict, which costs no attempt.
func endsWith(t *testing.T, v session, reason string) {
	t.Helper()
	method := failsWith(t, v, reason)
	require.Equal(t, method["attempts"], method["attempts_left"])
}

func strangeCallbacks(t *testing.T, s *bankStack) {
	v, challenge := s.begins(t)
	address, _ := challenge.at("data", "url").(string)
	callback := banktest.Login(t, address, "adult", s.callback)
	exchanged := s.bank.Faults(t, nil, nil)["/token"]
	refused := func(want string, change func(q url.Values)) {
		t.Helper()
		changed, query := *callback, callback.Query()
		change(query)
		changed.RawQuery = query.Encode()
		to := s.led(t, &changed)
		require.Equal(t, "/verify#refused="+want, to.Path+"#"+to.Fragment)
	}
	refused("resource_missing", func(q url.Values) { q.Set("state", "mch_aaaaaaaaaaaaaaaaaaaaaaaa") })
	refused("resource_missing", func(q url.Values) { q.Del("state") })
	refused("parameter_invalid", func(q url.Values) { q.Set("iss", "https://fjord.example") })
	refused("parameter_invalid", func(q url.Values) { q.Del("iss") })
	refused("parameter_invalid", func(q url.Values) { q.Add("state", "https://evil.example") })
	require.Equal(t, exchanged, s.bank.Faults(t, nil, nil)["/token"])

	page := s.led(t, callback)
	refused("parameter_invalid", func(url.Values) {})
	claims(t, v, challenge, responseIn(t, page)).expect(t, 202)
	v.until(t, "verified")
	refused("resource_missing", func(url.Values) {})
	require.LessOrEqual(t, s.bank.Faults(t, nil, nil)["/token"], exchanged+2, "once, and once more with the nonce of DPoP")

	ended, challenge := s.begins(t)
	address, _ = challenge.at("data", "url").(string)
	callback = banktest.Login(t, address, "adult", s.callback)
	ended.user.post(t, ended.verify("/cancel"), nil).expect(t, 200)
	refused("resource_missing", func(url.Values) {})
}

func answerOfAnotherSession(t *testing.T, s *bankStack) {
	victim, challenge := s.begins(t)
	other, own := s.begins(t)
	response := responseIn(t, s.comesBack(t, challenge, "adult"))
	claims(t, other, challenge, response).refused(t, 409, "challenge_invalid", "challenge")
	claims(t, other, own, response).refused(t, 400, "parameter_invalid", "response")
	claims(t, victim, challenge, response).expect(t, 202)
	victim.until(t, "verified")
}

func banksOfTheCountry(t *testing.T, s *bankStack) {
	v := s.merchant.create(t, nil)
	v.open(t)
	input, _ := methodIn(t, v, "open_banking")["input"].(map[string]any)
	field, _ := input["begin_fields"].([]any)[0].(map[string]any)
	choices, _ := field["choices"].([]any)
	require.Len(t, choices, 1, "the other bank is Norwegian")
	choice, _ := choices[0].(map[string]any)
	require.Equal(t, "Example Bank", choice["label"])
	address, _ := choice["logo_url"].(string)
	picture := s.client(t, "").get(t, strings.TrimPrefix(address, s.app.URL())).expect(t, 200)
	require.Equal(t, logo, string(picture.raw))
	require.Equal(t, "image/png", picture.header.Get("Content-Type"))
	begin := v.verify("/methods/open_banking/begin")
	v.user.post(t, begin, body{"institution": "fjord"}).refused(t, 400, "parameter_invalid", "institution")
	v.user.post(t, begin, nil).refused(t, 400, "parameter_invalid", "institution")
}

func awayBank(t *testing.T, s *bankStack) {
	v, challenge := s.begins(t)
	address, _ := challenge.at("data", "url").(string)
	callback := banktest.Login(t, address, "adult", s.callback)
	s.bank.Faults(t, []string{"/token"}, []string{"/request"})
	v.user.post(t, v.verify("/methods/open_banking/begin"), body{"institution": "bank"}).
		refused(t, 503, "service_unavailable")
	claims(t, v, challenge, responseIn(t, s.led(t, callback))).expect(t, 202)
	endsWith(t, v, "provider_unavailable")
}
