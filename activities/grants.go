package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// grantsAtOnce is the number of grants that one transaction revokes.
const grantsAtOnce = 100

// Grants holds the activity that revokes grants.
type Grants struct {
	Store *store.Store
	// Dispatch starts the run that delivers an event.
	Dispatch func(ctx context.Context, org, event string) error
	// Done is called with the number of grants of every batch, for metrics.
	Done func(grants int)
}

// RevokeGrants revokes one batch of the grants that rest on an ended consent, and has their events delivered. If a
// start fails, the sweep finds the deliveries overdue.
func (a *Grants) RevokeGrants(ctx context.Context, consent models.ConsentRef) (models.GrantsRevoked, error) {
	batch, err := a.Store.Across().RevokeGrants(ctx, consent, grantsAtOnce)
	if err != nil {
		return models.GrantsRevoked{}, err
	}
	a.Done(batch.Grants)
	for _, event := range batch.Events {
		if err := a.Dispatch(ctx, event.OrgID, event.EventID); err != nil {
			activity.GetLogger(ctx).Warn("grants: the delivery of an event was not started; the sweep will start it",
				"event", event.EventID, "error", err.Error())
		}
	}
	return batch.GrantsRevoked, nil
}
