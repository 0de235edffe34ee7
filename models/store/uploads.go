package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
)

// NewUpload is a file for the next attempt at a method.
type NewUpload struct {
	Session   models.Session // as it was read when the offer was looked up
	Node      string
	Method    rules.Method
	Attempt   int
	MediaType string
	Data      []byte
	// Most is how many uploads one attempt takes.
	Most int
}

// AddUpload stores a file, sealed. A repeat under a reserved id returns the first. Errors: CodeUploadLimit,
// CodeSessionNotFound, CodeSessionTerminal, and ErrRefused where the session has changed since it was read.
func (s *Store) AddUpload(ctx context.Context, n NewUpload) (models.Upload, error) {
	upload := models.Upload{
		ID: s.NewID(ctx, models.PrefixUpload), OrgID: n.Session.OrgID, SessionID: n.Session.ID, Node: n.Node,
		Method: n.Method, Attempt: n.Attempt, MediaType: n.MediaType, Size: int64(len(n.Data)), Created: s.Now(),
		ExpiresAt: n.Session.ExpiresAt,
	}
	upload.Content = s.keys.Seal(n.Data, uploadPlace(upload))
	err := s.settle(ctx, func(tx *gorm.DB) error {
		if found, err := uploadIn(tx, upload.OrgID, upload.SessionID, upload.ID, &upload); err != nil || found {
			return err
		}
		if err := s.holdAsRead(tx, n.Session, map[string]any{"uploads": gorm.Expr("uploads + 1")}); err != nil {
			return err
		}
		if err := n.fits(tx); err != nil {
			return err
		}
		return tx.Create(&upload).Error
	})
	upload.Content = ""
	return upload, err
}

// fits counts the uploads of the attempt. The session's row is held, so racing requests cannot pass together.
func (n NewUpload) fits(tx *gorm.DB) error {
	var there int64
	err := tx.Model(&models.Upload{}).
		Where("session_id = ? AND org_id = ? AND node = ? AND attempt = ?", n.Session.ID, n.Session.OrgID, n.Node, n.Attempt).
		Count(&there).Error
	if err == nil && there >= int64(n.Most) {
		return models.Errorf(models.CodeUploadLimit, "The attempt has %d uploads and takes no more. Submit with those", n.Most)
	}
	return err
}

// holdAsRead writes to the row of an open session, which keeps the row until the transaction ends. Nobody has to hear of
// it: the revision stays. Errors: CodeSessionNotFound, CodeSessionTerminal, ErrRefused where the row has changed.
func (s *Store) holdAsRead(tx *gorm.DB, read models.Session, set map[string]any) error {
	if read.AttemptID != nil { // the device that holds the session has sent it
		set["device_seen_at"] = s.Now()
	}
	res := tx.Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND status IN ? AND revision = ?", read.ID, read.OrgID, models.OpenStatuses, read.Revision).
		Where("expires_at > ?", s.Now()).Updates(set)
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	session, err := sessionIn(tx, read.OrgID, read.ID)
	switch {
	case err != nil:
		return err
	case session.Overdue(s.Now()):
		return overdue(session)
	default:
		return refusal(session)
	}
}

func uploadPlace(u models.Upload) seal.Place {
	return seal.Place{Table: "uploads", Row: u.ID, Org: u.OrgID}
}

// uploadIn reads an upload without its content.
func uploadIn(tx *gorm.DB, org, session, id string, upload *models.Upload) (found bool, err error) {
	return one(tx.Omit("content").Where("id = ? AND org_id = ? AND session_id = ?", id, org, session), upload)
}

// Upload reads an upload of a session, without its content. Errors: CodeResourceMissing.
func (s *Store) Upload(ctx context.Context, org, session, id string) (models.Upload, error) {
	var upload models.Upload
	found, err := uploadIn(s.read(ctx), org, session, id, &upload)
	if err == nil && !found {
		err = models.Missing("upload", id)
	}
	return upload, err
}

// UploadContent reads what was uploaded. Errors: CodeResourceMissing.
func (s *Store) UploadContent(ctx context.Context, org, session, id string) ([]byte, error) {
	var upload models.Upload
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ? AND session_id = ?", id, org, session), &upload)
	if err == nil && !found {
		err = models.Missing("upload", id)
	}
	if err != nil {
		return nil, err
	}
	return s.keys.Open(upload.Content, uploadPlace(upload))
}

// eraseMaterial deletes the uploads and challenges of a judged attempt, and all of a session that has ended.
func eraseMaterial(tx *gorm.DB, session models.Session, judged models.Submission) error {
	attempt := func(tx *gorm.DB) *gorm.DB {
		if session.Status.Terminal() {
			return tx.Where("session_id = ?", session.ID)
		}
		return tx.Where("session_id = ? AND node = ? AND attempt <= ?", session.ID, judged.Node, judged.Attempt)
	}
	if session.Uploads > 0 {
		if err := tx.Scopes(attempt).Delete(&models.Upload{}).Error; err != nil {
			return err
		}
	}
	if session.Challenges > 0 {
		return tx.Scopes(attempt).Delete(&models.Challenge{}).Error
	}
	return nil
}
