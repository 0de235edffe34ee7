package api_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/sessions"
)

// simulatedPass has the method pass as a worker judges {"simulate": "pass"}.
func (e *env) simulatedPass(s session, method string) {
	e.t.Helper()
	e.isOK(e.do("POST", s.path("/methods/"+method), s.secret, obj{"simulate": "pass"}), 202)
	row, err := e.store.Across().PublicSession(e.t.Context(), s.id)
	require.NoError(e.t, err)
	pending, err := e.store.PendingSubmissions(e.t.Context(), row.OrgID, row.ID)
	require.NoError(e.t, err)
	ref := models.SubmissionRef{
		SessionRef:   models.SessionRef{OrgID: row.OrgID, SessionID: row.ID},
		SubmissionID: pending[0].ID,
	}
	engine := sessions.Engine{Store: e.store, ReviewTimeout: time.Hour}
	_, err = engine.CommitVerdict(
		e.t.Context(),
		ref,
		func(s models.Session, sub models.Submission, payload []byte) (*methods.Verdict, error) {
			verdict, err := simulated.Judge{}.Judge(context.WithoutCancel(e.t.Context()), methods.Submission{
				Attempt: methods.Attempt{Method: sub.Method, Tier: s.AgeTier}, Payload: payload, Sandbox: true,
			})
			return &verdict, err
		},
	)
	require.NoError(e.t, err)
}

// TestSkippedSessionIsLikeOneThatWasVerified compares all that a merchant can see of both.
func TestSkippedSessionIsLikeOneThatWasVerified(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	definition := simple("self_attestation", "facial_age", "mdl", "document_capture")
	workflow := e.workflow(e.sandbox, definition)
	for _, kind := range []string{"age", "identity"} {
		more := obj{"type": kind, "client_reference_id": "order 7", "email": "user@example.com", "metadata": obj{"a": "b"}}
		passed := e.create(e.sandbox, workflow, more)
		e.simulatedPass(passed, "mdl")
		more["skip_verification"] = true
		skipped := e.create(e.sandbox, workflow, more)

		seen := func(s session) obj {
			object := e.isOK(e.do("GET", pathSessions+"/"+s.id+"?expand[]=results", e.sandbox.secret, nil), 200).object
			var verified obj
			events := e.isOK(
				e.do("GET", "/v1/events?type=verification_session.verified&session="+s.id, e.sandbox.secret, nil),
				200,
			)
			verified = in(events.object, "data", 0, "data").(obj)
			return obj{"session": object, "event": verified, "view": e.view(s), "types": e.events(s)}
		}
		a, b := seen(passed), seen(skipped)
		require.Equal(t, "mdl", in(b, "session", "verification_path"), "the strongest method on offer")
		require.Len(t, in(b, "session", "results"), 1)
		require.Nil(t, in(a, "session", "results", 0, "provider"))
		require.Equal(t, "sandbox", in(b, "session", "results", 0, "provider"))
		require.NotNil(t, in(b, "session", "compliance", "required_age_tier"))
		require.Equal(t, alike(t, a), alike(t, b))
	}
}

// alike returns the recorded parts of a session without those in which two sessions may differ: their ids, times and
// tokens, and the provider of the verdict.
func alike(t *testing.T, seen obj) obj {
	t.Helper()
	for _, part := range []string{"session", "event"} {
		for _, field := range []string{"id", "created", "updated", "expires_at", "completed_at"} {
			require.NotNil(t, in(seen, part, field), "%s of %s", field, part)
			delete(seen[part].(obj), field)
		}
	}
	delete(seen["view"].(obj), "session_id")
	delete(seen["view"].(obj), "expires_at")
	delete(seen["view"].(obj), "revision") // the skipped session went fewer steps
	require.NotNil(t, in(seen, "view", "vp_token"))
	delete(seen["view"].(obj), "vp_token") // of its own credential
	for _, field := range []string{"id", "created", "provider"} {
		delete(in(seen, "session", "results", 0).(obj), field)
	}
	text, err := json.Marshal(seen)
	require.NoError(t, err)
	var same obj
	require.NoError(t, json.Unmarshal(text, &same))
	return same
}

func TestSkippedIdentitySessionHasAMethodThatProvesIt(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, flow("face", obj{
		"face": method("selfie_match", "doc", "no"), "doc": method("document_capture", "yes", "no"),
	}))
	s := e.shown(e.sandbox, e.create(e.sandbox, workflow, obj{"type": "identity", "skip_verification": true}))
	require.Equal(t, "verified", s["status"])
	require.Equal(t, "document_capture", s["verification_path"])

	weak := e.workflow(e.sandbox, simple("facial_age"))
	body := obj{"type": "identity", "workflow_id": weak, "jurisdiction": "US", "skip_verification": true}
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", "type")
}
