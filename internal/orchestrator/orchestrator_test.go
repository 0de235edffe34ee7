package orchestrator_test

import (
	"context"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/attestation"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
	"github.com/stile-id/stile/workflows"
)

const document = rules.MethodDocumentCapture

var house = workertest.Share(workertest.Options{
	Workers: 1, Judge: simulated.Judge{Real: attestation.Judge{}}, WebhookRetrySchedule: []time.Duration{time.Hour},
})

func TestMain(m *testing.M) { os.Exit(house.Main(m)) }

func TestSessionStartedManyTimesHasOneRun(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionCreated)
	session := s.Begin(t, scene.AnyOf(document))
	first, err := s.FirstAttempts(t.Context(), session.OrgID, session.ID)
	require.NoError(t, err)
	// Some callers pass the first creation, others a repeated one.
	created := []store.Changed{{Session: session, FirstAttempts: first}, {Session: session, Repeated: true}}

	ctx := context.WithoutCancel(t.Context())
	var callers sync.WaitGroup
	for i := range 10 {
		callers.Go(func() {
			if err := h.StartSession(ctx, created[i%2]); err != nil {
				t.Errorf("start: %v", err)
			}
			if err := h.SessionChanged(ctx, session); err != nil {
				t.Errorf("signal: %v", err)
			}
		})
	}
	callers.Wait()
	runs := h.Runs(t, session.ID)
	h.Simulate(t, s, session, document, simulated.Pass)
	h.Await(t, session, models.StatusVerified)
	h.Completed(t, session.ID)

	require.Equal(t, runs, h.Runs(t, session.ID))
	require.Equal(t, []models.EventType{models.EventSessionCreated}, merchant.Heard())
}

func TestCompletedRunStaysTheOnlyOne(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)
	h.Simulate(t, s, session, document, simulated.Pass)
	h.Await(t, session, models.StatusVerified)
	h.Completed(t, session.ID)
	first := h.Runs(t, session.ID)

	require.NoError(t, h.StartSession(t.Context(), store.Changed{Session: session}))
	require.ErrorIs(t, h.SessionChanged(t.Context(), session), orchestrator.ErrCompleted)
	require.ErrorIs(t, h.SubmissionReceived(t.Context(), session, "vr_late"), orchestrator.ErrCompleted)

	require.Equal(t, first, h.Runs(t, session.ID))
}

func TestSignalStartsAMissingRun(t *testing.T) {
	t.Parallel()
	for name, absent := range map[string]func(t *testing.T, h *workertest.House, session models.Session){
		"because its start was lost": func(*testing.T, *workertest.House, models.Session) {},
		"because it was terminated": func(t *testing.T, h *workertest.House, session models.Session) {
			h.Start(t, session)
			h.Terminate(t, session.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := house.House(t)
			s := h.Sandbox(t)
			session := s.Begin(t, scene.AnyOf(document))
			absent(t, h, session)

			h.Simulate(t, s, session, document, simulated.Pass)

			h.Await(t, session, models.StatusVerified)
			h.Completed(t, session.ID)
		})
	}
}

func TestEventIsDispatchedOnce(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	s.Subscribe(t, merchant, models.EventSessionCreated)
	session := s.Begin(t, scene.AnyOf(document))
	require.NoError(t, s.WorkflowStarted(t.Context(), session)) // keeps the sweep from starting a run
	event := s.EventsOf(t, session)[0].ID

	for range 2 {
		require.NoError(t, h.DispatchEvent(t.Context(), session.OrgID, event))
	}
	h.Completed(t, event)
	require.NoError(t, h.DispatchEvent(t.Context(), session.OrgID, event))

	require.Equal(t, []models.EventType{models.EventSessionCreated}, merchant.Heard())
}

func TestRetryIsMadeNow(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	merchant.Answers(http.StatusBadGateway, http.StatusOK)
	endpoint := s.Subscribe(t, merchant, models.EventSessionVerified)
	session := s.Begin(t, scene.AnyOf(document), scene.BornVerified)
	h.Start(t, session)
	h.Completed(t, session.ID)
	next := s.Deliveries(t, endpoint)[1] // due in an hour
	owner := h.Runs(t, workflows.DeliveryWorkflowID(next.Ref()))

	require.NoError(t, h.RetryDelivery(t.Context(), next)) // by the run that waits for the due time
	h.Completed(t, workflows.DeliveryWorkflowID(next.Ref()))
	require.Equal(t, owner, h.Runs(t, workflows.DeliveryWorkflowID(next.Ref())))
	require.Len(t, merchant.Requests(), 2)

	require.NoError(t, h.RetryDelivery(t.Context(), next)) // the delivery is over: a new run finds that out
	h.Completed(t, workflows.DeliveryWorkflowID(next.Ref()))
	require.Len(t, merchant.Requests(), 2)
}

func TestOperatorsFindRunsBySearchAttributes(t *testing.T) {
	t.Parallel()
	h := house.House(t)
	s := h.Sandbox(t)
	session := s.Begin(t, scene.AnyOf(document))
	h.Start(t, session)

	described, err := h.Temporal.DescribeWorkflow(t.Context(), session.ID, "")

	require.NoError(t, err)
	for name, value := range map[string]string{
		"StileOrg": session.OrgID, "StileWorkflow": "wf_checkout", "StileStatus": "created", "StileJurisdiction": "US-CA",
	} {
		indexed, ok := described.TypedSearchAttributes.GetKeyword(temporal.NewSearchAttributeKeyKeyword(name))
		require.True(t, ok, name)
		require.Equal(t, value, indexed, name)
	}
	summary, err := described.GetStaticSummary()
	require.NoError(t, err)
	require.Equal(t, "age, alcohol_delivery, US-CA", summary)
	details, err := described.GetStaticDetails()
	require.NoError(t, err)
	require.Equal(t, "Workflow `wf_checkout` version 1\n\nProves min_age_21 by `document_capture`\n\n"+
		"Begins with the user's first submission, or when the session expires: "+
		session.ExpiresAt.UTC().Format(time.RFC3339), details)
	// Temporal counts the delay from the arrival of the request.
	begins := session.ExpiresAt.Add(-workflows.DeadlineLead)
	require.WithinRange(t, *described.ExecutionTime, begins.Add(-time.Second), begins.Add(testkit.Patience))
}
