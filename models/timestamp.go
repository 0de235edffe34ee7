package models

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// Timestamp is a moment: microseconds UTC in a column, Unix seconds in the public JSON.
type Timestamp struct{ time.Time }

// At wraps t, truncated to microseconds in UTC.
func At(t time.Time) Timestamp { return Timestamp{t.UTC().Truncate(time.Microsecond)} }

// AtPtr wraps t for a nullable column.
func AtPtr(t time.Time) *Timestamp { ts := At(t); return &ts }

// ISO returns the moment in ISO 8601, in UTC and whole seconds: 2026-05-12T10:00:00Z.
func (t Timestamp) ISO() string { return t.UTC().Format(time.RFC3339) }

// Value implements driver.Valuer.
func (t Timestamp) Value() (driver.Value, error) { return t.UnixMicro(), nil }

// Scan implements sql.Scanner.
func (t *Timestamp) Scan(src any) error {
	micros, ok := src.(int64)
	if !ok {
		return fmt.Errorf("timestamp column holds %T, want int64", src)
	}
	t.Time = time.UnixMicro(micros).UTC()
	return nil
}

// MarshalJSON writes Unix seconds.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, t.Unix(), 10), nil
}

// UnmarshalJSON reads Unix seconds.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	seconds, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("timestamp: %w", err)
	}
	t.Time = time.Unix(seconds, 0).UTC()
	return nil
}
