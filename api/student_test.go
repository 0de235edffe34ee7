package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/methods/shipped"
	"github.com/stile-id/stile/models"
)

const mailbox = "ada@in.tum.de"

// studying returns a session of a live organization whose only method is student.
func studying(t *testing.T) (*env, session) {
	t.Helper()
	e := newEnv(t, withMail, serving(shipped.Options{Mail: true}))
	e.subscribed()
	return e, e.create(e.live, e.workflow(e.live, simple("student")))
}

func (e *env) beginsStudent(s session, input obj) answer {
	e.t.Helper()
	return e.do("POST", s.path("/methods/student/begin"), s.secret, input)
}

func (e *env) studies(s session, challenge any, code string) answer {
	e.t.Helper()
	return e.do("POST", s.path("/methods/student"), s.secret, obj{
		"challenge": challenge, "code": code, "date_of_birth": "2000-01-31", "declaration": true,
	})
}

func TestStudentProvesAMailbox(t *testing.T) {
	t.Parallel()
	e, s := studying(t)
	begun := e.isOK(e.beginsStudent(s, obj{"email": "Ada@in.TUM.de", "locale": "fr"}), 201).object
	require.Equal(t, obj{"kind": "mailbox", "institution": "tum.de", "digits": 6.0}, begun["data"])
	require.Equal(t, begun["data"], in(e.view(s), "methods", 0, "waiting", "data"), "a page that is loaded again goes on")
	code := e.code(e.live)
	require.Equal(t, []models.MailContent{
		{To: mailbox, Locale: "fr", Values: map[string]string{"code": code, "minutes": "10"}},
	}, e.mails(e.live))

	failure := e.isError(e.studies(s, begun["id"], wrong(code)), 400, "otp_invalid", "code")
	require.Equal(t, "The code is wrong. Tries left: 4", failure["message"])
	e.isOK(e.studies(s, begun["id"], code), 202)
	require.NotContains(t, e.log.String(), "tum.de")
	require.NotContains(t, e.log.String(), code)
	require.Nil(t, e.view(s)["email_otp"].(obj)["code"])
	require.Equal(t, false, in(e.view(s), "email_otp", "proven"), "the mailbox is not the session's address")
}

func TestStudentCodeHasFiveTries(t *testing.T) {
	t.Parallel()
	e, s := studying(t)
	begun := e.isOK(e.beginsStudent(s, obj{"email": mailbox}), 201).object
	code := e.code(e.live)
	for range models.EmailCodeTries {
		e.isError(e.studies(s, begun["id"], wrong(code)), 400, "otp_invalid", "code")
	}
	e.isError(e.studies(s, begun["id"], code), 400, "otp_expired", "code")

	again := e.isOK(e.beginsStudent(s, obj{"email": mailbox}), 201).object
	other, code := e.create(e.live, e.workflow(e.live, simple("student"))), e.code(e.live)
	e.isError(e.studies(other, again["id"], code), 409, "challenge_invalid", "challenge")
	e.clock.Advance(models.EmailCodeTTL)
	e.isError(e.studies(s, again["id"], code), 409, "challenge_invalid", "challenge")
}

func TestStudentCodesAreBounded(t *testing.T) {
	t.Parallel()
	e, s := studying(t)
	e.isError(e.beginsStudent(s, obj{"email": "ada@person.example"}), 400, "parameter_invalid", "email")
	e.isError(e.beginsStudent(s, obj{}), 400, "parameter_invalid", "email")
	e.isError(e.beginsStudent(s, obj{"email": mailbox, "locale": "x"}), 400, "parameter_invalid", "locale")
	for range 3 {
		e.isOK(e.beginsStudent(s, obj{"email": mailbox}), 201)
	}
	e.isError(e.beginsStudent(s, obj{"email": "grace@tum.de"}), 429, "rate_limit_exceeded")
	other := e.create(e.live, e.workflow(e.live, simple("student")))
	refused := e.beginsStudent(other, obj{"email": mailbox})
	e.isError(refused, 429, "rate_limit_exceeded")
	require.NotEmpty(t, refused.header.Get("Retry-After"))
	require.Len(t, e.mails(e.live), 3)
	e.clock.Advance(15 * time.Minute)
	e.isOK(e.beginsStudent(other, obj{"email": mailbox}), 201)
}

func TestStudentIsUnavailableWithoutMail(t *testing.T) {
	t.Parallel()
	e := newEnv(t, serving(shipped.Options{}), func(o *api.Options) { o.Config.Mail = false })
	e.subscribed()
	s := e.create(e.live, e.workflow(e.live, simple("student", "self_attestation")))
	e.isError(e.beginsStudent(s, obj{"email": mailbox}), 409, "method_not_offered")
	s = e.create(e.live, e.workflow(e.live, simple("student")))
	require.Contains(t, in(e.view(s), "methods", 0, "unavailable_reason"), "STILE_SMTP_URL")
	e.isError(e.beginsStudent(s, obj{"email": mailbox}), 400, "parameter_invalid", "method")
}
