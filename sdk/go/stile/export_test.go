package stile

import (
	"context"
	"time"
)

// WithSleep replaces the waits between attempts.
func WithSleep(sleep func(context.Context, time.Duration) error) Option {
	return func(s *settings) { s.sleep = sleep }
}

// MaxAnswer is the largest answer in bytes that is read.
const MaxAnswer = maxAnswer
