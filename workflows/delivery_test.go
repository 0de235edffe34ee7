package workflows_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/semaphore"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

func TestEndpointsAreServedConcurrently(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	var met sync.WaitGroup // no receiver answers before all have been called
	merchants := []*scene.Merchant{}
	for range 3 {
		merchant, _ := p.merchant(t, models.EventSessionVerified)
		met.Add(1)
		merchant.Before(func(scene.Request) {
			met.Done()
			met.Wait()
		})
		merchants = append(merchants, merchant)
	}
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	for _, merchant := range merchants {
		require.Equal(t, []models.EventType{models.EventSessionVerified}, merchant.Heard())
	}
}

func TestEndpointReceivesOnlyItsSubscribedEvents(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	failures, _ := p.merchant(t, models.EventSessionFailed)
	everything, _ := p.merchant(t, models.AllEvents)
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	require.Empty(t, failures.Heard())
	require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionVerified}, everything.Heard())
}

func TestAttemptUnderWayIsNotRepeated(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, _ := p.merchant(t, models.EventSessionCreated)
	session := p.Begin(t, scene.AnyOf(document))
	p.tally.failNext(models.ActivityDeliverWebhook, 2) // so that it takes three seconds
	p.after(time.Second/2, p.changed)

	p.run(t, session)

	requireHeard(t, merchant, 3*time.Second)
	require.Equal(t, 3, p.tally.regular(models.ActivityDeliverWebhook))
}

func TestFailedFirstAttemptDoesNotDelayTheSession(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	merchant, endpoint := p.merchant(t, models.EventSessionVerified)
	merchant.Answers(http.StatusInternalServerError, http.StatusOK)
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })
	var retry string
	p.env.SetOnChildWorkflowStartedListener(func(info *workflow.Info, _ workflow.Context, _ converter.EncodedValues) {
		retry = info.WorkflowExecution.ID
	})
	p.after(2*time.Minute, func() { require.True(t, p.env.IsWorkflowCompleted()) })

	p.run(t, session)

	requireHeard(t, merchant, time.Minute, 6*time.Minute)
	require.Equal(t, []models.DeliveryStatus{models.DeliveryFailed, models.DeliverySucceeded}, p.Statuses(t, endpoint))
	require.Equal(t, workflows.DeliveryWorkflowID(p.Deliveries(t, endpoint)[0].Ref()), retry)
	requests := merchant.Requests()
	require.Equal(t, requests[0].Event.ID, requests[1].Event.ID)
	require.NotEqual(t, requests[0].Header.Get("Stile-Webhook-Id"), requests[1].Header.Get("Stile-Webhook-Id"))
}

func TestFaultOfStileDoesNotFailTheDelivery(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	session := p.Begin(t, scene.AnyOf(document))
	merchant, endpoint := p.merchant(t, models.EventSessionVerified)
	p.tally.failNext(models.ActivityDeliverWebhook, 3)
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	// 1, 2 and 4 seconds between the attempts of the activity.
	requireHeard(t, merchant, time.Minute+7*time.Second)
	require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded}, p.Statuses(t, endpoint))
}

func TestDeliveryWithoutRoomIsMadeLater(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated, models.EventSessionVerified)
	putOff := make(chan struct{})
	p.webhooks.Gate, p.webhooks.Jitter = activities.NewGate(1), func() float64 { return 0 }
	p.webhooks.Busy = func() { close(putOff) }
	merchant.Before(func(scene.Request) { <-putOff }) // so that the other delivery finds no room
	session := p.Begin(t, scene.AnyOf(document), scene.BornVerified)

	p.run(t, session)

	requireHeard(t, merchant, 0, 32*time.Second)
	require.ElementsMatch(t, []models.EventType{models.EventSessionCreated, models.EventSessionVerified}, merchant.Heard())
	require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded, models.DeliverySucceeded}, p.Statuses(t, endpoint))
	require.Equal(t, 3, p.tally.regular(models.ActivityDeliverWebhook))
}

// owed makes the first attempt at the endpoint, which fails, and returns the input of the RetryDelivery.
func (p *play) owed(t *testing.T, endpoint scene.Endpoint) workflows.RetryInput {
	t.Helper()
	p.Begin(t, scene.AnyOf(document))
	first := p.Deliveries(t, endpoint)[0]
	outcome, err := p.webhooks.DeliverWebhook(t.Context(), first.Ref())
	require.NoError(t, err)
	return workflows.RetryInput{Delivery: *outcome.Next, DueAt: *outcome.NextDueAt}
}

func (p *play) retry(t *testing.T, in workflows.RetryInput) {
	t.Helper()
	p.execute(t, workflows.DeliveryWorkflowID(in.Delivery), workflows.NameRetryDelivery, in)
}

func TestRetriesFollowTheSchedule(t *testing.T) {
	t.Parallel()
	const refused, accepted = http.StatusServiceUnavailable, http.StatusNoContent
	after := []time.Duration{0, 5 * time.Minute, 35 * time.Minute, 155 * time.Minute, 635 * time.Minute}
	for name, play := range map[string]struct {
		answers     []int
		attempts    int
		outstanding bool
	}{
		"and stop at the first success":  {[]int{refused, accepted, refused}, 2, false},
		"and take a success at the last": {[]int{refused, refused, refused, refused, accepted}, 5, false},
		"and give up after the fifth":    {[]int{refused}, 5, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			merchant, endpoint := p.merchant(t, models.EventSessionCreated)
			merchant.Answers(play.answers...)

			p.retry(t, p.owed(t, endpoint))

			requireHeard(t, merchant, after[:play.attempts]...)
			deliveries := p.Deliveries(t, endpoint)
			require.Len(t, deliveries, play.attempts)
			last := deliveries[play.attempts-1]
			require.Equal(t, play.attempts, last.Attempt)
			require.Nil(t, last.NextAttemptAt)
			require.Equal(t, play.outstanding, last.Outstanding, "a delivery given up counts as pending")
		})
	}
}

func TestSignalBringsTheNextAttemptForward(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated)
	merchant.Answers(http.StatusBadGateway, http.StatusBadGateway, http.StatusOK)
	in := p.owed(t, endpoint)
	p.after(time.Minute, func() { p.env.SignalWorkflow(workflows.SignalRetry, in.Delivery) })

	p.retry(t, in)

	requireHeard(t, merchant, 0, time.Minute, 31*time.Minute)
}

func TestSignalForAFinishedAttemptMakesNoOther(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated)
	merchant.Answers(http.StatusBadGateway, http.StatusBadGateway, http.StatusOK)
	in := p.owed(t, endpoint)
	// The second attempt is over, but the sweep of another replica has not seen that yet.
	p.after(10*time.Minute, func() { p.env.SignalWorkflow(workflows.SignalRetry, in.Delivery) })

	p.retry(t, in)

	requireHeard(t, merchant, 0, 5*time.Minute, 35*time.Minute)
}

func TestSignalDuringTheLastAttemptMakesAnother(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated)
	merchant.Answers(http.StatusBadGateway, http.StatusBadGateway, http.StatusOK)
	in := p.owed(t, endpoint)
	first := p.Deliveries(t, endpoint)[0]
	merchant.Before(func(scene.Request) {
		if len(merchant.Requests()) != 2 {
			return
		}
		next, err := p.Redeliver(t.Context(), p.Org, "key_1", endpoint.ID, first.ID)
		if err != nil {
			t.Error(err)
		}
		p.env.SignalWorkflow(workflows.SignalRetry, next.Ref())
	})

	p.retry(t, in)

	requireHeard(t, merchant, 0, 5*time.Minute, 5*time.Minute)
	require.Equal(t, []models.DeliveryStatus{
		models.DeliveryFailed, models.DeliveryClosed, models.DeliverySucceeded,
	}, p.Statuses(t, endpoint))
}

func TestSignalMayPostponeTheNextAttempt(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated)
	merchant.Answers(http.StatusBadGateway, http.StatusOK)
	in := p.owed(t, endpoint)
	due := models.At(began.Add(time.Hour))
	p.after(time.Minute, func() {
		p.env.SignalWorkflow(workflows.SignalRetry, workflows.RetrySignal{DeliveryRef: in.Delivery, DueAt: &due})
	})

	p.retry(t, in)

	requireHeard(t, merchant, 0, time.Hour)
}

func TestSignalThatStartsARunMakesOneAttempt(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	merchant, endpoint := p.merchant(t, models.EventSessionCreated)
	merchant.Answers(http.StatusBadGateway, http.StatusOK)
	in := p.owed(t, endpoint)
	in.Signalled = true
	p.after(0, func() { p.env.SignalWorkflow(workflows.SignalRetry, in.Delivery) })

	p.retry(t, in)

	requireHeard(t, merchant, 0, 0)
	require.Equal(t, 1, p.tally.regular(models.ActivityDeliverWebhook))
}

func TestDeletedEndpointEndsItsRetries(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(p *play, t *testing.T, e scene.Endpoint){
		"disabled": func(p *play, t *testing.T, e scene.Endpoint) { p.Disable(t, e) },
		"deleted": func(p *play, t *testing.T, e scene.Endpoint) {
			require.NoError(t, p.DeleteEndpoint(t.Context(), e.OrgID, "cli", e.ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t)
			merchant, endpoint := p.merchant(t, models.EventSessionCreated)
			merchant.Answers(http.StatusBadGateway)
			in := p.owed(t, endpoint)
			p.after(time.Minute, func() { leave(p, t, endpoint) })

			p.retry(t, in)

			requireHeard(t, merchant, 0)
			require.Equal(t, []models.DeliveryStatus{models.DeliveryFailed, models.DeliveryClosed}, p.Statuses(t, endpoint))
		})
	}
}

func TestEventWithoutASessionRunIsDispatched(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	calm, calmly := p.merchant(t, models.EventSessionCreated)
	troubled, troubledly := p.merchant(t, models.EventSessionCreated)
	troubled.Answers(http.StatusBadGateway, http.StatusOK)
	event := p.EventsOf(t, p.Begin(t, scene.AnyOf(document)))[0]

	p.execute(t, event.ID, workflows.NameDispatchEvent, models.EventRef{OrgID: event.OrgID, EventID: event.ID})

	requireHeard(t, calm, 0)
	require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded}, p.Statuses(t, calmly))
	requireHeard(t, troubled, 0, 5*time.Minute)
	require.Equal(t, []models.DeliveryStatus{models.DeliveryFailed, models.DeliverySucceeded}, p.Statuses(t, troubledly))
}

// A local activity without room, or whose endpoint is no longer quick, makes no attempt.
func TestQuickEndpointIsServedByALocalActivityOrElseByARegularOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		room           *semaphore.Weighted
		local, regular int
	}{
		"room":    {semaphore.NewWeighted(1), 1, 1},
		"no room": {nil, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			local, regular := quickly(t, c.room)
			require.Equal(t, []int{c.local, c.regular}, []int{local, regular})
		})
	}
}

// quickly plays a session with two events at an endpoint, and returns how many activities began to deliver them.
func quickly(t *testing.T, room *semaphore.Weighted) (local, regular int) {
	t.Helper()
	p := newPlay(t)
	pace := activities.NewPace(activities.Answers{Prompt: testkit.Patience, Quick: testkit.Patience})
	p.sessions.Pace, p.webhooks.Pace, p.webhooks.Quick = pace, pace, room
	merchant, endpoint := p.merchant(t, models.EventSessionCreated, models.EventSessionVerified)
	p.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.ActivityType.Name == models.ActivityDeliverWebhook {
			regular++
		}
	})
	p.env.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, _ []any) {
		if info.ActivityType.Name == models.ActivityDeliverWebhook {
			local++
		}
	})
	session := p.Begin(t, scene.AnyOf(document))
	p.after(time.Minute, func() { p.submits(t, session, document, simulated.Pass) })

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, time.Minute)
	require.Equal(t, []models.EventType{models.EventSessionCreated, models.EventSessionVerified}, merchant.Heard())
	require.Equal(t, []models.DeliveryStatus{models.DeliverySucceeded, models.DeliverySucceeded}, p.Statuses(t, endpoint))
	return local, regular
}

func TestPromptEndpointIsServedOnTheSessionQueue(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	pace := activities.NewPace(activities.Answers{Prompt: testkit.Patience, Quick: testkit.Patience})
	p.sessions.Pace, p.webhooks.Pace = pace, pace
	merchant, _ := p.merchant(t, models.EventSessionCreated, models.EventReviewFlagged, models.EventSessionVerified)
	queues := []string{}
	p.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.ActivityType.Name == models.ActivityDeliverWebhook {
			queues = append(queues, info.TaskQueue)
		}
	})
	merchant.Answers(http.StatusOK, http.StatusInternalServerError, http.StatusOK)
	session := p.inReview(t)
	p.after(3*time.Minute, func() {
		require.NoError(t, p.decides(t, session, graph.Approve, "kim"))
		p.changed()
	})

	p.run(t, session)

	p.ended(t, session, models.StatusVerified, 3*time.Minute)
	require.Equal(t, []string{
		workflows.QueueWebhooks, // created: the endpoint is unknown
		workflows.QueueSessions, // flagged: it acknowledged before, and now does not
		workflows.QueueWebhooks, // verified
		workflows.QueueWebhooks, // flagged, once more
	}, queues)
}
