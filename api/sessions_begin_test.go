package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSessionsThatBeginWithABranch(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, flow("where", obj{
		"where": obj{"kind": "branch", "default": "id", "cases": []obj{
			{"when": "metadata.tier == 'banned'", "next": "no"}, {"when": "metadata.tier == 'staff'", "next": "yes"},
			{"when": "metadata.tier == 'odd'", "next": "human"},
		}},
		"id": method("mdl", "yes", "no"), "human": obj{"kind": "review", "reason": "odd"},
	}))
	born := func(tier string) obj {
		t.Helper()
		return e.isOK(e.do("POST", pathSessions, e.sandbox.secret,
			obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US", "metadata": obj{"tier": tier}}), 201).object
	}
	require.Equal(t, "created", born("plain")["status"])
	verified := born("staff")
	require.Equal(t, "verified", verified["status"])
	require.NotNil(t, verified["completed_at"])
	banned := born("banned")
	require.Equal(t, "failed", banned["status"])
	require.Equal(t, "workflow_rule", in(banned, "failure", "reason_code"))

	odd := born("odd")
	s := session{id: odd["id"].(string)}
	require.Equal(t, "processing", odd["status"])
	require.Equal(t, "pending", in(odd, "review", "status"))
	require.Equal(t, []any{"verification_session.created", "session_review.flagged"}, e.events(s))
	require.Equal(t, "verified", e.decide(s, "approve", "jo", 200).object["status"])
}
