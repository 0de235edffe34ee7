package store

import (
	"context"
	"errors"

	"github.com/stile-id/stile/models"
)

// Expire makes an open session expired whose deadline is not after due, and erases what was sent and not judged. It
// happens once, whoever asks for it. Errors: those of Change; ErrRefused means that the deadline is later.
func (s *Store) Expire(ctx context.Context, org, id string, due models.Timestamp) (Changed, error) {
	c := s.ending(org, id, models.OpenStatuses, models.StatusExpired)
	c.Due = &due
	return s.Change(ctx, c)
}

// current is the session as it stands now. One whose deadline has passed becomes expired first: what was answered as
// expired must stay so, whatever becomes of the clock.
func (s *Store) current(ctx context.Context, read models.Session) (models.Session, error) {
	now := s.Now()
	if !read.Overdue(now) {
		return read, nil
	}
	done, err := s.Expire(ctx, read.OrgID, read.ID, now)
	if err == nil {
		return done.Session, nil
	}
	if errors.Is(err, ErrRefused) || models.CodeOf(err) == models.CodeSessionTerminal { // it moved, or ended otherwise
		return sessionIn(s.read(ctx), read.OrgID, read.ID)
	}
	return read, err
}

// overdueError ends a transaction that met a session past its deadline. The expiry is recorded after it.
type overdueError struct {
	session models.Session
	// refused is the answer; nil stands for CodeSessionTerminal.
	refused error
}

func (e *overdueError) Error() string { return "the deadline of the session has passed" }

func overdue(session models.Session) error { return &overdueError{session: session} }

// recordExpiry records the expiry that err tells of, and returns the error for the caller; other errors stay as they
// are.
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
