package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/stile-id/stile/models"
)

// rateWindow counts the requests of a bucket in one minute (of Unix time).
type rateWindow struct {
	Bucket string `gorm:"primaryKey"`
	Minute int64  `gorm:"primaryKey"`
	Count  int
}

func (rateWindow) TableName() string { return "rate_windows" }

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// Rate is the state of a bucket after a request.
type Rate struct {
	Allowed   bool
	Limit     int
	Remaining int
	// Reset is when the current minute ends, and what was counted begins to fade.
	Reset models.Timestamp
	// RetryAfter, of a refused request, is when the next one would pass.
	RetryAfter time.Duration
}

// takeRate counts $5 requests in one statement, of which all but one have been let through already. It fails no race:
// the row that it writes decides. What the last minute still weighs is weight, in SQL: a minute is 60000000000
// nanoseconds. It goes past gorm, which would bind every value anew at each of its places.
const takeRate = `INSERT INTO rate_windows (bucket, minute, count)
	SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($5 AS BIGINT) WHERE ` + rateRoom + ` >= CAST($5 AS BIGINT)
	ON CONFLICT (bucket, minute) DO UPDATE SET count = rate_windows.count + CAST($5 AS BIGINT)
	WHERE rate_windows.count + CAST($5 AS BIGINT) <= ` + rateRoom + `
	RETURNING count, ` + ratePrevious + ` AS previous`

const (
	rateRoom     = `CAST($3 AS BIGINT) - (` + ratePrevious + ` * CAST($4 AS BIGINT) + 59999999999) / 60000000000`
	ratePrevious = `COALESCE((SELECT last.count FROM rate_windows AS last
		WHERE last.bucket = $1 AND last.minute = CAST($2 AS BIGINT) - 1), 0)`
)

// TakeRate counts one request of a bucket against a limit per rolling minute, shared by all replicas: the count of
// this minute plus the part of the last one that the rolling minute still covers. A refused request does not count.
// Far from the limit a replica tells the others of some requests at a time.
func (s *Store) TakeRate(ctx context.Context, bucket string, limit int) (Rate, error) {
	now := s.now().UTC()
	minute := minuteOf(now)
	intoMinute := now.Sub(time.Unix(minute*60, 0))
	rate := Rate{Allowed: true, Limit: limit, Reset: models.At(time.Unix((minute+1)*60, 0))}
	remaining, owed, alone := s.tally.take(bucket, minute, limit, intoMinute)
	if alone {
		rate.Remaining = remaining
		return rate, nil
	}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	digest := s.keys.Digest("rate", []byte(bucket)) // it may name an address
	var count, previous int
	err := s.sqlDB.QueryRowContext(ctx, takeRate, digest, minute, limit, int64(time.Minute-intoMinute), owed+1).
		Scan(&count, &previous)
	if err != nil {
		s.tally.owe(bucket, minute, owed)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		previous, count, err = s.rateCounts(ctx, digest, minute)
		rate.Allowed, rate.RetryAfter = false, retryAfter(previous, count+owed, limit, intoMinute)
		return rate, err
	case err != nil:
		return Rate{}, s.classify(err)
	}
	previous = s.tally.know(bucket, minute, count, previous)
	rate.Remaining = max(limit-weight(previous, intoMinute)-count, 0)
	return rate, nil
}

// rateCounts reads the counts of the minute before and of this one.
func (s *Store) rateCounts(ctx context.Context, bucket string, minute int64) (previous, current int, err error) {
	var rows []rateWindow
	err = s.read(ctx).Where("bucket = ? AND minute IN ?", bucket, []int64{minute - 1, minute}).Find(&rows).Error
	for _, row := range rows {
		if row.Minute == minute {
			current = row.Count
		} else {
			previous = row.Count
		}
	}
	return previous, current, err
}

// retryAfter is when the fading of a minute makes room for one more request: of the last minute where that is enough,
// else of this one once it is the last.
func retryAfter(previous, current, limit int, intoMinute time.Duration) time.Duration {
	if limit <= 0 {
		return time.Minute // and never passes
	}
	if current < limit {
		return fadesTo(previous, limit-current-1) - intoMinute
	}
	return time.Minute - intoMinute + fadesTo(current, limit-1)
}

// weight is what a count of the last minute still weighs so far into this one: a request that fades still counts as one.
func weight(count int, intoMinute time.Duration) int {
	return int(ceiling(time.Duration(count)*(time.Minute-intoMinute), time.Minute))
}

// fadesTo is how far into the next minute the weight of count has fallen to most.
func fadesTo(count, most int) time.Duration {
	if count <= most {
		return 0
	}
	return ceiling(time.Minute*time.Duration(count-most), time.Duration(count))
}

func ceiling(dividend, divisor time.Duration) time.Duration {
	return (dividend + divisor - 1) / divisor
}

// Attempts bounds what is tried rarely, such as a guess, to Most in each window of time.
type Attempts struct {
	Most   int
	Window time.Duration // whole minutes
}

// TakeAttempt counts one attempt of a bucket, shared by all replicas. It returns 0 where the attempt may go on, else how
// long it is until the window ends. A refused attempt does not count.
func (s *Store) TakeAttempt(ctx context.Context, bucket string, a Attempts) (wait time.Duration, err error) {
	now := s.now()
	end := now.Truncate(a.Window).Add(a.Window)
	// The row stands under the minute in which its window ends, so the sweep leaves it until then.
	res := s.read(ctx).Exec(`INSERT INTO rate_windows (bucket, minute, count) VALUES (?, ?, 1)
		ON CONFLICT (bucket, minute) DO UPDATE SET count = rate_windows.count + 1 WHERE rate_windows.count < ?`,
		s.keys.Digest("attempt", []byte(bucket)), minuteOf(end), a.Most)
	if res.Error != nil || res.RowsAffected == 1 {
		return 0, res.Error
	}
	return end.Sub(now), nil
}
