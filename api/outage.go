package api

import (
	"context"
	"errors"
	"slices"

	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// passing reports whether a repeat of the request may succeed: the database was unavailable, the row was busy, or the
// time of the request ran out.
func passing(err error) bool {
	causes := []error{
		store.ErrUnavailable, store.ErrRefused, sessions.ErrBusy, context.DeadlineExceeded, context.Canceled,
	}
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}
