package workflows_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

func TestRecoveryContinuesUntilItIsOver(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated)
	merchant.Answers(500, 500, 500, 200)
	for range 3 {
		session := p.Begin(t, scene.AnyOf(document))
		refs, err := p.FirstAttempts(t.Context(), p.Org, session.ID)
		require.NoError(t, err)
		_, err = p.webhooks.DeliverWebhook(t.Context(), refs[0])
		require.NoError(t, err)
	}
	recovery, err := p.CreateRecovery(t.Context(), p.Org, "key_1", endpoint.ID, models.At(began), p.Now())
	require.NoError(t, err)

	p.execute(t, recovery.ID, workflows.NameRecovery, recovery.Ref())

	_, tally, err := p.Recovery(t.Context(), p.Org, endpoint.ID, recovery.ID)
	require.NoError(t, err)
	require.Equal(t, 3, tally[models.DeliverySucceeded])
	require.Len(t, merchant.Requests(), 6)
}

func TestLongRecoveryContinuesInANewRun(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	turns := 0
	p.env.RegisterActivityWithOptions(func(context.Context, models.RecoveryRef) (models.RecoveryView, error) {
		turns++
		return models.RecoveryView{Status: models.RecoveryRunning}, nil
	}, activity.RegisterOptions{Name: models.ActivityRecoverEndpoint, DisableAlreadyRegisteredCheck: true})

	p.env.ExecuteWorkflow(workflows.NameRecovery, models.RecoveryRef{OrgID: p.Org, RecoveryID: "whr_long"})

	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, p.env.GetWorkflowError(), &next)
	require.Equal(t, workflows.NameRecovery, next.WorkflowType.Name)
	require.Equal(t, 100, turns)
}
