package worker_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stile-id/stile/internal/outbound"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

const document = rules.MethodDocumentCapture

// Each scenario loses one piece of work, as a crash or an outage does.

func TestSweepStartsTheRunOfACreatedSession(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionCreated)

	session := s.Begin(t, scene.AnyOf(document))

	h.Runs(t, session.ID)
	heard(t, merchant, models.EventSessionCreated)
	settled(t, s, session)
}

func TestSweepSendsTheEventsOfASessionBornVerified(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionVerified)

	session := s.Begin(t, scene.AnyOf(document), scene.BornVerified)

	heard(t, merchant, models.EventSessionVerified)
	h.Completed(t, session.ID)
	settled(t, s, session)
}

func TestSweepRepeatsTheSignalOfASubmission(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)

	s.Simulate(t, session, document, simulated.Pass)

	h.Await(t, session, models.StatusVerified)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, s.Verdicts(t, session))
}

// An update, and the task that it causes, are in Temporal's memory until the task has ended. Here the task commits the
// verdict, and is lost.
func TestSweepCompletesARunWhoseTaskWasLost(t *testing.T) {
	t.Parallel()
	o := eager
	o.Workers = 0
	h := workertest.Open(t, o)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionVerified)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)
	submission := s.Simulate(t, session, document, simulated.Pass)
	ref := models.SubmissionRef{
		SessionRef:   models.SessionRef{OrgID: session.OrgID, SessionID: session.ID},
		SubmissionID: submission.ID,
	}
	passed := sessions.Given(methods.Verdict{Outcome: graph.OutcomePassed})
	done, err := sessions.Engine{Store: s.Store, Unsaved: true}.CommitVerdict(t.Context(), ref, passed)
	require.NoError(t, err)
	require.True(t, done.Made())
	require.True(t, h.Delayed(t, session.ID))
	run := h.Runs(t, session.ID)

	w := h.NewWorker()
	w.Start(t.Context())
	t.Cleanup(w.Stop)

	h.Completed(t, session.ID)
	heard(t, merchant, models.EventSessionVerified)
	settled(t, s, session)
	require.Equal(t, run, h.Runs(t, session.ID))
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, s.Verdicts(t, session))
}

func TestSweepNotesTheEndOfACompletedRun(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)
	h.Simulate(t, s, session, document, simulated.Pass)
	h.Completed(t, session.ID)
	run := h.Runs(t, session.ID)

	_, err := s.Change(t.Context(), store.Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "unnoted",
		From: []models.SessionStatus{models.StatusVerified}, To: models.StatusVerified,
		Set: map[string]any{"nudge_at": s.Now()},
	})
	require.NoError(t, err)

	settled(t, s, session)
	require.Equal(t, run, h.Runs(t, session.ID))
}

func TestSweepRepeatsTheSignalOfACancellation(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionCancelled)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)

	end(t, s, session, models.StatusCancelled)

	h.Completed(t, session.ID)
	heard(t, merchant, models.EventSessionCancelled)
	settled(t, s, session)
}

// The worker stops before the termination. A worker at work would finish the task of the terminated run, which could
// judge the second submission and leave the sweep nothing to do.
func TestSweepStartsANewRunAfterATermination(t *testing.T) {
	t.Parallel()
	o := eager
	o.Workers = 0
	h := workertest.Open(t, o)
	s := h.Sandbox(t)
	w := h.NewWorker()
	w.Start(t.Context())
	session := s.Begin(t, scene.Attempts(2, scene.AnyOf(document)))
	h.Start(t, session)
	h.Simulate(t, s, session, document, simulated.Fail)
	h.Await(t, session, models.StatusRequiresInput)
	first := h.Runs(t, session.ID)
	w.Stop()
	h.Terminate(t, session.ID)

	s.Simulate(t, session, document, simulated.Fail)
	another := h.NewWorker()
	another.Start(t.Context())
	t.Cleanup(another.Stop)

	h.Await(t, session, models.StatusFailed)
	h.Completed(t, session.ID)
	require.NotEqual(t, first, h.Runs(t, session.ID))
	require.Equal(t, []graph.Outcome{graph.OutcomeFailed, graph.OutcomeFailed}, s.Verdicts(t, session))
	require.Len(t, s.EventsOf(t, session), 2, "created, and one end")
}

func TestSweepExpiresAnOverdueSessionWithoutARun(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionExpired)
	session := s.Begin(t, scene.AnyOf(document), scene.Lasting(time.Second))
	h.Start(t, session)
	h.Terminate(t, session.ID)

	h.Await(t, session, models.StatusExpired)
	heard(t, merchant, models.EventSessionExpired)
	h.Completed(t, session.ID)
	settled(t, s, session)
}

func TestSweepDeliversAnEventFiredAfterTheRunCompleted(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionFailed)
	session := s.Begin(t, scene.AnyOf(document), scene.BornVerified)
	h.Start(t, session)
	h.Completed(t, session.ID)

	_, err := s.Change(t.Context(), store.Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "afterwards",
		From: []models.SessionStatus{models.StatusVerified}, To: models.StatusFailed,
		Set: map[string]any{"nudge_at": s.Now()},
	})
	require.NoError(t, err)
	event := s.EventsOf(t, session)[2].ID

	h.Completed(t, event)
	heard(t, merchant, models.EventSessionFailed)
	settled(t, s, session)
}

func TestSweepMakesAnOverdueDelivery(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]int{
		"of a first attempt": {http.StatusOK},
		"of a retry":         {http.StatusBadGateway, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := house.House(t)
			s := h.Sandbox(t)
			merchant := scene.NewMerchant(t, time.Now)
			merchant.Answers(answers...)
			endpoint := s.Subscribe(t, merchant, models.EventSessionCreated)
			// The row says that the run knows of the session, but no run delivers its events.
			session := s.Begin(t, scene.AnyOf(document))
			require.NoError(t, s.WorkflowStarted(t.Context(), session))
			failures := answers[1:]
			for range failures {
				failNow(t, s, s.Deliveries(t, endpoint)[0].Ref())
			}

			testkit.Eventually(t, func() bool { return len(merchant.Requests()) == len(answers) })

			deliveries := s.Deliveries(t, endpoint)
			require.Len(t, deliveries, len(answers))
			h.Completed(t, workflows.DeliveryWorkflowID(deliveries[0].Ref()))
			require.Equal(t, models.DeliverySucceeded, s.Deliveries(t, endpoint)[len(failures)].Status)
		})
	}
}

func TestSweepClosesWhatARequestLeftToClose(t *testing.T) {
	t.Parallel()
	s := lonely.House(t).Sandbox(t) // whose sweep makes no attempt by itself
	e := s.Subscribe(t, scene.NewMerchant(t, time.Now), models.EventSessionCreated)
	const more = 501 // than a request closes
	var last models.Delivery
	for range more {
		var err error
		last, err = s.TestEndpoint(t.Context(), s.Org, "key_1", e.ID)
		require.NoError(t, err)
	}
	s.Disable(t, e)
	testkit.Eventually(t, func() bool {
		rows, _, err := s.EndpointDeliveries(t.Context(), s.Org, e.ID,
			store.DeliveryFilter{Status: models.DeliveryPending}, store.Page{Limit: 1})
		require.NoError(t, err)
		return len(rows) == 0
	})
	outcome, err := s.Outcome(t.Context(), last)
	require.NoError(t, err)
	require.Equal(t, models.DeliveryClosed, outcome.Status)
}

// failNow makes an attempt, which fails. The next one is due at once and no run knows of it.
func failNow(t *testing.T, s *scene.Scene, d models.DeliveryRef) {
	t.Helper()
	webhooks := activities.Webhooks{
		Store: s.Store, Client: outbound.NewClient(workertest.WebhookTimeout, outbound.Policy{Allow: outbound.Loopback()}),
		WebhookRetrySchedule: []time.Duration{time.Millisecond},
	}
	outcome, err := webhooks.DeliverWebhook(t.Context(), d)
	require.NoError(t, err)
	require.NotNil(t, outcome.Next)
}

func TestManyLostSessionsGetOneRunEach(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	endpoint := s.Subscribe(t, merchant, models.EventSessionVerified)
	sessions := make([]models.Session, 25)
	for i := range sessions {
		sessions[i] = s.Begin(t, scene.AnyOf(document))
		s.Simulate(t, sessions[i], document, simulated.Pass)
	}

	for _, session := range sessions {
		h.Await(t, session, models.StatusVerified)
		h.Completed(t, session.ID)
		require.Len(t, s.Verdicts(t, session), 1)
		require.Len(t, s.EventsOf(t, session), 2)
	}
	for _, delivery := range s.Deliveries(t, endpoint) {
		require.Equal(t, models.DeliverySucceeded, delivery.Status)
	}
	require.Len(t, s.Deliveries(t, endpoint), len(sessions))
}

// heard waits until the merchant has received the event and requires that it received no other.
func heard(t *testing.T, m *scene.Merchant, event models.EventType) {
	t.Helper()
	testkit.Eventually(t, func() bool { return len(m.Requests()) > 0 })
	require.Equal(t, []models.EventType{event}, m.Heard())
}

// settled waits until the session's run needs no signal.
func settled(t *testing.T, s *scene.Scene, session models.Session) {
	t.Helper()
	testkit.Eventually(t, func() bool { return s.Reread(t, session).NudgeAt == nil })
}

func end(t *testing.T, s *scene.Scene, session models.Session, to models.SessionStatus) {
	t.Helper()
	_, err := s.End(t.Context(), session.OrgID, session.ID, models.OpenStatuses, to)
	require.NoError(t, err)
}
