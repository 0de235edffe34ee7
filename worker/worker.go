// Package worker registers workflows and activities on their task queues, runs them, and sweeps for lost work.
package worker

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/semaphore"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/workflows"
)

// Options configure a Worker.
type Options struct {
	Temporal     client.Client
	Store        *store.Store
	Orchestrator *orchestrator.Orchestrator
	Judge        methods.Judge
	// Egress decides which addresses webhooks and provider requests may reach.
	Egress outbound.Policy
	// ProviderClient sends requests to providers; nil means outbound.NewClient(models.ConnectorTimeoutMost, Egress).
	ProviderClient *http.Client
	// CallbackURL is the address for provider callbacks, without the submission's id; "" if providers cannot reach the
	// API.
	CallbackURL string
	// WebhookClient sends webhooks; nil means outbound.NewClient(WebhookTimeout, Egress).
	WebhookClient  *http.Client
	WebhookTimeout time.Duration
	// WebhookConcurrency limits the attempts under way at one endpoint, ProviderConcurrency the requests under way by
	// one connector. 0 means the default of package models.
	WebhookConcurrency, ProviderConcurrency int
	// PutOffMost is the longest time for which a delivery without room is postponed; 0 means models.PutOffMost.
	PutOffMost time.Duration

	// Mailer sends mails; nil where none can be sent.
	Mailer mail.Sender

	ReviewTimeout time.Duration
	SessionTTL    time.Duration
	// DeviceIdleTimeout is how long the device that holds a session may stay silent; 0 means
	// models.DeviceIdleTimeoutDefault.
	DeviceIdleTimeout    time.Duration
	WebhookRetrySchedule []time.Duration
	// SweepInterval is the time between two sweeps. SweepAfter is how long work must be overdue to count as lost. 0
	// means the default of package models.
	SweepInterval, SweepAfter time.Duration
	// EventRetention, HistoryRetention and AuditRetention are the ages at which the sweep deletes events with their
	// deliveries, histories of ended sessions, and audit entries; 0 keeps them for good.
	EventRetention, HistoryRetention, AuditRetention time.Duration
	// OverdueAfter is how long after its due time a delivery, an expiry or a recovery counts as lost. 0 means twice
	// WebhookTimeout, for an attempt under way, and four times SweepAfter, for the retry of an activity after a crash.
	OverdueAfter time.Duration
	// Answers are the times within which prompt and quick endpoints acknowledge; 0 means the defaults of activities.
	Answers activities.Answers
	// BuildID turns Temporal's Worker Versioning on; "" leaves it off.
	BuildID string
	// Tracer makes the spans of deliveries; nil means none.
	Tracer  trace.Tracer
	Metrics *Metrics
	Log     *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.WebhookClient == nil {
		o.WebhookClient = outbound.NewClient(o.WebhookTimeout, o.Egress)
	}
	if o.ProviderClient == nil {
		o.ProviderClient = outbound.NewClient(models.ConnectorTimeoutMost, o.Egress)
	}
	o.DeviceIdleTimeout = cmp.Or(o.DeviceIdleTimeout, models.DeviceIdleTimeoutDefault)
	o.WebhookConcurrency = cmp.Or(o.WebhookConcurrency, models.WebhookConcurrencyDefault)
	o.ProviderConcurrency = cmp.Or(o.ProviderConcurrency, models.ProviderConcurrencyDefault)
	o.SweepInterval = cmp.Or(o.SweepInterval, models.SweepIntervalDefault)
	o.SweepAfter = cmp.Or(o.SweepAfter, models.SweepAfterDefault)
	o.OverdueAfter = cmp.Or(o.OverdueAfter, 2*o.WebhookTimeout+4*o.SweepAfter)
	return o
}

// Worker runs the workflows and activities of sessions and deliveries. Start returns at once. Stop waits for the tasks
// under way; a second call does nothing.
type Worker struct {
	options Options
	pace    *activities.Pace
	// endpoints and connectors limit the requests under way at each, over all queues.
	endpoints, connectors *activities.Gate
	// queues are the pollers that have been started.
	queues  []worker.Worker
	cancel  context.CancelFunc
	running sync.WaitGroup
	stop    sync.Once
}

// New returns a Worker that has not been started.
func New(o Options) *Worker {
	o = o.withDefaults()
	return &Worker{
		options: o, pace: activities.NewPace(o.Answers),
		endpoints: activities.NewGate(o.WebhookConcurrency), connectors: activities.NewGate(o.ProviderConcurrency),
	}
}

// stopTimeout is how long Stop waits for activities.
const stopTimeout = 10 * time.Second

// TaskPollers is the number of pollers for each queue's most frequent kind of task. A task that meets no waiting poller
// is written to Temporal's database, read again and deleted; the SDK's default of two is too low for many concurrent
// sessions.
const TaskPollers = 16

// slots is the number of concurrent activities that wait for servers of customers. An endpoint that hangs holds 4
// slots, or 16 if it acknowledged before (Options.WebhookConcurrency), and up to 16 more briefly while they wait for
// room. A provider holds 64, and 64 more while they wait. So hundreds of endpoints may hang before other activities
// wait for a slot. A waiting activity costs little but memory.
const slots = 4000

// quickSlots is the number of concurrent deliveries by local activities, a small part of the thousand that the SDK runs
// at once: if all receivers began to hang, the others would go on to judge submissions.
const quickSlots = 32

// mailSlots is the number of concurrent connections of a worker to the mail server. Servers refuse many.
const mailSlots = 10

// sessionsQueue returns a poller of QueueSessions.
func (w *Worker) sessionsQueue() worker.Worker {
	o := w.options
	options := versioned(o.BuildID)
	options.MaxConcurrentWorkflowTaskPollers = TaskPollers
	queue := worker.New(o.Temporal, workflows.QueueSessions, options)
	workflows.Workflows{WebhookTimeout: o.WebhookTimeout}.RegisterSessions(queue)
	sessions := w.sessions()
	register(queue, models.ActivityJudgeSubmission, sessions.JudgeSubmission)
	register(queue, models.ActivitySyncSession, sessions.SyncSession)
	register(queue, models.ActivityEndSession, sessions.EndSession)
	register(queue, models.ActivityDecideReview, sessions.DecideReview)
	register(queue, models.ActivityReleaseDevice, sessions.ReleaseDevice)
	webhooks := w.webhooks() // for prompt endpoints
	webhooks.Quick = semaphore.NewWeighted(quickSlots)
	register(queue, models.ActivityDeliverWebhook, webhooks.DeliverWebhook)
	return queue
}

func (w *Worker) sessions() *activities.Sessions {
	o := w.options
	return &activities.Sessions{
		Store: o.Store, Judge: o.Judge, Pace: w.pace, ReviewTimeout: o.ReviewTimeout, SessionTTL: o.SessionTTL,
		DeviceIdleTimeout: o.DeviceIdleTimeout,
		Judged:            o.Metrics.judged, Ended: o.Metrics.ended,
	}
}

// providersQueue returns a poller of QueueProviders, which carries no workflows.
func (w *Worker) providersQueue() worker.Worker {
	o := w.options
	options := versioned(o.BuildID)
	options.MaxConcurrentActivityExecutionSize = slots
	queue := worker.New(o.Temporal, workflows.QueueProviders, options)
	providers := &activities.Providers{
		Sessions: w.sessions(), Connect: w.connect, Gate: w.connectors, Asked: o.Metrics.asked,
	}
	register(queue, models.ActivityAskProvider, providers.AskProvider)
	return queue
}

func (w *Worker) webhooks() *activities.Webhooks {
	o := w.options
	return &activities.Webhooks{
		Store: o.Store, Client: o.WebhookClient, Pace: w.pace, Gate: w.endpoints,
		WebhookRetrySchedule: o.WebhookRetrySchedule,
		PutOffMost:           o.PutOffMost,
		Delivered:            o.Metrics.delivered, Busy: o.Metrics.busy, Tracer: o.Tracer,
	}
}

// connect returns the client of a provider.
func (w *Worker) connect(c models.ProviderConnector, secret string) methods.Provider {
	o := w.options
	return connector.Connector{
		URL: c.URL, Secret: secret, CallbackURL: o.CallbackURL, Client: o.ProviderClient, Timeout: c.Timeout(),
		Now: func() time.Time { return o.Store.Now().Time },
	}
}

// webhooksQueue returns a poller of QueueWebhooks.
func (w *Worker) webhooksQueue() worker.Worker {
	o := w.options
	options := versioned(o.BuildID)
	options.MaxConcurrentActivityTaskPollers = TaskPollers
	options.MaxConcurrentActivityExecutionSize = slots
	options.MaxHeartbeatThrottleInterval = activities.HeartbeatEvery
	queue := worker.New(o.Temporal, workflows.QueueWebhooks, options)
	workflows.Workflows{WebhookTimeout: o.WebhookTimeout}.RegisterWebhooks(queue)
	webhooks := w.webhooks()
	register(queue, models.ActivityEventDeliveries, webhooks.EventDeliveries)
	register(queue, models.ActivityDeliverWebhook, webhooks.DeliverWebhook)
	recoveries := &activities.Recoveries{
		Webhooks: webhooks, AtOnce: o.WebhookConcurrency, Schedule: o.Orchestrator.ScheduleDelivery,
	}
	register(queue, models.ActivityRecoverEndpoint, recoveries.RecoverEndpoint)
	register(queue, models.ActivityScheduleDelivery, recoveries.ScheduleDelivery)
	grants := &activities.Grants{Store: o.Store, Dispatch: o.Orchestrator.DispatchEvent, Done: o.Metrics.grantsRevoked}
	register(queue, models.ActivityRevokeGrants, grants.RevokeGrants)
	return queue
}

// mailQueue returns a poller of QueueMail.
func (w *Worker) mailQueue() worker.Worker {
	o := w.options
	options := versioned(o.BuildID)
	options.MaxConcurrentActivityExecutionSize = mailSlots
	queue := worker.New(o.Temporal, workflows.QueueMail, options)
	workflows.Workflows{}.RegisterMail(queue)
	mails := &activities.Mails{Store: o.Store, Sender: o.Mailer, Done: o.Metrics.mailed}
	register(queue, models.ActivitySendMail, mails.SendMail)
	return queue
}

func register(r worker.ActivityRegistry, name string, f any) {
	r.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
}

// Start starts the pollers and the sweep in the background. If Temporal is unreachable, it retries until Stop.
func (w *Worker) Start(ctx context.Context) {
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	w.running.Go(func() {
		queues := []func() worker.Worker{w.sessionsQueue, w.webhooksQueue, w.providersQueue}
		if w.options.Mailer != nil {
			queues = append(queues, w.mailQueue)
		}
		for _, queue := range queues {
			if !w.poll(ctx, queue) {
				return
			}
		}
		w.running.Go(func() { newNudges(w).run(ctx) })
		w.sweep(ctx)
	})
}

// poll starts a poller and reports whether it succeeded before the stop. A poller that failed to start cannot be
// started again, so every try makes a new one.
func (w *Worker) poll(ctx context.Context, newQueue func() worker.Worker) bool {
	for ctx.Err() == nil {
		queue := newQueue()
		err := queue.Start()
		if err == nil {
			w.queues = append(w.queues, queue)
			return true
		}
		w.options.Log.Warn("worker: Temporal is unreachable; the worker takes no task and retries", "error", err.Error())
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return false
}

// Stop ends the sweep and waits for the tasks under way, at most stopTimeout.
func (w *Worker) Stop() {
	w.stop.Do(func() {
		w.cancel()
		w.running.Wait()
		stopTogether(w.queues)
	})
}

// stopTogether stops all queues at once. Each waits for its tasks under way, at most stopTimeout, and so do all.
func stopTogether[Q interface{ Stop() }](queues []Q) {
	var stopped sync.WaitGroup
	for _, queue := range queues {
		stopped.Go(queue.Stop)
	}
	stopped.Wait()
}
