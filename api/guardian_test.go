package api_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/compliance"
	"github.com/stile-id/stile/rules/graph"
)

const (
	mum = "mum@person.example"
	dad = "dad@person.example"
)

// parental returns the definition of a workflow with parental_consent, and the methods of its guardians.
func parental(methods ...string) obj {
	definition := simple("parental_consent")
	if len(methods) > 0 {
		definition["preferences"] = obj{"parental": obj{"methods": methods}}
	}
	return definition
}

// consentEnv is an API that mails, with a child's session of the sandbox organization.
func consentEnv(t *testing.T, adjust ...func(*api.Options)) (*env, session) {
	t.Helper()
	e := newEnv(t, append([]func(*api.Options){withMail, serving(shipped.Options{Mail: true})}, adjust...)...)
	return e, e.create(e.sandbox, e.workflow(e.sandbox, parental("document_capture")), obj{"email": ada})
}

// begs has the child ask guardians.
func (e *env) begs(s session, body obj) answer {
	e.t.Helper()
	return e.do("POST", s.path("/methods/parental_consent/begin"), s.secret, body)
}

// invited has the child ask guardians, and returns the tokens of their links.
func (e *env) invited(s session, emails ...string) []string {
	e.t.Helper()
	before := len(e.mails(e.sandbox))
	e.isOK(e.begs(s, obj{"guardians": emails}), 201)
	var tokens []string
	for _, mail := range e.mails(e.sandbox)[before:] {
		tokens = append(tokens, tokenOf(mail, "decide"))
	}
	require.Len(e.t, tokens, len(emails))
	return tokens
}

func tokenOf(mail models.MailContent, link string) string {
	_, token, _ := strings.Cut(mail.Values[link], "#")
	return token
}

// guardian calls a route of guardians.
func (e *env) guardian(route, token string, more ...obj) answer {
	e.t.Helper()
	body := obj{"token": token}
	for _, extra := range more {
		for key, value := range extra {
			body[key] = value
		}
	}
	return e.do("POST", "/v1/guardian"+route, "", body)
}

// requested returns the request behind a link.
func (e *env) requested(token string) obj {
	e.t.Helper()
	return e.isOK(e.guardian("", token), 200).object
}

// proves has the guardian prove to be an adult, by a method that passes.
func (e *env) proves(token, method string) session {
	e.t.Helper()
	shown := e.isOK(e.guardian("/proof", token), 200).object
	proof := session{in(shown, "proof", "session_id").(string), in(shown, "proof", "client_secret").(string)}
	e.submit(proof, method, graph.OutcomePassed)
	return proof
}

// consents has the guardian consent to the text in the language of the page.
func (e *env) consents(token string) answer {
	e.t.Helper()
	return e.guardian("/decision", token, obj{
		"decision": "consent", "text_version": in(e.requested(token), "consent", "version"),
	})
}

func (e *env) refuses(token string) answer {
	e.t.Helper()
	return e.guardian("/decision", token, obj{"decision": "refuse"})
}

func TestGuardianProvesToBeAnAdultAndConsents(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	begun := e.isOK(e.begs(s, obj{"guardians": []string{" Mum@Person.Example "}, "locale": "de"}), 201).object
	require.Equal(t, []any{obj{"email": "m…@person.example"}}, in(begun, "data", "guardians"))
	require.Equal(t, begun["id"], in(e.view(s), "methods", 0, "waiting", "challenge"), "it survives a reload")
	mail := e.mails(e.sandbox)[0]
	require.Equal(t, mum, mail.To)
	require.Equal(t, "de", mail.Locale)
	token := tokenOf(mail, "decide")
	require.True(t, strings.HasPrefix(mail.Values["decide"], "https://verify.example/s/guardian#grd_"))

	shown := e.requested(token)
	require.Equal(t, []any{"invited", nil, "min_age_16", "min_age_18", "social_media", "de"}, []any{
		shown["status"], shown["proof"], shown["age_tier"], shown["adult_tier"], shown["use_case"],
		in(shown, "consent", "locale"),
	})
	require.Equal(t, "Shop & Co", in(shown, "merchant", "name"))
	require.Equal(t, shown, e.requested(token), "to open the link changes nothing")
	e.isError(e.consents(token), 409, "guardian_unproven")

	proof := e.proves(token, "document_capture")
	require.Equal(t, "verified", e.view(proof)["status"])
	require.Nil(t, e.view(proof)["vp_token"], "a guardian is no person of the merchant")
	require.Equal(t, true, in(e.requested(token), "proof", "proven"))
	e.isError(e.guardian("/decision", token, obj{"decision": "consent"}), 400, "parameter_invalid", "text_version")
	e.isError(e.guardian("/decision", token, obj{"decision": "yes"}), 400, "parameter_invalid", "decision")
	done := e.isOK(e.consents(token), 200).object
	require.Equal(t, "consented", done["status"])
	require.Equal(t, done, e.isOK(e.consents(token), 200).object, "a repeat changes nothing")
	require.Equal(t, "processing", e.view(s)["status"])
	e.judge(s, graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s))
	require.Equal(t, in(shown, "consent"), in(e.requested(token), "consent"), "the text is recorded")
	e.isError(e.refuses(token), 409, "challenge_invalid")

	thanks := e.mails(e.sandbox)[1]
	require.Equal(t, mum, thanks.To)
	require.NotContains(t, thanks.Values, "decide")
	require.NotContains(t, e.log.String(), "person.example")
}

// The merchant's code must not take a guardian's session for one of a user.
func TestMerchantDoesNotSeeTheSessionOfAGuardian(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	before := e.rows()
	proof := e.proves(e.invited(s, mum)[0], "document_capture")
	after := e.rows()
	for _, table := range []string{"events", "credentials", "verified_persons", "monthly_usage"} {
		require.Equal(t, before[table], after[table], table)
	}
	for _, call := range []answer{
		e.do("GET", "/v1/verification_sessions/"+proof.id, e.sandbox.secret, nil),
		e.do("POST", "/v1/verification_sessions/"+proof.id+"/cancel", e.sandbox.secret, nil),
	} {
		e.isError(call, 404, "session_not_found")
	}
	listed := e.isOK(e.do("GET", "/v1/verification_sessions", e.sandbox.secret, nil), 200).object["data"].([]any)
	require.Len(t, listed, 1)
	require.Equal(t, s.id, in(listed, 0, "id"))
}

func TestRefusalFailsTheAttemptOnceAllGuardiansRefuse(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	tokens := e.invited(s, mum, dad)
	e.isOK(e.refuses(tokens[0]), 200)
	require.Equal(t, "pending", e.view(e.opens(s))["status"], "another guardian can still consent")
	e.isError(e.guardian("/proof", tokens[0]), 409, "challenge_invalid")
	require.Equal(t, "refused", e.isOK(e.refuses(tokens[1]), 200).object["status"])
	require.Equal(t, "processing", e.view(s)["status"])
	e.judge(s, graph.OutcomeFailed, rules.ReasonConsentRefused)
	require.Equal(t, "consent_refused", in(e.view(s), "methods", 0, "last_attempt", "reason_codes", 0))
}

// opens opens the child's session.
func (e *env) opens(s session) session {
	e.t.Helper()
	e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200)
	return s
}

func TestTwoGuardiansAtOnceDecideOnce(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(e *env, token string) answer{
		"both consent": (*env).consents, "both refuse": (*env).refuses,
	} {
		e, s := consentEnv(t)
		tokens := e.invited(s, mum, dad)
		for _, token := range tokens {
			e.proves(token, "document_capture")
		}
		var racing sync.WaitGroup
		answers := make([]answer, len(tokens))
		for i, token := range tokens {
			racing.Go(func() { answers[i] = act(e, token) })
		}
		racing.Wait()
		taken := 0
		for _, one := range answers {
			if one.status == 200 {
				taken++
			}
		}
		want := map[string]int{"both consent": 1, "both refuse": 2}[name]
		require.Equal(t, want, taken, name)
		require.Equal(t, 1, e.rows()["submissions"]-len(tokens), "besides the proofs: %s", name)
	}
}

func TestWithdrawalRevokesTheCredential(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	token := e.invited(s, mum)[0]
	withdraw := tokenOf(e.mails(e.sandbox)[0], "withdraw")
	e.proves(token, "document_capture")
	e.isOK(e.consents(token), 200)
	e.judge(s, graph.OutcomePassed)
	vp := e.view(s)["vp_token"]
	require.NotNil(t, vp)

	require.Equal(t, "withdraw", e.requested(withdraw)["link"])
	e.isError(e.guardian("/proof", withdraw), 409, "challenge_invalid")
	e.isError(e.refuses(withdraw), 400, "parameter_invalid", "token")
	done := e.isOK(e.guardian("/withdraw", withdraw), 200).object
	require.Equal(t, "withdrawn", done["status"])
	require.Equal(t, done, e.isOK(e.guardian("/withdraw", withdraw), 200).object, "a repeat changes nothing")
	require.Nil(t, e.view(s)["vp_token"])
	again := e.create(e.sandbox, e.workflow(e.sandbox, parental()))
	e.isError(e.do("POST", again.path("/vp_token"), again.secret, obj{"vp_token": vp}), 400, "vp_token_invalid")
}

func TestWithdrawalBeforeTheEndFailsTheSession(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	token := e.invited(s, mum)[0]
	e.proves(token, "document_capture")
	e.isOK(e.consents(token), 200)
	e.isOK(e.guardian("/withdraw", token), 200)
	view := e.view(s)
	require.Equal(t, "failed", view["status"])
	require.Equal(t, "consent_withdrawn", in(view, "failure", "reason_code"))
}

func TestWithdrawalBeforeTheDecisionRefuses(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	token := e.invited(s, mum)[0]
	require.Equal(t, "refused", e.isOK(e.guardian("/withdraw", token), 200).object["status"])
	require.Equal(t, "processing", e.view(s)["status"])
}

func TestForgedAndForeignLinksOfGuardiansAreRefused(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	token := e.invited(s, mum)[0]
	other := e.invited(e.create(e.sandbox, e.workflow(e.sandbox, parental("document_capture"))), dad)[0]
	id, rest, _ := strings.Cut(token, ".")
	otherID, _, _ := strings.Cut(other, ".")
	for _, forged := range []string{
		"", "x", id, otherID + "." + rest, id + ".withdraw." + strings.TrimPrefix(rest, "decide."), token + "x",
		"\x00" + token, strings.Repeat("a", 400),
	} {
		for _, route := range []string{"", "/proof", "/withdraw"} {
			e.isError(e.guardian(route, forged), 400, "parameter_invalid", "token")
		}
		e.isError(e.refuses(forged), 400, "parameter_invalid", "token")
	}
	e.isError(e.guardian("", strings.Repeat("a", 501)), 400, "parameter_invalid", "token")
	e.isError(e.guardian("/decision", token), 400, "parameter_invalid", "decision")
	require.Equal(t, "invited", e.requested(token)["status"])
}

func TestEndOfTheSessionClosesItsRequests(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	token := e.invited(s, mum)[0]
	late := e.create(e.sandbox, e.workflow(e.sandbox, parental("document_capture")))
	lateToken := e.invited(late, dad)[0]
	e.proves(lateToken, "document_capture")
	e.isOK(e.do("POST", s.path("/cancel"), s.secret, nil), 200)
	e.clock.Advance(models.SessionTTLDefault)
	for _, ended := range []string{token, lateToken} {
		require.Equal(t, "closed", e.requested(ended)["status"])
		e.isError(e.consents(ended), 409, "challenge_invalid")
		e.isError(e.refuses(ended), 409, "challenge_invalid")
		e.isError(e.guardian("/proof", ended), 409, "challenge_invalid")
		require.Equal(t, "closed", e.isOK(e.guardian("/withdraw", ended), 200).object["status"])
	}
	require.Zero(t, e.rows()["submissions"]-1, "that of the proof")
}

func TestChildAsksAgainOrSomebodyElse(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	e.isError(e.begs(s, obj{"resend": true}), 400, "parameter_invalid", "resend")
	first := e.invited(s, mum, dad)
	e.proves(first[0], "document_capture")
	e.isOK(e.begs(s, obj{"resend": true}), 201)
	require.Equal(t, first[0], tokenOf(e.mails(e.sandbox)[2], "decide"), "the link stays, and with it the proof")
	require.Equal(t, 2, e.rows()["guardians"])
	e.clock.Advance(time.Second)
	e.isOK(e.begs(s, obj{"guardians": []string{mum}}), 201)
	require.Equal(t, "closed", e.requested(first[1])["status"], "the child has asked without him")
	e.isOK(e.consents(first[0]), 200)
	require.Equal(t, "closed", e.requested(first[1])["status"])
}

func TestGuardiansOfARequestAreChecked(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	for _, faulty := range []obj{
		{"guardians": []string{}}, {"guardians": []string{"mum"}}, {"guardians": []string{mum, "MUM@person.example"}},
		{"guardians": []string{"a@b.example", "b@b.example", "c@b.example", "d@b.example"}},
		{"guardians": []string{" Ada@Person.example"}}, {"guardians": []string{mum}, "resend": true},
	} {
		failure := e.begs(s, faulty)
		require.Equal(t, 400, failure.status, faulty)
		require.Equal(t, "guardians", in(failure.object, "error", "param"), faulty)
		require.NotContains(t, in(failure.object, "error", "message"), "erson.example")
	}
	e.isError(e.begs(s, obj{}), 400, "parameter_invalid", "guardians")
	e.isError(e.begs(s, obj{"guardians": mum}), 400, "parameter_invalid", "guardians")
	require.Empty(t, e.mails(e.sandbox))
	e.isError(e.do("POST", s.path("/methods/parental_consent"), s.secret,
		obj{"challenge": "mch_aaaaaaaaaaaaaaaaaaaaaaaa"}), 400, "parameter_invalid", "challenge")
}

func TestNobodyIsFloodedWithRequestsForConsent(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	for range 3 {
		e.isOK(e.begs(s, obj{"guardians": []string{mum}}), 201)
	}
	require.NotEmpty(t, e.isError(e.begs(s, obj{"guardians": []string{mum}}), 429, "rate_limit_exceeded"))
	other := e.create(e.sandbox, e.workflow(e.sandbox, parental("document_capture")))
	e.isError(e.begs(other, obj{"guardians": []string{mum}}), 429, "rate_limit_exceeded")
	for i := range 6 {
		e.isOK(e.begs(s, obj{"guardians": []string{string(rune('a'+i)) + "@person.example"}}), 201)
	}
	e.isError(e.begs(s, obj{"guardians": []string{"z@person.example"}}), 429, "rate_limit_exceeded")
	require.Len(t, e.mails(e.sandbox), 9)
}

func TestGuardianMayTryAgainToProve(t *testing.T) {
	t.Parallel()
	e, s := consentEnv(t)
	token := e.invited(s, mum)[0]
	first := in(e.isOK(e.guardian("/proof", token), 200).object, "proof", "session_id")
	for range models.MaxGuardianProofs {
		shown := e.isOK(e.guardian("/proof", token), 200).object
		require.Equal(t, in(shown, "proof"), in(e.isOK(e.guardian("/proof", token), 200).object, "proof"))
		proof := session{in(shown, "proof", "session_id").(string), in(shown, "proof", "client_secret").(string)}
		e.isOK(e.do("POST", proof.path("/cancel"), proof.secret, nil), 200)
		require.Equal(t, false, in(e.requested(token), "proof", "proven"))
	}
	require.NotEqual(t, first, in(e.requested(token), "proof", "session_id"))
	e.isError(e.guardian("/proof", token), 429, "rate_limit_exceeded")
	e.isError(e.consents(token), 409, "guardian_unproven")
}

func TestDeclarationIsNoVerifiableConsent(t *testing.T) {
	t.Parallel()
	book, err := compliance.Shipped()
	require.NoError(t, err)
	shipped := func(o *api.Options) { o.Rules = book }
	e, s := consentEnv(t, shipped)
	require.Equal(t, true, in(e.isOK(e.do("GET", "/v1/verification_sessions/"+s.id, e.sandbox.secret, nil), 200).object,
		"compliance", "verifiable_parental_consent"))
	declared := e.create(e.sandbox, e.workflow(e.sandbox, parental("self_attestation", "facial_age")))
	e.isError(e.begs(declared, obj{"guardians": []string{mum}}), 400, "parameter_invalid", "method")
	mixed := e.create(e.sandbox, e.workflow(e.sandbox, parental("self_attestation", "document_capture")))
	token := e.invited(mixed, mum)[0]
	shown := e.isOK(e.guardian("/proof", token), 200).object
	proof := session{in(shown, "proof", "session_id").(string), in(shown, "proof", "client_secret").(string)}
	require.Len(t, e.view(proof)["methods"], 1, "a declaration is not offered")

	abroad := e.create(e.sandbox, e.workflow(e.sandbox, parental("self_attestation")), obj{"jurisdiction": "CA"})
	token = e.invited(abroad, dad)[0]
	e.proves(token, "self_attestation")
	e.isOK(e.consents(token), 200)

	warned := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, parental("self_attestation")), 201).object
	published := e.isOK(e.do("POST", "/v1/workflows/"+warned["id"].(string)+"/publish", e.sandbox.secret, nil), 201)
	require.Contains(t, string(published.body), "preferences.parental.methods")
}

func TestMethodsOfGuardiansMustProveAnAge(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	for _, method := range []string{"selfie_liveness", "student", "parental_consent", "magic"} {
		e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, parental(method)), 400, "parameter_invalid",
			"preferences.parental.methods[0]")
	}
}

func TestWithoutMailNoGuardianCanBeAsked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.subscribed()
	s := e.create(e.live, e.workflow(e.live, parental()))
	require.Equal(t, "unavailable", in(e.view(s), "methods", 0, "status"))
	require.Contains(t, in(e.view(s), "methods", 0, "unavailable_reason"), "no mail")
}

func TestGuardianNeedsAMethodThatCanBeUsed(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail, serving(shipped.Options{Mail: true}))
	e.subscribed()
	s := e.create(e.live, e.workflow(e.live, parental("document_capture", "open_banking")))
	e.isError(e.begs(s, obj{"guardians": []string{mum}}), 400, "parameter_invalid", "method")
	able := e.create(e.live, e.workflow(e.live, parental("document_capture", "self_attestation")))
	e.isOK(e.begs(able, obj{"guardians": []string{mum}}), 201)
}

// Another method has passed, so the session goes on without the guardian.
func TestDecisionIsNotAskedForOnceTheSessionGoesOnWithoutIt(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail, serving(shipped.Options{Mail: true}))
	definition := simple("parental_consent", "document_capture")
	definition["supplementary"] = []string{"selfie_liveness"}
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	token := e.invited(s, mum)[0]
	e.submit(s, "document_capture", graph.OutcomePassed)
	require.Equal(t, "requires_input", e.status(s))
	require.Equal(t, "closed", e.requested(token)["status"])
	e.isError(e.refuses(token), 409, "challenge_invalid")
}
