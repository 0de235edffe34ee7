package simulation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/rules/simulation"
)

// A session refuses an approval that would verify an identity without proof, and
// keeps waiting. A simulated session does the same, also if a branch lies
// between the review and the end.
func TestApprovalWithoutProofOfIdentityIsNotUsed(t *testing.T) {
	t.Parallel()
	const doc = `"doc": {"kind": "method", "method": "document_capture", "max_attempts": 1, "pass": "human", "fail": "human"}`
	const ends = `"yes": {"kind": "verified"}, "no": {"kind": "failed"}`
	for why, source := range map[string]string{
		"at the review": `{"start": "doc", "nodes": {` + doc + `, "human": {"kind": "review"}}}`,
		"behind a branch": `{"start": "doc", "nodes": {` + doc + `, "human": {"kind": "review", "pass": "late", "fail": "no"},
			"late": {"kind": "branch", "cases": [{"when": "risk.level == 'high'", "next": "no"}], "default": "yes"}, ` + ends + `}}`,
	} {
		g := compiled(t, source)
		g.Identity = true
		failed := script(
			t,
			`{"results": [{"method": "document_capture", "outcome": "failed"}], "reviews": [{"decision": "approve"}]}`,
		)
		trace, err := simulation.Run(g, failed)
		require.NoError(t, err)
		require.Equal(t, simulation.OutcomeWaiting, trace.Outcome, why)
		require.Len(t, trace.UnusedReviews, 1, why)
		require.Equal(t, "human", trace.Waiting[0].Node, why)

		failed.Reviews = append(failed.Reviews, simulation.Review{Decision: graph.Reject})
		trace, err = simulation.Run(g, failed)
		require.NoError(t, err)
		require.Equal(t, graph.OutcomeFailed, trace.Outcome, why)
		require.NotEqual(t, rules.ReasonIdentityUnproven, trace.FailureReason, why)

		proved := script(
			t,
			`{"results": [{"method": "document_capture", "outcome": "passed"}], "reviews": [{"decision": "approve"}]}`,
		)
		trace, err = simulation.Run(g, proved)
		require.NoError(t, err)
		require.Equal(t, graph.OutcomeVerified, trace.Outcome, why)
	}
}
