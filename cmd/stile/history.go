package main

import (
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
)

const allEvents = enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT

// historyText describes an event of a run's history for an operator; "" for an event without interest to them.
func historyText(e *historypb.HistoryEvent) string {
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED,
		enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED: // in the task that accepted it
		return ""
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
		return "signal " + e.GetWorkflowExecutionSignaledEventAttributes().GetSignalName()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
		accepted := e.GetWorkflowExecutionUpdateAcceptedEventAttributes()
		return "update " + accepted.GetAcceptedRequest().GetInput().GetName()
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		return "activity " + e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName()
	case enumspb.EVENT_TYPE_MARKER_RECORDED:
		return "local activity"
	case enumspb.EVENT_TYPE_TIMER_STARTED:
		wait := e.GetTimerStartedEventAttributes().GetStartToFireTimeout().AsDuration()
		return fmt.Sprintf("timer of %s", wait.Round(time.Millisecond))
	case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
		return "child " + e.GetStartChildWorkflowExecutionInitiatedEventAttributes().GetWorkflowId()
	default:
		return words(e.GetEventType().String())
	}
}

// summary returns the summary that the run attached to an event, as Temporal UI shows it; "" if there is none.
func summary(e *historypb.HistoryEvent, reads converter.DataConverter) string {
	var text string
	if sealed := e.GetUserMetadata().GetSummary(); sealed == nil || reads.FromPayload(sealed, &text) != nil {
		return ""
	}
	return text
}

// words writes WorkflowExecutionCompleted as "workflow execution completed".
func words(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
