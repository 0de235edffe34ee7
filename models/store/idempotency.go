package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// IdempotencyTTL is the time for which an answer is replayed.
const IdempotencyTTL = 24 * time.Hour

// idempotencyKey is one use of an Idempotency-Key.
type idempotencyKey struct {
	Scope   string `gorm:"primaryKey"`
	KeyHash string `gorm:"primaryKey"`
	// Fingerprint is the digest of the request's bytes, Content of its canonical form. The previous version of Stile
	// uses Fingerprint alone, and leaves Content null.
	Fingerprint string
	Content     *string
	// ResourceID is reserved for the object that the request creates. It survives the claim: a request that takes over
	// after a crash finds the object of the first and creates no second one.
	ResourceID     string
	Claim          string
	LeasedUntil    models.Timestamp
	ResponseStatus *int
	ResponseSealed *string
	Created        models.Timestamp
	ExpiresAt      models.Timestamp
}

func (idempotencyKey) TableName() string { return "idempotency_keys" }

// StoredResponse is an answer to replay, byte for byte.
type StoredResponse struct {
	Status int               `json:"-"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

// Claim is the right to execute the request of an idempotency key.
type Claim struct {
	scope, keyHash, token, ResourceID string
}

// Claimed is the result of ClaimKey. One field is set, or none while another request is under way.
type Claimed struct {
	Claim  *Claim
	Replay *StoredResponse
}

// Request is the request of an idempotency key.
type Request struct {
	Method, Path string
	Body         []byte
}

type reservedKey struct{}

// WithReservedID makes NewID under ctx return the reserved id, with the prefix of each kind.
func WithReservedID(ctx context.Context, reserved string) context.Context {
	return context.WithValue(ctx, reservedKey{}, reserved)
}

// HasReservedID reports whether an object that is created under ctx may exist already.
func HasReservedID(ctx context.Context) bool { return reservedID(ctx) != "" }

func reservedID(ctx context.Context) string {
	id, _ := ctx.Value(reservedKey{}).(string)
	return id
}

// madeBefore reads the row that an earlier try created under the same reserved id. Without a reserved id there is none.
func madeBefore(ctx context.Context, tx *gorm.DB, org, id string, row any) (bool, error) {
	if reservedID(ctx) == "" {
		return false, nil
	}
	return one(tx.Where("id = ? AND org_id = ?", id, org), row)
}

// ClaimKey claims the key within the scope. A repeat of the same request gets the first answer; bodies are compared by
// their content (models.CanonicalJSON). Errors: CodeIdempotencyKeyReuse for another request with the same key.
func (s *Store) ClaimKey(ctx context.Context, scope, key string, r Request) (Claimed, error) {
	method, path := []byte(r.Method), []byte(r.Path)
	content := s.keys.Digest("idempotency-content", method, path, models.CanonicalJSON(r.Body))
	row := idempotencyKey{
		Scope: scope, KeyHash: s.keys.Digest("idempotency-key", []byte(key)),
		Fingerprint: s.keys.Digest("idempotency-request", method, path, r.Body), Content: &content,
		ResourceID: s.timedID(), Claim: s.newID(),
	}
	var claimed Claimed
	err := s.settle(ctx, func(tx *gorm.DB) (err error) {
		claimed, err = s.claim(tx, row)
		return err
	})
	return claimed, err
}

func (s *Store) claim(tx *gorm.DB, row idempotencyKey) (Claimed, error) {
	now := s.Now()
	row.Created, row.LeasedUntil = now, models.At(now.Add(s.idempotencyLease))
	row.ExpiresAt = models.At(now.Add(IdempotencyTTL))
	mine := Claimed{Claim: &Claim{scope: row.Scope, keyHash: row.KeyHash, token: row.Claim, ResourceID: row.ResourceID}}
	if err := forget(tx, row, now); err != nil {
		return Claimed{}, err
	}
	if made, err := createOnce(tx, &row); err != nil || made {
		return mine, err
	}
	var first idempotencyKey
	found, err := one(tx.Where("scope = ? AND key_hash = ?", row.Scope, row.KeyHash), &first)
	if err != nil || !found { // just released; the client's next try gets it
		return Claimed{}, err
	}
	if !first.sameRequest(row) {
		return Claimed{}, models.Errorf(models.CodeIdempotencyKeyReuse,
			"This Idempotency-Key was used with a different request")
	}
	if first.ResponseStatus != nil {
		return s.replay(first)
	}
	if first.Claim == row.Claim { // the commit of an earlier try was not answered
		mine.Claim.ResourceID = first.ResourceID
		return mine, nil
	}
	return s.takeOver(tx, first, row, now)
}

// sameRequest compares by content if both rows have it, and by bytes otherwise.
func (k idempotencyKey) sameRequest(other idempotencyKey) bool {
	if k.Content != nil && other.Content != nil {
		return *k.Content == *other.Content
	}
	return k.Fingerprint == other.Fingerprint
}

// forget deletes an expired use of the key, and a failed use by another request. Only a repeat of the same request must
// find the objects of the failed one.
func forget(tx *gorm.DB, row idempotencyKey, now models.Timestamp) error {
	return tx.Where("scope = ? AND key_hash = ?", row.Scope, row.KeyHash).
		Where("expires_at <= ? OR (response_status IS NULL AND leased_until <= ? "+
			"AND COALESCE(content, fingerprint) NOT IN (?, ?))", now, now, row.Content, row.Fingerprint).
		Delete(&idempotencyKey{}).Error
}

// takeOver claims the key of a request after its lease has run out: its process is gone.
func (s *Store) takeOver(tx *gorm.DB, first, row idempotencyKey, now models.Timestamp) (Claimed, error) {
	res := tx.Model(&idempotencyKey{}).
		Where("scope = ? AND key_hash = ? AND claim = ? AND leased_until <= ? AND response_status IS NULL",
			first.Scope, first.KeyHash, first.Claim, now).
		Updates(map[string]any{"claim": row.Claim, "leased_until": row.LeasedUntil})
	if res.Error != nil || res.RowsAffected == 0 {
		return Claimed{}, res.Error
	}
	return Claimed{Claim: &Claim{
		scope: first.Scope, keyHash: first.KeyHash, token: row.Claim, ResourceID: first.ResourceID,
	}}, nil
}

func responsePlace(scope, keyHash string) seal.Place {
	return seal.Place{Table: "idempotency_keys", Row: keyHash, Org: scope}
}

func (s *Store) replay(row idempotencyKey) (Claimed, error) {
	plain, err := s.keys.Open(*row.ResponseSealed, responsePlace(row.Scope, row.KeyHash))
	if err != nil {
		return Claimed{}, err
	}
	response := StoredResponse{Status: *row.ResponseStatus}
	return Claimed{Replay: &response}, json.Unmarshal(plain, &response)
}

// Finish stores the answer for replay, unless another request has taken the claim over.
func (s *Store) Finish(ctx context.Context, c Claim, r StoredResponse) error {
	plain, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.mine(ctx, c).Updates(map[string]any{
		"response_status": r.Status, "response_sealed": s.keys.Seal(plain, responsePlace(c.scope, c.keyHash)),
	}).Error
}

// TrimKeys deletes the oldest finished uses in a scope, and keeps the newest keep ones. A repeat of a deleted one is
// executed again.
func (s *Store) TrimKeys(ctx context.Context, scope string, keep int) error {
	over := "scope = ? AND (response_status IS NOT NULL OR leased_until <= ?)"
	newest := s.read(ctx).Model(&idempotencyKey{}).Select("key_hash").Where(over, scope, s.Now()).
		Order("created DESC, key_hash").Limit(keep)
	return s.read(ctx).Where(over, scope, s.Now()).Where("key_hash NOT IN (?)", newest).Delete(&idempotencyKey{}).Error
}

// Yield ends the lease of a request that may have done its work. The next request takes over at once, and finds the
// objects under the reserved id.
func (s *Store) Yield(ctx context.Context, c Claim) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return s.mine(ctx, c).Updates(map[string]any{"leased_until": s.Now()}).Error
}

// Release frees the key after a request that did nothing.
func (s *Store) Release(ctx context.Context, c Claim) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return s.mine(ctx, c).Delete(&idempotencyKey{}).Error
}

func (s *Store) mine(ctx context.Context, c Claim) *gorm.DB {
	return s.read(ctx).Model(&idempotencyKey{}).
		Where("scope = ? AND key_hash = ? AND claim = ? AND response_status IS NULL", c.scope, c.keyHash, c.token)
}
