package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// grantBatches is the number of batches after which a new run takes over, which keeps the history short.
const grantBatches = 100

// RevokeGrants has all grants revoked that rest on an ended consent, in batches. Its workflow id is the consent id. The
// rows record what is left, so a batch may be repeated.
func (w Workflows) RevokeGrants(ctx workflow.Context, consent models.ConsentRef) error {
	batch := workflow.WithActivityOptions(ctx, grantBatch())
	for range grantBatches {
		var revoked models.GrantsRevoked
		err := workflow.ExecuteActivity(batch, models.ActivityRevokeGrants, consent).Get(ctx, &revoked)
		if err != nil || revoked.Done {
			return err
		}
	}
	return workflow.NewContinueAsNewError(ctx, NameRevokeGrants, consent)
}
