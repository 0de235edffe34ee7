package worker_test

import (
	"os"
	"testing"
	"time"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// eager workers sweep all the time. There are two, as in a deployment with two replicas, so that every scenario also
// shows that concurrent sweeps are safe.
var eager = workertest.Options{
	Workers: 2, Judge: scene.Judge(), WebhookRetrySchedule: []time.Duration{time.Hour},
	SweepInterval: 50 * time.Millisecond, SweepAfter: time.Second, Mailer: &post,
}

// lonely has one worker. Receivers may hang there for longer than a test lets them. A task that Temporal loses on a
// busy machine is repeated after that time, within the patience of a test.
var lonely = workertest.Share(workertest.Options{
	Workers: 1, Judge: eager.Judge, WebhookRetrySchedule: eager.WebhookRetrySchedule,
	WebhookTimeout: testkit.Patience / 2,
	// The sweep starts no run of a session that a test is about to note as started.
	OverdueAfter: time.Hour, SweepInterval: eager.SweepInterval, SweepAfter: time.Minute,
})

var house = workertest.Share(eager)

func TestMain(m *testing.M) { os.Exit(workertest.Main(m, house, lonely)) }
