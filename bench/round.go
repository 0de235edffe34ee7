package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// side is one of the two sides of a comparison.
type side struct {
	name string
	// once makes one run from its start to its visible outcome.
	once func(ctx context.Context) (time.Duration, error)
	// finished counts the completed runs; nil if a run is complete when once returns.
	finished func(ctx context.Context) (int, error)
	// events, if set, returns the mean length of the last histories.
	events func(ctx context.Context) (float64, error)
	// around, if set, prepares a turn and cleans up after it. Neither is measured.
	around func(ctx context.Context, turn func() error) error
}

// sample is the result of one side in one round.
type sample struct {
	perSecond, p50, p99 float64 // runs that completed; milliseconds to the visible outcome
	writes, walKB, cpu  float64 // per run: transactions that wrote, write-ahead log, milliseconds of this process
	visibilityKB        float64 // per run: growth of Temporal's visibility database
	events              float64 // of a run's history
}

// round has clients make a number of runs and returns when all of them have completed.
func (s *site) round(ctx context.Context, of side, runs, clients int) (sample, error) {
	var before int
	if of.finished != nil {
		var err error
		if before, err = of.finished(ctx); err != nil {
			return sample{}, err
		}
	}
	from, err := s.written(ctx)
	if err != nil {
		return sample{}, err
	}
	began, cpu := time.Now(), cpuTime()
	took, err := work(ctx, of, runs, clients)
	if err != nil {
		return sample{}, err
	}
	if err := awaitFinished(ctx, of, before+runs); err != nil {
		return sample{}, err
	}
	elapsed, cpu := time.Since(began), cpuTime()-cpu
	to, err := s.written(ctx)
	n := float64(runs)
	return sample{
		perSecond: n / elapsed.Seconds(), p50: milliseconds(percentile(took, 50)), p99: milliseconds(percentile(took, 99)),
		writes: float64(to.transactions-from.transactions) / n, walKB: float64(to.walBytes-from.walBytes) / 1024 / n,
		cpu: milliseconds(cpu) / n, visibilityKB: float64(to.visibility-from.visibility) / 1024 / n,
	}, err
}

// awaitFinished returns when that many runs have completed.
func awaitFinished(ctx context.Context, of side, want int) error {
	if of.finished == nil {
		return nil
	}
	n := 0
	err := until(ctx, func() (_ bool, err error) {
		n, err = of.finished(ctx)
		return n >= want, err
	})
	if err != nil {
		return fmt.Errorf("%d of %d runs completed: %w", n, want, err)
	}
	return nil
}

// work has clients make one run after another until all are made or one fails.
func work(ctx context.Context, of side, runs, clients int) ([]time.Duration, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	took := make([]time.Duration, runs)
	var next atomic.Int64
	var busy sync.WaitGroup
	for range min(clients, runs) {
		busy.Go(func() {
			for i := int(next.Add(1)) - 1; i < runs && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				var err error
				if took[i], err = of.once(ctx); err != nil {
					fail(err)
				}
			}
		})
	}
	busy.Wait()
	return took, context.Cause(ctx)
}

func percentile(values []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)*p/100]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// cpuTime returns the CPU time of this process: the clients, Stile and the Temporal server, without PostgreSQL.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
