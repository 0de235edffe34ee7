package store

import (
	"context"
	"errors"

	"github.com/stile-id/stile/models"
)

// Expire ends an open session as expired if its deadline is not after due, and erases its unjudged submissions. A
// repeat changes nothing. Errors: those of Change; ErrRefused means that the deadline is later than due.
func (s *Store) Expire(ctx context.Context, org, id string, due models.Timestamp) (Changed, error) {
	c := s.ending(org, id, models.OpenStatuses, models.StatusExpired)
	c.Due = &due
	return s.Change(ctx, c)
}

// current returns the session, after expiring it if its deadline has passed. An expiry that was once answered must be
// stored, so that a clock that is set back cannot undo it.
func (s *Store) current(ctx context.Context, read models.Session) (models.Session, error) {
	now := s.Now()
	if !read.Overdue(now) {
		return read, nil
	}
	done, err := s.Expire(ctx, read.OrgID, read.ID, now)
	if err == nil {
		return done.Session, nil
	}
	if errors.Is(err, ErrRefused) || models.CodeOf(err) == models.CodeSessionTerminal { // moved, or ended otherwise
		return sessionIn(s.read(ctx), read.OrgID, read.ID)
	}
	return read, err
}

// overdueError ends a transaction that found a session past its deadline. recordExpiry then expires the session.
type overdueError struct {
	session models.Session
	// refused is the error for the caller; nil means CodeSessionTerminal.
	refused error
}

func (e *overdueError) Error() string { return "the deadline of the session has passed" }

func overdue(session models.Session) error { return &overdueError{session: session} }

// recordExpiry expires the session of an overdueError and returns the error for the caller. Other errors are returned
// unchanged.
func (s *Store) recordExpiry(ctx context.Context, err error) error {
	var met *overdueError
	if !errors.As(err, &met) {
		return err
	}
	session, err := s.current(ctx, met.session)
	switch {
	case err != nil:
		return err
	case met.refused != nil:
		return met.refused
	default:
		return refusal(session)
	}
}
