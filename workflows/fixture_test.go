package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// began is the start time of every play. It lies in the future of any wall clock, because activities measure their time
// by the wall clock and would find that it has run out.
var began = time.Date(2100, time.May, 15, 12, 0, 0, 0, time.UTC)

const (
	webhookTimeout = 10 * time.Second
	reviewTimeout  = 72 * time.Hour
)

// schedule is the documented retry schedule.
var schedule = []time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 8 * time.Hour}

// play runs one workflow in the SDK's test environment, which skips idle time. The activities are the real ones, on a
// real store with the clock of the environment.
type play struct {
	*scene.Scene
	env       *testsuite.TestWorkflowEnvironment
	sessions  *activities.Sessions
	webhooks  *activities.Webhooks
	providers *activities.Providers
	// recoveries schedules nothing: a failed attempt has no successor.
	recoveries *activities.Recoveries
	tally      *tally
	warnings   *warnings
}

// warnings collects the warnings that the SDK logs. It is safe for concurrent use.
type warnings struct {
	mu    sync.Mutex
	lines []string
}

func (w *warnings) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, string(line))
	return len(line), nil
}

func (w *warnings) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.lines)
}

func newPlay(t *testing.T) *play {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	warned := &warnings{}
	warn := slog.NewTextHandler(warned, &slog.HandlerOptions{Level: slog.LevelWarn})
	suite.SetLogger(log.NewStructuredLogger(slog.New(warn)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(began)
	env.SetTestTimeout(testkit.Patience)
	p := &play{Scene: scene.New(t, env.Now), env: env, tally: newTally(), warnings: warned}
	env.SetWorkerOptions(worker.Options{
		Interceptors: []interceptor.WorkerInterceptor{p.tally},
		// On a busy machine a goroutine may wait longer than the usual second.
		DeadlockDetectionTimeout: time.Minute,
	})
	p.sessions = &activities.Sessions{
		Store: p.Store, Judge: scene.Judge(), ReviewTimeout: reviewTimeout, SessionTTL: day,
		DeviceIdleTimeout: 2 * time.Minute,
	}
	p.webhooks = &activities.Webhooks{
		Store:                p.Store,
		Client:               outbound.NewClient(webhookTimeout, outbound.Policy{Allow: outbound.Loopback()}),
		WebhookRetrySchedule: schedule,
	}
	p.providers = &activities.Providers{Sessions: p.sessions, Connect: p.connect}
	p.recoveries = &activities.Recoveries{Webhooks: p.webhooks, AtOnce: 2}
	p.register()
	return p
}

func (p *play) register() {
	definitions := workflows.Workflows{WebhookTimeout: webhookTimeout}
	definitions.RegisterSessions(p.env)
	definitions.RegisterWebhooks(p.env)
	definitions.RegisterMail(p.env)
	for name, f := range map[string]any{
		models.ActivityJudgeSubmission: p.sessions.JudgeSubmission,
		models.ActivitySyncSession:     p.sessions.SyncSession,
		models.ActivityEndSession:      p.sessions.EndSession,
		models.ActivityDecideReview:    p.sessions.DecideReview,
		models.ActivityReleaseDevice:   p.sessions.ReleaseDevice,
		models.ActivityEventDeliveries: p.webhooks.EventDeliveries,
		models.ActivityDeliverWebhook:  p.webhooks.DeliverWebhook,
		models.ActivityAskProvider:     p.providers.AskProvider,
		models.ActivityRecoverEndpoint: p.recoveries.RecoverEndpoint,
	} {
		p.env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
}

// merchant creates a merchant with an endpoint that receives the events.
func (p *play) merchant(t *testing.T, events ...models.EventType) (*scene.Merchant, scene.Endpoint) {
	t.Helper()
	m := scene.NewMerchant(t, p.env.Now)
	return m, p.Subscribe(t, m, events...)
}

// after calls happens when d has passed in the play.
func (p *play) after(d time.Duration, happens func()) { p.env.RegisterDelayedCallback(happens, d) }

// submits submits to the method and signals the run, as the API does.
func (p *play) submits(t *testing.T, session models.Session, method rules.Method, outcome string) {
	t.Helper()
	p.signal(p.Simulate(t, session, method, outcome))
}

// signal signals a submission to the run.
func (p *play) signal(s models.Submission) {
	p.env.SignalWorkflow(workflows.SignalMethodResult, workflows.SubmissionSignal{SubmissionID: s.ID})
}

// changed signals the run that its row has changed.
func (p *play) changed() { p.env.SignalWorkflow(workflows.SignalChanged, nil) }

// run plays the session's workflow to its end.
func (p *play) run(t *testing.T, session models.Session) {
	t.Helper()
	first, err := p.FirstAttempts(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	p.execute(t, session.ID, workflows.NameSession, workflows.SessionInput{
		SessionRef: models.SessionRef{OrgID: session.OrgID, SessionID: session.ID},
		ExpiresAt:  session.ExpiresAt, Status: session.Status, Jurisdiction: session.Jurisdiction, FirstAttempts: first,
	})
}

// execute plays a workflow to its end and requires that it has read every signal.
func (p *play) execute(t *testing.T, id, workflow string, input any) {
	t.Helper()
	p.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: workflows.QueueSessions})
	p.env.ExecuteWorkflow(workflow, input)
	require.True(t, p.env.IsWorkflowCompleted())
	require.NoError(t, p.env.GetWorkflowError())
	for _, warning := range p.warnings.all() {
		require.NotContains(t, warning, "unhandled signals")
	}
}

// behind is how much later than planned an event of a play may happen: while an activity lasts, the clock of the test
// environment follows that of the machine, which may be busy.
const behind = 20 * time.Second

// requireSoonAfter requires that an event happened at the planned time, or a little behind.
func requireSoonAfter(t *testing.T, planned, happened time.Time) {
	t.Helper()
	require.WithinRange(t, happened, planned.Add(-time.Millisecond), planned.Add(behind))
}

// ended requires that the session ended with the status, that long after began.
func (p *play) ended(t *testing.T, session models.Session, to models.SessionStatus, after time.Duration) {
	t.Helper()
	now := p.Reread(t, session)
	require.Equal(t, to, now.Status)
	requireSoonAfter(t, began.Add(after), now.CompletedAt.Time)
	require.Empty(t, p.Unjudged(t, session), "what the user sent is erased")
}

// requireHeard requires that the merchant's requests arrived that long after began.
func requireHeard(t *testing.T, m *scene.Merchant, after ...time.Duration) {
	t.Helper()
	requests := m.Requests()
	require.Len(t, requests, len(after))
	for i, request := range requests {
		requireSoonAfter(t, began.Add(after[i]), request.At)
	}
}

// state queries the state of the run, as an operator does.
func (p *play) state(t *testing.T) workflows.SessionState {
	t.Helper()
	var state workflows.SessionState
	answer, err := p.env.QueryWorkflow(workflows.QueryState)
	require.NoError(t, err)
	require.NoError(t, answer.Get(&state))
	return state
}

// details returns the text at the head of the run in Temporal UI.
func (p *play) details(t *testing.T) string {
	t.Helper()
	var metadata sdkpb.WorkflowMetadata
	answer, err := p.env.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(t, err)
	require.NoError(t, answer.Get(&metadata))
	return metadata.CurrentDetails
}

// tally counts the attempts at activities, and fails those that it was asked to fail. It gives local activities all the
// time of a test, so that a busy machine makes no regular ones of them; the one of failLocally has that of production.
type tally struct {
	interceptor.WorkerInterceptorBase
	mu       sync.Mutex
	attempts map[attempt]int
	fail     map[string]int
	locally  string // every local attempt at this activity fails
}

// attempt is an activity, run as a local or as a regular one.
type attempt struct {
	activity string
	local    bool
}

var errAway = errors.New("the database is away")

func newTally() *tally { return &tally{attempts: map[attempt]int{}, fail: map[string]int{}} }

// failNext makes the next n attempts at the activity fail.
func (y *tally) failNext(activity string, n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.fail[activity] = n
}

// failLocally makes every local attempt at the activity fail, in the time of production, and the next n regular ones.
func (y *tally) failLocally(activity string, n int) {
	y.locally, y.fail[activity] = activity, n
}

// local and regular return how often the activity was attempted as a local or regular activity.
func (y *tally) local(activity string) int   { return y.count(attempt{activity, true}) }
func (y *tally) regular(activity string) int { return y.count(attempt{activity, false}) }

func (y *tally) count(a attempt) int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.attempts[a]
}

func (y *tally) begin(a attempt) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.attempts[a]++
	if a.local && a.activity == y.locally {
		return errAway
	}
	if y.fail[a.activity] == 0 {
		return nil
	}
	y.fail[a.activity]--
	return errAway
}

func (y *tally) InterceptActivity(
	_ context.Context, next interceptor.ActivityInboundInterceptor,
) interceptor.ActivityInboundInterceptor {
	return &tallied{ActivityInboundInterceptorBase: interceptor.ActivityInboundInterceptorBase{Next: next}, tally: y}
}

type tallied struct {
	interceptor.ActivityInboundInterceptorBase
	tally *tally
}

func (a *tallied) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	info := activity.GetInfo(ctx)
	if err := a.tally.begin(attempt{info.ActivityType.Name, info.IsLocalActivity}); err != nil {
		return nil, err
	}
	return a.Next.ExecuteActivity(ctx, in)
}

func (y *tally) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	return &timed{WorkflowInboundInterceptorBase: interceptor.WorkflowInboundInterceptorBase{Next: next}, tally: y}
}

type timed struct {
	interceptor.WorkflowInboundInterceptorBase
	tally *tally
}

func (r *timed) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	base := interceptor.WorkflowOutboundInterceptorBase{Next: outbound}
	return r.Next.Init(&unhurried{WorkflowOutboundInterceptorBase: base, but: r.tally.locally})
}

type unhurried struct {
	interceptor.WorkflowOutboundInterceptorBase
	but string
}

func (p *unhurried) ExecuteLocalActivity(ctx workflow.Context, activity string, args ...any) workflow.Future {
	if options := workflow.GetLocalActivityOptions(ctx); options.ScheduleToCloseTimeout > 0 && activity != p.but {
		options.ScheduleToCloseTimeout = testkit.Patience
		ctx = workflow.WithLocalActivityOptions(ctx, options)
	}
	return p.Next.ExecuteLocalActivity(ctx, activity, args...)
}

// move changes columns of the session's row without telling the run, as another replica may.
func (p *play) move(t *testing.T, session models.Session, id string, set map[string]any) {
	t.Helper()
	current := p.Reread(t, session)
	_, err := p.Change(t.Context(), store.Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: id,
		From: models.OpenStatuses, To: current.Status, Set: set,
	})
	require.NoError(t, err)
}
