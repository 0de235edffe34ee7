package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
)

// Across holds the few methods that see more than one organization; docs/decisions/0004-across-organizations.md
// says of each why it must.
type Across struct{ s *Store }

// Across gives access to what crosses organizations.
func (s *Store) Across() Across { return Across{s} }

// CreateOrganization makes a tenant.
func (a Across) CreateOrganization(ctx context.Context, o models.Organization) (models.Organization, error) {
	o.ID, o.Created = a.s.id(models.PrefixOrg), a.s.Now()
	err := a.s.settle(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&o).Error; err != nil {
			return err
		}
		return a.s.audit(tx, o.ID, ActorCLI, "organization.create", o.ID, map[string]any{"sandbox": o.Sandbox})
	})
	return o, err
}

// KeyHolder is who stands behind an API key.
type KeyHolder struct {
	Key models.APIKey
	Org models.Organization
}

// Authenticate returns the holder of the key with this hash. A refused key stays refused even if the clock is set back.
// Errors: CodeAPIKeyInvalid for a revoked or unknown key.
func (a Across) Authenticate(ctx context.Context, hash string) (KeyHolder, error) {
	var holder KeyHolder
	found, err := one(a.s.read(ctx).Where("hash = ?", hash), &holder.Key)
	if err != nil {
		return holder, err
	}
	if found {
		err = a.s.endKey(a.s.read(ctx), &holder.Key)
	}
	if err != nil {
		return holder, err
	}
	if !found || holder.Key.EndedAt != nil {
		return holder, models.Errorf(models.CodeAPIKeyInvalid, "Invalid API key provided")
	}
	_, err = one(a.s.read(ctx).Where("id = ?", holder.Key.OrgID), &holder.Org)
	return holder, err
}

// PublicSession reads a session by its id alone, for the routes whose credential is the id or the client secret. One
// whose deadline has passed becomes expired by that.
func (a Across) PublicSession(ctx context.Context, id string) (models.Session, error) {
	var session models.Session
	found, err := one(a.s.read(ctx).Where("id = ?", id), &session)
	if err == nil && !found {
		return session, models.SessionNotFound(id)
	}
	if err != nil {
		return session, err
	}
	return a.s.current(ctx, session)
}

// CalledBack reads the submission that a provider's callback names. The provider shows by its signature that it may.
func (a Across) CalledBack(ctx context.Context, id string) (models.Submission, error) {
	var row models.Submission
	found, err := one(a.s.read(ctx).Where("id = ? AND connector_id IS NOT NULL", id), &row)
	if err == nil && !found {
		err = models.Missing("submission", id)
	}
	return row, err
}

// KnowsHandoffOrigin reports whether any organization has allowed a page at this origin.
func (a Across) KnowsHandoffOrigin(ctx context.Context, origin string) (bool, error) {
	return one(a.s.read(ctx).Where("origin = ?", origin), &handoffURL{})
}

const (
	// organizationTTL keeps a tenant from being read for each of its sessions. Nothing that Stile offers changes one.
	organizationTTL       = 3 * time.Second
	organizationCacheSize = 10_000
)

type knownOrganization struct {
	models.Organization
	until time.Time
}

// Organization reads a tenant, as it is or was a moment ago.
func (a Across) Organization(ctx context.Context, id string) (models.Organization, error) {
	now := a.s.now()
	if known, found := a.s.organizations.Get(id); found && now.Before(known.until) {
		return known.Organization, nil
	}
	var org models.Organization
	found, err := one(a.s.read(ctx).Where("id = ?", id), &org)
	if err == nil && !found {
		return org, models.Missing("organization", id)
	}
	if err == nil {
		a.s.organizations.Add(id, knownOrganization{org, now.Add(organizationTTL)})
	}
	return org, err
}

// SessionsToNudge claims sessions whose workflow has been owed a start or a signal since before the cutoff. Claiming
// moves their time on, so that two replicas do not nudge the same one at once.
func (a Across) SessionsToNudge(ctx context.Context, cutoff time.Time, limit int) ([]models.Session, error) {
	var due []models.Session
	err := a.s.read(ctx).Where("nudge_at IS NOT NULL AND nudge_at < ?", models.At(cutoff)).
		Order("nudge_at").Limit(limit).Find(&due).Error
	if err != nil {
		return nil, err
	}
	now := a.s.Now()
	return claim(due, func(session *models.Session) *gorm.DB {
		read := *session.NudgeAt
		session.NudgeAt = &now // what WorkflowStarted has to clear
		return a.s.read(ctx).Model(&models.Session{}).Where("id = ? AND nudge_at = ?", session.ID, read).
			Updates(map[string]any{"nudge_at": now})
	})
}

// claim keeps those rows of which the conditional UPDATE is this replica's.
func claim[T any](rows []T, update func(row *T) *gorm.DB) ([]T, error) {
	claimed := rows[:0]
	for _, row := range rows {
		res := update(&row)
		if res.Error != nil {
			return claimed, res.Error
		}
		if res.RowsAffected == 1 {
			claimed = append(claimed, row)
		}
	}
	return claimed, nil
}

// OverdueSessions lists sessions that should have ended before the cutoff: their workflow is gone or stuck.
func (a Across) OverdueSessions(ctx context.Context, cutoff time.Time, limit int) ([]models.Session, error) {
	var overdue []models.Session
	err := a.s.read(ctx).Where("completed_at IS NULL AND expires_at < ?", models.At(cutoff)).
		Order("expires_at").Limit(limit).Find(&overdue).Error
	return overdue, err
}

// OverdueDeliveries claims attempts that should have been made before the cutoff. Claiming makes them due now, so that
// they are overdue again only after as long, however many replicas look and however often.
func (a Across) OverdueDeliveries(ctx context.Context, cutoff time.Time, limit int) ([]models.Delivery, error) {
	var overdue []models.Delivery
	err := a.s.read(ctx).Where("status = ? AND due_at < ?", models.DeliveryPending, models.At(cutoff)).
		Order("due_at").Limit(limit).Find(&overdue).Error
	if err != nil {
		return nil, err
	}
	return claim(overdue, func(delivery *models.Delivery) *gorm.DB {
		return a.s.read(ctx).Model(&models.Delivery{}).
			Where("id = ? AND due_at = ? AND status = ?", delivery.ID, delivery.DueAt, models.DeliveryPending).
			Updates(map[string]any{"due_at": a.s.Now()})
	})
}

// Backlog is what is owed to endpoints. The times are nil where nothing is.
type Backlog struct {
	Pending int64 // attempts
	// Oldest is when the oldest of them was put down, and Due when the first of them is or was due.
	Oldest, Due *models.Timestamp
}

// Backlog counts the attempts that are pending, and tells how long they have been.
func (a Across) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	err := a.s.read(ctx).Model(&models.Delivery{}).Where("status = ?", models.DeliveryPending).
		Select("COUNT(*) AS pending, MIN(created) AS oldest, MIN(due_at) AS due").Scan(&b).Error
	return b, err
}

// Forget deletes what has served its time: idempotency keys past their day, rate windows past their minute.
func (a Across) Forget(ctx context.Context) error {
	now := a.s.Now()
	return a.s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("expires_at < ?", now).Delete(&idempotencyKey{}).Error; err != nil {
			return err
		}
		if err := forgetProbes(tx, now); err != nil {
			return err
		}
		return tx.Where("minute < ?", minuteOf(now.Time)-2).Delete(&rateWindow{}).Error
	})
}

// signingKey is an Ed25519 key (32-byte seed, sealed) that signs client secrets.
type signingKey struct {
	ID      string `gorm:"primaryKey"`
	Sealed  string
	Created models.Timestamp
}

func (signingKey) TableName() string { return "signing_keys" }

// SigningKey is a key that signs client secrets; its ID is the JWT's kid.
type SigningKey struct {
	ID   string
	Seed []byte
}

func signingKeyPlace(id string) seal.Place { return seal.Place{Table: "signing_keys", Row: id} }

// SigningKeys lists the keys, newest first: that one signs, all verify.
func (a Across) SigningKeys(ctx context.Context) ([]SigningKey, error) {
	var rows []signingKey
	if err := a.s.read(ctx).Order("created DESC, id DESC").Find(&rows).Error; err != nil {
		return nil, err
	}
	keys := make([]SigningKey, 0, len(rows))
	for _, row := range rows {
		seed, err := a.s.keys.Open(row.Sealed, signingKeyPlace(row.ID))
		if err != nil {
			return nil, err
		}
		keys = append(keys, SigningKey{ID: row.ID, Seed: seed})
	}
	return keys, nil
}

// AddSigningKey stores a key under an id; where the id is taken already the first stays.
func (a Across) AddSigningKey(ctx context.Context, key SigningKey) error {
	row := signingKey{ID: key.ID, Sealed: a.s.keys.Seal(key.Seed, signingKeyPlace(key.ID)), Created: a.s.Now()}
	return a.s.write(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
	})
}
