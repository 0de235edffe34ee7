package e2e

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"google.golang.org/protobuf/proto"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/rules"
)

// In production Temporal stores only sealed payloads; the operator's token opens them.
func TestHistoriesAreSealed(t *testing.T) {
	t.Parallel()
	s := newStack(t, postgresDatabase(t), func(c *config.Config) { c.OperatorToken = "operator" })
	open := s.sandbox(t, simple(rules.MethodSelfAttestation)).create(t, nil)
	require.Contains(t, s.started(t, open.id), `"session_id"`, "the stack of the other tests is readable")
	require.NoError(t, s.app.Stop())
	s.app = s.replica(t, app.Options{API: true, Worker: true, SealHistories: true})
	m := s.sandbox(t, simple(rules.MethodSelfAttestation))
	v := m.create(t, nil)
	v.submit(t, "self_attestation", attestation).expect(t, 202)
	v.until(t, "verified")

	history := s.history(t, v.id)
	require.NotContains(t, history, `"session_id"`)
	require.NotContains(t, history, `"first_attempts"`)
	require.Contains(t, history, "binary/stile-sealed")
	base := client{base: s.app.URL(), credential: "wrong", http: http.DefaultClient}
	base.post(t, "/codec/decode", body{"payloads": []any{}}).expect(t, http.StatusUnauthorized)
	base.as("operator").post(t, "/codec/decode", body{"payloads": []any{}}).expect(t, http.StatusOK)
}

// started returns the first event of a run.
func (s *stack) started(t *testing.T, id string) string {
	t.Helper()
	events := s.app.Temporal().GetWorkflowHistory(t.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	event, err := events.Next()
	require.NoError(t, err)
	encoded, err := proto.Marshal(event)
	require.NoError(t, err)
	return string(encoded)
}

// history returns a run's events as Temporal stores them, with their payloads byte for byte.
func (s *stack) history(t *testing.T, id string) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	require.NoError(t, s.app.Temporal().GetWorkflow(ctx, id, "").Get(ctx, nil))
	events := s.app.Temporal().GetWorkflowHistory(ctx, id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	var all string
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		encoded, err := proto.Marshal(event)
		require.NoError(t, err)
		all += string(encoded)
	}
	return all
}
