package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// NewMail is a mail to send.
type NewMail struct {
	OrgID   string
	Purpose models.MailPurpose
	models.MailContent
	// TTL is the time after which the mail is useless.
	TTL time.Duration
}

// mailRetried is the time after a failed attempt within which the run makes the next one. It is longer than the longest
// wait between two attempts.
const mailRetried = time.Minute

// queueMail stores a mail, sealed, in the transaction that causes it. The caller has the orchestrator start its run.
func (s *Store) queueMail(tx *gorm.DB, n NewMail) (models.Mail, error) {
	now := s.Now()
	mail := models.Mail{
		ID: s.id(models.PrefixMail), OrgID: n.OrgID, Purpose: n.Purpose, Status: models.MailPending,
		LeaseUntil: now, DueAt: now, ExpiresAt: models.At(now.Add(n.TTL)), Created: now,
	}
	content, err := json.Marshal(n.MailContent)
	if err != nil {
		return mail, err
	}
	sealed := s.keys.Seal(content, mailPlace(mail))
	mail.Content = &sealed
	return mail, tx.Create(&mail).Error
}

// QueueMail stores a mail in a transaction of its own.
func (s *Store) QueueMail(ctx context.Context, n NewMail) (mail models.Mail, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		mail, err = s.queueMail(tx, n)
		return err
	})
	return mail, err
}

func mailPlace(m models.Mail) seal.Place { return seal.Place{Table: "mails", Row: m.ID, Org: m.OrgID} }

// Mail reads a mail. Errors: CodeResourceMissing.
func (s *Store) Mail(ctx context.Context, ref models.MailRef) (models.Mail, error) {
	var mail models.Mail
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ?", ref.MailID, ref.OrgID), &mail)
	if err != nil || !found {
		return mail, orMissing(err, "mail", ref.MailID)
	}
	return mail, nil
}

// TakenMail is the result of TakeMail.
type TakenMail struct {
	models.Mail
	Content models.MailContent
	// Taken means that the caller may send the mail. GaveUp means that the call gave the mail up.
	Taken, GaveUp bool
}

// TakeMail takes a pending mail for one attempt to send it, for models.MailLease. It gives up a mail past its time. It
// does nothing while another worker has the mail, and with a settled mail. Errors: CodeResourceMissing.
func (s *Store) TakeMail(ctx context.Context, ref models.MailRef) (mail TakenMail, err error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	now := s.Now()
	lease := models.At(now.Add(models.MailLease))
	res := pendingMail(s.read(ctx), ref).Where("expires_at > ? AND lease_until <= ?", now, now).
		Updates(map[string]any{"attempts": gorm.Expr("attempts + 1"), "lease_until": lease, "due_at": lease})
	if res.Error != nil {
		return mail, res.Error
	}
	mail.Taken = res.RowsAffected == 1
	if !mail.Taken {
		res := pendingMail(s.read(ctx), ref).Where("expires_at <= ?", now).Updates(settledMail(models.MailGivenUp, now))
		if res.Error != nil {
			return mail, res.Error
		}
		mail.GaveUp = res.RowsAffected == 1
	}
	if mail.Mail, err = s.Mail(ctx, ref); err != nil || !mail.Taken {
		return mail, err
	}
	mail.Content, err = s.mailContent(mail.Mail)
	return mail, err
}

func (s *Store) mailContent(m models.Mail) (content models.MailContent, err error) {
	if m.Content == nil { // settled since by another worker
		return content, ErrRefused
	}
	opened, err := s.keys.Open(*m.Content, mailPlace(m))
	if err != nil {
		return content, err
	}
	return content, json.Unmarshal(opened, &content)
}

func pendingMail(tx *gorm.DB, ref models.MailRef) *gorm.DB {
	return tx.Model(&models.Mail{}).
		Where("id = ? AND org_id = ? AND status = ?", ref.MailID, ref.OrgID, models.MailPending)
}

// settledMail returns the columns of a mail with a final status. Its content is erased.
func settledMail(status models.MailStatus, now models.Timestamp) map[string]any {
	return map[string]any{"status": status, "content": nil, "settled_at": now}
}

// SettleMail gives a pending mail a final status and erases its content.
func (s *Store) SettleMail(ctx context.Context, ref models.MailRef, status models.MailStatus) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return pendingMail(s.read(ctx), ref).Updates(settledMail(status, s.Now())).Error
}

// ReturnMail returns a mail after an attempt that failed for the moment, so that any worker may take it again.
func (s *Store) ReturnMail(ctx context.Context, ref models.MailRef) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	now := s.Now()
	return pendingMail(s.read(ctx), ref).
		Updates(map[string]any{"lease_until": now, "due_at": models.At(now.Add(mailRetried))}).Error
}

// LostMails claims pending mails without a run since before the cutoff. The claim advances due_at.
func (a Across) LostMails(ctx context.Context, cutoff time.Time, limit int) ([]models.Mail, error) {
	now := a.s.Now()
	var lost []models.Mail
	err := a.s.read(ctx).Where("settled_at IS NULL AND expires_at > ?", now).Scopes(before("due_at", models.At(cutoff))).
		Omit("content").Order("due_at").Limit(limit).Find(&lost).Error
	if err != nil {
		return nil, err
	}
	pending := a.s.read(ctx).Where("status = ?", models.MailPending)
	return claim(pending, lost, "due_at", now, func(m *models.Mail) (string, *models.Timestamp) { return m.ID, &m.DueAt })
}

// GiveUpMails gives up mails past their time, at most limit, and returns them.
func (a Across) GiveUpMails(ctx context.Context, limit int) (given []models.Mail, err error) {
	now := a.s.Now()
	err = a.s.write(ctx, func(tx *gorm.DB) error {
		given = nil
		err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}).
			Where("settled_at IS NULL").Scopes(before("due_at", now)).Where("expires_at <= ?", now).
			Omit("content").Order("due_at").Limit(limit).Find(&given).Error
		if err != nil || len(given) == 0 {
			return err
		}
		ids := make([]string, 0, len(given))
		for _, mail := range given {
			ids = append(ids, mail.ID)
		}
		return tx.Model(&models.Mail{}).Where(among("id", ids)).Where("status = ?", models.MailPending).
			Updates(settledMail(models.MailGivenUp, now)).Error
	})
	return given, err
}

// DeleteMails deletes mails that were settled longer than models.MailKept ago, at most limit.
func (a Across) DeleteMails(ctx context.Context, limit int) (int, error) {
	var old []string
	err := a.s.write(ctx, func(tx *gorm.DB) error {
		old = nil
		err := tx.Model(&models.Mail{}).Scopes(before("settled_at", models.At(a.s.now().Add(-models.MailKept)))).
			Order("settled_at").Limit(limit).Pluck("id", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		return tx.Where(among("id", old)).Delete(&models.Mail{}).Error
	})
	return len(old), err
}
