package activities

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
)

// stuckTries is added to the number of tries at an endpoint where no attempt ends, so that the delivery waits longer at
// once: each attempt that hangs there takes the receiver's whole time, half a minute.
const stuckTries = 5

// mostFaultWait is the longest wait before a retry after a fault of Stile's own.
const mostFaultWait = 30 * time.Second

// putOff postpones a delivery that found no room at its endpoint. The delivery keeps its attempt: no request was made,
// so none failed.
func (a *Webhooks) putOff(
	ctx context.Context, ref models.DeliveryRef, stuck bool,
) (models.DeliveryOutcome, error) {
	tries := activity.GetInfo(ctx).Attempt
	if stuck {
		tries += stuckTries
	}
	wait := putOffFor(tries, cmp.Or(a.PutOffMost, models.PutOffMost), a.chance())
	pending, err := a.Store.PutOff(ctx, ref.OrgID, ref.DeliveryID, models.At(a.Store.Now().Add(wait)))
	if err != nil {
		return models.DeliveryOutcome{}, err
	}
	if !pending { // its endpoint was deleted or disabled, or an earlier run recorded the answer
		return a.Store.Outcome(ctx, models.Delivery{ID: ref.DeliveryID, OrgID: ref.OrgID})
	}
	if a.Busy != nil {
		a.Busy()
	}
	return models.DeliveryOutcome{}, busyFor(wait)
}

func (a *Webhooks) chance() float64 {
	jitter := rand.Float64
	if a.Jitter != nil {
		jitter = a.Jitter
	}
	return jitter()
}

// putOffFor returns how long to postpone a delivery. The wait doubles with each try up to most; chance, from 0 up to 1,
// adds up to half of it, so that deliveries that arrived together do not return together.
func putOffFor(attempt int32, most time.Duration, chance float64) time.Duration {
	wait := doubled(attempt, most)
	return wait + time.Duration(chance*float64(wait/2))
}

func faultWait(attempt int32) time.Duration { return doubled(attempt, mostFaultWait) }

// doubled returns one second for the first attempt and twice as long for each further one, up to most.
func doubled(attempt int32, most time.Duration) time.Duration {
	wait := time.Second
	for ; attempt > 1 && wait < most; attempt-- {
		wait *= 2
	}
	return min(wait, most)
}

// busyFor returns an error that has Temporal call the activity again after the wait. Its category keeps the SDK from
// logging it as a failure.
func busyFor(wait time.Duration) error {
	return temporal.NewApplicationErrorWithOptions(errBusy.Error(), "Busy", temporal.ApplicationErrorOptions{
		NextRetryDelay: wait, Category: temporal.ApplicationErrorCategoryBenign,
	})
}

// errNotQuick reports an endpoint that a local activity does not serve.
var errNotQuick = errors.New("the endpoint is not quick, or too many attempts are under way")

// notQuick returns the error that ends a local activity without a retry: the run makes the attempt by a regular one. It
// returns nil for nil.
func notQuick(err error) error {
	if err == nil {
		return nil
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), "NotQuick", temporal.ApplicationErrorOptions{
		NonRetryable: true, Category: temporal.ApplicationErrorCategoryBenign, Cause: err,
	})
}

// awayFor returns an error that has Temporal ask a provider again, after the usual wait or the longer one that the
// provider asks for, up to mostFaultWait. Its category keeps the SDK from logging it as a failure.
func awayFor(ctx context.Context, connector string, away *methods.AwayError) error {
	attempt := int32(1)
	if activity.IsActivity(ctx) {
		attempt = activity.GetInfo(ctx).Attempt
	}
	wait := max(faultWait(attempt), min(away.RetryAfter, mostFaultWait))
	return temporal.NewApplicationErrorWithOptions("provider_connector "+connector+": "+away.Reason, "Away",
		temporal.ApplicationErrorOptions{
			NextRetryDelay: wait, Category: temporal.ApplicationErrorCategoryBenign, Cause: away,
		})
}

// judgeLater returns the error that has Temporal call JudgeSubmission again where the judge waits for a person or for a
// provider that is away. The local activity then ends at once, and the run repeats the judgement beside its other work
// by a regular one, which has more time for each call. Its category keeps the SDK from logging it as a failure.
func judgeLater(ctx context.Context, err error) error {
	if !activity.IsActivity(ctx) {
		return err
	}
	info := activity.GetInfo(ctx)
	var waiting *methods.WaitingError
	var away *methods.AwayError
	var wait time.Duration
	switch {
	case errors.As(err, &waiting):
		wait = max(waiting.After, time.Second)
	case errors.As(err, &away):
		wait = max(faultWait(info.Attempt), min(away.RetryAfter, mostFaultWait))
	default:
		return err
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), models.FailureNotYet, temporal.ApplicationErrorOptions{
		NonRetryable: info.IsLocalActivity, NextRetryDelay: wait, Category: temporal.ApplicationErrorCategoryBenign,
	})
}

// soon limits the retry delay after a fault of Stile's own to mostFaultWait. The retry policy of deliveries allows
// longer waits, which are meant for postponed deliveries.
func soon(ctx context.Context, err error) error {
	var told *temporal.ApplicationError
	if err == nil || errors.As(err, &told) || !activity.IsActivity(ctx) {
		return err
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), "Fault", temporal.ApplicationErrorOptions{
		NextRetryDelay: faultWait(activity.GetInfo(ctx).Attempt), Cause: err,
	})
}
