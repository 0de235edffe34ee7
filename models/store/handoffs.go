package store

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// NewHandoff holds the parameters of MintHandoff.
type NewHandoff struct {
	OrgID, SessionID string
	// TTL is the validity of the token. Within Reuse after its creation the same token is returned again.
	TTL, Reuse time.Duration
	// Confirm makes the user choose on the phone the number that the desktop shows.
	Confirm bool
	// From is the jurisdiction of the desktop; nil if unknown.
	From *rules.Jurisdiction
}

// MintHandoff creates a handoff and its token. If the last handoff is younger than Reuse and unclaimed, it is returned
// again. Only the hash of the token is stored, because the token can be derived from the handoff. Errors:
// CodeSessionNotFound, CodeSessionTerminal, CodeSessionLocked while a device holds the session, CodeHandoffDisabled at
// models.MaxHandoffs.
func (s *Store) MintHandoff(ctx context.Context, n NewHandoff) (h models.Handoff, token string, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		if err := s.holdUnlocked(tx, n.OrgID, n.SessionID); err != nil {
			return err
		}
		found, err := one(
			tx.Where("session_id = ? AND org_id = ? AND claimed_at IS NULL AND ended_at IS NULL", n.SessionID, n.OrgID).
				Where("created > ? AND expires_at > ?", models.At(s.now().Add(-n.Reuse)), s.Now()).Order("created DESC"),
			&h,
		)
		if err != nil || found {
			return err
		}
		if err := s.mayHandOff(tx, n); err != nil {
			return err
		}
		h = s.newHandoff(n)
		return tx.Create(&h).Error
	})
	return h, s.handoffToken(h), err
}

// mayHandOff deletes the session's old unclaimed handoffs, and returns CodeHandoffDisabled if models.MaxHandoffs others
// remain. The session's row is locked, so racing requests cannot pass together.
func (s *Store) mayHandOff(tx *gorm.DB, n NewHandoff) error {
	now := s.now()
	err := tx.Where("session_id = ? AND org_id = ? AND claimed_at IS NULL AND expires_at <= ?",
		n.SessionID, n.OrgID, models.At(now.Add(-models.HandoffKept))).Delete(&models.Handoff{}).Error
	if err != nil {
		return err
	}
	var used int64
	err = tx.Model(&models.Handoff{}).Where("session_id = ? AND org_id = ?", n.SessionID, n.OrgID).
		Where("claimed_at IS NOT NULL OR ended_at IS NULL AND expires_at > ?", models.At(now)).Count(&used).Error
	if err != nil {
		return err
	}
	if used >= models.MaxHandoffs {
		return models.Errorf(models.CodeHandoffDisabled,
			"The session has been handed off %d times. Go on on this device", models.MaxHandoffs)
	}
	return nil
}

// holdUnlocked locks the row of an open session that no device holds, until the end of the transaction.
func (s *Store) holdUnlocked(tx *gorm.DB, org, id string) error {
	res := tx.Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND status IN ? AND attempt_id IS NULL", id, org, models.OpenStatuses).
		Where("expires_at > ?", s.Now()).
		Updates(map[string]any{"revision": gorm.Expr("revision")})
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	return s.lockedError(tx, org, id)
}

func (s *Store) lockedError(tx *gorm.DB, org, id string) error {
	session, err := sessionIn(tx, org, id)
	switch {
	case err != nil:
		return err
	case session.Overdue(s.Now()):
		return overdue(session)
	case session.Status.Terminal():
		return refusal(session)
	default:
		return models.Errorf(models.CodeSessionLocked, "The session is being completed on another device")
	}
}

func (s *Store) newHandoff(n NewHandoff) models.Handoff {
	h := models.Handoff{
		ID: s.id(models.PrefixAttempt), OrgID: n.OrgID, SessionID: n.SessionID, Created: s.Now(),
		ExpiresAt: models.At(s.now().Add(n.TTL)), MintedIn: n.From, Choices: models.AsJSON([]int{}),
	}
	h.TokenHash = HashKey(s.handoffToken(h))
	if n.Confirm {
		h.Choices = models.AsJSON(s.choices(h))
		h.Number = h.Choices.V[s.dice(h, "which")%len(h.Choices.V)]
	}
	return h
}

// handoffToken derives the token of a handoff. It cannot be guessed without the lookup key.
func (s *Store) handoffToken(h models.Handoff) string {
	return s.keys.Digest(
		"handoff",
		[]byte(h.SessionID),
		[]byte(h.ID),
		[]byte(strconv.FormatInt(h.Created.UnixMicro(), 10)),
	)
}

// handoffChoices is the number of numbers to choose from.
const handoffChoices = 3

// choices returns distinct two-digit numbers for a handoff.
func (s *Store) choices(h models.Handoff) []int {
	var numbers []int
	for i := 0; len(numbers) < handoffChoices; i++ {
		number := 10 + s.dice(h, "number", byte(i))%90
		if !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// dice returns a number that is fixed for the handoff and purpose, and unpredictable without the lookup key.
func (s *Store) dice(h models.Handoff, purpose string, more ...byte) int {
	digest, _ := hex.DecodeString(s.keys.Digest("handoff "+purpose, []byte(h.ID), more)) // Digest is hex
	return int(digest[0])<<16 | int(digest[1])<<8 | int(digest[2])
}

// ClaimedSession is a session that a device has claimed, with its handoff.
type ClaimedSession struct {
	Handoff models.Handoff
	Session models.Session
}

// HandoffByToken reads the unclaimed handoff of a token, without a write. Most of many racing devices get their error
// here. Errors: CodeHandoffTokenInvalid, CodeHandoffTokenConsumed, CodeHandoffTokenExpired.
func (a Across) HandoffByToken(ctx context.Context, token string) (models.Handoff, error) {
	h, err := handoffOf(a.s.read(ctx), token)
	switch {
	case err != nil:
		return h, err
	case h.ClaimedAt != nil:
		return h, errTokenConsumed()
	case h.EndedAt != nil:
		return h, errTokenExpired()
	default:
		return h, nil
	}
}

func errTokenExpired() error {
	return models.Errorf(models.CodeHandoffTokenExpired, "The handoff token has expired")
}

func errTokenConsumed() error {
	return models.Errorf(models.CodeHandoffTokenConsumed, "The handoff token has been used already")
}

func handoffOf(tx *gorm.DB, token string) (h models.Handoff, err error) {
	found, err := one(tx.Where("token_hash = ?", HashKey(token)), &h)
	if err != nil {
		return h, err
	}
	if !found {
		return h, models.Errorf(models.CodeHandoffTokenInvalid, "The handoff token is invalid")
	}
	return h, nil
}

// ClaimHandoff consumes a token. Of several devices that show it the first gets the session. risk, if not nil, raises
// the risk of the session. The caller must signal the session's run. Errors: CodeHandoffTokenInvalid,
// CodeHandoffTokenExpired, CodeHandoffTokenConsumed, CodeSessionTerminal, and CodeSessionLocked if a device claimed the
// session with another token.
func (a Across) ClaimHandoff(ctx context.Context, token, device string, risk *rules.Risk) (ClaimedSession, error) {
	var c ClaimedSession
	ready := false // an earlier try reached its commit
	err := a.s.settle(ctx, func(tx *gorm.DB) (err error) {
		h, err := handoffOf(tx, token)
		if err != nil || ready && claimedAlike(h, c.Handoff) {
			return err
		}
		defer func() { ready = err == nil }()
		c.Handoff = h
		if err := a.s.consume(tx, &c.Handoff, device); err != nil {
			return err
		}
		c.Session, err = a.s.lock(tx, c.Handoff, risk)
		return err
	})
	if models.CodeOf(err) == models.CodeHandoffTokenExpired {
		if unrecorded := a.s.retire(ctx, token); unrecorded != nil {
			return ClaimedSession{}, unrecorded
		}
	}
	if err != nil {
		return ClaimedSession{}, err
	}
	a.s.announce(c.Session.ID)
	return c, nil
}

// claimedAlike reports whether the stored handoff has the claim of ours.
func claimedAlike(stored, ours models.Handoff) bool {
	return stored.ClaimedAt != nil && ours.ClaimedAt != nil && stored.ClaimedAt.Equal(ours.ClaimedAt.Time) &&
		orEmpty(stored.Device) == orEmpty(ours.Device)
}

// consume makes the conditional UPDATE that lets one device win.
func (s *Store) consume(tx *gorm.DB, h *models.Handoff, device string) error {
	now, digest := s.Now(), s.deviceDigest(device)
	res := tx.Model(&models.Handoff{}).
		Where("id = ? AND claimed_at IS NULL AND ended_at IS NULL AND expires_at > ?", h.ID, now).
		Updates(map[string]any{"claimed_at": now, "device": digest})
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 1 {
		h.ClaimedAt, h.Device = &now, &digest
		return nil
	}
	if _, err := one(tx.Where("id = ?", h.ID), h); err != nil {
		return err
	}
	if h.ClaimedAt != nil {
		return errTokenConsumed()
	}
	return errTokenExpired()
}

// retire ends the handoff of a token that was refused as expired, so that the token stays invalid if a clock is set
// back.
func (s *Store) retire(ctx context.Context, token string) error {
	now := s.Now()
	return s.read(ctx).Model(&models.Handoff{}).
		Where("token_hash = ? AND claimed_at IS NULL AND ended_at IS NULL AND expires_at <= ?", HashKey(token), now).
		Updates(map[string]any{"ended_at": now}).Error
}

func (s *Store) deviceDigest(device string) string { return s.keys.Digest("device", []byte(device)) }

// lock gives the session to the device of a handoff.
func (s *Store) lock(tx *gorm.DB, h models.Handoff, risk *rules.Risk) (models.Session, error) {
	if err := s.holdUnlocked(tx, h.OrgID, h.SessionID); err != nil {
		return models.Session{}, err
	}
	session, err := sessionIn(tx, h.OrgID, h.SessionID)
	if err != nil {
		return session, err
	}
	now := s.Now()
	session.AttemptID, session.DeviceLockedAt, session.DeviceSeenAt, session.NudgeAt = &h.ID, &now, &now, &now
	session.Updated, session.Revision = now, session.Revision+1
	if risk != nil {
		session.Risk = models.AsJSON(rules.RaiseRisk(session.Risk.V, *risk))
	}
	return session, tx.Model(&models.Session{}).Where("id = ?", session.ID).Updates(map[string]any{
		"attempt_id": h.ID, "device_locked_at": now, "device_seen_at": now, "nudge_at": now, "updated": now,
		"revision": session.Revision, "risk": session.Risk,
	}).Error
}

// Handoff reads a handoff of the session. Errors: CodeResourceMissing.
func (s *Store) Handoff(ctx context.Context, session models.Session, id string) (models.Handoff, error) {
	var h models.Handoff
	found, err := one(s.read(ctx).Where("id = ? AND session_id = ? AND org_id = ?", id, session.ID, session.OrgID), &h)
	if err != nil || !found {
		return h, orMissing(err, "handoff", id)
	}
	return h, nil
}

// Holds reports whether the handoff was claimed by this device.
func (s *Store) Holds(h models.Handoff, device string) bool {
	return h.Device != nil && subtle.ConstantTimeCompare([]byte(*h.Device), []byte(s.deviceDigest(device))) == 1
}

// DeviceSeen records that the device of a handoff is present. It does not change the revision, because no waiter needs
// to know. Errors: CodeHandoffEnded.
func (s *Store) DeviceSeen(ctx context.Context, org, session, attempt string) error {
	h := models.Handoff{ID: attempt, OrgID: org, SessionID: session}
	return s.recordExpiry(ctx, s.held(s.read(ctx), h, map[string]any{"device_seen_at": s.Now()}))
}

// held updates the session's row if the handoff holds the session. Errors: CodeHandoffEnded, also after the session's
// deadline, as an overdueError.
func (s *Store) held(tx *gorm.DB, h models.Handoff, set map[string]any) error {
	res := tx.Model(&models.Session{}).Where("id = ? AND org_id = ? AND attempt_id = ?", h.SessionID, h.OrgID, h.ID).
		Where("expires_at > ?", s.Now()).Updates(set)
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	session, err := sessionIn(tx, h.OrgID, h.SessionID)
	switch {
	case models.CodeOf(err) == models.CodeSessionNotFound:
		return HandoffEnded()
	case err != nil:
		return err
	case session.Overdue(s.Now()):
		return &overdueError{session: session, refused: HandoffEnded()}
	default:
		return HandoffEnded()
	}
}

// HandoffEnded returns the error for a device that does not hold the session any more.
func HandoffEnded() error {
	return models.Errorf(models.CodeHandoffEnded, "This device does not hold the session any more")
}

// ConfirmHandoff checks the number that the user chose on the phone. The user has one choice: a wrong number releases
// the session, and if released is true the caller must signal its run. A repeat of the right number changes nothing.
// Errors: CodeHandoffEnded, also after a wrong number.
func (s *Store) ConfirmHandoff(
	ctx context.Context, session models.Session, h models.Handoff, number int,
) (released bool, err error) {
	if h.ConfirmedAt != nil && h.Number == number {
		return false, nil
	}
	if len(h.Choices.V) > 0 && h.Number != number {
		_, released, err := s.ReleaseDevice(ctx, session.OrgID, session.ID, h.ID, nil)
		if err != nil {
			return released, err
		}
		return released, HandoffEnded()
	}
	return false, s.whileHeld(ctx, h, func(tx *gorm.DB) error {
		return tx.Model(&models.Handoff{}).Where("id = ? AND org_id = ? AND confirmed_at IS NULL", h.ID, h.OrgID).
			Updates(map[string]any{"confirmed_at": s.Now()}).Error
	})
}

// whileHeld runs change if the handoff holds the session, and notifies the session's other devices. It also records
// that the device is present. Errors: CodeHandoffEnded.
func (s *Store) whileHeld(ctx context.Context, h models.Handoff, change func(tx *gorm.DB) error) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		err := s.held(tx, h, map[string]any{"device_seen_at": s.Now(), "revision": gorm.Expr("revision + 1")})
		if err != nil {
			return err
		}
		return change(tx)
	})
	if err != nil {
		return err
	}
	s.announce(h.SessionID)
	return nil
}

// OpenSocket records that the device has opened a live channel, and returns the handoff with the channel's number. An
// older channel must close. Errors: CodeHandoffEnded.
func (s *Store) OpenSocket(ctx context.Context, h models.Handoff) (models.Handoff, error) {
	err := s.whileHeld(ctx, h, func(tx *gorm.DB) error {
		return tx.Model(&h).Clauses(returning(models.Handoff{})).Where("org_id = ?", h.OrgID).
			Updates(map[string]any{"socket": gorm.Expr("socket + 1")}).Error
	})
	return h, err
}

// NotePhase records the phase that the device reports. Errors: CodeHandoffEnded.
func (s *Store) NotePhase(ctx context.Context, h models.Handoff, phase string) error {
	return s.whileHeld(ctx, h, func(tx *gorm.DB) error {
		return tx.Model(&models.Handoff{}).Where("id = ? AND org_id = ?", h.ID, h.OrgID).
			Updates(map[string]any{"phase": phase}).Error
	})
}

// forgetPhase ends the phase of the device that holds the session: it was that of an attempt that now has its verdict.
func forgetPhase(tx *gorm.DB, session models.Session) error {
	if session.AttemptID == nil {
		return nil
	}
	return tx.Model(&models.Handoff{}).Where("id = ? AND org_id = ?", *session.AttemptID, session.OrgID).
		Updates(map[string]any{"phase": nil}).Error
}

// ReleaseDevice releases a session from the device of a handoff, or, if idleSince is given, only if the device has not
// been seen since. It returns the current session, and whether this call released it. The caller that released it must
// signal its run.
func (s *Store) ReleaseDevice(
	ctx context.Context, org, id, attempt string, idleSince *models.Timestamp,
) (session models.Session, released bool, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		now := s.Now()
		q := tx.Model(&models.Session{}).Where("id = ? AND org_id = ? AND attempt_id = ?", id, org, attempt)
		if idleSince != nil {
			q = q.Where("device_seen_at <= ?", *idleSince)
		}
		res := q.Updates(map[string]any{
			"attempt_id": nil, "device_locked_at": nil, "device_seen_at": nil, "updated": now, "nudge_at": now,
			"revision": gorm.Expr("revision + 1"),
		})
		if res.Error != nil {
			return res.Error
		}
		if released = res.RowsAffected == 1; released {
			err := tx.Model(&models.Handoff{}).Where("id = ? AND org_id = ?", attempt, org).
				Updates(map[string]any{"ended_at": now}).Error
			if err != nil {
				return err
			}
			if err := dropTransfer(tx, attempt); err != nil {
				return err
			}
		}
		session, err = sessionIn(tx, org, id)
		return err
	})
	if err != nil {
		return session, false, err
	}
	if released {
		s.announce(id)
	}
	session, err = s.current(ctx, session)
	return session, released, err
}
