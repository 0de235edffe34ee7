package workflows_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// The budget of the most common session: verified at the first attempt, with one endpoint that subscribed to that event
// alone.
const (
	mostEvents  = 15
	mostActions = 5
)

// The same, if the endpoint acknowledged its last delivery from this process within 200 milliseconds.
const (
	mostQuickEvents  = 10
	mostQuickActions = 4
)

func TestMostCommonSessionStaysWithinItsBudget(t *testing.T) {
	t.Parallel()
	history := undisturbed(t, commonest)["session"]

	for _, event := range history.Events {
		t.Logf("%2d %s", event.EventId, event.EventType)
	}
	t.Logf("%d events, %d billable actions", len(history.Events), actions(history))
	require.LessOrEqual(t, len(history.Events), mostEvents)
	require.LessOrEqual(t, actions(history), mostActions)
}

func TestSessionOfAQuickEndpointEndsInItsOnlyTask(t *testing.T) {
	t.Parallel()
	testkit.Eventually(t, func() bool { // on a busy machine an answer may take longer
		history := undisturbed(t, quickDelivery)["session"]
		t.Logf("%d events, %d billable actions", len(history.Events), actions(history))
		return len(history.Events) <= mostQuickEvents && actions(history) <= mostQuickActions
	})
}

func commonest(t *testing.T) recordings {
	t.Helper()
	_, recorded := playCommonest(t)
	return recorded
}

func playCommonest(t *testing.T) (act, recordings) {
	t.Helper()
	a := begin(t, []rules.Method{document}, models.EventSessionVerified)
	a.start(t)
	a.simulate(t, document, simulated.Pass)
	recorded := a.over(t, models.StatusVerified)
	require.Equal(t, []models.EventType{models.EventSessionVerified}, a.merchant.Heard())
	return a, recorded
}

// Temporal writes each start, upsert and completion of a run to its visibility table. An upsert in the task of the
// completion needs no write of its own.
func TestOutcomeIsIndexedWithTheCompletion(t *testing.T) {
	t.Parallel()
	a, recorded := playCommonest(t)

	events := recorded["session"].Events
	last, before := events[len(events)-1], events[len(events)-2]
	require.Equal(t, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, last.EventType)
	require.Equal(t, enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, before.EventType)
	require.Equal(t, last.GetWorkflowExecutionCompletedEventAttributes().WorkflowTaskCompletedEventId,
		before.GetUpsertWorkflowSearchAttributesEventAttributes().WorkflowTaskCompletedEventId)
	testkit.Eventually(t, func() bool { // an operator finds the completed run by its outcome
		found, err := a.Temporal.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: "WorkflowId = '" + a.session.ID + "' AND StileStatus = 'verified' AND ExecutionStatus = 'Completed'",
		})
		return err == nil && len(found.GetExecutions()) == 1
	})
}

// undisturbed repeats play until no workflow task had to be retried, as happens on a busy machine.
func undisturbed(t *testing.T, play func(t *testing.T) recordings) (recorded recordings) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		recorded = play(t)
		for _, history := range recorded {
			if slices.ContainsFunc(history.Events, repeats) {
				return false
			}
		}
		return true
	})
	return recorded
}

func repeats(event *historypb.HistoryEvent) bool {
	switch event.EventType {
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED, enumspb.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
		return true
	default:
		return false
	}
}

// A failed first attempt costs the session the start of a child. The child's own actions are not the session's.
func TestARetriedDeliveryCostsTheSessionTwoActionsMore(t *testing.T) {
	t.Parallel()
	recorded := undisturbed(t, retriedDelivery)

	session, retry := recorded["session"], recorded["retry"]
	t.Logf("session: %d events, %d billable actions", len(session.Events), actions(session))
	t.Logf("retry: %d events, %d billable actions", len(retry.Events), actions(retry))
	require.LessOrEqual(t, actions(session), mostActions+2)
	require.LessOrEqual(t, actions(retry), 2, "a timer and an activity; its start is the session's")
}

// actions returns the number of actions that Temporal Cloud would bill for the run, after the table of event types and
// actions at https://docs.temporal.io/cloud/actions (read in November 2026):
//
//   - Start Workflow: WorkflowExecutionStarted; the start of a child counts for its parent.
//   - Start Child Workflow: StartChildWorkflowExecutionInitiated, two actions.
//   - Upsert Search Attributes, Start Timer, Signal, Schedule Activity: one for each of their events.
//   - Retry Activity: the attempts after the first, which ActivityTaskStarted counts.
//   - Record Activity Markers: all local activities of one workflow task are one action.
//   - Retry Local Activity: the attempts after the first that WorkflowTaskCompleted meters.
//   - Side Effect: its marker, apart from those of local activities. A version marker itself is free.
//
// Queries, heartbeats and visibility leave no events and are not counted here.
func actions(history *historypb.History) int {
	total := 0
	tasksWithLocalActivities := map[int64]bool{}
	for _, event := range history.Events {
		switch event.EventType {
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
			if event.GetWorkflowExecutionStartedEventAttributes().ParentWorkflowExecution == nil {
				total++
			}
		case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
			total += 2
		case enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
			enumspb.EVENT_TYPE_TIMER_STARTED,
			enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
			enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
			enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			total++
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
			total += int(event.GetActivityTaskStartedEventAttributes().Attempt) - 1
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			metered := event.GetWorkflowTaskCompletedEventAttributes().GetMeteringMetadata()
			total += int(metered.GetNonfirstLocalActivityExecutionAttempts())
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			marker := event.GetMarkerRecordedEventAttributes()
			switch marker.MarkerName {
			case "LocalActivity":
				tasksWithLocalActivities[marker.WorkflowTaskCompletedEventId] = true
			case "SideEffect", "MutableSideEffect":
				total++
			}
		}
	}
	return total + len(tasksWithLocalActivities)
}
