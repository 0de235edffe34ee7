package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
)

// NewChallenge holds a challenge for the next attempt at a method.
type NewChallenge struct {
	// ID comes from NewID with models.PrefixChallenge, because the method may need the id in the challenge's data.
	ID      string
	Session models.Session // as it was read when the offer was looked up
	Node    string
	Method  rules.Method
	Attempt int
	ChallengeContent
	// TTL is the validity of the challenge, cut at the session's deadline.
	TTL time.Duration
	// Fresh deletes the uploads that the attempt has had before.
	Fresh bool
	// Code is a one-time code to mail with the challenge; nil if there is none.
	Code *ChallengeCode
}

// ChallengeCode is a one-time code, and the mail that carries it.
type ChallengeCode struct {
	Code string
	Mail NewMail
	// Queued is the stored mail. BeginChallenge sets it; it stays empty in a repeat.
	Queued models.Mail
}

// ChallengeContent is the sealed part of a challenge.
type ChallengeContent struct {
	// State belongs to the method and never leaves the server.
	State json.RawMessage `json:"state"`
	// Data is sent to the device.
	Data json.RawMessage `json:"data"`
	// Once reports that Data is sent only in the answer to the request that made the challenge.
	Once bool `json:"once,omitempty"`
}

// BeginChallenge stores a challenge, sealed, and the mail with its code, if it has one. A repeat under a reserved id
// returns the first and mails nothing. It also deletes the session's expired unused challenges. Errors:
// CodeRateLimitExceeded at models.MaxChallenges, CodeSessionNotFound, CodeSessionTerminal, and ErrRefused if the
// session has changed since it was read.
func (s *Store) BeginChallenge(ctx context.Context, n NewChallenge) (models.Challenge, ChallengeContent, error) {
	return s.beginChallenge(ctx, n, func(*gorm.DB, models.Challenge) error { return nil })
}

// beginChallenge is BeginChallenge with further rows in the same transaction.
func (s *Store) beginChallenge(
	ctx context.Context, n NewChallenge, also func(*gorm.DB, models.Challenge) error,
) (models.Challenge, ChallengeContent, error) {
	challenge, err := s.newChallenge(n)
	if err != nil {
		return challenge, n.ChallengeContent, err
	}
	repeated := false
	err = s.settle(ctx, func(tx *gorm.DB) (err error) {
		repeated, err = one(tx.Where("id = ? AND org_id = ? AND session_id = ?",
			challenge.ID, challenge.OrgID, challenge.SessionID), &challenge)
		if err != nil || repeated {
			return err
		}
		if err := s.countChallenge(tx, n.Session); err != nil {
			return err
		}
		err = tx.Where("session_id = ? AND used_at IS NULL AND expires_at <= ?", challenge.SessionID, s.Now()).
			Delete(&models.Challenge{}).Error
		if err != nil {
			return err
		}
		if err := tx.Create(&challenge).Error; err != nil {
			return err
		}
		if n.Fresh {
			if err := eraseUploads(tx, n.Session.ID, n.Node, n.Attempt); err != nil {
				return err
			}
		}
		if n.Code != nil {
			if n.Code.Queued, err = s.queueMail(tx, n.Code.Mail); err != nil {
				return err
			}
		}
		return also(tx, challenge)
	})
	if err != nil || !repeated {
		return challenge, n.ChallengeContent, err
	}
	first, err := s.ChallengeContent(challenge)
	return challenge, first, err
}

// countChallenge counts a challenge of the session. The row is locked, so racing requests cannot pass together.
func (s *Store) countChallenge(tx *gorm.DB, read models.Session) error {
	if err := s.holdAsRead(tx, read, map[string]any{"challenges": gorm.Expr("challenges + 1")}); err != nil {
		return err
	}
	session, err := sessionIn(tx, read.OrgID, read.ID)
	if err != nil {
		return err
	}
	if session.Challenges > models.MaxChallenges {
		return models.Errorf(models.CodeRateLimitExceeded,
			"The session has begun %d challenges and begins no more", models.MaxChallenges)
	}
	return nil
}

func (s *Store) newChallenge(n NewChallenge) (models.Challenge, error) {
	now := s.Now()
	challenge := models.Challenge{
		ID: n.ID, OrgID: n.Session.OrgID, SessionID: n.Session.ID, Node: n.Node, Method: n.Method, Attempt: n.Attempt,
		Created: now, ExpiresAt: models.At(now.Add(n.TTL)),
	}
	if challenge.ExpiresAt.After(n.Session.ExpiresAt.Time) {
		challenge.ExpiresAt = n.Session.ExpiresAt
	}
	content, err := json.Marshal(n.ChallengeContent)
	challenge.Content = s.keys.Seal(content, challengePlace(challenge))
	if n.Code != nil {
		hash := s.challengeCodeHash(challenge, n.Code.Code)
		challenge.CodeHash = &hash
	}
	return challenge, err
}

func challengePlace(c models.Challenge) seal.Place {
	return seal.Place{Table: "method_challenges", Row: c.ID, Org: c.OrgID}
}

// Challenge reads a challenge of a session, also a used or expired one. Errors: CodeResourceMissing.
func (s *Store) Challenge(ctx context.Context, org, session, id string) (models.Challenge, error) {
	var challenge models.Challenge
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ? AND session_id = ?", id, org, session), &challenge)
	if err != nil || !found {
		return challenge, orMissing(err, "challenge", id)
	}
	return challenge, nil
}

// OpenChallenges reads the challenges of a session that a submission can still use: the newest of each attempt at a
// node.
func (s *Store) OpenChallenges(ctx context.Context, org, session string) (open []models.Challenge, err error) {
	newest := s.read(ctx).Model(&models.Challenge{}).
		Select("id, row_number() OVER (PARTITION BY node, attempt ORDER BY created DESC, id DESC) AS place").
		Where("session_id = ? AND org_id = ? AND used_at IS NULL AND expires_at > ?", session, org, s.Now())
	err = s.read(ctx).Where("session_id = ? AND org_id = ?", session, org).
		Where("id IN (?)", s.read(ctx).Table("(?) AS challenges", newest).Select("id").Where("place = 1")).
		Find(&open).Error
	return open, err
}

// Challenge reads a challenge by its id alone, which cannot be guessed. Errors: CodeResourceMissing.
func (a Across) Challenge(ctx context.Context, id string) (models.Challenge, error) {
	var challenge models.Challenge
	found, err := one(a.s.read(ctx).Where("id = ?", id), &challenge)
	if err != nil || !found {
		return challenge, orMissing(err, "challenge", id)
	}
	return challenge, nil
}

// EndChallenge has an expired challenge that no submission has used stay expired if a clock is set back.
func (s *Store) EndChallenge(ctx context.Context, c models.Challenge) error {
	return s.read(ctx).Model(&models.Challenge{}).
		Where("id = ? AND org_id = ? AND used_at IS NULL", c.ID, c.OrgID).
		Where("expires_at > ? AND expires_at <= ?", longAgo, s.Now()).
		Updates(map[string]any{"expires_at": longAgo}).Error
}

// ChallengeContent opens the sealed part of a challenge.
func (s *Store) ChallengeContent(c models.Challenge) (content ChallengeContent, err error) {
	opened, err := s.keys.Open(c.Content, challengePlace(c))
	if err != nil {
		return content, err
	}
	return content, json.Unmarshal(opened, &content)
}

// ReplaceChallengeContent replaces the sealed part of an unused challenge, wakes the readers of its session, and
// returns the challenge as it is now. Errors: ErrRefused if the content has changed since read was read;
// CodeChallengeInvalid if the challenge was used, has expired or was deleted; CodeSessionNotFound, CodeSessionTerminal.
func (s *Store) ReplaceChallengeContent(
	ctx context.Context, read models.Challenge, content ChallengeContent,
) (models.Challenge, error) {
	plain, err := json.Marshal(content)
	if err != nil {
		return read, err
	}
	sealed := s.keys.Seal(plain, challengePlace(read))
	err = s.settle(ctx, func(tx *gorm.DB) error {
		if err := s.wakeReaders(tx, read); err != nil {
			return err
		}
		res := unusedChallenge(tx, read.ID, read.OrgID, read.SessionID, s.Now()).Where("content = ?", read.Content).
			Updates(map[string]any{"content": sealed})
		if res.Error != nil || res.RowsAffected == 1 {
			return res.Error
		}
		var current models.Challenge
		found, err := one(unusedChallenge(tx, read.ID, read.OrgID, read.SessionID, s.Now()), &current)
		switch {
		case err != nil:
			return err
		case !found:
			return ChallengeInvalid("")
		case current.Content == sealed: // written by a run whose commit was in doubt
			return nil
		default:
			return ErrRefused
		}
	})
	if err != nil {
		return read, err
	}
	s.announce(read.SessionID)
	read.Content = sealed
	return read, nil
}

// wakeReaders locks the row of a challenge's open session and counts a change of it.
func (s *Store) wakeReaders(tx *gorm.DB, c models.Challenge) error {
	res := tx.Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND status IN ?", c.SessionID, c.OrgID, models.OpenStatuses).
		Where("expires_at > ?", s.Now()).
		Updates(map[string]any{"revision": gorm.Expr("revision + 1")})
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	session, err := sessionIn(tx, c.OrgID, c.SessionID)
	switch {
	case err != nil:
		return err
	case session.Overdue(s.Now()):
		return overdue(session)
	default:
		return refusal(session)
	}
}

func unusedChallenge(tx *gorm.DB, id, org, session string, now models.Timestamp) *gorm.DB {
	return tx.Model(&models.Challenge{}).
		Where("id = ? AND org_id = ? AND session_id = ?", id, org, session).
		Where("used_at IS NULL AND expires_at > ?", now)
}

// useChallenge marks the challenge of a submission as used. Errors: CodeChallengeInvalid.
func (s *Store) useChallenge(tx *gorm.DB, n NewSubmission) error {
	if n.ChallengeID == "" {
		return nil
	}
	now := s.Now()
	res := unusedChallenge(tx, n.ChallengeID, n.Session.OrgID, n.Session.ID, now).
		Where("node = ? AND attempt = ?", n.Node, n.Attempt).
		Updates(map[string]any{"used_at": now})
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	return ChallengeInvalid("")
}

// ChallengeInvalid returns the error for an answer to a challenge that was used, has expired or belongs to another
// attempt. param names the challenge's parameter; "" means none.
func ChallengeInvalid(param string) error {
	return &models.Error{
		Code: models.CodeChallengeInvalid, Param: param,
		Message: "The challenge was used, has expired, or belongs to another attempt. Begin again",
	}
}
