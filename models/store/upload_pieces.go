package store

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// partialTTL is how long an incomplete upload waits for its next piece.
const partialTTL = time.Hour

// abandonedAfter is how long an incomplete upload may wait for its next piece until a new upload may take its place. It
// is longer than the body of a piece may take.
const abandonedAfter = 5 * time.Minute

// partialUntil returns when an incomplete upload of a session expires.
func (s *Store) partialUntil(session models.Session) models.Timestamp {
	until := models.At(s.Now().Add(partialTTL))
	if until.After(session.ExpiresAt.Time) {
		return session.ExpiresAt
	}
	return until
}

// UploadState reads an upload of a session, complete or not, without its content. Errors: CodeResourceMissing, also for
// an incomplete upload that has expired.
func (s *Store) UploadState(ctx context.Context, org, session, id string) (models.Upload, error) {
	return s.uploadState(s.read(ctx), org, session, id)
}

func (s *Store) uploadState(tx *gorm.DB, org, session, id string) (models.Upload, error) {
	var upload models.Upload
	found, err := uploadIn(tx.Where("complete OR expires_at > ?", s.Now()), org, session, id, &upload)
	if err != nil || !found {
		return models.Upload{}, orMissing(err, "upload", id)
	}
	return upload, nil
}

// OffsetMismatch returns CodeUploadOffset for a piece that does not begin where the upload ends.
func OffsetMismatch(u models.Upload) error {
	return models.Errorf(models.CodeUploadOffset, "The upload goes on at byte %d", u.Size)
}

// Growth is an incomplete upload with its next piece.
type Growth struct {
	Session models.Session // as it was read when the offer was looked up
	Upload  models.Upload  // as it was read
	Data    []byte
}

// AddPiece appends a piece, sealed, and returns the upload as it is then. Of several pieces for the same position one
// counts. Errors: CodeUploadOffset together with the upload if it has grown since it was read, CodeResourceMissing,
// CodeSessionNotFound, CodeSessionTerminal, and ErrRefused if the session has changed since it was read.
func (s *Store) AddPiece(ctx context.Context, g Growth) (grown models.Upload, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		grown, err = s.grow(tx, g, map[string]any{
			"size": g.Upload.Size + int64(len(g.Data)), "expires_at": s.partialUntil(g.Session),
		})
		if err != nil {
			return err
		}
		return s.addPiece(tx, grown, g.Upload.Size, g.Data)
	})
	return grown, err
}

// CompleteUpload replaces the pieces of an upload by its whole content, which is g.Data, and returns the upload.
// Errors: those of AddPiece.
func (s *Store) CompleteUpload(ctx context.Context, g Growth, mediaType string) (grown models.Upload, err error) {
	sealed := s.keys.Seal(g.Data, uploadPlace(g.Upload))
	err = s.write(ctx, func(tx *gorm.DB) error {
		grown, err = s.grow(tx, g, map[string]any{
			"size": len(g.Data), "media_type": mediaType, "complete": true, "content": sealed,
			"expires_at": g.Session.ExpiresAt,
		})
		if err != nil {
			return err
		}
		return dropPieces(tx, grown)
	})
	return grown, err
}

// grow updates an incomplete upload if it is as it was read, and locks its session until the end of the transaction, so
// that the session cannot end in between and leave a piece behind.
func (s *Store) grow(tx *gorm.DB, g Growth, set map[string]any) (models.Upload, error) {
	read := g.Upload
	if err := s.holdAsRead(tx, g.Session, map[string]any{"uploads": gorm.Expr("uploads")}); err != nil {
		return models.Upload{}, err
	}
	res := tx.Model(&models.Upload{}).
		Where("id = ? AND org_id = ? AND session_id = ?", read.ID, read.OrgID, read.SessionID).
		Where("NOT complete AND size = ? AND expires_at > ?", read.Size, s.Now()).Updates(set)
	if res.Error != nil {
		return models.Upload{}, res.Error
	}
	now, err := s.uploadState(tx, read.OrgID, read.SessionID, read.ID)
	if err == nil && res.RowsAffected == 0 {
		err = OffsetMismatch(now)
	}
	return now, err
}

func (s *Store) addPiece(tx *gorm.DB, u models.Upload, start int64, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	piece := models.UploadPiece{
		ID: u.ID + "/" + strconv.FormatInt(start, 10), UploadID: u.ID, OrgID: u.OrgID, SessionID: u.SessionID,
		Node: u.Node, Attempt: u.Attempt, Start: start, ExpiresAt: u.ExpiresAt,
	}
	piece.Content = s.keys.Seal(data, piecePlace(piece))
	return tx.Create(&piece).Error
}

func piecePlace(p models.UploadPiece) seal.Place {
	return seal.Place{Table: "upload_pieces", Row: p.ID, Org: p.OrgID}
}

// PieceData reads the pieces of an incomplete upload, joined. If the upload has grown since it was read, the result is
// of another size, and CompleteUpload refuses it.
func (s *Store) PieceData(ctx context.Context, u models.Upload) ([]byte, error) {
	var pieces []models.UploadPiece
	err := s.read(ctx).Where("upload_id = ? AND org_id = ?", u.ID, u.OrgID).Order("start").Find(&pieces).Error
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	for _, piece := range pieces {
		part, err := s.keys.Open(piece.Content, piecePlace(piece))
		if err != nil {
			return nil, err
		}
		data.Write(part)
	}
	return data.Bytes(), nil
}

// DropUpload deletes an incomplete upload whose content was refused, unless it has grown since it was read.
func (s *Store) DropUpload(ctx context.Context, u models.Upload) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return dropUpload(tx, u)
	})
}

func dropUpload(tx *gorm.DB, u models.Upload) error {
	dropped := tx.Where("id = ? AND org_id = ? AND NOT complete AND size = ?", u.ID, u.OrgID, u.Size).
		Delete(&models.Upload{})
	if dropped.Error != nil || dropped.RowsAffected == 0 {
		return dropped.Error
	}
	return dropPieces(tx, u)
}

func dropPieces(tx *gorm.DB, u models.Upload) error {
	return tx.Where("upload_id = ? AND org_id = ?", u.ID, u.OrgID).Delete(&models.UploadPiece{}).Error
}
