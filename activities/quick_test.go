package activities_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"golang.org/x/sync/semaphore"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker/workertest/scene"
)

func TestLocalActivityDeliversToAQuickEndpointAlone(t *testing.T) {
	t.Parallel()
	full := semaphore.NewWeighted(1)
	require.True(t, full.TryAcquire(1))
	for name, c := range map[string]struct {
		room  *semaphore.Weighted
		known bool
		heard int
	}{
		"a quick endpoint":       {semaphore.NewWeighted(1), true, 1},
		"an unknown endpoint":    {semaphore.NewWeighted(1), false, 0},
		"too many are under way": {full, true, 0},
		"local attempts are off": {nil, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			p.Pace, p.Quick = activities.NewPace(patient), c.room
			merchant := scene.NewMerchant(t, p.clock.Now)
			endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
			if c.known {
				p.Pace.Begin(endpoint.ID)(true)
			}
			p.Begin(t, scene.AnyOf(document))
			owed := p.Deliveries(t, endpoint)[0]

			outcome, err := p.locally(t, owed.Ref())

			require.Len(t, merchant.Requests(), c.heard)
			if c.heard == 1 {
				require.NoError(t, err)
				require.Equal(t, models.DeliverySucceeded, outcome.Status)
				return
			}
			requireRegular(t, err)
			require.Equal(t, []models.DeliveryStatus{models.DeliveryPending}, p.Statuses(t, endpoint))
		})
	}
}

// A refusal is a result, with the next attempt.
func TestLocalActivityReturnsARefusalAsAResult(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.Pace, p.Quick = activities.NewPace(patient), semaphore.NewWeighted(1)
	merchant := scene.NewMerchant(t, p.clock.Now)
	endpoint := p.Subscribe(t, merchant, models.EventSessionCreated)
	p.Pace.Begin(endpoint.ID)(true)
	merchant.Answers(http.StatusInternalServerError)
	p.Begin(t, scene.AnyOf(document))

	outcome, err := p.locally(t, p.Deliveries(t, endpoint)[0].Ref())

	require.NoError(t, err)
	require.Equal(t, models.DeliveryFailed, outcome.Status)
	require.NotNil(t, outcome.Next)
	require.True(t, p.Quick.TryAcquire(1), "the attempt has left its room")
}

func TestFaultInALocalActivityIsLeftToARegularOne(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.Pace, p.Quick = activities.NewPace(patient), semaphore.NewWeighted(1)
	endpoint := p.Subscribe(t, scene.NewMerchant(t, p.clock.Now), models.EventSessionCreated)
	p.Pace.Begin(endpoint.ID)(true)
	p.Begin(t, scene.AnyOf(document))
	owed := p.Deliveries(t, endpoint)[0]
	require.NoError(t, p.Webhooks.Store.Close())

	_, err := p.locally(t, owed.Ref())

	requireRegular(t, err)
}

func (p *post) locally(t *testing.T, ref models.DeliveryRef) (outcome models.DeliveryOutcome, err error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	answer, err := suite.NewTestActivityEnvironment().ExecuteLocalActivity(p.DeliverWebhook, ref)
	if err != nil {
		return outcome, err
	}
	return outcome, answer.Get(&outcome)
}

// requireRegular requires an error that is not retried, and that the SDK does not log as a failure.
func requireRegular(t *testing.T, err error) {
	t.Helper()
	var told *temporal.ApplicationError
	require.ErrorAs(t, err, &told)
	require.True(t, told.NonRetryable())
	require.Equal(t, temporal.ApplicationErrorCategoryBenign, told.Category())
}
