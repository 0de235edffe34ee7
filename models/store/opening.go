package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// transitionOpen is the id of the transition that opens a session.
const transitionOpen = "open"

var unopened = []models.SessionStatus{models.StatusCreated}

// MarkOpened makes a created session pending. A session with a later status is returned unchanged. Errors:
// CodeSessionNotFound, CodeSessionTerminal.
func (s *Store) MarkOpened(ctx context.Context, org, id string) (models.Session, error) {
	session, err := s.open(ctx, Change{OrgID: org, SessionID: id})
	if errors.Is(err, ErrRefused) {
		return s.Session(ctx, org, id)
	}
	return session, err
}

// MarkOpenedAtRisk makes a created session pending, with the risk that was found at the opening. Errors: those of
// MarkOpened; ErrRefused means that the row has changed since it was read.
func (s *Store) MarkOpenedAtRisk(
	ctx context.Context, read models.Session, risk *rules.Risk,
) (models.Session, error) {
	return s.open(ctx, Change{
		OrgID: read.OrgID, SessionID: read.ID, Read: &read, Set: map[string]any{"risk": models.AsJSON(risk)},
	})
}

func (s *Store) open(ctx context.Context, c Change) (models.Session, error) {
	c.ID, c.From, c.To = transitionOpen, unopened, models.StatusPending
	changed, err := s.Change(ctx, c)
	if err != nil {
		return changed.Session, err
	}
	if changed.Session.Status.Terminal() {
		return changed.Session, refusal(changed.Session)
	}
	return changed.Session, nil
}

// Opening is the opening of a provisional session, in the jurisdiction of its user.
type Opening struct {
	// Read is the session as read, Session the same session with the columns of the user's jurisdiction.
	Read, Session models.Session
	Terms
	// Begun is the session's first progress in its graph.
	Begun Progress
	// Reused, if set, verifies the session by an earlier verification.
	Reused *Reused
	// Trust, if set, verifies the session if its user shares a verification that meets the demand.
	Trust *Trust
}

// OpenProvisional opens a provisional session under the terms of its user's jurisdiction. If NudgeAt is set in the
// result, the caller must signal the session's run. Of several calls the first decides, and the others return its
// result. Errors: those of Change; ErrRefused means that the row has changed since it was read.
func (s *Store) OpenProvisional(ctx context.Context, o Opening) (Changed, error) {
	var done Changed
	made := &madeChange{}
	err := s.underTerms(ctx, func(tx *gorm.DB) (err error) {
		if err := s.share(tx, &o.Session, o.Terms); err != nil {
			return err
		}
		if o.Trust != nil {
			reused, granted, err := s.grantedBy(tx, o.Session, *o.Trust)
			if err != nil {
				return err
			}
			o.Reused = nil
			if granted {
				o.Reused = &reused
			}
		}
		c := s.opening(o)
		c.made = made
		done, err = s.change(tx, c)
		return err
	})
	if err != nil {
		return done, err
	}
	if !done.Repeated {
		s.remember(done.Session, o.Terms)
		s.announce(done.Session.ID)
	}
	return done, nil
}

func (s *Store) opening(o Opening) Change {
	begun := o.Begun
	begun.Session = o.Session // of the revision that was read
	c := s.changeOf(begun, transitionOpen)
	c.From = unopened
	switch {
	case begun.Moves():
	case o.Reused != nil:
		c = s.reusing(o.Session, *o.Reused, unopened)
		c.ID = transitionOpen
	case o.Session.RequiresEmailOTP:
		c.To = models.StatusRequiresInput
	default:
		c.To = models.StatusPending
	}
	if begun.Moves() || o.Reused != nil || o.Session.Jurisdiction != o.Read.Jurisdiction {
		c.Set["nudge_at"] = s.Now()
	}
	for column, value := range map[string]any{
		"provisional": false, "requires_email_otp": o.Session.RequiresEmailOTP, "graph_state": models.AsJSON(begun.State),
		"jurisdiction": o.Session.Jurisdiction, "jurisdiction_source": o.Session.JurisdictionSource,
		"ip_jurisdiction": o.Session.IPJurisdiction, "risk": o.Session.Risk,
		"methods": o.Session.Methods, "age_tier": o.Session.AgeTier, "rule_version": o.Session.RuleVersion,
		"compliance": o.Session.Compliance, "graph_id": o.Session.GraphID, "explanation_id": o.Session.ExplanationID,
	} {
		c.Set[column] = value
	}
	c.rows = begun.steps
	return c
}
