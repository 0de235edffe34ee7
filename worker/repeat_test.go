package worker_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/worker"
)

// lost is a queue of lost rows.
type lost struct {
	mu    sync.Mutex
	rows  int // left to claim
	done  int
	under int
	most  int // that were under way at once
	full  chan struct{}
}

func (l *lost) next(_ context.Context, limit int) (rows []int, err error) {
	for range min(limit, l.rows) {
		rows = append(rows, l.rows)
		l.rows--
	}
	return rows, nil
}

var errFaulty = errors.New("faulty")

// do waits until as many rows as may be are under way, unless fewer are left.
func (l *lost) do(ctx context.Context, _ int) error {
	l.mu.Lock()
	l.under++
	if l.most = max(l.most, l.under); l.most == worker.LostAtOnce && l.full != nil {
		close(l.full)
		l.full = nil
	}
	full := l.full
	l.mu.Unlock()
	if full != nil {
		select {
		case <-full:
		case <-ctx.Done():
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.under--
	l.done++
	return nil
}

func TestLostRowsAreRepeatedSeveralAtOnceUntilNoneIsLeft(t *testing.T) {
	t.Parallel()
	l := &lost{rows: 3*worker.SweepBatch + 1, full: make(chan struct{})}
	require.NoError(t, worker.Repeat(t.Context(), l.next, l.do))
	require.Equal(t, 3*worker.SweepBatch+1, l.done)
	require.Equal(t, worker.LostAtOnce, l.most)
}

func TestSweepLeavesTheRestToTheNextOne(t *testing.T) {
	t.Parallel()
	l := &lost{rows: worker.LostBatches*worker.SweepBatch + 1}
	require.NoError(t, worker.Repeat(t.Context(), l.next, l.do))
	require.Equal(t, worker.LostBatches*worker.SweepBatch, l.done)
	require.Equal(t, 1, l.rows)
}

func TestFaultEndsTheStepOfTheSweep(t *testing.T) {
	t.Parallel()
	l := &lost{rows: 3 * worker.SweepBatch}
	faulty := l.rows - worker.LostAtOnce/2
	do := func(ctx context.Context, row int) error {
		if row == faulty {
			return errFaulty
		}
		<-ctx.Done()
		return ctx.Err()
	}
	require.ErrorIs(t, worker.Repeat(t.Context(), l.next, do), errFaulty)
	require.Equal(t, 2*worker.SweepBatch, l.rows, "no further batch is claimed")
	unreadable := func(context.Context, int) ([]int, error) { return nil, errFaulty }
	require.ErrorIs(t, worker.Repeat(t.Context(), unreadable, do), errFaulty)
}
