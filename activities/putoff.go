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

// stuckTries is how many tries are spared where nothing moves: what hangs takes the whole of a receiver's time, half a minute.
const stuckTries = 5

// mostFaultWait is the longest wait after a fault of ours.
const mostFaultWait = 30 * time.Second

// putOff leaves a delivery for later that found no room at its endpoint. That is no attempt, and so no failed one.
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
	if !pending { // its endpoint has gone, or the answer came before a crash
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

// putOffFor is how long a delivery is put off: the longer, the more often it has been tried, and by chance up to half as
// long again, so that those who came together do not return together.
func putOffFor(attempt int32, most time.Duration, chance float64) time.Duration {
	wait := doubled(attempt, most)
	return wait + time.Duration(chance*float64(wait/2))
}

func faultWait(attempt int32) time.Duration { return doubled(attempt, mostFaultWait) }

// doubled is a second after the first attempt, and twice as long after each further one.
func doubled(attempt int32, most time.Duration) time.Duration {
	wait := time.Second
	for ; attempt > 1 && wait < most; attempt-- {
		wait *= 2
	}
	return min(wait, most)
}

// busyFor has Temporal call the activity again after the wait. It is no fault, so nothing logs it as one.
func busyFor(wait time.Duration) error {
	return temporal.NewApplicationErrorWithOptions(errBusy.Error(), "Busy", temporal.ApplicationErrorOptions{
		NextRetryDelay: wait, Category: temporal.ApplicationErrorCategoryBenign,
	})
}

// awayFor has Temporal ask a provider again, after the wait of any fault or the longer one that the provider asks for, up
// to mostFaultWait. It is no fault of ours, so Temporal's SDK does not log it as one.
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

// soon has a fault of ours retried after half a minute at most: the policy of deliveries allows longer waits, for those
// that are put off.
func soon(ctx context.Context, err error) error {
	var told *temporal.ApplicationError
	if err == nil || errors.As(err, &told) || !activity.IsActivity(ctx) {
		return err
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), "Fault", temporal.ApplicationErrorOptions{
		NextRetryDelay: faultWait(activity.GetInfo(ctx).Attempt), Cause: err,
	})
}
