package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// recoveryTurns is how many turns a run of a recovery takes before another run takes over: its history stays short.
const recoveryTurns = 100

// RecoverEndpoint carries a recovery to its end, however long its receiver takes. Its id is that of the recovery; the
// row knows how far it has come.
func (w Workflows) RecoverEndpoint(ctx workflow.Context, ref models.RecoveryRef) error {
	turn := workflow.WithActivityOptions(ctx, recoveryTurn(w.WebhookTimeout))
	for range recoveryTurns {
		var progress models.RecoveryProgress
		err := workflow.ExecuteActivity(turn, models.ActivityRecoverEndpoint, ref).Get(ctx, &progress)
		if err != nil || progress.Status != models.RecoveryRunning {
			return err
		}
	}
	return workflow.NewContinueAsNewError(ctx, NameRecovery, ref)
}
