package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// The limits of a run's first attempts.
const (
	MostUnderWay = mostUnderWay
	MostChildren = mostChildren
)

// QuickDatabaseWork are the options of a local activity that works on rows.
var QuickDatabaseWork = quickDatabaseWork

// DispatchWithin returns DispatchEvent with other limits.
func (w Workflows) DispatchWithin(mostUnderWay, mostChildren int) func(workflow.Context, models.EventRef) error {
	return func(ctx workflow.Context, event models.EventRef) error {
		attempts := newFirstAttempts(ctx, w.WebhookTimeout)
		attempts.mostMaking, attempts.mostChildren = mostUnderWay, mostChildren
		return attempts.dispatch(ctx, event)
	}
}
