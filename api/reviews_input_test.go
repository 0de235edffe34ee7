package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
)

func TestReviewIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	path := pathSessions + "/" + s.id + "/review"
	e.isError(e.do("POST", path, e.sandbox.secret, obj{"decision": "approve"}), 409, "review_not_pending")
	e.isError(e.do("POST", path, e.stranger.secret, obj{"decision": "approve"}), 404, "session_not_found", "id")
	for param, body := range map[string]obj{
		"decision": {"decision": "maybe"}, "reason": {"decision": "approve", "reason": text(1001)},
		"reviewer": {"decision": "approve", "reviewer": text(201)}, "node": {"decision": "approve", "node": text(301)},
		"note": {"decision": "approve", "note": "x"},
	} {
		e.isError(e.do("POST", path, e.sandbox.secret, body), 400, "parameter_invalid", param)
	}
	e.isError(e.do("POST", path, e.sandbox.secret, nil), 400, "parameter_invalid", "decision")
	for _, node := range []string{"", "human"} {
		e.isError(e.do("POST", path, e.sandbox.secret, obj{"decision": "approve", "node": node}), 409, "review_not_pending")
	}

	expired := e.inReview(e.workflow(e.sandbox, reviewed("", "")))
	_, err := e.store.End(t.Context(), e.sandbox.org.ID, expired.id, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)
	e.isError(
		e.do("POST", pathSessions+"/"+expired.id+"/review", e.sandbox.secret, obj{"decision": "approve"}),
		409,
		"session_terminal",
	)
}
