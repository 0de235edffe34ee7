package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// quickDatabaseWork is for short work on our own rows: a local activity costs no round trip. Five seconds in all keep
// an outage of the database from spinning workflow tasks; patientDatabaseWork takes over then.
func quickDatabaseWork(summary string) workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		Summary:                summary,
		ScheduleToCloseTimeout: 5 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: time.Second,
		},
	}
}

// patientDatabaseWork waits for the database to come back, however long that takes.
func patientDatabaseWork(summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		Summary:             summary,
		StartToCloseTimeout: 15 * time.Second,
		RetryPolicy:         faultsOfOurs(),
	}
}

// delivery gives a receiver its full time and us a little more, to read and record. What the receiver answers is a
// result; retries are for our own faults, and for want of room at the endpoint, and stop only when there is none of
// these. An attempt that will be over in no time is made where the run is: there it can begin without a detour over
// Temporal.
func delivery(receiverTimeout time.Duration, d models.DeliveryRef) workflow.ActivityOptions {
	queue := QueueWebhooks
	if d.Prompt {
		queue = ""
	}
	return workflow.ActivityOptions{
		TaskQueue:           queue,
		Summary:             d.EventType,
		StartToCloseTimeout: receiverTimeout + 5*time.Second,
		RetryPolicy:         wantOfRoom(),
	}
}

// inquiry gives a provider its time to answer and us a little more, to read and record. An outage is asked about again,
// for as long as the user can be kept waiting. What a provider says is never an error.
func inquiry(view models.UnjudgedView) workflow.ActivityOptions {
	patience := time.Duration(view.WaitMS) * time.Millisecond
	return workflow.ActivityOptions{
		TaskQueue:              QueueProviders,
		Summary:                "Ask the provider of " + view.Provider,
		ScheduleToCloseTimeout: max(patience, time.Second),
		StartToCloseTimeout:    time.Duration(view.AnswerMS)*time.Millisecond + 5*time.Second,
		RetryPolicy:            faultsOfOurs(),
	}
}

// recoveryTurn bounds how long a recovery goes on in one activity, which tells by heartbeats that it is alive. What it
// has begun when its turn is over, it ends: sixteen attempts, of which four are under way at a time where the receiver
// hangs.
func recoveryTurn(receiverTimeout time.Duration) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		Summary:             "Redeliver what was not acknowledged",
		StartToCloseTimeout: models.RecoveryTurn + 8*receiverTimeout,
		HeartbeatTimeout:    10 * time.Second,
		RetryPolicy:         faultsOfOurs(),
	}
}

func faultsOfOurs() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{
		InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
	}
}

// wantOfRoom allows a delivery the waits that the activity itself asks for: Temporal cuts those to the longest of the
// policy. After a fault of ours the activity asks for no longer one than faultsOfOurs has.
func wantOfRoom() *temporal.RetryPolicy {
	policy := faultsOfOurs()
	policy.MaximumInterval = models.PutOffLimit
	return policy
}
