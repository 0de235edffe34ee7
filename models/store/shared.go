package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// shared stores immutable values, each once per organization, for any number of sessions. It caches the values used
// last.
type shared[T any] struct {
	table string
	known *lru.Cache[sharedKey, T]
}

// sharedKey identifies a value within its organization.
type sharedKey struct{ org, id string }

// sharedRow is the row of a value. Each kind of value has its table.
type sharedRow struct {
	ID      string `gorm:"primaryKey"` // SHA-256 of organization and body
	OrgID   string
	Body    string
	Created models.Timestamp
}

// newShared returns a store for the table that caches up to most values.
func newShared[T any](table string, most int) (shared[T], error) {
	known, err := lru.New[sharedKey, T](most)
	return shared[T]{table: table, known: known}, err
}

// keep stores a value, unless it is cached as stored, and returns its id.
func (k shared[T]) keep(tx *gorm.DB, org string, value T, now models.Timestamp) (id string, err error) {
	body, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte(org+"\x00"), body...))
	row := sharedRow{ID: hex.EncodeToString(sum[:]), OrgID: org, Body: string(body), Created: now}
	if k.known.Contains(sharedKey{org, row.ID}) {
		return row.ID, nil
	}
	_, err = createOnce(tx.Table(k.table), &row)
	return row.ID, err
}

// remember caches a value as stored. It must be committed.
func (k shared[T]) remember(org, id string, value T) { k.known.Add(sharedKey{org, id}, value) }

// read returns a stored value.
func (k shared[T]) read(tx *gorm.DB, org, id string) (value T, err error) {
	if value, found := k.known.Get(sharedKey{org, id}); found {
		return value, nil
	}
	var row sharedRow
	found, err := one(tx.Table(k.table).Where("id = ? AND org_id = ?", id, org), &row)
	if err != nil || !found {
		return value, orMissing(err, strings.TrimSuffix(k.table, "s"), id)
	}
	if err := json.Unmarshal([]byte(row.Body), &value); err != nil {
		return value, err
	}
	k.remember(org, id, value)
	return value, nil
}
