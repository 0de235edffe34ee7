package worker_test

import (
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

// owed is the number of deliveries of a receiver, several times its room.
const owed = 60

// hangs keeps further requests to the merchant without an answer until mend is called.
func hangs(t *testing.T, m *scene.Merchant) (mend func()) {
	t.Helper()
	mended := make(chan struct{})
	mend = sync.OnceFunc(func() { close(mended) })
	t.Cleanup(mend) // a hanging request would block the merchant's close
	m.Before(func(scene.Request) { <-mended })
	return mend
}

// attempts returns the number of attempts at the endpoint by status, and how many of them were postponed.
func attempts(t *testing.T, s *scene.Scene, e scene.Endpoint) (byStatus map[models.DeliveryStatus]int, putOff int) {
	t.Helper()
	all, _, err := s.EndpointDeliveries(t.Context(), e.OrgID, e.ID, store.DeliveryFilter{}, store.Page{Limit: 1000})
	require.NoError(t, err)
	byStatus = map[models.DeliveryStatus]int{}
	for _, delivery := range all {
		byStatus[delivery.Status]++
		if delivery.DueAt.After(delivery.Created.Time) {
			putOff++
		}
	}
	return byStatus, putOff
}

// settles waits until so holds for the attempts at the endpoint. It polls rarely, because there are many attempts.
func settles(
	t *testing.T,
	s *scene.Scene,
	e scene.Endpoint,
	so func(byStatus map[models.DeliveryStatus]int, putOff int) bool,
) {
	t.Helper()
	defer func() {
		if t.Failed() {
			byStatus, putOff := attempts(t, s, e)
			t.Logf("attempts: %v, %d of them postponed", byStatus, putOff)
		}
	}()
	var next time.Time
	testkit.Eventually(t, func() bool {
		if time.Now().Before(next) {
			return false
		}
		next = time.Now().Add(time.Second)
		return so(attempts(t, s, e))
	})
}

// awaitCrowd waits until the merchant has as many requests and most of the other deliveries have been postponed. Not
// all of them: Temporal may lose a task on a busy machine, and repeats it only after the attempt's time.
func awaitCrowd(t *testing.T, s *scene.Scene, e scene.Endpoint, m *scene.Merchant, requests, others int) {
	t.Helper()
	settles(t, s, e, func(_ map[models.DeliveryStatus]int, putOff int) bool {
		return len(m.Requests()) >= requests && putOff >= others*3/4
	})
}

// fire adds owed events to the session.
func fire(t *testing.T, s *scene.Scene, session models.Session) {
	t.Helper()
	const batch = owed / 4 // a write transaction has little time
	for i := range owed / batch {
		_, err := s.Change(t.Context(), store.Change{
			OrgID: session.OrgID, SessionID: session.ID, ID: "fire/" + strconv.Itoa(i),
			From: models.OpenStatuses, To: session.Status,
			Events: slices.Repeat([]models.EventType{models.EventReviewEscalated}, batch),
		})
		require.NoError(t, err)
	}
}

// verifies creates a session and has its user pass.
func verifies(t *testing.T, h *workertest.House, s *scene.Scene) models.Session {
	t.Helper()
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)
	h.Simulate(t, s, session, document, simulated.Pass)
	return session
}

// requireVerdict requires that a new session gets its verdict and that another endpoint receives the event.
func requireVerdict(t *testing.T, h *workertest.House, s *scene.Scene) {
	t.Helper()
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionVerified)

	h.Await(t, verifies(t, h, s), models.StatusVerified)

	heard(t, merchant, models.EventSessionVerified)
}

// requireAll requires that the endpoint receives each delivery once.
func requireAll(t *testing.T, s *scene.Scene, e scene.Endpoint, m *scene.Merchant, deliveries int) {
	t.Helper()
	settles(t, s, e, func(byStatus map[models.DeliveryStatus]int, _ int) bool {
		require.Zero(t, byStatus[models.DeliveryFailed], "to wait is not to fail")
		return byStatus[models.DeliverySucceeded] == deliveries
	})
	require.Len(t, m.Requests(), deliveries)
	ids := map[string]bool{}
	for _, request := range m.Requests() {
		ids[request.Header.Get("Stile-Webhook-Id")] = true
	}
	require.Len(t, ids, deliveries)
}

func TestHangingReceiverDelaysNoOther(t *testing.T) {
	t.Parallel()
	const bound = 4 // an unknown endpoint has a quarter of sixteen
	h := lonely.House(t)
	s := h.Sandbox(t)
	troubled := scene.NewMerchant(t, time.Now)
	mend := hangs(t, troubled)
	endpoint := s.Subscribe(t, troubled, models.EventReviewEscalated)
	session := s.Begin(t, scene.AnyOf(document))
	fire(t, s, session)
	h.Start(t, session)
	awaitCrowd(t, s, endpoint, troubled, bound, owed-bound)

	requireVerdict(t, h, s)
	requireVerdict(t, h, h.Sandbox(t))
	h.Simulate(t, s, session, document, simulated.Pass)
	h.Await(t, session, models.StatusVerified)

	require.Len(t, troubled.Requests(), bound, "none of which is over")
	mend()
	requireAll(t, s, endpoint, troubled, owed)
	h.Completed(t, session.ID)
}

func TestPromptReceiverThatHangsDelaysNoSession(t *testing.T) {
	t.Parallel()
	const bound = 16
	h := lonely.House(t)
	s := h.Sandbox(t)
	troubled := scene.NewMerchant(t, time.Now)
	endpoint := s.Subscribe(t, troubled, models.EventSessionCreated, models.EventReviewEscalated)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)
	settles(t, s, endpoint, func(byStatus map[models.DeliveryStatus]int, _ int) bool {
		return byStatus[models.DeliverySucceeded] == 1
	})

	mend := hangs(t, troubled)
	fire(t, s, session)
	require.NoError(t, h.SessionChanged(t.Context(), session))
	awaitCrowd(t, s, endpoint, troubled, 1+bound, owed-bound)

	requireVerdict(t, h, h.Sandbox(t))
	h.Simulate(t, s, session, document, simulated.Pass)
	h.Await(t, session, models.StatusVerified)
	require.Len(t, troubled.Requests(), 1+bound, "all but the first hang")
	queues := map[string]int{}
	for _, attempt := range asked(t, h, session) {
		queues[attempt.TaskQueue.Name]++
	}
	require.Equal(t, map[string]int{workflows.QueueWebhooks: 1, workflows.QueueSessions: owed}, queues,
		"and where sessions run")
	mend()
	requireAll(t, s, endpoint, troubled, owed+1)
	h.Completed(t, session.ID)
}

// While quick attempts hang, the tasks of their runs last. Their sessions have ended in the database, and the runs of
// others go on.
func TestQuickReceiverThatHangsDelaysNoSession(t *testing.T) {
	t.Parallel()
	const hanging = 4
	h := lonely.House(t)
	s := h.Sandbox(t)
	troubled := scene.NewMerchant(t, time.Now)
	endpoint := s.Subscribe(t, troubled, models.EventSessionVerified)
	becomeQuick(t, h, s)
	before := len(troubled.Requests())

	mend := hangs(t, troubled)
	held := []models.Session{}
	var told sync.WaitGroup
	for range hanging {
		session := s.Begin(t, scene.AnyOf(document))
		h.Start(t, session)
		submission := s.Simulate(t, session, document, simulated.Pass)
		// The answer comes with the end of the task, or when the SDK prolongs it.
		told.Go(func() { _ = h.SubmissionReceived(t.Context(), session, submission.ID) })
		held = append(held, session)
	}
	testkit.Eventually(t, func() bool { return len(troubled.Requests()) == before+hanging })
	for _, session := range held {
		h.Await(t, session, models.StatusVerified)
	}
	requireVerdict(t, h, h.Sandbox(t))

	mend()
	requireAll(t, s, endpoint, troubled, before+hanging)
	told.Wait()
	for _, session := range held {
		h.Completed(t, session.ID)
		require.Empty(t, asked(t, h, session), "the attempts were those of local activities")
	}
}

// becomeQuick verifies sessions until the deliveries of one are quick: on a busy machine an answer may take too long.
func becomeQuick(t *testing.T, h *workertest.House, s *scene.Scene) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		session := verifies(t, h, s)
		h.Completed(t, session.ID)
		return len(asked(t, h, session)) == 0
	})
}

// asked returns the attempts of deliveries that the session's run has scheduled. Local activities that took too long
// for a busy machine are scheduled as well.
func asked(
	t *testing.T, h *workertest.House, session models.Session,
) []*historypb.ActivityTaskScheduledEventAttributes {
	t.Helper()
	var scheduled []*historypb.ActivityTaskScheduledEventAttributes
	for _, event := range h.History(t, session.ID).Events {
		a := event.GetActivityTaskScheduledEventAttributes()
		if a.GetActivityType().GetName() == models.ActivityDeliverWebhook {
			scheduled = append(scheduled, a)
		}
	}
	return scheduled
}

// Temporal limits the wait that an activity asks for to the longest wait of its retry policy.
func TestRetryPolicyAllowsTheLongestPostponement(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	s.Subscribe(t, scene.NewMerchant(t, time.Now), models.EventSessionVerified)
	session := verifies(t, h, s)
	h.Completed(t, session.ID)
	require.Equal(t, models.PutOffLimit, asked(t, h, session)[0].RetryPolicy.MaximumInterval.AsDuration())
}

func TestPostponedDeliveryIsNotRecovered(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	endpoint := s.Subscribe(t, merchant, models.EventSessionCreated)
	for range 2 { // no run delivers these events
		require.NoError(t, s.WorkflowStarted(t.Context(), s.Begin(t, scene.AnyOf(document))))
	}
	deliveries := s.Deliveries(t, endpoint)
	waits, lost := deliveries[0], deliveries[1]
	waits.DueAt = models.At(time.Now().Add(time.Hour))
	pending, err := s.PutOff(t.Context(), waits.OrgID, waits.ID, waits.DueAt)
	require.NoError(t, err)
	require.True(t, pending)

	h.Completed(t, workflows.DeliveryWorkflowID(lost.Ref())) // so the sweep has skipped the other one

	require.Equal(t, waits, s.Deliveries(t, endpoint)[0])
	require.Equal(t, lost.ID, merchant.Requests()[0].Header.Get("Stile-Webhook-Id"))
	require.Len(t, merchant.Requests(), 1)
	_, err = h.Temporal.DescribeWorkflowExecution(t.Context(), workflows.DeliveryWorkflowID(waits.Ref()), "")
	var absent *serviceerror.NotFound
	require.ErrorAs(t, err, &absent, "it has no second owner")
}
