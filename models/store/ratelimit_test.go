package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

var rateScenarios = []scenario{
	limitIsExactWithinAMinute,
	bucketsAreApart,
	refusedRequestsDoNotCount,
	lastMinuteFades,
	lastMinuteFadesInWholeRequests,
	minuteBeforeTheLastIsForgotten,
	retryAfterIsWhenTheNextPasses,
	racingReplicasNeverExceedTheLimit,
	zeroLimitRefusesAll,
	farFromTheLimitFewRequestsAreWritten,
	oneReplicaIsExactAtAnyLimit,
	nearTheLimitReplicasAreExact,
	furtherReplicasLetLittleMoreThrough,
	uncountedRequestsAreCountedLater,
	attemptsAreLimitedInAWindow,
}

func attemptsAreLimitedInAWindow(t *testing.T, f *fixture) {
	few := store.Attempts{Most: 5, Window: 15 * time.Minute}
	f.clock.Advance(f.clock.Now().Truncate(few.Window).Add(few.Window + time.Minute).Sub(f.clock.Now()))
	passed := 0
	attempts := race(8, func(int) (time.Duration, error) { return f.TakeAttempt(t.Context(), "jo", few) })
	for _, wait := range allOf(t, attempts) {
		if wait == 0 {
			passed++
		}
	}
	require.Equal(t, few.Most, passed)
	f.clock.Advance(13 * time.Minute)
	f.forgets(t) // the sweep does not end a window
	wait, err := f.TakeAttempt(t.Context(), "jo", few)
	require.NoError(t, err)
	require.Equal(t, time.Minute, wait)
	wait, err = f.TakeAttempt(t.Context(), "io", few)
	require.NoError(t, err)
	require.Zero(t, wait, "another bucket has its own")
	require.Zero(
		t,
		f.count(t, "SELECT count(*) FROM rate_windows WHERE bucket = 'jo'"),
		"the name of the bucket is not stored",
	)
	f.clock.Advance(time.Minute)
	wait, err = f.TakeAttempt(t.Context(), "jo", few)
	require.NoError(t, err)
	require.Zero(t, wait)
}

func (f *fixture) take(t *testing.T, limit int) store.Rate {
	t.Helper()
	rate, err := f.TakeRate(t.Context(), "key_1", limit)
	require.NoError(t, err)
	return rate
}

// passing returns the number of n requests that pass.
func (f *fixture) passing(t *testing.T, n, limit int) int {
	t.Helper()
	passed := 0
	for range n {
		if f.take(t, limit).Allowed {
			passed++
		}
	}
	return passed
}

func limitIsExactWithinAMinute(t *testing.T, f *fixture) {
	endOfMinute := models.At(f.clock.Now().Add(time.Minute))
	for remaining := 4; remaining >= 0; remaining-- {
		f.clock.Advance(time.Second)
		require.Equal(t, store.Rate{Allowed: true, Limit: 5, Remaining: remaining, Reset: endOfMinute}, f.take(t, 5))
	}
	refusal := f.take(t, 5)
	require.False(t, refusal.Allowed)
	require.Zero(t, refusal.Remaining)
	require.Equal(t, endOfMinute, refusal.Reset)
	require.Positive(t, refusal.RetryAfter)
}

func bucketsAreApart(t *testing.T, f *fixture) {
	require.Equal(t, 1, f.passing(t, 3, 1))
	other, err := f.TakeRate(t.Context(), "key_2", 1)
	require.NoError(t, err)
	require.True(t, other.Allowed)
}

func refusedRequestsDoNotCount(t *testing.T, f *fixture) {
	require.Equal(t, 10, f.passing(t, 50, 10))
	f.clock.Advance(90 * time.Second) // half of the ten still count
	require.Equal(t, 5, f.passing(t, 50, 10))
}

func lastMinuteFades(t *testing.T, f *fixture) {
	require.Equal(t, 60, f.passing(t, 60, 60))
	f.clock.Advance(time.Minute)
	require.Zero(t, f.passing(t, 1, 60))
	for range 59 { // each second one of the sixty fades
		f.clock.Advance(time.Second)
		require.Equal(t, 1, f.passing(t, 2, 60))
	}
}

func lastMinuteFadesInWholeRequests(t *testing.T, f *fixture) {
	require.Equal(t, 10, f.passing(t, 10, 10))
	f.clock.Advance(time.Minute + 6*time.Second - time.Microsecond)
	require.False(t, f.take(t, 10).Allowed, "a little more than nine still weigh")
	f.clock.Advance(time.Microsecond)
	require.True(t, f.take(t, 10).Allowed)
}

func minuteBeforeTheLastIsForgotten(t *testing.T, f *fixture) {
	require.Equal(t, 10, f.passing(t, 10, 10))
	f.clock.Advance(2 * time.Minute)
	require.Equal(t, 10, f.passing(t, 20, 10))
}

func retryAfterIsWhenTheNextPasses(t *testing.T, f *fixture) {
	for _, c := range []struct {
		why                  string
		earlier, now, limit  int
		intoLast, intoMinute time.Duration
	}{
		{"this minute is full", 0, 10, 10, 0, 20 * time.Second},
		{"the last minute still fills", 10, 0, 10, 0, 0},
		{"both together", 7, 6, 10, 50 * time.Second, 30 * time.Second},
		{"what fades is not a whole part of a minute", 7, 0, 7, 0, time.Second},
		{"one a minute", 0, 1, 1, 0, 59 * time.Second},
		{"the last minute all the way", 1, 0, 1, 30 * time.Second, 15 * time.Second},
	} {
		f.clock.Set(f.clock.Now().Truncate(time.Minute).Add(time.Hour + c.intoLast))
		require.Equal(t, c.earlier, f.passing(t, c.earlier, c.limit), c.why)
		f.clock.Set(f.clock.Now().Truncate(time.Minute).Add(time.Minute + c.intoMinute))
		f.passing(t, c.now, c.limit)

		refusal := f.take(t, c.limit)
		require.False(t, refusal.Allowed, c.why)
		f.clock.Advance(refusal.RetryAfter - time.Microsecond)
		require.False(t, f.take(t, c.limit).Allowed, c.why)
		f.clock.Advance(time.Microsecond)
		require.True(t, f.take(t, c.limit).Allowed, c.why)
	}
}

func racingReplicasNeverExceedTheLimit(t *testing.T, f *fixture) {
	replicas := []*store.Store{f.replica(t), f.replica(t)}
	passing := func(limit int) int {
		passed := 0
		for _, rate := range allOf(t, race(40, func(i int) (store.Rate, error) {
			return replicas[i%2].TakeRate(t.Context(), "key_1", limit)
		})) {
			if rate.Allowed {
				passed++
			}
		}
		return passed
	}
	require.Equal(t, 20, passing(20))
	f.clock.Advance(75 * time.Second) // three quarters of the twenty still count
	require.Equal(t, 5, passing(20))
}

func zeroLimitRefusesAll(t *testing.T, f *fixture) {
	require.Zero(t, f.passing(t, 2, 0))
}

// written returns the number of requests that the database has counted.
func (f *fixture) written(t *testing.T) int {
	t.Helper()
	return f.count(t, "SELECT COALESCE(SUM(count), 0) FROM rate_windows")
}

func farFromTheLimitFewRequestsAreWritten(t *testing.T, f *fixture) {
	for n := 1; n <= 95; n++ {
		require.Equal(t, 1000-n, f.take(t, 1000).Remaining)
		require.Equal(t, n-n%10, f.written(t), "ten at a time")
	}
	require.Equal(t, 1, f.passing(t, 1, 100))
	require.Equal(t, 96, f.written(t), "with a small limit every request is reported")
}

func oneReplicaIsExactAtAnyLimit(t *testing.T, f *fixture) {
	require.Equal(t, 1000, f.passing(t, 1050, 1000))
	require.Equal(t, 1000, f.written(t))
	f.clock.Advance(90 * time.Second) // half of them still count
	require.Equal(t, 500, f.passing(t, 550, 1000))
}

func nearTheLimitReplicasAreExact(t *testing.T, f *fixture) {
	require.Equal(t, 950, f.passing(t, 950, 1000))
	other := &fixture{Store: f.replica(t), clock: f.clock}
	require.Equal(t, 50, other.passing(t, 100, 1000))
	require.Zero(t, f.passing(t, 1, 1000))
}

func furtherReplicasLetLittleMoreThrough(t *testing.T, f *fixture) {
	replicas := []*store.Store{f.Store, f.replica(t), f.replica(t)}
	passed := 0
	for n := range 1200 {
		rate, err := replicas[n%3].TakeRate(t.Context(), "key_1", 1000)
		require.NoError(t, err)
		if rate.Allowed {
			passed++
		}
	}
	require.GreaterOrEqual(t, passed, 1000)
	require.LessOrEqual(t, passed, 1000+2*10)
}

func uncountedRequestsAreCountedLater(t *testing.T, f *fixture) {
	require.Equal(t, 9, f.passing(t, 9, 1000))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.TakeRate(gone, "key_1", 1000)
	require.Error(t, err)
	require.Zero(t, f.written(t))
	require.Equal(t, 990, f.take(t, 1000).Remaining)
	require.Equal(t, 10, f.written(t))
}
