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

// NewHandoff asks for a token that takes a session to a phone.
type NewHandoff struct {
	OrgID, SessionID string
	// TTL is how long the token lives; Reuse is for how long the same one is given out again.
	TTL, Reuse time.Duration
	// Confirm has the phone choose the number that the desktop shows.
	Confirm bool
	// From is where the desktop is; nil where nobody knows.
	From *rules.Jurisdiction
}

// MintHandoff makes an attempt and its token, or gives out the last one again where it is young and nobody has used it.
// Only the hash of the token is kept: the token is derived from the attempt.
// Errors: CodeSessionNotFound, CodeSessionTerminal, CodeSessionLocked while a device holds the session, CodeHandoffDisabled
// at models.MaxHandoffs.
func (s *Store) MintHandoff(ctx context.Context, n NewHandoff) (h models.Handoff, token string, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		if err := s.holdUnlocked(tx, n.OrgID, n.SessionID); err != nil {
			return err
		}
		found, err := one(tx.Where("session_id = ? AND org_id = ? AND claimed_at IS NULL AND ended_at IS NULL", n.SessionID, n.OrgID).
			Where("created > ? AND expires_at > ?", models.At(s.now().Add(-n.Reuse)), s.Now()).Order("created DESC"), &h)
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

// mayHandOff forgets the session's attempts that nobody can use any more, and refuses another one where the rest is as
// many as a session has. The session's row is held, so racing requests cannot pass together.
func (s *Store) mayHandOff(tx *gorm.DB, n NewHandoff) error {
	now := s.now()
	err := tx.Where("session_id = ? AND org_id = ? AND claimed_at IS NULL AND expires_at <= ?",
		n.SessionID, n.OrgID, models.At(now.Add(-models.HandoffKept))).Delete(&models.Handoff{}).Error
	if err != nil {
		return err
	}
	var used int64
	err = tx.Model(&models.Handoff{}).Where("session_id = ? AND org_id = ? AND (claimed_at IS NOT NULL OR ended_at IS NULL AND expires_at > ?)",
		n.SessionID, n.OrgID, models.At(now)).Count(&used).Error
	if err == nil && used >= models.MaxHandoffs {
		err = models.Errorf(models.CodeHandoffDisabled,
			"The session has been handed off %d times. Go on on this device", models.MaxHandoffs)
	}
	return err
}

// holdUnlocked takes the row of an open session that no device holds, until the transaction ends.
func (s *Store) holdUnlocked(tx *gorm.DB, org, id string) error {
	res := tx.Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND status IN ? AND attempt_id IS NULL", id, org, models.OpenStatuses).
		Where("expires_at > ?", s.Now()).
		Updates(map[string]any{"revision": gorm.Expr("revision")})
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	return s.whyNotUnlocked(tx, org, id)
}

func (s *Store) whyNotUnlocked(tx *gorm.DB, org, id string) error {
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

// handoffToken is always the same for an attempt, and not to be guessed without the lookup key.
func (s *Store) handoffToken(h models.Handoff) string {
	return s.keys.Digest("handoff", []byte(h.SessionID), []byte(h.ID), []byte(strconv.FormatInt(h.Created.UnixMicro(), 10)))
}

// handoffChoices is how many numbers the phone chooses among.
const handoffChoices = 3

// choices are different numbers of two digits.
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

// dice is a number that only who has the lookup key could foretell.
func (s *Store) dice(h models.Handoff, what string, more ...byte) int {
	digest, _ := hex.DecodeString(s.keys.Digest("handoff "+what, []byte(h.ID), more)) // Digest is hex
	return int(digest[0])<<16 | int(digest[1])<<8 | int(digest[2])
}

// Taken is a session that a device has taken.
type Taken struct {
	Handoff models.Handoff
	Session models.Session
}

// HandoffByToken reads the attempt of a token that nobody has used yet: whoever has it was given it. Most of many devices
// learn here that they are too late, without a write. Errors: CodeHandoffTokenInvalid, CodeHandoffTokenConsumed.
func (a Across) HandoffByToken(ctx context.Context, token string) (models.Handoff, error) {
	h, err := handoffOf(a.s.read(ctx), token)
	switch {
	case err == nil && h.ClaimedAt != nil:
		err = errTokenConsumed()
	case err == nil && h.EndedAt != nil:
		err = errTokenExpired()
	}
	return h, err
}

func errTokenExpired() error {
	return models.Errorf(models.CodeHandoffTokenExpired, "The handoff token has expired")
}

func errTokenConsumed() error {
	return models.Errorf(models.CodeHandoffTokenConsumed, "The handoff token has been used already")
}

func handoffOf(tx *gorm.DB, token string) (h models.Handoff, err error) {
	found, err := one(tx.Where("token_hash = ?", HashKey(token)), &h)
	if err == nil && !found {
		err = models.Errorf(models.CodeHandoffTokenInvalid, "The handoff token is invalid")
	}
	return h, err
}

// ClaimHandoff consumes a token: of all devices that show it the first takes the session, which has this risk then, if
// there is one. The session's run is to be told. Errors: CodeHandoffTokenInvalid, CodeHandoffTokenExpired, CodeHandoffTokenConsumed, CodeSessionTerminal, and
// CodeSessionLocked where a device took the session by another token.
func (a Across) ClaimHandoff(ctx context.Context, token, device string, risk *rules.Risk) (Taken, error) {
	var c Taken
	ready := false // a try before this one came as far as its commit
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
			return Taken{}, unrecorded
		}
	}
	if err != nil {
		return Taken{}, err
	}
	a.s.announce(c.Session.ID)
	return c, nil
}

// claimedAlike reports whether a stored attempt was claimed by the very claim that ours describes.
func claimedAlike(stored, ours models.Handoff) bool {
	return stored.ClaimedAt != nil && ours.ClaimedAt != nil && stored.ClaimedAt.Equal(ours.ClaimedAt.Time) &&
		orEmpty(stored.Device) == orEmpty(ours.Device)
}

// consume is the conditional UPDATE by which one device wins.
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

// retire records that a token was refused as expired, so that no clock brings it back.
func (s *Store) retire(ctx context.Context, token string) error {
	now := s.Now()
	return s.read(ctx).Model(&models.Handoff{}).
		Where("token_hash = ? AND claimed_at IS NULL AND ended_at IS NULL AND expires_at <= ?", HashKey(token), now).
		Updates(map[string]any{"ended_at": now}).Error
}

func (s *Store) deviceDigest(device string) string { return s.keys.Digest("device", []byte(device)) }

// lock gives the session to the device of an attempt.
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
		session.Risk = models.AsJSON(rules.Raised(session.Risk.V, *risk))
	}
	return session, tx.Model(&models.Session{}).Where("id = ?", session.ID).Updates(map[string]any{
		"attempt_id": h.ID, "device_locked_at": now, "device_seen_at": now, "nudge_at": now, "updated": now,
		"revision": session.Revision, "risk": session.Risk,
	}).Error
}

// Handoff reads an attempt of the session.
func (s *Store) Handoff(ctx context.Context, session models.Session, id string) (models.Handoff, error) {
	var h models.Handoff
	found, err := one(s.read(ctx).Where("id = ? AND session_id = ? AND org_id = ?", id, session.ID, session.OrgID), &h)
	if err == nil && !found {
		err = models.Missing("handoff", id)
	}
	return h, err
}

// Holds reports whether the attempt was claimed by this device.
func (s *Store) Holds(h models.Handoff, device string) bool {
	return h.Device != nil && subtle.ConstantTimeCompare([]byte(*h.Device), []byte(s.deviceDigest(device))) == 1
}

// DeviceSeen notes that the device of an attempt is there. It is no change that anybody has to hear of.
// Errors: CodeHandoffEnded.
func (s *Store) DeviceSeen(ctx context.Context, org, session, attempt string) error {
	h := models.Handoff{ID: attempt, OrgID: org, SessionID: session}
	return s.recordExpiry(ctx, s.held(s.read(ctx), h, map[string]any{"device_seen_at": s.Now()}))
}

// held writes to the row of the session that the attempt holds. Errors: CodeHandoffEnded, also where the session's
// deadline has passed, which is then to be recorded.
func (s *Store) held(tx *gorm.DB, h models.Handoff, set map[string]any) error {
	res := tx.Model(&models.Session{}).Where("id = ? AND org_id = ? AND attempt_id = ?", h.SessionID, h.OrgID, h.ID).
		Where("expires_at > ?", s.Now()).Updates(set)
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	session, err := sessionIn(tx, h.OrgID, h.SessionID)
	switch {
	case models.CodeOf(err) == models.CodeSessionNotFound:
		return ErrHandoffEnded()
	case err == nil && session.Overdue(s.Now()):
		return &overdueError{session: session, refused: ErrHandoffEnded()}
	case err == nil:
		return ErrHandoffEnded()
	default:
		return err
	}
}

// ErrHandoffEnded tells a device that the session is no longer its own.
func ErrHandoffEnded() error {
	return models.Errorf(models.CodeHandoffEnded, "This device does not hold the session any more")
}

// ConfirmHandoff takes the number that the user chose on the phone. There is one choice: a wrong one frees the session,
// and its run is to be told where released is set. A repeat of the right one changes nothing. Errors: CodeHandoffEnded,
// also after a wrong choice.
func (s *Store) ConfirmHandoff(
	ctx context.Context, session models.Session, h models.Handoff, number int,
) (released bool, err error) {
	if h.ConfirmedAt != nil && h.Number == number {
		return false, nil
	}
	if len(h.Choices.V) > 0 && h.Number != number {
		_, released, err := s.ReleaseDevice(ctx, session.OrgID, session.ID, h.ID, nil)
		if err == nil {
			err = ErrHandoffEnded()
		}
		return released, err
	}
	return false, s.whileHeld(ctx, h, func(tx *gorm.DB) error {
		return tx.Model(&models.Handoff{}).Where("id = ? AND org_id = ? AND confirmed_at IS NULL", h.ID, h.OrgID).
			Updates(map[string]any{"confirmed_at": s.Now()}).Error
	})
}

// whileHeld changes something of an attempt that its session's other devices are to hear of, if the attempt still holds
// the session. Its device was seen with that. Errors: CodeHandoffEnded.
func (s *Store) whileHeld(ctx context.Context, h models.Handoff, change func(tx *gorm.DB) error) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		err := s.held(tx, h, map[string]any{"device_seen_at": s.Now(), "revision": gorm.Expr("revision + 1")})
		if err != nil {
			return err
		}
		return change(tx)
	})
	if err == nil {
		s.announce(h.SessionID)
	}
	return err
}

// OpenSocket notes that the device of an attempt has opened a live channel, and returns its number: an older one is to
// close. Errors: CodeHandoffEnded.
func (s *Store) OpenSocket(ctx context.Context, h models.Handoff) (models.Handoff, error) {
	err := s.whileHeld(ctx, h, func(tx *gorm.DB) error {
		return tx.Model(&h).Clauses(returning(models.Handoff{})).Where("org_id = ?", h.OrgID).
			Updates(map[string]any{"socket": gorm.Expr("socket + 1")}).Error
	})
	return h, err
}

// NotePhase notes how far the device of an attempt says that it is. Errors: CodeHandoffEnded.
func (s *Store) NotePhase(ctx context.Context, h models.Handoff, phase string) error {
	return s.whileHeld(ctx, h, func(tx *gorm.DB) error {
		return tx.Model(&models.Handoff{}).Where("id = ? AND org_id = ?", h.ID, h.OrgID).
			Updates(map[string]any{"phase": phase}).Error
	})
}

// ReleaseDevice frees a session from the device of an attempt, or, where idleSince is given, only if the device has not
// been seen since. It returns the session as it then stands, and whether this call freed it: the device may have lost it
// already. Its run is to be told by the call that did.
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
