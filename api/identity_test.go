package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

var ofIdentity = obj{"type": "identity"}

func TestIdentitySessionOffersNoWeakerAlternative(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation", "document_capture", "facial_age"))
	age, identity := e.create(e.sandbox, workflow), e.create(e.sandbox, workflow, ofIdentity)
	require.Len(t, e.shown(e.sandbox, age)["methods"], 3)
	require.Equal(t, []any{"document_capture"}, e.shown(e.sandbox, identity)["methods"])
	ans := e.do(
		"POST",
		identity.path("/methods/self_attestation"),
		identity.secret,
		obj{"date_of_birth": "1990-01-31", "declaration": true},
	)
	e.isError(ans, 409, "method_not_offered")
	e.submit(identity, "document_capture", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(identity))
}

func TestIdentitySessionIsNotVerifiedByAWeakPath(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, flow("which", obj{
		"which": obj{"kind": "branch", "default": "doc", "cases": []obj{{"when": "metadata.way == 'weak'", "next": "face"}}},
		"doc":   method("document_capture", "yes", "no"), "face": method("facial_age", "yes", "no"),
	}))
	weak := obj{"metadata": obj{"way": "weak"}}
	s := e.create(e.sandbox, workflow, weak, ofIdentity)
	e.submit(s, "facial_age", graph.OutcomePassed)
	shown := e.shown(e.sandbox, s)
	require.Equal(t, "failed", shown["status"])
	require.Equal(t, "identity_unproven", in(shown, "failure", "reason_code"))
	require.Nil(t, shown["verification_path"])
	require.Equal(t, []any{"verification_session.created", "verification_session.failed"}, e.events(s))

	age := e.create(e.sandbox, workflow, weak)
	e.submit(age, "facial_age", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(age))
	strong := e.create(e.sandbox, workflow, ofIdentity)
	e.submit(strong, "document_capture", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(strong))
}

func TestIdentitySessionIsNotBornVerifiedByABranch(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, flow("which", obj{
		"which": obj{"kind": "branch", "default": "doc", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "yes"}}},
		"doc":   method("document_capture", "yes", "no"),
	}))
	vip := obj{"metadata": obj{"tier": "vip"}}
	require.Equal(t, "verified", e.status(e.create(e.sandbox, workflow, vip)))
	born := e.shown(e.sandbox, e.create(e.sandbox, workflow, vip, ofIdentity))
	require.Equal(t, "failed", born["status"])
	require.Equal(t, "identity_unproven", in(born, "failure", "reason_code"))
}

// A reviewer cannot approve an identity without a read document, by any way of deciding.
func TestApprovalOfAnUnprovenIdentityIsRefused(t *testing.T) {
	t.Parallel()
	late := obj{"kind": "branch", "default": "yes", "cases": []obj{{"when": "risk.level == 'high'", "next": "no"}}}
	human := func(more obj) obj {
		more["kind"], more["reason"] = "review", "look"
		return more
	}
	for why, nodes := range map[string]obj{
		"at the review":   {"human": human(obj{})},
		"by its target":   {"human": human(obj{"pass": "yes", "fail": "no"})},
		"behind a branch": {"human": human(obj{"pass": "late", "fail": "no"}), "late": late},
	} {
		e := newEnv(t)
		nodes["doc"] = method("document_capture", "human", "human")
		definition := flow("doc", nodes)
		if why == "at the review" {
			delete(nodes, "yes")
			delete(nodes, "no")
		}
		workflow := e.workflow(e.sandbox, definition)
		s := e.create(e.sandbox, workflow, ofIdentity)
		e.submit(s, "document_capture", graph.OutcomeFailed, "unreadable")
		waiting := e.shown(e.sandbox, s)
		for range 2 {
			ans := e.do("POST", pathSessions+"/"+s.id+"/review", e.sandbox.secret, obj{"decision": "approve"})
			failure := e.isError(ans, 409, "identity_unproven")
			require.Contains(t, failure["message"], "document_capture or better", why)
		}
		row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
		require.NoError(t, err)
		_, err = sessions.Engine{Store: e.store}.Decide(t.Context(), models.ReviewDecision{
			SessionRef: models.SessionRef{OrgID: row.OrgID, SessionID: row.ID}, Decision: graph.Approve, Reviewer: "kim",
		}, store.ActorTemporal)
		require.Equal(t, models.CodeIdentityUnproven, models.CodeOf(err), "a signal is refused as well")
		require.Equal(t, waiting, e.shown(e.sandbox, s), "the review waits on: %s", why)
		e.decide(s, "reject", "jo", 200)
		require.Equal(t, "failed", e.status(s), why)

		proved := e.create(e.sandbox, workflow, ofIdentity)
		e.submit(proved, "document_capture", graph.OutcomePassed)
		e.decide(proved, "approve", "jo", 200)
		require.Equal(t, "verified", e.status(proved), why)
	}
}

// A session with a state from before proofs were stored is judged by its recorded steps.
func TestIdentityProvedBeforeAnUpgradeCounts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	definition := simple("document_capture")
	definition["supplementary"] = []string{"selfie_match"}
	workflow := e.workflow(e.sandbox, definition)
	s := e.create(e.sandbox, workflow, ofIdentity)
	e.submit(s, "document_capture", graph.OutcomePassed)
	e.exec(e.database(), `UPDATE sessions SET graph_state =
		REPLACE(REPLACE(graph_state, ',"tracks_proof":true', ''), ',"proved":true', '') WHERE id = '`+s.id+`'`)
	row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	require.False(t, row.GraphState.V.TracksProof)
	require.False(t, row.GraphState.V.Tokens[0].Proved)
	e.submit(s, "selfie_match", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s))
}
