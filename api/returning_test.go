package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// demanding publishes a workflow that demands a proof of the e-mail address.
func (e *env) demanding(of tenant) string {
	e.t.Helper()
	definition := simple("self_attestation", "document_capture")
	definition["preferences"] = obj{"require_email_otp": true}
	return e.workflow(of, definition)
}

// recognised asks for a code to the address and enters it. It returns the view.
func (e *env) recognised(of tenant, s session, email obj) obj {
	e.t.Helper()
	e.isOK(e.askOTP(s, email), 200)
	return e.isOK(e.enter(s, e.code(of)), 200).object
}

func TestCodeRecognisesAReturningUser(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	of := e.anyMethod(e.sandbox)
	e.verified(e.sandbox, of, obj{"email": ada})
	for name, s := range map[string]session{
		"by an address that the user enters":     e.create(e.sandbox, of),
		"by the address of the merchant's order": e.create(e.sandbox, of, obj{"email": ada}),
	} {
		view := e.recognised(e.sandbox, s, obj{"email": ada})
		require.Equal(t, "verified", view["status"], name)
		require.Equal(t, "returning_user", view["verification_path"], name)
		require.NotNil(t, view["vp_token"], name)
		again := e.enter(s, "123456")
		e.isError(again, 409, "session_terminal")
	}
}

func TestCodeOfAStrangerProvesTheAddressOnly(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	of := e.anyMethod(e.sandbox)
	e.verified(e.sandbox, of, obj{"email": ada})
	s := e.create(e.sandbox, of)
	view := e.recognised(e.sandbox, s, obj{"email": "stranger@person.example"})
	require.Equal(t, "created", view["status"])
	otp, _ := view["email_otp"].(obj)
	require.Equal(t, true, otp["proven"])
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}), 202)
	e.isError(e.askOTP(s, obj{}), 409, "session_not_redeemable")
}

func TestChangedAddressForcesAVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	of := e.anyMethod(e.sandbox)
	first := e.verified(e.sandbox, of, obj{"email": ada})
	s := e.create(e.sandbox, of, obj{"email": "bob@person.example"})
	view := e.recognised(e.sandbox, s, obj{"email": ada})
	require.Equal(t, "created", view["status"])
	otp, _ := view["email_otp"].(obj)
	require.Equal(t, true, otp["proven"])
	require.Equal(t, false, otp["available"])
	e.isError(e.redeem(s, e.token(first)), 409, "session_not_redeemable")
	e.isError(e.askOTP(s, obj{"email": "bob@person.example"}), 409, "session_not_redeemable")
}

func TestSessionThatAwaitsTheCodeIsVerifiedByIt(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	of := e.demanding(e.sandbox)
	e.verified(e.sandbox, of, obj{"email": ada})
	s := e.create(e.sandbox, of, obj{"email": ada, "accept_existing": true})
	view := e.view(s)
	require.Equal(t, "requires_input", view["status"])
	require.Equal(t, true, view["requires_email_otp"])
	view = e.recognised(e.sandbox, s, obj{})
	require.Equal(t, "verified", view["status"])
	require.Equal(t, "returning_user", view["verification_path"])
	require.Equal(t, false, view["requires_email_otp"])
}

func TestTokenNeedsTheCodeThatTheWorkflowDemands(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	of := e.demanding(e.sandbox)
	token := e.token(e.verified(e.sandbox, of, obj{"email": ada}))
	s := e.create(e.sandbox, of, obj{"email": ada})
	e.isError(e.redeem(s, token), 400, "email_not_verified")
	e.isOK(e.askOTP(s, obj{}), 200)
	e.isError(e.redeem(s, token), 400, "otp_not_proven")
	view := e.isOK(e.enter(s, e.code(e.sandbox)), 200).object
	require.Equal(t, "verified", view["status"])

	born := e.create(e.sandbox, of, obj{"email": ada, "vp_token": token})
	require.Equal(t, true, e.view(born)["requires_email_otp"])
}

func TestFreshVerificationTakesNoCode(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	of := e.anyMethod(e.sandbox)
	s := e.create(e.sandbox, of, obj{"email": ada, "accept_existing": false})
	otp, _ := e.view(s)["email_otp"].(obj)
	require.Equal(t, false, otp["available"])
	e.isError(e.askOTP(s, obj{}), 409, "session_not_redeemable")
}

// A process that dies between the proof and the reuse leaves a proven session. The page repeats its request.
func TestRepeatAfterTheProofReusesTheVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withMail)
	of := e.anyMethod(e.sandbox)
	e.verified(e.sandbox, of, obj{"email": ada})
	s := e.create(e.sandbox, of)
	e.isOK(e.askOTP(s, obj{"email": ada}), 200)
	number := e.code(e.sandbox)
	code, found, err := e.store.EmailCode(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	require.True(t, found)
	tried, err := e.store.TryEmailCode(t.Context(), code, number)
	require.NoError(t, err)
	row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	_, err = e.store.ProveEmail(t.Context(), row, tried)
	require.NoError(t, err)
	require.Equal(t, "created", e.status(s))

	view := e.isOK(e.enter(s, number), 200).object
	require.Equal(t, "verified", view["status"])
}
