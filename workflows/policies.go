package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// quickDatabaseWork returns the options for short work on rows of Stile: a local activity costs no round trip. It ends
// after five seconds, so that an outage of the database does not keep workflow tasks spinning; patientDatabaseWork
// takes over then.
func quickDatabaseWork(summary string) workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		Summary:                summary,
		ScheduleToCloseTimeout: 5 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: time.Second,
		},
	}
}

// patientDatabaseWork returns the options for work that waits for the database, however long the outage lasts.
func patientDatabaseWork(summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		Summary:             summary,
		StartToCloseTimeout: 15 * time.Second,
		RetryPolicy:         faultsOfOurs(),
	}
}

// delivery returns the options of a delivery attempt: the receiver's full time and five seconds more to read and
// record. The receiver's answer is a result. Retries are for faults of Stile and for want of room at the endpoint, and
// have no limit. An attempt at a prompt endpoint runs on the run's own queue, where it can begin without a round trip
// over Temporal.
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

// quickDelivery returns the options of an attempt at a quick endpoint in the task that ends a run. It is made once: a
// regular activity takes over after a fault of Stile, or where the endpoint is no longer quick.
func quickDelivery(receiverTimeout time.Duration, d models.DeliveryRef) workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		Summary:             "Deliver " + d.EventType,
		StartToCloseTimeout: receiverTimeout + 5*time.Second,
		RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 1},
	}
}

// inquiry returns the options of a provider request: the provider's time to answer and five seconds more to read and
// record. During an outage the request is repeated for as long as the user can be kept waiting. A provider's answer is
// never an error.
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

// recoveryTurn returns the options of one turn of a recovery. The activity reports by heartbeats that it is alive,
// every two seconds; a busy machine may be late with some, and a second activity beside the first would send events
// twice. At the end of a turn it finishes the attempts it has begun: sixteen, of which four are under way at once if
// the receiver hangs.
func recoveryTurn(receiverTimeout time.Duration) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		Summary:             "Redeliver what was not acknowledged",
		StartToCloseTimeout: models.RecoveryTurn + 8*receiverTimeout,
		HeartbeatTimeout:    20 * time.Second,
		RetryPolicy:         faultsOfOurs(),
	}
}

// sending returns the options of an attempt to send a mail. The attempt is repeated while the mail server is away,
// until the row says that the mail has become useless. A refusal of the mail is a result.
func sending() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		Summary:             "Send the mail",
		StartToCloseTimeout: models.MailLease,
		RetryPolicy:         faultsOfOurs(),
	}
}

// grantBatch is one batch of revoked grants: a transaction, and the starts of the runs that deliver its events.
func grantBatch() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		Summary:             "Revoke grants",
		StartToCloseTimeout: time.Minute,
		RetryPolicy:         faultsOfOurs(),
	}
}

func faultsOfOurs() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{
		InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
	}
}

// wantOfRoom is the retry policy of deliveries. Temporal cuts the wait that an activity asks for to the longest wait of
// the policy, so this one allows the waits of postponed deliveries. After a fault of Stile the activity itself asks for
// no longer a wait than faultsOfOurs has.
func wantOfRoom() *temporal.RetryPolicy {
	policy := faultsOfOurs()
	policy.MaximumInterval = models.PutOffLimit
	return policy
}
