package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// killedWithAReturningUser kills the process between the row of a mail and its run, and then between the row that an
// earlier verification verified and its run.
func killedWithAReturningUser(t *testing.T, environment []string) {
	hook := newReceiver(t)
	mailing := start(t, t.TempDir(), append(environment, "STILE_FAULT=mail.queued")...)
	m := mailing.sandbox(t)
	known := body{"email": "ada@person.example"}
	m.create(t, body{"email": "ada@person.example", "skip_verification": true})
	hook.subscribe(t, m.client, "verification_session.verified") // a kill would repeat an event of the first session
	v := m.create(t, known)
	_, err := v.user.try("POST", v.verify("/otp"), body{})
	require.Error(t, err, "the process died before it answered")

	reusing := restart(t, mailing, append(environment, "STILE_FAULT=reuse.committed"), &v)
	code := v.mailedCode(t, "ada@person.example")
	_, err = v.user.try("POST", v.verify("/otp/verify"), body{"code": code})
	require.Error(t, err, "the process died before it answered")

	restart(t, reusing, environment, &v)
	require.Equal(t, v.id, hook.next(t, "verification_session.verified").data()["id"])
	require.Equal(t, "returning_user", v.get(t).text("verification_path"))
}
