package api_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestListReviews(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, reviewed("", ""))
	old := e.inReview(workflow)
	e.clock.Advance(26 * time.Hour)
	day := e.inReview(workflow)
	e.decide(day, "escalate", "jo", 200)
	e.clock.Advance(2 * time.Hour)
	fresh := e.inReview(workflow)
	done := e.inReview(workflow)
	e.decide(done, "approve", "jo", 200)

	list := func(query string) (found []any) {
		t.Helper()
		ans := e.isOK(e.do("GET", "/v1/reviews"+query, e.sandbox.secret, nil), 200).object
		require.Equal(t, obj{"under_1h": 1.0, "under_24h": 1.0, "over_24h": 1.0}, ans["waiting"])
		require.Equal(t, "/v1/reviews", ans["url"])
		for _, review := range ans["data"].([]any) {
			require.Equal(t, "session_review", in(review, "object"))
			found = append(found, in(review, "session_id"))
		}
		return found
	}
	require.Equal(t, []any{fresh.id, day.id, old.id}, list(""))
	require.Equal(t, []any{day.id}, list("?status=escalated"))
	require.Equal(t, []any{done.id}, list("?status=approved"))
	require.Equal(t, []any{day.id}, list("?limit=1&starting_after="+fresh.id))
	require.Equal(t, []any{done.id}, list("?status=approved&reviewer=jo"))
	require.Empty(t, list("?status=approved&reviewer=kim"))
	require.Equal(t, []any{day.id}, list("?reviewer=jo"))
	require.Equal(t, []any{fresh.id, day.id, old.id}, list("?jurisdiction=US&workflow_id="+workflow))
	require.Empty(t, list("?jurisdiction=US-CA"))
	require.Empty(t, list("?workflow_id=wf_other"))
	since := strconv.FormatInt(e.clock.Now().Add(-3*time.Hour).Unix(), 10)
	require.Equal(t, []any{fresh.id, day.id}, list("?flagged[gte]="+since))
	require.Equal(t, []any{old.id}, list("?flagged[lte]="+since))
	e.isError(
		e.do("GET", "/v1/reviews?flagged[gte]=noon", e.sandbox.secret, nil),
		400,
		"parameter_invalid",
		"flagged[gte]",
	)
	e.isError(e.do("GET", "/v1/reviews?status=open", e.sandbox.secret, nil), 400, "parameter_invalid", "status")
	strange := e.isOK(e.do("GET", "/v1/reviews", e.stranger.secret, nil), 200).object
	require.Equal(t, []any{}, strange["data"])
	require.Equal(t, obj{"under_1h": 0.0, "under_24h": 0.0, "over_24h": 0.0}, strange["waiting"])

	sessions := e.isOK(e.do("GET", pathSessions+"?review=pending", e.sandbox.secret, nil), 200).object["data"].([]any)
	require.Len(t, sessions, 2)
	require.Equal(t, fresh.id, in(sessions, 0, "id"))
	require.Empty(t, e.isOK(e.do("GET", pathSessions+"?review=rejected", e.sandbox.secret, nil), 200).object["data"])
	e.isError(e.do("GET", pathSessions+"?review=open", e.sandbox.secret, nil), 400, "parameter_invalid", "review")
}
