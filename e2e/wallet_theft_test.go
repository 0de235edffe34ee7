package e2e

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/walletdev"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
)

// wallet is a wallet with credentials of the development issuer.
type wallet struct{ files walletdev.Files }

// newWallet returns a wallet, and a change by which a stack trusts its issuer.
func newWallet(t *testing.T) (wallet, func(c *config.Config)) {
	t.Helper()
	files, err := walletdev.Ensure(t.TempDir(), []string{"localhost"}, time.Now())
	require.NoError(t, err)
	return wallet{files}, func(c *config.Config) {
		c.TrustDir, c.VerifierKeyFile, c.VerifierCert = files.TrustDir(), files.VerifierKey(), files.Verifier()
	}
}

// signer returns the certificate and the key of the signer of a method's documents.
func (w wallet) signer(t *testing.T, method string) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(w.files.Signer(method), w.files.SignerKey(method))
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(pair.Certificate[0])
	require.NoError(t, err)
	key, ok := pair.PrivateKey.(crypto.Signer)
	require.True(t, ok)
	return certificate, key
}

// licence returns a driving licence that shows these elements.
func (w wallet) licence(t *testing.T, items ...mdoctest.Item) *mdoctest.Mdoc {
	t.Helper()
	certificate, key := w.signer(t, "mdl")
	parsed, err := mdoc.ParseCertificate(certificate.Raw)
	require.NoError(t, err)
	document := mdoctest.NewMDL(&mdoctest.Issuer{Signer: parsed, SignerKey: key})
	document.Items = map[string][]mdoctest.Item{mdoc.NamespaceMDL: items}
	document.ObjectHook = func(object map[string]any) {
		now := time.Now()
		object["validityInfo"] = map[string]any{
			"signed": mdoctest.Instant(now.Add(-time.Minute)), "validFrom": mdoctest.Instant(now.Add(-time.Minute)),
			"validUntil": mdoctest.Instant(now.Add(time.Hour)),
		}
	}
	return document
}

func (w wallet) adult(t *testing.T) *mdoctest.Mdoc {
	t.Helper()
	return w.licence(t, mdoctest.Item{Element: "age_over_21", Value: true})
}

// pid returns the presentation of a PID in SD-JWT VC.
func (w wallet) pid(t *testing.T, r *openid4vptest.Request) string {
	t.Helper()
	certificate, key := w.signer(t, "eudi_pid")
	issuer := &sdjwtvctest.Issuer{Key: key, Alg: "ES256", Chain: []*x509.Certificate{certificate}}
	return r.PID(issuer, time.Now(), func(p *sdjwtvctest.Presentation) {
		p.Disclosures = nil
		for _, claim := range []string{"status", "_sd", "nationalities"} {
			delete(p.Claims, claim)
		}
		p.Claims["age_equal_or_over"] = map[string]any{"21": true}
	})
}

// offered reads a request of the challenge for the Digital Credentials API.
func offered(t *testing.T, challenge answer, protocol openid4vp.Protocol) openid4vp.Offer {
	t.Helper()
	text, err := json.Marshal(challenge.at("data", "requests"))
	require.NoError(t, err)
	var offers []openid4vp.Offer
	require.NoError(t, json.Unmarshal(text, &offers))
	for _, offer := range offers {
		if offer.Protocol == protocol {
			return offer
		}
	}
	t.Fatalf("there is no request of %s", protocol)
	return openid4vp.Offer{}
}

func originOf(t *testing.T, base string) string {
	t.Helper()
	parsed, err := url.Parse(base)
	require.NoError(t, err)
	return parsed.Scheme + "://" + parsed.Host
}

// shares submits the answer of the Digital Credentials API.
func (s session) shares(t *testing.T, method string, challenge answer, p openid4vp.Protocol, data []byte) answer {
	t.Helper()
	return s.submit(t, method, body{"challenge": challenge.text("id"), "protocol": p, "data": json.RawMessage(data)})
}

// follows opens the link as a wallet does, and returns the request.
func (s session) follows(t *testing.T, challenge answer) *openid4vptest.Request {
	t.Helper()
	link, _ := challenge.at("data", "link").(string)
	parsed, err := url.Parse(link)
	require.NoError(t, err)
	status, text := s.posts(t, parsed.Query().Get("request_uri"), url.Values{"wallet_nonce": {"n-1"}}.Encode())
	require.Equal(t, http.StatusOK, status, text)
	r := openid4vptest.ReadObject(text)
	require.Equal(t, "n-1", r.WalletNonce)
	require.Equal(t, parsed.Query().Get("client_id"), r.ClientID)
	return r
}

// posts posts a form as a wallet does.
func (s session) posts(t *testing.T, address, form string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := s.user.http.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// returnsTo reads the response in the address to which the wallet sends the browser.
func returnsTo(t *testing.T, answer, method string) string {
	t.Helper()
	var to struct {
		Address string `json:"redirect_uri"`
	}
	require.NoError(t, json.Unmarshal([]byte(answer), &to), answer)
	_, fragment, _ := strings.Cut(to.Address, "#")
	values, err := url.ParseQuery(fragment)
	require.NoError(t, err)
	require.Equal(t, method, values.Get("method"))
	return values.Get("response")
}

// asks opens a session and begins at a method.
func (w *walletStack) asks(t *testing.T, method string) (session, answer) {
	t.Helper()
	v := w.merchant.create(t, nil)
	v.open(t)
	return v, v.user.post(t, v.verify("/methods/"+method+"/begin"), body{}).expect(t, 201)
}

func licenceIsShown(t *testing.T, s *walletStack) {
	v, challenge := s.asks(t, "mdl")
	other, own := s.asks(t, "mdl")
	waiting, _ := methodIn(t, v, "mdl")["waiting"].(map[string]any)
	require.Equal(t, challenge.at("data"), waiting["data"], "a page that is loaded anew goes on")
	origin := originOf(t, s.app.URL())
	r := openid4vptest.ReadOffer(offered(t, challenge, openid4vp.Signed), origin)
	data := r.Data(r.Token(map[string][]string{r.Query.Credentials[0].ID: {r.Mdoc(s.adult(t))}}))
	v.shares(t, "mdl", challenge, openid4vp.Signed, []byte(`{"response":"x"}`)).
		refused(t, 400, "parameter_invalid", "data")
	other.shares(t, "mdl", challenge, openid4vp.Signed, data).refused(t, 409, "challenge_invalid", "challenge")
	other.shares(t, "mdl", own, openid4vp.Signed, data).refused(t, 400, "parameter_invalid", "data")
	v.shares(t, "mdl", challenge, openid4vp.Signed, data).expect(t, 202)
	v.until(t, "verified")
	after := v.get(t)
	require.Equal(t, "mdl", after.text("verification_path"))
	result := after.at("results", 0)
	require.Equal(t, map[string]any{
		"format": "mso_mdoc", "type": mdoc.DocTypeMDL, "issuing_country": walletdev.Country,
	}, result.(map[string]any)["credential"])
	status, text := v.posts(t, responseAddress(t, challenge), "response=x")
	require.Contains(t, []int{http.StatusNotFound, http.StatusConflict}, status, text)
}

// responseAddress returns the address of the response to a challenge.
func responseAddress(t *testing.T, challenge answer) string {
	t.Helper()
	link, _ := challenge.at("data", "link").(string)
	parsed, err := url.Parse(link)
	require.NoError(t, err)
	return strings.Replace(parsed.Query().Get("request_uri"), "/request/", "/response/", 1)
}

func annexCIsShown(t *testing.T, s *walletStack) {
	v, challenge := s.asks(t, "mdl")
	data := openid4vptest.AnnexC(offered(t, challenge, openid4vp.IsoMdoc), originOf(t, s.app.URL()), s.adult(t))
	v.shares(t, "mdl", challenge, openid4vp.IsoMdoc, data).expect(t, 202)
	v.until(t, "verified")
}

func pidIsClaimed(t *testing.T, s *walletStack) {
	v, challenge := s.asks(t, "eudi_pid")
	r := v.follows(t, challenge)
	var id string
	for _, credential := range r.Query.Credentials {
		if credential.Format == openid4vp.FormatSDJWT {
			id = credential.ID
		}
	}
	status, text := v.posts(t, r.ResponseURI, "response="+strings.Repeat("a", 2<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, status, text)
	status, text = v.posts(t, r.ResponseURI, "response=garbage&state="+r.State)
	require.Equal(t, http.StatusBadRequest, status, text)
	form := string(r.Form(r.Token(map[string][]string{id: {s.pid(t, r)}})))
	status, text = v.posts(t, r.ResponseURI, form)
	require.Equal(t, http.StatusOK, status, text)
	response := returnsTo(t, text, "eudi_pid")
	status, text = v.posts(t, r.ResponseURI, form)
	require.Equal(t, http.StatusBadRequest, status, text)
	waiting, _ := methodIn(t, v, "eudi_pid")["waiting"].(map[string]any)
	require.Equal(t, map[string]any{"requests": []any{}, "link": "", "answered": true}, waiting["data"])
	claimsWith := func(response string) answer {
		return v.submit(t, "eudi_pid", body{"challenge": challenge.text("id"), "response": response})
	}
	claimsWith("wrong").refused(t, 400, "parameter_invalid", "response")
	at := "/v1/methods/eudi_pid/"
	other := s.client(t, "")
	other.post(t, at+"returned/"+challenge.text("id"), body{"response": "x"}).
		refused(t, 400, "parameter_invalid", "response")
	shown := other.post(t, at+"returned/"+challenge.text("id"), body{"response": response}).expect(t, 200)
	other.post(t, at+"code/"+challenge.text("id"), body{"code": "wrong"}).refused(t, 400, "parameter_invalid", "code")
	entered := other.post(t, at+"code/"+challenge.text("id"), body{"code": shown.text("code")}).expect(t, 200)
	require.Equal(t, response, entered.text("response"))
	claimsWith(response).expect(t, 202)
	v.until(t, "verified")
	require.Equal(t, "eudi_pid", v.get(t).text("verification_path"))
}

func licenceByLink(t *testing.T, s *walletStack) {
	v, challenge := s.asks(t, "mdl")
	r := v.follows(t, challenge)
	status, text := v.posts(t, r.ResponseURI, url.Values{"error": {"access_denied"}, "state": {r.State}}.Encode())
	require.Equal(t, http.StatusOK, status, text)
	v.submit(t, "mdl", body{"challenge": challenge.text("id"), "response": returnsTo(t, text, "mdl")}).expect(t, 202)
	v.until(t, "requires_input")
	method := methodIn(t, v, "mdl")
	why, _ := method["last_attempt"].(map[string]any)
	require.Equal(t, []any{"user_cancelled"}, why["reason_codes"])
	require.Equal(t, method["attempts"], method["attempts_left"])

	challenge = v.user.post(t, v.verify("/methods/mdl/begin"), body{}).expect(t, 201)
	r = v.follows(t, challenge)
	form := r.Form(r.Token(map[string][]string{r.Query.Credentials[0].ID: {r.Mdoc(s.adult(t))}}))
	status, text = v.posts(t, r.ResponseURI, string(form))
	require.Equal(t, http.StatusOK, status, text)
	v.submit(t, "mdl", body{"challenge": challenge.text("id"), "response": returnsTo(t, text, "mdl")}).expect(t, 202)
	v.until(t, "verified")
}
