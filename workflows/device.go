package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// hold is the timer for an idle device that holds the session. Heartbeats write only to the row: when the timer fires,
// an activity reads there how long the device may still stay silent.
type hold struct {
	attempt string
	timer   workflow.Future // nil while no device holds the session
	cancel  workflow.CancelFunc
}

// setHold starts the timer for the device that holds the session, and stops the timer of another device.
func (run *sessionRun) setHold(ctx workflow.Context) {
	h, device := &run.hold, run.view.Device
	if h.timer != nil && device != nil && h.attempt == device.AttemptID && !h.timer.IsReady() {
		return
	}
	if h.cancel != nil {
		h.cancel()
	}
	*h = hold{}
	if device == nil {
		return
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	wait := max(time.Duration(device.IdleMS)*time.Millisecond, time.Second)
	*h = hold{
		attempt: device.AttemptID, cancel: cancel,
		timer: workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: "Device is away"}),
	}
}

// release has an activity free the session if its device has been silent for too long.
func (run *sessionRun) release(ctx workflow.Context) error {
	ref := models.DeviceRef{SessionRef: run.key(ctx), AttemptID: run.hold.attempt}
	return run.look(ctx, models.ActivityReleaseDevice, ref, "Free the session from an idle device")
}
