package store

import (
	"context"
	"crypto/subtle"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// NewEmailCode is a one-time code to mail.
type NewEmailCode struct {
	Session models.Session // as it was read
	// Email is in its canonical form.
	Email string
	Code  string
	Mail  NewMail
}

// SendEmailCode stores a code in the place of the session's last one, and the mail that carries it, in one transaction.
// If the commit got no answer, the code is looked up. Errors: CodeRateLimitExceeded at models.MaxEmailCodes,
// CodeSessionNotFound, CodeSessionTerminal, ErrRefused if the session has changed since it was read.
func (s *Store) SendEmailCode(
	ctx context.Context, n NewEmailCode,
) (code models.EmailCode, mail models.Mail, err error) {
	now := s.Now()
	code = models.EmailCode{
		SessionID: n.Session.ID, OrgID: n.Session.OrgID, ID: s.id(models.PrefixEmailCode),
		Created: now, ExpiresAt: n.Session.ExpiresAt,
	}
	code.EmailSealed = s.keys.Seal([]byte(n.Email), emailCodePlace(code))
	code.CodeHash = s.codeHash(code, n.Email, n.Code)
	err = s.settle(ctx, func(tx *gorm.DB) error {
		if err := s.holdAsRead(tx, n.Session, map[string]any{"email_codes": gorm.Expr("email_codes")}); err != nil {
			return err
		}
		stored, err := one(tx.Where("session_id = ? AND id = ?", code.SessionID, code.ID), &models.EmailCode{})
		if err != nil || stored { // by the run whose commit got no answer
			return err
		}
		if err := replaceCode(tx, code); err != nil {
			return err
		}
		mail, err = s.queueMail(tx, n.Mail)
		return err
	})
	return code, mail, err
}

// replaceCode stores a code in the place of the session's last one, and counts it. Errors: CodeRateLimitExceeded.
func replaceCode(tx *gorm.DB, code models.EmailCode) error {
	replace := clause.OnConflict{Columns: []clause.Column{{Name: "session_id"}}, UpdateAll: true}
	if err := tx.Clauses(replace).Create(&code).Error; err != nil {
		return err
	}
	counted := tx.Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND email_codes < ?", code.SessionID, code.OrgID, models.MaxEmailCodes).
		Updates(map[string]any{"email_codes": gorm.Expr("email_codes + 1")})
	if counted.Error == nil && counted.RowsAffected == 0 {
		return models.Errorf(models.CodeRateLimitExceeded,
			"The session has had %d codes and gets no more. Verify without a code", models.MaxEmailCodes)
	}
	return counted.Error
}

func emailCodePlace(c models.EmailCode) seal.Place {
	return seal.Place{Table: "email_codes", Row: c.ID, Org: c.OrgID}
}

// codeHash returns the keyed hash of a code, bound to the session and the address.
func (s *Store) codeHash(c models.EmailCode, email, code string) string {
	return s.keys.Digest("email_code", []byte(c.SessionID), []byte(c.ID), []byte(email), []byte(code))
}

// EmailCode returns the session's last code, and whether there is one. An expired code is returned too.
func (s *Store) EmailCode(ctx context.Context, org, session string) (code models.EmailCode, found bool, err error) {
	found, err = one(s.read(ctx).Where("session_id = ? AND org_id = ?", session, org), &code)
	return code, found, err
}

// TriedCode is the result of TryEmailCode.
type TriedCode struct {
	models.EmailCode
	// Email is the address that the code was mailed to.
	Email string
	// Counted means that the code could be tried, and Right that the entered one is the right one.
	Counted, Right bool
}

// TryEmailCode counts a try to enter a code, and compares. The count is written before the comparison, so racing tries
// cannot exceed models.EmailCodeTries. Nothing is counted or compared if the code has expired, has no try left or was
// replaced. A code that was refused as expired stays refused if a clock is set back.
func (s *Store) TryEmailCode(ctx context.Context, read models.EmailCode, entered string) (tried TriedCode, err error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	res := s.read(ctx).Model(&tried.EmailCode).Clauses(returning(models.EmailCode{})).
		Where("session_id = ? AND org_id = ? AND id = ?", read.SessionID, read.OrgID, read.ID).
		Where("tries < ? AND created > ?", models.EmailCodeTries, s.oldestCode()).
		Updates(map[string]any{"tries": gorm.Expr("tries + 1")})
	if res.Error != nil {
		return tried, res.Error
	}
	if res.RowsAffected == 0 {
		return tried, s.endEmailCode(ctx, read)
	}
	tried.Counted = true
	email, err := s.keys.Open(tried.EmailSealed, emailCodePlace(tried.EmailCode))
	if err != nil {
		return tried, err
	}
	tried.Email = string(email)
	hash := s.codeHash(tried.EmailCode, tried.Email, entered)
	tried.Right = subtle.ConstantTimeCompare([]byte(hash), []byte(tried.CodeHash)) == 1
	return tried, nil
}

// oldestCode returns the time after which a valid code was made.
func (s *Store) oldestCode() models.Timestamp { return models.At(s.now().Add(-models.EmailCodeTTL)) }

// endEmailCode takes the remaining tries of an expired code.
func (s *Store) endEmailCode(ctx context.Context, c models.EmailCode) error {
	return s.read(ctx).Model(&models.EmailCode{}).
		Where("session_id = ? AND org_id = ? AND id = ?", c.SessionID, c.OrgID, c.ID).
		Where("tries < ? AND created <= ?", models.EmailCodeTries, s.oldestCode()).
		Updates(map[string]any{"tries": models.EmailCodeTries}).Error
}

// ProveEmail records that the user has control of an address, because they entered the code that was mailed to it. The
// address becomes the session's. If the session had another one before, no earlier verification can be reused. The code
// is deleted. A repeat changes nothing. Errors: those of Change.
func (s *Store) ProveEmail(ctx context.Context, session models.Session, code TriedCode) (models.Session, error) {
	sealed, lookup := s.sealContact(session, "email", code.Email)
	set := map[string]any{"email_proven_at": s.Now(), "email_sealed": sealed, "email_lookup": lookup}
	if session.EmailLookup != nil && *session.EmailLookup != *lookup {
		set["email_changed"], set["requires_email_otp"] = true, false
	}
	done, err := s.Change(ctx, Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "email_proven/" + code.ID, Read: &session,
		From: models.OpenStatuses, To: session.Status, Set: set,
		Also: func(tx *gorm.DB, _ models.Session) error {
			return tx.Where("session_id = ? AND id = ?", code.SessionID, code.ID).Delete(&models.EmailCode{}).Error
		},
	})
	return done.Session, err
}
