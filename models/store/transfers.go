package store

import (
	"bytes"
	"context"
	"strconv"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
)

// NewChunk is a part of a submission that the device of a handoff sends.
type NewChunk struct {
	Handoff models.Handoff
	// Name is that of the transfer. A new name starts another transfer, with its first chunk.
	Name   string
	Method rules.Method
	// Upload makes the transfer an upload instead of a submission.
	Upload bool
	// Position is the index of the chunk among Chunks.
	Position, Chunks int
	Data             []byte
	// Limit is the largest size of a whole transfer, in bytes.
	Limit int64
}

// TakeChunk stores the next chunk of a transfer. A repeated chunk changes nothing. Errors: CodeHandoffEnded,
// CodeParameterInvalid for a chunk that is out of order or does not match the first, CodeRequestTooLarge.
func (s *Store) TakeChunk(ctx context.Context, n NewChunk) (t models.Transfer, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		// This locks the row: the session can neither end nor be released before the chunk is stored, which would leave
		// the chunk behind.
		if err := s.held(tx, n.Handoff, map[string]any{"device_seen_at": s.Now()}); err != nil {
			return err
		}
		found, err := one(tx.Where("handoff_id = ? AND org_id = ?", n.Handoff.ID, n.Handoff.OrgID), &t)
		if err != nil {
			return err
		}
		if !found || t.Name != n.Name {
			if t, err = s.beginTransfer(tx, n); err != nil {
				return err
			}
		}
		if err := n.fits(t); err != nil || n.Position < t.Next {
			return err
		}
		return s.addChunk(tx, &t, n)
	})
	return t, err
}

func (s *Store) beginTransfer(tx *gorm.DB, n NewChunk) (models.Transfer, error) {
	t := models.Transfer{
		HandoffID: n.Handoff.ID, OrgID: n.Handoff.OrgID, SessionID: n.Handoff.SessionID, Name: n.Name, Method: n.Method,
		Upload: n.Upload, Chunks: n.Chunks, ReservedID: s.timedID(), Created: s.Now(),
	}
	if err := n.fits(t); err != nil {
		return t, err
	}
	if err := dropTransfer(tx, t.HandoffID); err != nil {
		return t, err
	}
	return t, tx.Create(&t).Error
}

func (n NewChunk) fits(t models.Transfer) error {
	switch {
	case n.Method != t.Method:
		return models.Invalid("method", "The transfer is for %s", t.Method)
	case n.Upload != t.Upload:
		return models.Invalid("upload", "upload must be the same in every chunk of a transfer")
	case n.Chunks != t.Chunks:
		return models.Invalid("chunks", "The transfer is of %d chunks", t.Chunks)
	case n.Position > t.Next:
		return models.Invalid("index", "The next chunk is %d", t.Next)
	case n.Position == t.Next && t.Size+int64(len(n.Data)) > n.Limit:
		return models.Errorf(models.CodeRequestTooLarge, "A transfer takes at most %d bytes", n.Limit)
	default:
		return nil
	}
}

func (s *Store) addChunk(tx *gorm.DB, t *models.Transfer, n NewChunk) error {
	chunk := models.TransferChunk{HandoffID: t.HandoffID, OrgID: t.OrgID, Position: n.Position}
	chunk.Payload = s.keys.Seal(n.Data, chunkPlace(*t, chunk))
	if err := tx.Create(&chunk).Error; err != nil {
		return err
	}
	t.Next, t.Size = t.Next+1, t.Size+int64(len(n.Data))
	return tx.Model(&models.Transfer{}).Where("handoff_id = ? AND org_id = ?", t.HandoffID, t.OrgID).
		Updates(map[string]any{"next": t.Next, "size": t.Size}).Error
}

// chunkPlace binds a chunk to its position in its transfer.
func chunkPlace(t models.Transfer, chunk models.TransferChunk) seal.Place {
	return chunkRowPlace(t.HandoffID+"/"+t.ReservedID+"/"+strconv.Itoa(chunk.Position), chunk.OrgID)
}

func chunkRowPlace(row, org string) seal.Place {
	return seal.Place{Table: "transfer_chunks", Row: row, Org: org}
}

// Transfer reads the current or last transfer of a handoff. It returns false if there is none.
func (s *Store) Transfer(ctx context.Context, h models.Handoff) (t models.Transfer, found bool, err error) {
	found, err = one(s.read(ctx).Where("handoff_id = ? AND org_id = ?", h.ID, h.OrgID), &t)
	return t, found, err
}

// TransferData reads the chunks that have arrived, joined.
func (s *Store) TransferData(ctx context.Context, t models.Transfer) ([]byte, error) {
	var chunks []models.TransferChunk
	err := s.read(ctx).Where("handoff_id = ? AND org_id = ?", t.HandoffID, t.OrgID).Order("position").Find(&chunks).Error
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	for _, chunk := range chunks {
		part, err := s.keys.Open(chunk.Payload, chunkPlace(t, chunk))
		if err != nil {
			return nil, err
		}
		data.Write(part)
	}
	return data.Bytes(), nil
}

// EndTransfer marks a transfer as done and deletes its chunks, after it has become a submission or an upload.
func (s *Store) EndTransfer(ctx context.Context, t models.Transfer) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		ended := tx.Model(&models.Transfer{}).
			Where("handoff_id = ? AND org_id = ? AND reserved_id = ?", t.HandoffID, t.OrgID, t.ReservedID).
			Updates(map[string]any{"done_at": s.Now()})
		if ended.Error != nil || ended.RowsAffected == 0 {
			return ended.Error
		}
		return dropChunks(tx, t.HandoffID)
	})
}

// DropTransfer deletes a transfer that was refused.
func (s *Store) DropTransfer(ctx context.Context, t models.Transfer) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		dropped := tx.Where("handoff_id = ? AND org_id = ? AND reserved_id = ?", t.HandoffID, t.OrgID, t.ReservedID).
			Delete(&models.Transfer{})
		if dropped.Error != nil || dropped.RowsAffected == 0 { // another transfer has begun
			return dropped.Error
		}
		return dropChunks(tx, t.HandoffID)
	})
}

// dropTransfer deletes the transfer of a handoff. Like EndTransfer and DropTransfer, it locks the transfer's row before
// those of the chunks: in another order the end of a session and the end of its transfer could deadlock.
func dropTransfer(tx *gorm.DB, attempt string) error {
	if err := tx.Where("handoff_id = ?", attempt).Delete(&models.Transfer{}).Error; err != nil {
		return err
	}
	return dropChunks(tx, attempt)
}

func dropChunks(tx *gorm.DB, attempt string) error {
	return tx.Where("handoff_id = ?", attempt).Delete(&models.TransferChunk{}).Error
}
