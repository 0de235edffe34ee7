package wallet_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/wallet/mdoc"
	"github.com/stile-id/stile/methods/wallet/mdoc/mdoctest"
	"github.com/stile-id/stile/methods/wallet/openid4vp"
	"github.com/stile-id/stile/methods/wallet/openid4vp/openid4vptest"
	"github.com/stile-id/stile/methods/wallet/sdjwtvc/sdjwtvctest"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// requirePassed asserts a passed verdict and returns the names of its checks.
func requirePassed(t *testing.T, v methods.Verdict) (checks []string) {
	t.Helper()
	require.Equal(t, graph.OutcomePassed, v.Outcome, "%+v", v)
	for _, check := range v.Checks {
		require.True(t, check.Passed, check.Name)
		checks = append(checks, check.Name)
	}
	return checks
}

func requireVerdict(t *testing.T, outcome graph.Outcome, reason rules.ReasonCode, v methods.Verdict) {
	t.Helper()
	require.Equal(t, outcome, v.Outcome, "%+v", v)
	require.Equal(t, []rules.ReasonCode{reason}, v.ReasonCodes)
	require.NotEmpty(t, v.Checks)
	require.False(t, v.Checks[len(v.Checks)-1].Passed, "the last check is the one that failed")
}

func requireRefused(t *testing.T, param string, err error) {
	t.Helper()
	var wrong *methods.InputError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, param, wrong.Param, wrong.Message)
}

func TestAgeIsProvenByADrivingLicence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.begin(rules.MethodMDL, "age", 21, graph.Options{}).shows(w.mdl("age_over_21"))
	require.Equal(t, []string{
		"issuer_trusted", "issuer_signature", "device_bound", "document_type", "revocation_list_unreachable", "not_expired",
		"age_over_21",
	}, requirePassed(t, v))
	require.Equal(t, &rules.WalletCredential{
		Format: rules.FormatMdoc, Type: mdoc.DocTypeMDL, IssuingCountry: "US",
	}, v.Credential)
	require.Equal(t, rules.MinAge(21), *v.AgeTier)
	require.Empty(t, v.Document, "an age session does not see the document's number")
}

func TestAgeSessionAsksForTheAttributeOfTheAgeAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	allowed := true
	for _, m := range []rules.Method{rules.MethodMDL, rules.MethodMID, rules.MethodEUDIPID} {
		c := w.begin(m, "age", 18, graph.Options{ProofOfAge: &allowed})
		for _, r := range []*openid4vptest.Request{c.signed(), c.fetched("")} {
			require.NotEmpty(t, r.Query.Credentials)
			for _, credential := range r.Query.Credentials {
				for _, set := range credential.ClaimSets {
					require.Len(t, set, 1, "one attribute is shown")
				}
				for _, claim := range credential.Claims {
					text, err := json.Marshal(claim.Path)
					require.NoError(t, err)
					require.Regexp(t, `"age_over_(18|21)"|"age_equal_or_over","(18|21)"`, string(text))
				}
			}
		}
		for _, o := range c.data.Requests {
			require.NotContains(t, string(o.Data), "birth")
		}
	}
}

func TestIdentitySessionAsksForTheFieldsOfTheDocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodMDL, "identity", 18, graph.Options{})
	query := c.signed().Query.Credentials[0]
	var names []any
	for _, claim := range query.Claims {
		names = append(names, claim.Path[1])
	}
	require.Equal(t, []any{
		"family_name", "given_name", "birth_date", "expiry_date", "issuing_country", "issuing_authority", "document_number",
	}, names)
	v := c.shows(w.mdl())
	requirePassed(t, v)
	require.Equal(t, "mdl|US NYDMV|D1234567", v.Document)
}

func TestProofOfAgeIsAskedForWhereTheWorkflowAllowsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	types := func(kind string, allowed bool) (types []string) {
		c := w.begin(rules.MethodEUDIPID, kind, 18, graph.Options{ProofOfAge: &allowed})
		query := c.signed().Query
		for _, credential := range query.Credentials {
			types = append(types, credential.Meta.DocType+strings.Join(credential.Meta.Types, ""))
		}
		require.Len(t, query.CredentialSets, 1)
		require.Len(t, query.CredentialSets[0].Options, len(types), "one of them suffices")
		return types
	}
	require.Equal(t, []string{mdoc.DocTypePID, "urn:eudi:pid:1"}, types("age", false))
	require.Equal(t, []string{mdoc.DocTypePID, mdoc.DocTypeAV, "urn:eudi:pid:1"}, types("age", true))
	require.Equal(t, []string{mdoc.DocTypePID, "urn:eudi:pid:1"}, types("identity", true))

	allowed := true
	c := w.begin(rules.MethodEUDIPID, "age", 18, graph.Options{ProofOfAge: &allowed})
	proof := w.mdl()
	proof.DocType, proof.Items = mdoc.DocTypeAV, map[string][]mdoctest.Item{
		mdoc.NamespaceAV: {{Element: "age_over_18", Value: true}},
	}
	r := c.signed()
	payload, err := c.submits(openid4vp.Signed, r.Data(r.Token(map[string][]string{"mdoc_1": {r.Mdoc(proof)}})))
	require.NoError(t, err)
	v := c.judged(payload)
	requirePassed(t, v)
	require.Equal(t, mdoc.DocTypeAV, v.Credential.Type)
}

func TestHigherAgeProvesTheNeededOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	requirePassed(t, w.begin(rules.MethodMDL, "age", 19, graph.Options{}).shows(w.mdl("age_over_21")))
	requireVerdict(t, graph.OutcomeFailed, rules.ReasonCredentialIncomplete,
		w.begin(rules.MethodMDL, "age", 25, graph.Options{}).shows(w.mdl("age_over_21")))
}

func TestAnnexCIsAnsweredOverTheDigitalCredentialsAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodMDL, "age", 21, graph.Options{})
	answer := openid4vptest.AnnexC(c.offer(openid4vp.IsoMdoc), origin, w.mdl("age_over_21"))
	payload, err := c.submits(openid4vp.IsoMdoc, answer)
	require.NoError(t, err)
	requirePassed(t, c.judged(payload))
	_, err = c.submits(openid4vp.IsoMdoc,
		openid4vptest.AnnexC(c.offer(openid4vp.IsoMdoc), "https://evil.example", w.mdl("age_over_21")))
	requireRefused(t, "data", err)
}

// pidBy posts a PID in SD-JWT VC to response_uri, and returns the response that claims it.
func (c *challenge) pidBy(change func(*sdjwtvctest.Presentation)) string {
	c.Helper()
	r := c.fetched("wallet_nonce=n-1")
	require.Equal(c, "n-1", r.WalletNonce)
	token := r.PID(c.pid, now, func(p *sdjwtvctest.Presentation) {
		delete(p.Claims, "status")
		if change != nil {
			change(p)
		}
	})
	replied, err := c.reply(http.MethodPost, "response", r.Form(r.Token(map[string][]string{"sd_jwt": {token}})))
	require.NoError(c, err)
	return c.responseOf(replied)
}

func (c *challenge) responseOf(replied methods.Replied) string {
	c.Helper()
	require.True(c, c.data.Answered)
	require.Empty(c, c.data.Requests)
	var answer struct {
		To string `json:"redirect_uri"`
	}
	require.NoError(c, json.Unmarshal(replied.Body, &answer))
	page, fragment, _ := strings.Cut(answer.To, "#")
	require.Equal(c, origin+"/verify/vks_1", page)
	values, err := url.ParseQuery(fragment)
	require.NoError(c, err)
	require.Equal(c, c.id, values.Get("returned"))
	require.Equal(c, string(c.attempt.Method), values.Get("method"))
	return values.Get("response")
}

func TestPIDIsShownByRedirectAndClaimed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodEUDIPID, "age", 18, graph.Options{})
	require.True(t, strings.HasPrefix(c.data.Link, "openid4vp://authorize?"), c.data.Link)
	_, err := c.accept(map[string]any{"challenge": c.id, "response": "x"})
	requireRefused(t, "response", err)
	response := c.pidBy(nil)
	_, err = c.accept(map[string]any{"challenge": c.id, "response": response + "x"})
	requireRefused(t, "response", err)
	payload, err := c.accept(map[string]any{"challenge": c.id, "response": response})
	require.NoError(t, err)
	v := c.judgedAt(payload, now.AddDate(1, 0, 0)) // the time of arrival counts
	requirePassed(t, v)
	require.Equal(t, &rules.WalletCredential{
		Format: rules.FormatSDJWT, Type: "urn:eudi:pid:1", IssuingCountry: "DE",
	}, v.Credential)
}

func TestAnotherBrowserClaimsByACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodEUDIPID, "age", 18, graph.Options{})
	response := c.pidBy(nil)
	shown, err := c.replyAs(http.MethodPost, "returned", "application/json", []byte(`{"response":"`+response+`"}`))
	require.NoError(t, err)
	var told struct{ Code, Merchant string }
	require.NoError(t, json.Unmarshal(shown.Body, &told))
	require.Equal(t, "Shop", told.Merchant)
	entered, err := c.replyAs(http.MethodPost, "code", "application/json", []byte(`{"code":"`+told.Code+`"}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"response":"`+response+`"}`, string(entered.Body))
}

func TestOnlyTheFirstAnswerIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodEUDIPID, "age", 18, graph.Options{})
	r := c.fetched("")
	token := r.PID(w.pid, now, nil)
	body := r.Form(r.Token(map[string][]string{"sd_jwt": {token}}))
	kept, before := c.state, c.state
	for name, garbage := range map[string]string{
		"nothing": "", "no form": "%zz", "no response": "a=b", "no JWE": "response=x&state=" + r.State,
		"huge": "response=" + strings.Repeat("a", 3<<20),
	} {
		_, err := c.reply(http.MethodPost, "response", []byte(garbage))
		requireRefused(t, "", err)
		require.Equal(t, before, c.state, name)
	}
	_, err := c.replyAs(http.MethodPost, "response", "application/json", body)
	requireRefused(t, "Content-Type", err)
	replied, err := c.reply(http.MethodPost, "response", body)
	require.NoError(t, err)
	require.NotEqual(t, string(kept), string(c.state))
	kept = c.state
	_, err = c.reply(http.MethodPost, "response", body)
	requireRefused(t, "", err)
	_, err = c.reply(http.MethodGet, "request", nil)
	requireRefused(t, "", err)
	require.Equal(t, kept, c.state)
	payload, err := c.accept(map[string]any{"challenge": c.id, "response": c.responseOf(replied)})
	require.NoError(t, err)
	requirePassed(t, c.judged(payload))

	c = w.begin(rules.MethodEUDIPID, "age", 18, graph.Options{})
	c.used = true
	_, err = c.reply(http.MethodPost, "response", body)
	requireRefused(t, "", err)
}

func TestErrorOfTheWalletCostsNoAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for answer, want := range map[string]struct {
		outcome graph.Outcome
		reason  rules.ReasonCode
	}{
		"access_denied":            {graph.OutcomeRequiresInput, rules.ReasonUserCancelled},
		"vp_formats_not_supported": {graph.OutcomeRequiresInput, rules.ReasonCredentialNotAvailable},
		"wallet_unavailable":       {graph.OutcomeRequiresInput, rules.ReasonCredentialNotAvailable},
		"invalid_request":          {graph.OutcomeError, rules.ReasonMethodError},
		"server_error":             {graph.OutcomeError, rules.ReasonMethodError},
		"strange":                  {graph.OutcomeError, rules.ReasonMethodError},
	} {
		c := w.begin(rules.MethodMDL, "age", 18, graph.Options{})
		r := c.fetched("")
		replied, err := c.reply(http.MethodPost, "response",
			[]byte(url.Values{"error": {answer}, "state": {r.State}}.Encode()))
		require.NoError(t, err, answer)
		payload, err := c.accept(map[string]any{"challenge": c.id, "response": c.responseOf(replied)})
		require.NoError(t, err)
		requireVerdict(t, want.outcome, want.reason, c.judged(payload))
	}
}

func TestPresentationForAnotherSessionProvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	victim := w.begin(rules.MethodMDL, "age", 21, graph.Options{})
	thief := w.begin(rules.MethodMDL, "age", 21, graph.Options{})
	mine, stolen := thief.signed(), victim.signed()
	// The thief has the victim's presentation in the clear, and seals it for a session of their own.
	token := stolen.Mdoc(w.mdl("age_over_21"))
	payload, err := thief.submits(openid4vp.Signed, mine.Data(mine.Token(map[string][]string{"mdoc_0": {token}})))
	require.NoError(t, err)
	requireVerdict(t, graph.OutcomeFailed, rules.ReasonCredentialNotBound, thief.judged(payload))
	_, err = thief.submits(openid4vp.Signed, stolen.Data(stolen.Token(map[string][]string{"mdoc_0": {token}})))
	requireRefused(t, "data", err)

	for name, cheat := range map[string]func(r *openid4vptest.Request){
		"nonce":        func(r *openid4vptest.Request) { r.Nonce = "other" },
		"origin":       func(r *openid4vptest.Request) { r.Origin = "https://evil.example" },
		"key":          func(r *openid4vptest.Request) { r.Metadata.Keys.Keys = stolen.Metadata.Keys.Keys },
		"client":       func(r *openid4vptest.Request) { r.ClientID = "x509_hash:other"; r.Origin = "" },
		"response URI": func(r *openid4vptest.Request) { r.ResponseURI = "https://evil.example"; r.Origin = "" },
	} {
		c := w.begin(rules.MethodMDL, "age", 21, graph.Options{})
		honest, cheating := c.signed(), c.signed()
		if name == "client" || name == "response URI" {
			honest, cheating = c.fetched(""), c.fetched("")
		}
		cheat(cheating)
		parameters := honest.Token(map[string][]string{"mdoc_0": {cheating.Mdoc(w.mdl("age_over_21"))}})
		var payload json.RawMessage
		if honest.ResponseURI != "" {
			replied, err := c.reply(http.MethodPost, "response", honest.Form(parameters))
			require.NoError(t, err)
			payload, err = c.accept(map[string]any{"challenge": c.id, "response": c.responseOf(replied)})
			require.NoError(t, err)
		} else {
			var err error
			payload, err = c.submits(openid4vp.Signed, honest.Data(parameters))
			require.NoError(t, err)
		}
		requireVerdict(t, graph.OutcomeFailed, rules.ReasonCredentialNotBound, c.judged(payload))
	}
}

func TestPIDOfAnotherSessionProvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, change := range map[string]func(*sdjwtvctest.Presentation){
		"nonce":    func(p *sdjwtvctest.Presentation) { p.Binding["nonce"] = "other" },
		"audience": func(p *sdjwtvctest.Presentation) { p.Binding["aud"] = "x509_hash:other" },
		"unbound":  func(p *sdjwtvctest.Presentation) { p.Binding = nil },
	} {
		c := w.begin(rules.MethodEUDIPID, "age", 18, graph.Options{})
		payload, err := c.accept(map[string]any{"challenge": c.id, "response": c.pidBy(change)})
		require.NoError(t, err, name)
		requireVerdict(t, graph.OutcomeFailed, rules.ReasonCredentialNotBound, c.judged(payload))
	}
}

func TestEachFaultHasItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, one := range map[string]struct {
		reason rules.ReasonCode
		change func(m *mdoctest.Mdoc)
	}{
		"unknown issuer": {rules.ReasonCredentialUntrusted, func(m *mdoctest.Mdoc) {
			m.Issuer = mdoctest.NewIssuer("P-256")
		}},
		"expired": {rules.ReasonCredentialExpired, func(m *mdoctest.Mdoc) {
			m.ObjectHook = func(o map[string]any) {
				o["validityInfo"] = map[string]any{
					"signed": mdoctest.Instant(now.AddDate(0, -2, 0)), "validFrom": mdoctest.Instant(now.AddDate(0, -2, 0)),
					"validUntil": mdoctest.Instant(now.AddDate(0, -1, 0)),
				}
			}
		}},
		"wrong document": {rules.ReasonDocumentTypeNotAccepted, func(m *mdoctest.Mdoc) { m.DocType = mdoc.DocTypePhotoID }},
		"no age": {rules.ReasonCredentialIncomplete, func(m *mdoctest.Mdoc) {
			m.Items[mdoc.NamespaceMDL] = m.Items[mdoc.NamespaceMDL][3:]
		}},
		"under age": {rules.ReasonUnderAge, func(m *mdoctest.Mdoc) {
			m.Items[mdoc.NamespaceMDL] = []mdoctest.Item{{Element: "age_over_21", Value: false}}
		}},
		"malformed": {rules.ReasonUnreadable, func(m *mdoctest.Mdoc) {
			m.BytesHook = func([]byte) []byte { return []byte(strings.Repeat("\x81", 100_000)) }
		}},
		"truncated": {rules.ReasonUnreadable, func(m *mdoctest.Mdoc) {
			m.BytesHook = func(b []byte) []byte { return b[:len(b)-9] }
		}},
		"altered": {rules.ReasonCredentialInvalid, func(m *mdoctest.Mdoc) {
			m.AuthSentHook = func(c *mdoctest.COSE) { c.Proof[5] ^= 1 }
		}},
		"other device": {rules.ReasonCredentialNotBound, func(m *mdoctest.Mdoc) {
			m.DeviceSentHook = func(c *mdoctest.COSE) { c.Proof[5] ^= 1 }
		}},
	} {
		document := w.mdl()
		one.change(document)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := *w
			inner.T = t
			v := inner.begin(rules.MethodMDL, "age", 21, graph.Options{}).shows(document)
			requireVerdict(t, graph.OutcomeFailed, one.reason, v)
		})
	}
}

func TestUnreachableStatusIsNotTheUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodEUDIPID, "age", 18, graph.Options{})
	response := c.pidBy(func(p *sdjwtvctest.Presentation) {
		p.Claims["status"] = map[string]any{"status_list": map[string]any{"idx": 7, "uri": "http://127.0.0.1:1/list"}}
	})
	payload, err := c.accept(map[string]any{"challenge": c.id, "response": response})
	require.NoError(t, err)
	v := c.judged(payload)
	require.Contains(t, requirePassed(t, v), "revocation_list_unreachable", "the operator accepts that")
}

func TestSubmissionNamesItsFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodMDL, "age", 21, graph.Options{})
	r := c.signed()
	good := json.RawMessage(r.Data(r.Token(map[string][]string{"mdoc_0": {r.Mdoc(w.mdl())}})))
	for param, members := range map[string]map[string]any{
		"challenge": {"protocol": "openid4vp-v1-signed", "data": good},
		"protocol":  {"challenge": c.id, "data": good},
		"data":      {"challenge": c.id, "protocol": "openid4vp-v1-signed"},
		"response":  {"challenge": c.id, "protocol": "openid4vp-v1-signed", "data": good, "response": "x"},
	} {
		_, err := c.accept(members)
		requireRefused(t, param, err)
	}
	for _, faulty := range []map[string]any{
		{"challenge": c.id, "protocol": "openid4vp-v1-signed", "data": "text"},
		{"challenge": c.id, "protocol": "openid4vp-v1-signed", "data": map[string]any{}},
		{"challenge": c.id, "protocol": "openid4vp-v1-unsigned", "data": good},
		{"challenge": c.id, "protocol": "magic", "data": good},
	} {
		_, err := c.accept(faulty)
		requireRefused(t, "data", err)
	}
	_, err := c.accept(map[string]any{"challenge": c.id})
	requireRefused(t, "response", err)
	_, err = c.submits(openid4vp.Signed, good)
	require.NoError(t, err)
}

func TestNationalDocumentIsAskedForByConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.begin(rules.MethodMID, "age", 18, graph.Options{})
	query := c.signed().Query
	require.Equal(t, mdoc.DocTypePhotoID, query.Credentials[0].Meta.DocType)
	require.Equal(t, mdoc.NamespaceCommon, query.Credentials[0].Claims[0].Path[0])
	require.Equal(t, "org.example.id.1", query.Credentials[1].Meta.DocType)
	document := w.mdl()
	document.DocType, document.Items = "org.example.id.1", map[string][]mdoctest.Item{
		"org.example.id.1": {{Element: "age_over_18", Value: true}},
	}
	r := c.signed()
	payload, err := c.submits(openid4vp.Signed, r.Data(r.Token(map[string][]string{"mdoc_1": {r.Mdoc(document)}})))
	require.NoError(t, err)
	requirePassed(t, c.judged(payload))
}

func TestJudgeKeepsToTheTimeOfItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.methods[rules.MethodMDL].Judge.Judge(t.Context(), methods.Submission{Payload: []byte(`{}`)})
	require.ErrorContains(t, err, "not readable")
	_ = time.Second
}
