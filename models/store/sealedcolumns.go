package store

import (
	"cmp"
	"context"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// sealedColumn is a column with sealed values.
type sealedColumn struct {
	table, column string
	// place returns the place of a value, from the columns row and org of its row.
	place func(row, org string) seal.Place
	// row and org are expressions; "" means id and org_id.
	row, org string
	// batch is the number of values that Reseal reads at once; 0 means resealBatch.
	batch int
	// fades reports that rows are deleted within IdempotencyTTL, so that Reseal leaves them as they are.
	fades bool
}

// fewAtOnce is the batch of columns with values of megabytes.
const fewAtOnce = 4

// sealedColumns are all columns with sealed values, but the proofs of the keys themselves.
var sealedColumns = []sealedColumn{
	{table: "signing_keys", column: "sealed", org: "''", place: func(id, _ string) seal.Place {
		return signingKeyPlace(id)
	}},
	{table: "webhook_endpoints", column: "secret_sealed", place: func(id, org string) seal.Place {
		return endpointPlace(org, id)
	}},
	{table: "webhook_endpoints", column: "old_secret_sealed", place: func(id, org string) seal.Place {
		return oldSecretPlace(org, id)
	}},
	{table: "provider_connectors", column: "secret_sealed", place: func(id, org string) seal.Place {
		return connectorPlace(org, id)
	}},
	{table: "sessions", column: "email_sealed", place: contactPlace("email")},
	{table: "sessions", column: "phone_sealed", place: contactPlace("phone")},
	{table: "submissions", column: "payload", batch: fewAtOnce, place: func(id, org string) seal.Place {
		return submissionPlace(models.Submission{ID: id, OrgID: org})
	}},
	{table: "uploads", column: "content", batch: fewAtOnce, place: func(id, org string) seal.Place {
		return uploadPlace(models.Upload{ID: id, OrgID: org})
	}},
	{table: "upload_pieces", column: "content", batch: fewAtOnce, place: func(id, org string) seal.Place {
		return piecePlace(models.UploadPiece{ID: id, OrgID: org})
	}},
	{table: "session_biometrics", column: "content", place: func(id, org string) seal.Place {
		return biometricPlace(models.Biometric{ID: id, OrgID: org})
	}},
	{table: "method_challenges", column: "content", place: func(id, org string) seal.Place {
		return challengePlace(models.Challenge{ID: id, OrgID: org})
	}},
	{table: "guardians", column: "content", place: func(id, org string) seal.Place {
		return guardianPlace(models.Guardian{ID: id, OrgID: org})
	}},
	{table: "webhook_deliveries", column: "response_sealed", place: func(id, org string) seal.Place {
		return answerPlace(models.Delivery{ID: id, OrgID: org})
	}},
	{table: "mails", column: "content", place: func(id, org string) seal.Place {
		return mailPlace(models.Mail{ID: id, OrgID: org})
	}},
	{table: "email_codes", column: "email_sealed", place: func(id, org string) seal.Place {
		return emailCodePlace(models.EmailCode{ID: id, OrgID: org})
	}},
	{table: "transfer_chunks", column: "payload", fades: true, row: transferChunkRow, place: chunkRowPlace},
	{table: "idempotency_keys", column: "response_sealed", fades: true, row: "key_hash", org: "scope",
		place: func(keyHash, scope string) seal.Place { return responsePlace(scope, keyHash) }},
}

// transferChunkRow is the row of chunkPlace.
const transferChunkRow = "handoff_id || '/' || (SELECT reserved_id FROM transfers AS t " +
	"WHERE t.handoff_id = transfer_chunks.handoff_id) || '/' || transfer_chunks.position"

func contactPlace(kind string) func(id, org string) seal.Place {
	return func(id, org string) seal.Place { return seal.Place{Table: "sessions." + kind, Row: id, Org: org} }
}

func (c sealedColumn) rowColumn() string { return cmp.Or(c.row, "id") }

func (c sealedColumn) orgColumn() string { return cmp.Or(c.org, "org_id") }

// KeyUse is the number of values of a table that are sealed under a key.
type KeyUse struct {
	Table string `gorm:"column:table_name"`
	KeyID string
	Rows  int64 `gorm:"column:n"`
	// Fades reports that the values are deleted within IdempotencyTTL, and that Reseal leaves them.
	Fades bool `gorm:"-"`
}

// keysIn counts the values of a column by their keys.
func (s *Store) keysIn(ctx context.Context, c sealedColumn) ([]KeyUse, error) {
	id := "substr(" + c.column + ", 1, instr(" + c.column + ", '.') - 1)"
	if s.dialect == dialectPostgres {
		id = "split_part(" + c.column + ", '.', 1)"
	}
	var found []KeyUse
	err := s.read(ctx).Table(c.table).Select("? AS table_name, "+id+" AS key_id, COUNT(*) AS n", c.table).
		Where(c.column + " <> ''").Group("key_id").Order("key_id").Scan(&found).Error
	for i := range found {
		found[i].Fades = c.fades
	}
	return found, err
}

// sealedValue is a value of a sealed column, with the parts of its place.
type sealedValue struct{ Row, Org, Sealed string }

// values returns a query for sealedValue.
func (c sealedColumn) values(tx *gorm.DB) *gorm.DB {
	return tx.Table(c.table).
		Select(c.rowColumn() + " AS row, " + c.orgColumn() + " AS org, " + c.column + " AS sealed")
}

// opensSample reports whether a value of the column that was sealed under the key can be opened.
func (s *Store) opensSample(ctx context.Context, c sealedColumn, key string) (bool, error) {
	if !s.keys.Has(key) {
		return true, nil
	}
	var sample sealedValue
	found, err := one(c.values(s.read(ctx)).Where("substr("+c.column+", 1, ?) = ?", len(key)+1, key+"."), &sample)
	if err != nil {
		return false, err
	}
	if !found {
		return true, nil
	}
	_, err = s.keys.Open(sample.Sealed, c.place(sample.Row, sample.Org))
	return err == nil, nil
}
