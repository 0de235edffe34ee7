package api

import (
	"context"
	"errors"
	"slices"

	"github.com/stile-id/stile/models/progress"
	"github.com/stile-id/stile/models/store"
)

// passing reports whether err will pass: the database is unavailable, the row was busy, or the time of the request ran
// out.
func passing(err error) bool {
	causes := []error{
		store.ErrUnavailable, store.ErrRefused, progress.ErrBusy, context.DeadlineExceeded, context.Canceled,
	}
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}
