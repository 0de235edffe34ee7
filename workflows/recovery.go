package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// recoveryTurns is the number of turns after which a new run takes over, which keeps the history short.
const recoveryTurns = 100

// RecoverEndpoint carries a recovery to its end, however long its receiver takes. Its workflow id is the recovery id.
// The row records the turns.
func (w Workflows) RecoverEndpoint(ctx workflow.Context, ref models.RecoveryRef) error {
	turn := workflow.WithActivityOptions(ctx, recoveryTurn(w.WebhookTimeout))
	for range recoveryTurns {
		var view models.RecoveryView
		err := workflow.ExecuteActivity(turn, models.ActivityRecoverEndpoint, ref).Get(ctx, &view)
		if err != nil || view.Status != models.RecoveryRunning {
			return err
		}
	}
	return workflow.NewContinueAsNewError(ctx, NameRecovery, ref)
}
