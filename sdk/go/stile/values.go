package stile

import (
	"encoding/json"
	"fmt"
	"time"
)

// Ptr returns a pointer to a value, for the members of requests that are pointers.
func Ptr[T any](value T) *T { return &value }

// Timestamp is a time in Unix seconds.
type Timestamp int64

// Time returns the time in UTC.
func (t Timestamp) Time() time.Time { return time.Unix(int64(t), 0).UTC() }

// String returns the time as RFC 3339 writes it.
func (t Timestamp) String() string { return t.Time().Format(time.RFC3339) }

// Range bounds a time: later than GT, at or after GTE, before LT, at or before LTE. A bound of 0 is none.
type Range struct {
	GT, GTE, LT, LTE Timestamp
}

// Decode decodes Data into object, a pointer: a *VerificationSession for events about sessions and reviews.
func (e *Event) Decode(object any) error {
	if err := json.Unmarshal(e.Data, object); err != nil {
		return fmt.Errorf("stile: data of %s: %w", e.Type, err)
	}
	return nil
}
