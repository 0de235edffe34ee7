package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// timers tells clients that the timer of their bare workflow has started, because a real user submits long after the
// run has begun to wait. A signal before the first workflow task would have that task do the work of two. The run of a
// session has no task before the submission, so its client need not wait. timers reads the table of Temporal's timers.
type timers struct {
	conn    *pgx.Conn
	started *arrivals
	cancel  context.CancelFunc
	done    chan error
}

// lookAgain is the time between two reads of the table.
const lookAgain = 10 * time.Millisecond

func (s *site) watchTimers(ctx context.Context) (*timers, error) {
	conn, err := pgx.Connect(ctx, s.cluster.URL("temporal"))
	if err != nil {
		return nil, err
	}
	t := &timers{conn: conn, started: newArrivals(), done: make(chan error, 1)}
	ctx, t.cancel = context.WithCancel(ctx)
	go func() { t.done <- t.watch(ctx) }()
	return t, nil
}

func (t *timers) watch(ctx context.Context) error {
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
		if !t.started.any() {
			continue
		}
		if err := t.look(ctx); err != nil {
			return err
		}
	}
}

func (t *timers) look(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, "SELECT workflow_id FROM timer_info_maps")
	if err != nil {
		return err
	}
	running, err := pgx.CollectRows(rows, pgx.RowTo[string])
	t.started.arrive(running...)
	return err
}

// close ends the watch. An earlier failure of the watch has shown as clients that waited in vain.
func (t *timers) close(ctx context.Context) error {
	t.cancel()
	err := <-t.done
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, t.conn.Close(context.WithoutCancel(ctx)))
}

// await returns once the run's timer has started; at once if t is nil.
func (t *timers) await(ctx context.Context, id string) error {
	if t == nil {
		return nil
	}
	return await(ctx, t.started.expect(id), id)
}
