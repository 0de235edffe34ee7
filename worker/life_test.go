package worker_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/internal/temporaltest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods/simulated"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/worker"
	"github.com/stile-id/stile/worker/workertest"
	"github.com/stile-id/stile/worker/workertest/scene"
)

func TestStopWaitsForTheAttemptUnderWay(t *testing.T) {
	t.Parallel()
	for name, acquainted := range map[string]bool{"of a regular activity": false, "of a local activity": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopWaits(t, acquainted)
		})
	}
}

// stopWaits stops a worker while a receiver makes it wait: one that has acknowledged quickly before, or a new one.
func stopWaits(t *testing.T, acquainted bool) {
	t.Helper()
	o := eager
	o.Workers = 0
	h := workertest.Open(t, o)
	s := h.Sandbox(t)
	merchant := scene.NewMerchant(t, time.Now)
	endpoint := s.Subscribe(t, merchant, models.EventSessionVerified)
	w := h.NewWorker()
	w.Start(t.Context())
	if acquainted {
		becomeQuick(t, h, s)
	}
	before := len(merchant.Requests())
	asked, answer := make(chan struct{}), make(chan struct{})
	merchant.Before(func(scene.Request) {
		close(asked)
		<-answer
	})
	session := verifies(t, h, s)
	<-asked

	stopped := stopping(w)
	select {
	case <-stopped:
		t.Fatal("the worker has left its receiver alone")
	case <-time.After(300 * time.Millisecond):
	}
	close(answer)
	<-stopped
	w.Stop() // a second call

	require.Equal(t, slices.Repeat([]models.DeliveryStatus{models.DeliverySucceeded}, before+1), s.Statuses(t, endpoint))
	another := h.NewWorker()
	another.Start(t.Context())
	t.Cleanup(another.Stop)
	h.Completed(t, session.ID)
	require.Len(t, merchant.Requests(), before+1, "what has been delivered is not delivered again")
}

// waitingQueue stops when all of its kind are being stopped.
type waitingQueue struct{ all *sync.WaitGroup }

func (q waitingQueue) Stop() {
	q.all.Done()
	q.all.Wait()
}

func TestQueuesStopTogether(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	queues := make([]interface{ Stop() }, 4)
	for i := range queues {
		queues[i] = waitingQueue{&all}
	}
	all.Add(len(queues))
	stopped := make(chan struct{})
	go func() {
		worker.StopTogether(queues)
		close(stopped)
	}()
	testkit.Receive(t, stopped)
}

func TestWorkerMayStartBeforeTemporal(t *testing.T) {
	t.Parallel()
	address := unusedAddress(t)
	o := connect(t, address)
	warnings := make(warned, 100)
	options := eager
	options.Log = slog.New(slog.NewTextHandler(warnings, nil))
	w := workertest.NewWorker(o, options)
	ctx, started := context.WithCancel(t.Context())
	w.Start(ctx)
	started() // the end of the context of Start does not stop the worker
	t.Cleanup(w.Stop)
	s := scene.Sandbox(t, o.Store)
	session := s.Begin(t, scene.AnyOf(document))
	s.Simulate(t, session, document, simulated.Pass)
	require.Contains(t, <-warnings, "Temporal is unreachable")

	server, err := temporaltest.Start(t.Context(), temporaltest.Options{Address: address})
	require.NoError(t, err)
	t.Cleanup(server.Stop)

	testkit.Eventually(t, func() bool { return s.Reread(t, session).Status == models.StatusVerified })
}

func TestWorkerThatNeverReachedTemporalStops(t *testing.T) {
	t.Parallel()
	w := workertest.NewWorker(connect(t, unusedAddress(t)), eager)
	w.Start(t.Context())

	stopped := stopping(w)

	select {
	case <-stopped:
	case <-time.After(testkit.Patience):
		t.Fatal("the worker does not stop")
	}
}

// warned receives the lines of a log.
type warned chan string

func (w warned) Write(line []byte) (int, error) {
	w <- string(line)
	return len(line), nil
}

func stopping(w interface{ Stop() }) <-chan struct{} {
	stopped := make(chan struct{})
	go func() {
		w.Stop()
		close(stopped)
	}()
	return stopped
}

// unusedAddress returns an address without a listener.
func unusedAddress(t *testing.T) string {
	t.Helper()
	server, err := temporaltest.Start(t.Context(), temporaltest.Options{})
	require.NoError(t, err)
	server.Stop()
	return server.FrontendAddress()
}

func connect(t *testing.T, address string) *orchestrator.Orchestrator {
	t.Helper()
	o, err := workertest.Connect(t.Context(), address, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() {
		o.Temporal.Close()
		require.NoError(t, o.Store.Close())
	})
	return o
}
