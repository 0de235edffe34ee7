package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// mailedCode waits for a mail in the inbox of stile-dev, and returns the code in its subject.
func mailedCode(t *testing.T, base string) (code string) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/dev/mail.json", http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { require.NoError(t, response.Body.Close()) }()
		var inbox struct{ Data []struct{ Subject string } }
		require.NoError(t, json.NewDecoder(response.Body).Decode(&inbox))
		if len(inbox.Data) > 0 {
			code, _, _ = strings.Cut(inbox.Data[0].Subject, " ")
		}
		return code != ""
	})
	return code
}

// killedWithAReturningUser kills the process between the row of a mail and its run, and then between the row that an
// earlier verification verified and its run.
func killedWithAReturningUser(t *testing.T, environment []string) {
	hook := newReceiver(t)
	mailing := start(t, t.TempDir(), append(environment, "STILE_FAULT=mail.queued")...)
	m := mailing.sandbox(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	known := body{"email": "ada@person.example"}
	m.create(t, body{"email": "ada@person.example", "skip_verification": true})
	hook.next(t, "verification_session.verified")
	v := m.create(t, known)
	_, err := v.user.try("POST", v.verify("/otp"), body{})
	require.Error(t, err, "the process died before it answered")

	reusing := restart(t, mailing, append(environment, "STILE_FAULT=reuse.committed"), &v)
	code := mailedCode(t, reusing.ready.API)
	_, err = v.user.try("POST", v.verify("/otp/verify"), body{"code": code})
	require.Error(t, err, "the process died before it answered")

	restart(t, reusing, environment, &v)
	require.Equal(t, v.id, hook.next(t, "verification_session.verified").data()["id"])
	require.Equal(t, "returning_user", v.get(t).text("verification_path"))
}
