package activities_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// asked runs an activity in the test environment, as its first attempt.
func asked[Result any](t *testing.T, activity, input any) (Result, error) {
	t.Helper()
	return askedWithin[Result](t.Context(), activity, input)
}

// askedWithin runs an activity that is cancelled with the context.
func askedWithin[Result any](ctx context.Context, activity, input any) (result Result, err error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{BackgroundActivityContext: ctx})
	env.RegisterActivity(activity)
	value, err := env.ExecuteActivity(activity, input)
	if err == nil && value.HasValue() {
		err = value.Get(&result)
	}
	return result, err
}

// requireBusy requires a benign error that has Temporal retry after one of the waits.
func requireBusy(t *testing.T, err error, waits ...time.Duration) {
	t.Helper()
	var told *temporal.ApplicationError
	require.ErrorAs(t, err, &told)
	require.Contains(t, waits, told.NextRetryDelay())
	require.False(t, told.NonRetryable())
	require.Equal(t, temporal.ApplicationErrorCategoryBenign, told.Category())
	require.Equal(t, "too many requests are under way", told.Message())
}

// crowded returns a fixture with an endpoint that has no room until leave is called.
func crowded(t *testing.T) (p *post, m *scene.Merchant, e scene.Endpoint, leave func()) {
	t.Helper()
	p = newPost(t)
	p.Gate, p.Jitter = activities.NewGate(1), func() float64 { return 0.5 }
	m = scene.NewMerchant(t, p.clock.Now)
	e = p.Subscribe(t, m, models.EventSessionCreated)
	return p, m, e, fill(t, p.Gate, e.ID, true, 1)[0]
}

func TestDeliveryWithoutRoomIsPostponed(t *testing.T) {
	t.Parallel()
	p, merchant, endpoint, leave := crowded(t)
	busy := 0
	p.Busy = func() { busy++ }
	delivery := p.owe(t, endpoint)
	const wait = 32*time.Second + 8*time.Second // stuck: five more tries, plus half the jitter

	_, err := asked[models.DeliveryOutcome](t, p.DeliverWebhook, delivery)

	requireBusy(t, err, wait)
	require.NotContains(t, err.Error(), "127.0.0.1")
	require.NotContains(t, err.Error(), "hook-secret")
	row := p.Deliveries(t, endpoint)[0]
	require.Equal(t, models.At(p.clock.Now().Add(wait)), row.DueAt)
	require.Equal(t, models.DeliveryPending, row.Status)
	require.Equal(t, 1, row.Attempt)
	require.Equal(t, 1, busy)
	require.Empty(t, p.attempted, "it was not attempted")
	require.Empty(t, merchant.Requests())

	leave()
	outcome, err := asked[models.DeliveryOutcome](t, p.DeliverWebhook, delivery)
	require.NoError(t, err)
	require.Equal(t, models.DeliveryOutcome{Status: models.DeliverySucceeded}, outcome)
	require.Len(t, merchant.Requests(), 1)
	require.Len(t, p.Deliveries(t, endpoint), 1)
	require.Equal(t, 1, busy)
	require.Zero(t, p.Gate.Rooms())
}

func TestFinishedDeliveryNeedsNoRoom(t *testing.T) {
	t.Parallel()
	for status, end := range map[models.DeliveryStatus]func(*post, *testing.T, scene.Endpoint, models.DeliveryRef){
		models.DeliveryClosed: func(p *post, t *testing.T, e scene.Endpoint, _ models.DeliveryRef) { p.Disable(t, e) },
		models.DeliverySucceeded: func(p *post, t *testing.T, _ scene.Endpoint, d models.DeliveryRef) {
			without := *p.Webhooks
			without.Gate = nil
			_, err := without.DeliverWebhook(t.Context(), d)
			require.NoError(t, err)
		},
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			p, _, endpoint, _ := crowded(t)
			p.Busy = func() { t.Error("it was put off") }
			delivery := p.owe(t, endpoint)
			end(p, t, endpoint, delivery)
			over := p.Deliveries(t, endpoint)

			outcome, err := asked[models.DeliveryOutcome](t, p.DeliverWebhook, delivery)

			require.NoError(t, err)
			require.Equal(t, models.DeliveryOutcome{Status: status}, outcome)
			require.Equal(t, over, p.Deliveries(t, endpoint))
		})
	}
}

func TestForeignDeliveryCannotBePostponed(t *testing.T) {
	t.Parallel()
	p, _, endpoint, _ := crowded(t)
	p.Busy = func() { t.Error("it was put off") }
	delivery := p.owe(t, endpoint)
	before := p.Deliveries(t, endpoint)
	delivery.OrgID = scene.Sandbox(t, p.Scene.Store).Org

	_, err := asked[models.DeliveryOutcome](t, p.DeliverWebhook, delivery)

	require.Error(t, err)
	require.Equal(t, before, p.Deliveries(t, endpoint))
}

func TestTheWaitForRoomGrows(t *testing.T) {
	t.Parallel()
	for attempt, wait := range map[int32]time.Duration{
		1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 9: 256 * time.Second,
		10: 5 * time.Minute, 11: 5 * time.Minute, 1 << 30: 5 * time.Minute,
	} {
		require.Equal(t, wait, activities.PutOffFor(attempt, models.PutOffMost, 0), attempt)
		require.Equal(t, wait+wait/4, activities.PutOffFor(attempt, models.PutOffMost, 0.5), attempt)
		require.LessOrEqual(t, activities.PutOffFor(attempt, models.PutOffMost, 1), models.PutOffLimit, attempt)
	}
}

// An endpoint without room may have raised the attempt number far. The retry after a fault of Stile's own stays soon.
func TestAFaultOfOursIsRetriedSoon(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	endpoint := p.SubscribeURL(t, refusing(t), models.EventSessionCreated)
	delivery := p.owe(t, endpoint)
	require.NoError(t, p.Webhooks.Store.Close())

	_, err := asked[models.DeliveryOutcome](t, p.DeliverWebhook, delivery)

	var told *temporal.ApplicationError
	require.ErrorAs(t, err, &told)
	require.Equal(t, time.Second, told.NextRetryDelay())
	require.False(t, told.NonRetryable())
	require.NotEqual(t, temporal.ApplicationErrorCategoryBenign, told.Category(), "somebody should look at it")
	require.Equal(t, []time.Duration{16 * time.Second, 30 * time.Second, 30 * time.Second}, []time.Duration{
		activities.FaultWait(5), activities.FaultWait(6), activities.FaultWait(100),
	})
}

func TestADeliveryWithoutARowIsNotRetried(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	delivery := p.owe(t, p.SubscribeURL(t, refusing(t), models.EventSessionCreated))
	delivery.DeliveryID = "whd_lost"

	_, err := asked[models.DeliveryOutcome](t, p.DeliverWebhook, delivery)

	var told *temporal.ApplicationError
	require.ErrorAs(t, err, &told)
	require.True(t, told.NonRetryable())
	require.Equal(t, string(models.CodeResourceMissing), told.Type())
}

// passing is a provider that passes every submission.
type passing struct{ asked int }

func (p *passing) Ask(context.Context, methods.Inquiry) (*methods.Verdict, error) {
	p.asked++
	verdict := methods.Passed(rules.MinAge(21))
	return &verdict, nil
}

func TestProviderWithoutRoomIsAskedLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	connector, _ := d.Connect(t, models.ProviderConnector{
		Method: document, URL: "https://provider.example", Mode: models.ConnectorSync,
	})
	gate := activities.NewGate(1)
	provider := &passing{}
	var heard []activities.ProviderAnswer
	providers := activities.Providers{
		Sessions: d.Sessions, Gate: gate,
		Connect: func(models.ProviderConnector, string) methods.Provider { return provider },
		Asked:   func(_ rules.Method, a activities.ProviderAnswer) { heard = append(heard, a) },
	}
	session := d.Begin(t, scene.AnyOf(document))
	submission := submitted(d.SubmitTo(t, connector, session, `{}`, time.Minute))
	leave := fill(t, gate, connector.ID, true, 1)[0]

	_, err := asked[any](t, providers.AskProvider, submission)

	requireBusy(t, err, time.Second)
	require.Zero(t, provider.asked)
	require.Empty(t, d.Verdicts(t, session))
	leave()
	_, err = asked[any](t, providers.AskProvider, submission)
	require.NoError(t, err)
	require.Equal(t, 1, provider.asked)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, d.Verdicts(t, session))
	require.Equal(t, []activities.ProviderAnswer{activities.ProviderBusy, activities.ProviderJudged}, heard)
	require.Zero(t, gate.Rooms())
}
