package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Across holds the methods that read or write rows of more than one organization.
// docs/decisions/0004-across-organizations.md lists them with the reason for each.
type Across struct{ s *Store }

// Across returns the methods that cross organizations.
func (s *Store) Across() Across { return Across{s} }

// CreateOrganization stores an organization and returns it with its new id.
func (a Across) CreateOrganization(ctx context.Context, o models.Organization) (models.Organization, error) {
	o.ID, o.Created, o.Trust = a.s.id(models.PrefixOrg), a.s.Now(), models.NewTrustPolicy()
	err := a.s.settle(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&o).Error; err != nil {
			return err
		}
		return a.s.audit(tx, o.ID, ActorCLI, "organization.create", o.ID, map[string]any{"sandbox": o.Sandbox})
	})
	return o, err
}

// KeyHolder is an API key with its organization.
type KeyHolder struct {
	Key models.APIKey
	Org models.Organization
}

// Authenticate returns the holder of the key with this hash. A refused key stays refused even if the clock is set back.
// Errors: CodeAPIKeyInvalid for an unknown or revoked key.
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

// PublicSession reads a session by its id alone, for the routes on which the id or the client secret is the credential.
// A session past its deadline is expired first. Errors: CodeSessionNotFound.
func (a Across) PublicSession(ctx context.Context, id string) (models.Session, error) {
	var session models.Session
	found, err := one(a.s.read(ctx).Where("id = ?", id), &session)
	if err != nil {
		return session, err
	}
	if !found {
		return session, models.SessionNotFound(id)
	}
	return a.s.current(ctx, session)
}

// CallbackSubmission reads the submission that a provider's callback names. The caller must verify the callback's
// signature. Errors: CodeResourceMissing, also for a submission that no provider judges.
func (a Across) CallbackSubmission(ctx context.Context, id string) (models.Submission, error) {
	var row models.Submission
	found, err := one(a.s.read(ctx).Where("id = ? AND connector_id IS NOT NULL", id), &row)
	if err != nil || !found {
		return row, orMissing(err, "submission", id)
	}
	return row, nil
}

// HandoffOriginAllowed reports whether any organization has allowed a page at this origin.
func (a Across) HandoffOriginAllowed(ctx context.Context, origin string) (bool, error) {
	return one(a.s.read(ctx).Where("origin = ?", origin), &handoffURL{})
}

const (
	// organizationTTL is the time for which a cached organization is used, so that it need not be read for each
	// session.
	organizationTTL       = 3 * time.Second
	organizationCacheSize = 10_000
)

type knownOrganization struct {
	models.Organization
	until time.Time
}

// Organization reads an organization, from a cache up to organizationTTL old. Errors: CodeResourceMissing.
func (a Across) Organization(ctx context.Context, id string) (models.Organization, error) {
	if known, found := a.s.knownOrganization(id); found {
		return known, nil
	}
	// The read goes on without the caller, because others may wait for it.
	found, err, _ := a.s.organizationReads.Do(id, func() (any, error) {
		if known, found := a.s.knownOrganization(id); found { // another caller has just read it
			return known, nil
		}
		ctx, cancel := a.s.bounded(context.WithoutCancel(ctx))
		defer cancel()
		return a.s.readOrganization(ctx, id)
	})
	org, _ := found.(models.Organization)
	return org, err
}

func (s *Store) knownOrganization(id string) (models.Organization, bool) {
	known, found := s.organizations.Get(id)
	return known.Organization, found && s.now().Before(known.until)
}

func (s *Store) readOrganization(ctx context.Context, id string) (models.Organization, error) {
	until := s.now().Add(organizationTTL)
	var org models.Organization
	found, err := one(s.read(ctx).Where("id = ?", id), &org)
	if err != nil || !found {
		return org, orMissing(err, "organization", id)
	}
	s.organizations.Add(id, knownOrganization{org, until})
	return org, nil
}

// before selects the rows whose time in the column is before a time. The lower end excludes none: with an argument as
// the only end PostgreSQL expects a third of the table, however few rows the index holds, and then reads the table
// rather than that many rows by the index. Of a range it expects one row in 200.
func before(column string, end models.Timestamp) condition {
	return func(q *gorm.DB) *gorm.DB { return q.Where(column+" >= 0 AND "+column+" < ?", end) }
}

// SessionsToNudge claims sessions that have owed their workflow a start or a signal since before the cutoff. The claim
// sets nudge_at to until, which keeps other replicas from repeating the same calls meanwhile.
func (a Across) SessionsToNudge(
	ctx context.Context, cutoff time.Time, until models.Timestamp, limit int,
) ([]models.Session, error) {
	var due []models.Session
	err := a.s.read(ctx).Scopes(before("nudge_at", models.At(cutoff))).
		Order("nudge_at").Limit(limit).Find(&due).Error
	if err != nil {
		return nil, err
	}
	due, err = claim(a.s.read(ctx), due, "nudge_at", until, func(s *models.Session) (string, *models.Timestamp) {
		return s.ID, s.NudgeAt
	})
	for i := range due {
		due[i].NudgeAt = &until // NoteTold and WorkflowStarted compare with this value
	}
	return due, err
}

// NudgeLease is the time for which a session that SessionsToNudge has claimed is left to its worker: a run may take ten
// seconds to answer.
const NudgeLease = 11 * time.Second

// Owing summarizes the sessions that owe their run a start or an update.
type Owing struct {
	Sessions int64 // MostOwing at most
	// Oldest is the earliest of the times since which they owe it; nil if there are none.
	Oldest *models.Timestamp
}

// MostOwing is the number of sessions at which Owing stops counting.
const MostOwing = 10_000

// owingSince is the time since which a session owes its run a start or an update. A change that sets nudge_at sets
// updated too, and a claim sets nudge_at alone, to a time in the future. So the earlier of the two is the time, except
// of a recheck, which is owed from nudge_at on. The argument is the least time in microseconds between a change and its
// recheck: a session that has owed an update for longer, and may have rechecks, is taken for one while it is claimed.
const owingSince = "CASE WHEN nudge_at < updated OR " + awaitsRun + " AND nudge_at - updated >= ? " +
	"THEN nudge_at ELSE updated END AS since"

// Owing counts the sessions that have owed their run a start or an update since before the cutoff, whether or not a
// worker has claimed them for a NudgeLease. It reads up to MostOwing sessions, in the order in which they are due to be
// claimed. It leaves out a session whose run is known to be stuck, while its nudge is put off.
func (a Across) Owing(ctx context.Context, cutoff time.Time) (o Owing, err error) {
	claimed := models.At(a.s.Now().Add(NudgeLease + time.Second)) // the clocks of workers differ
	due := a.s.read(ctx).Model(&models.Session{}).
		Select(owingSince, (a.s.recheck - NudgeLease).Microseconds()).
		Scopes(before("nudge_at", claimed)).Order("nudge_at").Limit(MostOwing)
	err = a.s.read(ctx).Table("(?) AS due", due).Where("since < ?", models.At(cutoff)).
		Select("COUNT(*) AS sessions, MIN(since) AS oldest").Scan(&o).Error
	return o, err
}

// PutOffNudge moves the nudge that a claimed session owes to a later time, unless the session has changed meanwhile:
// its run has not answered. The longer ago the last change, the longer the wait: half of that time, and at most the
// time of a recheck.
func (a Across) PutOffNudge(ctx context.Context, session models.Session) error {
	now := a.s.Now()
	wait := min(now.Sub(session.Updated.Time)/2, a.s.recheck)
	return a.s.read(ctx).Model(&models.Session{}).Where("id = ? AND nudge_at = ?", session.ID, session.NudgeAt).
		Updates(map[string]any{"nudge_at": models.At(now.Add(wait))}).Error
}

// OverdueSessions returns open sessions with a deadline before the cutoff. The workflow of such a session is gone or
// stuck.
func (a Across) OverdueSessions(ctx context.Context, cutoff time.Time, limit int) ([]models.Session, error) {
	var overdue []models.Session
	err := a.s.read(ctx).Where("completed_at IS NULL").Scopes(before("expires_at", models.At(cutoff))).
		Order("expires_at").Limit(limit).Find(&overdue).Error
	return overdue, err
}

// OverdueDeliveries claims pending attempts that were due before the cutoff. The claim sets due_at to now, so that an
// attempt is overdue again only after the same time, independent of the number of replicas.
func (a Across) OverdueDeliveries(ctx context.Context, cutoff time.Time, limit int) ([]models.Delivery, error) {
	var overdue []models.Delivery
	err := a.s.read(ctx).Where(attemptPending).Scopes(before("due_at", models.At(cutoff))).
		Order("due_at").Limit(limit).Find(&overdue).Error
	if err != nil {
		return nil, err
	}
	now := a.s.Now()
	pending := a.s.read(ctx).Where("status = ?", models.DeliveryPending)
	return claim(pending, overdue, "due_at", now, func(d *models.Delivery) (string, *models.Timestamp) {
		return d.ID, &d.DueAt
	})
}

// Backlog summarizes the pending delivery attempts. The times are nil if there are none.
type Backlog struct {
	Pending int64 // attempts
	// Oldest is the creation of the oldest attempt, and Due the earliest due time.
	Oldest, Due *models.Timestamp
}

// Backlog counts the pending attempts and returns their oldest times.
func (a Across) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	err := a.s.read(ctx).Model(&models.Delivery{}).Where(attemptPending).
		Select("COUNT(*) AS pending, MIN(created) AS oldest, MIN(due_at) AS due").Scan(&b).Error
	return b, err
}

// DeleteExpired deletes up to limit expired idempotency keys, as many old rate windows, and old write probes. It
// returns the larger of the two numbers.
func (a Across) DeleteExpired(ctx context.Context, limit int) (deleted int, err error) {
	now := a.s.Now()
	err = a.s.write(ctx, func(tx *gorm.DB) error {
		keys, err := deleteFound(tx, tx.Scopes(before("expires_at", now)).Order("expires_at").Limit(limit),
			"scope, key_hash", "(?, ?)", func(k idempotencyKey) [2]any { return [2]any{k.Scope, k.KeyHash} })
		if err != nil {
			return err
		}
		windows, err := deleteFound(tx, tx.Where("minute < ?", minuteOf(now.Time)-2).Order("minute").Limit(limit),
			"bucket, minute", "(?, CAST(? AS BIGINT))", func(w rateWindow) [2]any { return [2]any{w.Bucket, w.Minute} })
		if err != nil {
			return err
		}
		deleted = max(keys, windows)
		return forgetProbes(tx, now)
	})
	if err != nil {
		return 0, err
	}
	return deleted, nil
}

// deleteFound deletes the rows of a table with a primary key of two columns that q finds, and returns their number. It
// reads the keys first: PostgreSQL plans one statement for any limit, and may read the table for it. row is the form of
// a row of keys in VALUES.
func deleteFound[T any](tx, q *gorm.DB, keys, row string, key func(T) [2]any) (int, error) {
	var found []T
	if err := q.Select(keys).Find(&found).Error; err != nil || len(found) == 0 {
		return 0, err
	}
	args := make([]any, 0, 2*len(found))
	for _, r := range found {
		pair := key(r)
		args = append(args, pair[0], pair[1])
	}
	rows := strings.TrimSuffix(strings.Repeat(row+",", len(found)), ",")
	res := tx.Where("("+keys+") IN (VALUES "+rows+")", args...).Delete(new(T))
	return int(res.RowsAffected), res.Error
}
