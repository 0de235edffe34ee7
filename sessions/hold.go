package sessions

import (
	"context"

	"github.com/stile-id/stile/models"
)

// Confirm takes the number that the user chose on the phone, and returns the handoff as it then is. A wrong number
// frees the session from the phone. Errors: CodeSessionTerminal, and those of store.ConfirmHandoff.
func (s *Service) Confirm(ctx context.Context, d Device, number int) (models.Handoff, error) {
	if err := running(d.Session); err != nil {
		return d.Handoff, err
	}
	released, err := s.store.ConfirmHandoff(ctx, d.Session, d.Handoff, number)
	if released {
		s.orders.changed(ctx, d.Session)
	}
	if err != nil {
		return d.Handoff, err
	}
	return s.store.Handoff(ctx, d.Session, d.Handoff.ID)
}

// Heartbeat notes that the phone is there, so that it keeps the session. Errors: CodeSessionTerminal, CodeHandoffEnded.
func (s *Service) Heartbeat(ctx context.Context, d Device) error {
	if err := running(d.Session); err != nil {
		return err
	}
	return s.store.DeviceSeen(ctx, d.Session.OrgID, d.Session.ID, d.Handoff.ID)
}

// NotePhase notes how far the phone is, for the desktop to show. Errors: CodeSessionTerminal, CodeHandoffEnded.
func (s *Service) NotePhase(ctx context.Context, d Device, phase string) error {
	if err := running(d.Session); err != nil {
		return err
	}
	return s.store.NotePhase(ctx, d.Handoff, phase)
}

// Release frees the session from the phone that holds it, if one does, and tells the run. The phone and the desktop may
// both ask for it. Errors: CodeSessionTerminal.
func (s *Service) Release(ctx context.Context, d Device) (models.Session, error) {
	if err := running(d.Session); err != nil || d.Session.AttemptID == nil {
		return d.Session, err
	}
	session, released, err := s.store.ReleaseDevice(ctx, d.Session.OrgID, d.Session.ID, *d.Session.AttemptID, nil)
	if released {
		s.orders.changed(ctx, session)
	}
	return session, err
}
