package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/stile-id/stile/models"
)

// rateWindow counts the requests of a bucket in one minute of Unix time.
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
	// Reset is the end of the current minute. The minute's count then begins to fade.
	Reset models.Timestamp
	// RetryAfter of a refused request is the time until the next request would pass.
	RetryAfter time.Duration
}

// takeRate counts $5 requests in one statement; all but one of them have passed already. The row that it writes decides
// a race. The remaining weight of the last minute is computed in SQL: a minute is 60000000000 nanoseconds. It does not
// use gorm, which would bind each value once for each of its uses.
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

// TakeRate counts one request of a bucket against a limit per rolling minute, shared by all replicas: the count of this
// minute plus the part of the last minute that the rolling minute still covers. A refused request does not count. Far
// from the limit a replica reports several requests together.
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
	digest := s.keys.Digest("rate", []byte(bucket)) // the bucket may name an address
	var count, previous int
	err := s.sqlDB.QueryRowContext(ctx, takeRate, digest, minute, limit, int64(time.Minute-intoMinute), owed+1).
		Scan(&count, &previous)
	if err != nil {
		s.tally.restore(bucket, minute, owed)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		previous, count, err = s.rateCounts(ctx, digest, minute)
		rate.Allowed, rate.RetryAfter = false, retryAfter(previous, count+owed, limit, intoMinute)
		return rate, err
	case err != nil:
		return Rate{}, s.classify(err)
	}
	previous = s.tally.update(bucket, minute, count, previous)
	rate.Remaining = max(limit-weight(previous, intoMinute)-count, 0)
	return rate, nil
}

// rateCounts reads the counts of the previous and the current minute.
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

// retryAfter returns the time after which the fading count allows one more request: the count of the last minute if
// that suffices, or else that of this minute after its end.
func retryAfter(previous, current, limit int, intoMinute time.Duration) time.Duration {
	if limit <= 0 {
		return time.Minute // no request ever passes
	}
	if current < limit {
		return fadesTo(previous, limit-current-1) - intoMinute
	}
	return time.Minute - intoMinute + fadesTo(current, limit-1)
}

// weight returns the remaining weight of the last minute's count at a time within this minute. A fading request counts
// as a whole one.
func weight(count int, intoMinute time.Duration) int {
	return int(ceiling(time.Duration(count)*(time.Minute-intoMinute), time.Minute))
}

// fadesTo returns the time within the next minute at which the weight of count has fallen to most.
func fadesTo(count, most int) time.Duration {
	if count <= most {
		return 0
	}
	return ceiling(time.Minute*time.Duration(count-most), time.Duration(count))
}

func ceiling(dividend, divisor time.Duration) time.Duration {
	return (dividend + divisor - 1) / divisor
}

// Attempts bounds rare actions, such as guesses, to Most in each window of time.
type Attempts struct {
	Most   int
	Window time.Duration // whole minutes
}

// TakeAttempt counts one attempt of a bucket, shared by all replicas. It returns 0 if the attempt is allowed, and else
// the time until the end of the window. A refused attempt does not count.
func (s *Store) TakeAttempt(ctx context.Context, bucket string, a Attempts) (wait time.Duration, err error) {
	now := s.now()
	end := now.Truncate(a.Window).Add(a.Window)
	// The row has the minute of the window's end, so that the sweep keeps it until then.
	res := s.read(ctx).Exec(`INSERT INTO rate_windows (bucket, minute, count) VALUES (?, ?, 1)
		ON CONFLICT (bucket, minute) DO UPDATE SET count = rate_windows.count + 1 WHERE rate_windows.count < ?`,
		s.keys.Digest("attempt", []byte(bucket)), minuteOf(end), a.Most)
	if res.Error != nil || res.RowsAffected == 1 {
		return 0, res.Error
	}
	return end.Sub(now), nil
}
