package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"

	"github.com/stile-id/stile/models"
)

// HeartbeatEvery is the time between two heartbeats of a recovery, well below its heartbeat timeout. Workers must not
// send them more rarely: the SDK would wait for four fifths of the timeout.
const HeartbeatEvery = 2 * time.Second

// Recoveries holds the activities that repeat deliveries which an endpoint has not acknowledged.
type Recoveries struct {
	*Webhooks
	// AtOnce is the number of attempts that a recovery makes at once.
	AtOnce int
	// Schedule passes the attempt after a failed one to the workflow run that then owns the schedule.
	Schedule func(ctx context.Context, next models.DeliveryRef, due models.Timestamp) error
}

// ScheduleDelivery passes an attempt to the workflow run that owns the schedule of its event at its endpoint.
func (a *Recoveries) ScheduleDelivery(ctx context.Context, d models.ScheduledDelivery) error {
	return a.Schedule(ctx, d.DeliveryRef, d.DueAt)
}

// RecoverEndpoint makes the attempts of a recovery, AtOnce at a time, until the recovery or its turn is over. It begins
// with attempts that an earlier turn left undone.
func (a *Recoveries) RecoverEndpoint(ctx context.Context, ref models.RecoveryRef) (models.RecoveryView, error) {
	defer beat(ctx)()
	left, err := a.Store.RecoveryPending(ctx, ref)
	if err != nil {
		return models.RecoveryView{}, err
	}
	for turn := time.After(models.RecoveryTurn); ; {
		if err := a.deliverAll(ctx, left); err != nil {
			return models.RecoveryView{}, err
		}
		step, err := a.Store.Recover(ctx, ref, a.AtOnce)
		if err != nil {
			return models.RecoveryView{}, unlessLost(err, models.CodeResourceMissing)
		}
		view := models.RecoveryView{Status: step.Status}
		if step.Status != models.RecoveryRunning {
			return view, nil
		}
		left = step.Deliveries
		select {
		case <-turn:
			return view, nil
		case <-activity.GetWorkerStopChannel(ctx): // another worker continues
			return view, nil
		default:
		}
	}
}

// beat sends heartbeats to Temporal until the caller calls end.
func beat(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var beating sync.WaitGroup
	beating.Go(func() {
		tick := time.NewTicker(HeartbeatEvery)
		defer tick.Stop()
		for {
			activity.RecordHeartbeat(ctx)
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return func() { cancel(); beating.Wait() }
}

// deliverAll makes the attempts concurrently and returns the first fault of Stile's own.
func (a *Recoveries) deliverAll(ctx context.Context, deliveries []models.DeliveryRef) error {
	var underWay errgroup.Group
	for _, d := range deliveries {
		underWay.Go(func() error { return a.redeliver(ctx, d) })
	}
	return underWay.Wait()
}

func (a *Recoveries) redeliver(ctx context.Context, d models.DeliveryRef) error {
	leave, err := a.roomAtLast(ctx, d)
	if err != nil {
		return err
	}
	defer leave()
	outcome, err := a.attempt(ctx, d)
	if err != nil || outcome.Next == nil {
		return err
	}
	return a.Schedule(ctx, *outcome.Next, *outcome.NextDueAt)
}

// roomAtLast waits for room at the endpoint. While it waits it renews the delivery's due time, so that the sweep does
// not take the attempt for lost.
func (a *Recoveries) roomAtLast(ctx context.Context, d models.DeliveryRef) (leave func(), err error) {
	for {
		leave, err := a.room(ctx, d)
		if !errors.Is(err, errBusy) {
			return leave, err
		}
		if _, err := a.Store.PutOff(ctx, d.OrgID, d.DeliveryID, a.Store.Now()); err != nil {
			return nil, err
		}
		select {
		case <-time.After(roomWait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
