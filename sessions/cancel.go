package sessions

import (
	"context"
	"errors"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Cancel ends a session as cancelled, for the merchant or the user. Errors: CodeSessionNotFound, CodeSessionTerminal,
// also for a second cancellation, and CodeSessionNotCancellable while a verdict is on its way.
func (s *Service) Cancel(ctx context.Context, ref models.SessionRef) (models.Session, error) {
	done, err := s.store.End(ctx, ref.OrgID, ref.SessionID, models.CancellableStatuses, models.StatusCancelled)
	switch {
	case errors.Is(err, store.ErrRefused):
		return done.Session, models.Errorf(models.CodeSessionNotCancellable,
			"The session is being processed and cannot be cancelled now")
	case err != nil:
		return done.Session, err
	case done.Repeated:
		return done.Session, models.SessionTerminal(done.Session.Status)
	}
	s.orders.changed(ctx, done.Session)
	return done.Session, nil
}
