package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/stile-id/stile/models"
)

// hold is the timer to the moment at which the device that holds the session has stayed away for too long. Heartbeats
// only write to the row: when the timer fires, an activity reads there how long the device may still stay away.
type hold struct {
	attempt string
	timer   workflow.Future // nil while no device holds the session
	cancel  workflow.CancelFunc
}

// setHold starts the timer for a device that has taken the session, or has been found to be there.
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

// release has the row free the session, if the device is away.
func (run *sessionRun) release(ctx workflow.Context) error {
	ref := models.DeviceRef{SessionRef: run.ref, AttemptID: run.hold.attempt}
	return run.look(ctx, models.ActivityReleaseDevice, ref, "Free the session from an idle device")
}
