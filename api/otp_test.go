package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

func withMail(o *api.Options) { o.Config.Mail = true }

const ada = "ada@person.example"

// mails returns the content of the mails whose runs were started, the oldest first.
func (e *env) mails(of tenant) (contents []models.MailContent) {
	e.t.Helper()
	for _, note := range e.temporal.all() {
		id, found := strings.CutPrefix(note, "mail ")
		if !found {
			continue
		}
		mail, err := e.store.TakeMail(e.t.Context(), models.MailRef{OrgID: of.org.ID, MailID: id})
		if models.CodeOf(err) == models.CodeResourceMissing { // of another tenant
			continue
		}
		require.NoError(e.t, err)
		require.True(e.t, mail.Taken)
		require.NoError(e.t, e.store.ReturnMail(e.t.Context(), mail.Ref()))
		contents = append(contents, mail.Content)
	}
	return contents
}

// code returns the code of the last mail.
func (e *env) code(of tenant) string {
	e.t.Helper()
	mails := e.mails(of)
	require.NotEmpty(e.t, mails)
	return mails[len(mails)-1].Values["code"]
}

func (e *env) askOTP(s session, body obj) answer {
	e.t.Helper()
	return e.do("POST", s.path("/otp"), s.secret, body)
}

func (e *env) enter(s session, code string) answer {
	e.t.Helper()
	return e.do("POST", s.path("/otp/verify"), s.secret, obj{"code": code})
}

// wrong returns another code.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func (e *env) attestFor(email string) session {
	e.t.Helper()
	of := e.workflow(e.sandbox, simple("self_attestation", "document_capture"))
	return e.create(e.sandbox, of, obj{"email": email, "locale": "de-AT"})
}

func TestMailedCodeProvesTheAddress(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attestFor("Ada@Person.example")
	unsent := obj{
		"object": "email_otp", "available": true, "email_known": true, "sent": false, "expires_at": nil,
		"attempts_left": nil, "proven": false,
	}
	require.Equal(t, unsent, e.view(s)["email_otp"])

	sent := e.isOK(e.askOTP(s, obj{}), 200).object
	require.Equal(t, obj{
		"object": "email_otp", "available": true, "email_known": true, "sent": true,
		"expires_at": float64(e.clock.Now().Add(10 * time.Minute).Unix()), "attempts_left": 5.0, "proven": false,
	}, sent)
	require.Equal(t, sent, e.view(s)["email_otp"], "a page that is loaded again comes to the same step")
	code := e.code(e.sandbox)
	require.Regexp(t, "^[0-9]{6}$", code)
	require.Equal(t, models.MailContent{
		To: ada, Locale: "de-AT", Values: map[string]string{"code": code, "minutes": "10"},
	}, e.mails(e.sandbox)[0])

	failure := e.isError(e.enter(s, wrong(code)), 400, "otp_invalid", "code")
	require.Equal(t, "The code is wrong. Tries left: 4", failure["message"])
	view := e.isOK(e.enter(s, code), 200).object
	require.Equal(t, "verification_view", view["object"])
	proven := obj{}
	for key, value := range unsent {
		proven[key] = value
	}
	proven["proven"] = true
	require.Equal(t, proven, view["email_otp"])
	require.Equal(t, "created", view["status"], "a code proves an address, and no age")
	e.isOK(e.enter(s, code), 200) // a repeat after a lost answer
	require.NotContains(t, e.log.String(), "person.example")
	require.NotContains(t, e.log.String(), code)
}

func TestAddressIsEnteredWhereTheSessionHasNone(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attest()
	e.isError(e.askOTP(s, obj{}), 400, "parameter_invalid", "email")
	failure := e.isError(e.askOTP(s, obj{"email": "ada at person.example"}), 400, "parameter_invalid", "email")
	require.NotContains(t, failure["message"], "ada")
	e.isError(e.askOTP(s, obj{"email": ada, "locale": "klingon?"}), 400, "parameter_invalid", "locale")
	e.isError(e.askOTP(s, obj{"address": ada}), 400, "parameter_invalid", "address")
	require.Empty(t, e.mails(e.sandbox))

	sent := e.isOK(e.askOTP(s, obj{"email": " Ada@Person.Example ", "locale": "ar"}), 200).object
	require.Equal(t, false, sent["email_known"], "an address counts once it is proven")
	require.Equal(t, ada, e.mails(e.sandbox)[0].To)
	require.Equal(t, "ar", e.mails(e.sandbox)[0].Locale)
	view := e.isOK(e.enter(s, e.code(e.sandbox)), 200).object
	otp, _ := view["email_otp"].(obj)
	require.Equal(t, true, otp["email_known"])
	require.Equal(t, true, otp["proven"])
}

func TestCodeCanBeEnteredFiveTimes(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attestFor(ada)
	e.isError(e.enter(s, "123456"), 400, "email_not_verified")
	e.isOK(e.askOTP(s, obj{}), 200)
	code := e.code(e.sandbox)
	for _, malformed := range []any{"12345", "1234567", "12345a", "", " 12345", 123456} {
		e.isError(e.do("POST", s.path("/otp/verify"), s.secret, obj{"code": malformed}), 400, "parameter_invalid", "code")
	}
	for range 4 {
		e.isError(e.enter(s, wrong(code)), 400, "otp_invalid", "code")
	}
	failure := e.isError(e.enter(s, wrong(code)), 400, "otp_invalid", "code")
	require.Equal(t, "The code is wrong, and no try is left. Ask for another one", failure["message"])
	e.isError(e.enter(s, code), 400, "otp_expired", "code")
	otp, _ := e.view(s)["email_otp"].(obj)
	require.Equal(t, false, otp["sent"])
	e.isOK(e.askOTP(s, obj{}), 200)
	e.isOK(e.enter(s, e.code(e.sandbox)), 200)
}

func TestCodeWorksForTenMinutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attestFor(ada)
	e.isOK(e.askOTP(s, obj{}), 200)
	code := e.code(e.sandbox)
	e.clock.Advance(10 * time.Minute)
	e.isError(e.enter(s, code), 400, "otp_expired", "code")
}

func TestThreeCodesAreMailedInFifteenMinutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attest()
	for _, email := range []string{"a@person.example", "b@person.example", "c@person.example"} {
		e.isOK(e.askOTP(s, obj{"email": email}), 200)
	}
	limited := e.askOTP(s, obj{"email": "d@person.example"})
	e.isError(limited, 429, "rate_limit_exceeded")
	require.NotEmpty(t, limited.header.Get("Retry-After"))

	for range 3 {
		e.isOK(e.askOTP(e.attest(), obj{"email": ada}), 200)
	}
	e.isError(e.askOTP(e.attest(), obj{"email": ada}), 429, "rate_limit_exceeded")
	mailed := len(e.mails(e.sandbox))
	require.Equal(t, 6, mailed)
	e.clock.Advance(15 * time.Minute)
	e.isOK(e.askOTP(e.attest(), obj{"email": ada}), 200)
}

func TestSessionHasABoundedNumberOfCodes(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attestFor(ada)
	for mailed := range models.MaxEmailCodes {
		e.isOK(e.askOTP(s, obj{}), 200)
		if mailed%3 == 2 {
			e.clock.Advance(15 * time.Minute)
		}
	}
	e.isError(e.askOTP(s, obj{}), 429, "rate_limit_exceeded")
	require.Equal(t, models.MaxEmailCodes, e.rows()["mails"])
	e.submit(s, "self_attestation", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s), "the user can still finish")
}

func TestLimitOfAnAddressIsTheOrganizationsOwn(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	for range 3 {
		e.isOK(e.askOTP(e.attest(), obj{"email": ada}), 200)
	}
	e.isError(e.askOTP(e.attest(), obj{"email": ada}), 429, "rate_limit_exceeded")
	theirs := e.create(e.stranger, e.workflow(e.stranger, simple("self_attestation")))
	e.isOK(e.askOTP(theirs, obj{"email": ada}), 200)
}

func TestWithoutAMailServerNoCodeIsPretended(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attestFor(ada)
	e.isError(e.askOTP(s, obj{}), 409, "otp_unavailable")
	otp, _ := e.view(s)["email_otp"].(obj)
	require.Equal(t, false, otp["available"])
	require.Empty(t, e.mails(e.sandbox))
}

func TestPublishingWarnsOfADemandedCodeThatCannotBeMailed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options  []func(*api.Options)
		demanded bool
		want     []string
	}{
		"no mail":                {nil, true, []string{"preferences.require_email_otp"}},
		"mail":                   {[]func(*api.Options){withMail}, true, []string{}},
		"no mail, and no demand": {nil, false, []string{}},
	} {
		e := newEnv(t, c.options...)
		draft := simple("mdl")
		draft["preferences"] = obj{"require_email_otp": c.demanded}
		workflow := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 201).object["id"].(string)
		for verb, status := range map[string]int{"validate": 200, "publish": 201} {
			ans := e.isOK(e.do("POST", "/v1/workflows/"+workflow+"/"+verb, e.sandbox.secret, nil), status)
			fields := []string{}
			for _, warning := range ans.object["warnings"].([]any) {
				if field := in(warning, "field").(string); field != "methods" {
					fields = append(fields, field)
				}
			}
			require.Equal(t, c.want, fields, "%s: %s", name, verb)
		}
	}
}

func TestEndedSessionMailsNoCodeAndTakesNone(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attestFor(ada)
	e.isOK(e.askOTP(s, obj{}), 200)
	code := e.code(e.sandbox)
	e.isOK(e.do("POST", s.path("/cancel"), s.secret, obj{}), 200)
	e.isError(e.askOTP(s, obj{}), 409, "session_terminal")
	e.isError(e.enter(s, code), 409, "session_terminal")
	otp, _ := e.view(s)["email_otp"].(obj)
	require.Equal(t, false, otp["available"])
	require.Equal(t, false, otp["sent"])
}

func TestCodeOfOneSessionDoesNotWorkInAnother(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	first, second := e.attestFor(ada), e.attestFor(ada)
	e.isOK(e.askOTP(first, obj{}), 200)
	code := e.code(e.sandbox)
	e.isError(e.enter(second, code), 400, "email_not_verified")
	e.isError(e.do("POST", second.path("/otp/verify"), first.secret, obj{"code": code}), 404, "session_not_found")
	e.isError(e.do("POST", second.path("/otp"), e.sandbox.secret, nil), 401, "api_key_invalid")
}

func TestRepeatedRequestMailsOneCode(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	s := e.attestFor(ada)
	first := e.isOK(e.do("POST", s.path("/otp"), s.secret, nil, "Idempotency-Key", "again"), 200)
	second := e.isOK(e.do("POST", s.path("/otp"), s.secret, nil, "Idempotency-Key", "again"), 200)
	require.Equal(t, first.body, second.body)
	require.Len(t, e.mails(e.sandbox), 1)
}

// The answer for an address of a verified person is the same, byte for byte, as that for any other address.
func TestAnswerIsTheSameForKnownAndUnknownAddresses(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	known := e.attestFor(ada)
	e.submit(known, "self_attestation", "passed")
	require.Equal(t, "verified", e.status(known))

	of := e.workflow(e.sandbox, simple("self_attestation"))
	answers := map[string]bool{}
	for _, email := range []string{ada, "stranger@person.example"} {
		s := e.create(e.sandbox, of)
		answers[string(e.isOK(e.askOTP(s, obj{"email": email}), 200).body)] = true
		failure := e.isError(e.enter(s, wrong(e.code(e.sandbox))), 400, "otp_invalid")
		answers[failure["message"].(string)] = true //nolint:forcetypeassert // as isError requires
	}
	require.Len(t, answers, 2)
	require.Len(t, e.mails(e.sandbox), 2)
}
