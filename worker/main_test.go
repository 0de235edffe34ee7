package worker_test

import (
	"os"
	"testing"
	"time"

	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// eager workers sweep all the time. There are two, as in a deployment with two replicas, so that every scenario also
// shows that concurrent sweeps are safe.
var eager = workertest.Options{
	Workers: 2, Judge: scene.Judge(), WebhookRetrySchedule: []time.Duration{time.Hour},
	SweepInterval: 50 * time.Millisecond, SweepAfter: time.Second,
}

// lonely has one worker. Its attempts do not exceed their time within a test.
var lonely = workertest.Share(workertest.Options{
	Workers: 1, Judge: eager.Judge, WebhookRetrySchedule: eager.WebhookRetrySchedule, WebhookTimeout: time.Hour,
	OverdueAfter: time.Hour, SweepInterval: eager.SweepInterval, SweepAfter: eager.SweepAfter,
})

var house = workertest.Share(eager)

func TestMain(m *testing.M) { os.Exit(workertest.Main(m, house, lonely)) }
