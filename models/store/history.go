package store

import (
	"context"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// The subjects of retention_marks.
const (
	markEvents     = "events"
	markHistories  = "histories"
	markAudit      = "audit"
	markRecoveries = "recoveries"
)

// passEvery is the time after which retention begins another pass over the rows, for those that it had to keep before.
const passEvery = 24 * time.Hour

// retentionMark is how far the retention of a subject has come.
type retentionMark struct {
	Subject string `gorm:"primaryKey"`
	// Created and ID are the place of the last row that the pass has considered.
	Created models.Timestamp
	ID      string
	// Began is the beginning of the pass. Reached is the furthest time of any pass.
	Began, Reached models.Timestamp
}

func (retentionMark) TableName() string { return "retention_marks" }

func (m retentionMark) place() place { return place{ID: m.ID, Created: m.Created} }

// aging describes the rows of a subject that retention deletes.
type aging struct {
	subject string
	// rows selects the rows, and by is the time column that their age counts from.
	rows func(tx *gorm.DB) *gorm.DB
	by   string
	// remove deletes some of the rows with what belongs to them, except for those that are still needed.
	remove func(r removal, ids []string, cutoff models.Timestamp) error
}

// removal deletes rows in a transaction, and counts them by table.
type removal struct {
	tx   *gorm.DB
	rows map[string]int64
}

// delete deletes the rows of a table that q selects.
func (r removal) delete(q *gorm.DB, table any) error {
	res := q.Delete(table)
	r.rows[res.Statement.Table] += res.RowsAffected
	return res.Error
}

// OldTables are the tables of which retention deletes rows.
var OldTables = []string{
	models.Event{}.TableName(), models.Delivery{}.TableName(), models.Recovery{}.TableName(),
	models.AuditEntry{}.TableName(), models.Handoff{}.TableName(), models.Transfer{}.TableName(),
	models.TransferChunk{}.TableName(), models.SessionTransition{}.TableName(), models.Step{}.TableName(),
	models.Submission{}.TableName(), models.Result{}.TableName(), models.Guardian{}.TableName(),
}

// deletedRows counts the rows that retention has deleted, by table.
type deletedRows struct {
	mu   sync.Mutex
	rows map[string]int64
}

func (d *deletedRows) add(rows map[string]int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rows == nil {
		d.rows = map[string]int64{}
	}
	for table, n := range rows {
		d.rows[table] += n
	}
}

// TakeDeleted returns the numbers of rows that retention has deleted since the last call, by table: one of OldTables.
func (s *Store) TakeDeleted() map[string]int64 {
	s.deleted.mu.Lock()
	defer s.deleted.mu.Unlock()
	rows := s.deleted.rows
	s.deleted.rows = nil
	return rows
}

// DeleteEvents deletes events older than the window, with their deliveries. It keeps an event with an outstanding
// delivery or a delivery younger than the window, and the events of open sessions. It considers up to limit events, and
// returns their number.
func (a Across) DeleteEvents(ctx context.Context, window time.Duration, limit int) (int, error) {
	return a.age(ctx, aging{markEvents, allOf[models.Event], "created", deleteEvents}, window, limit)
}

// DeleteRecoveries deletes up to limit recoveries that ended longer ago than the window, and returns their number.
func (a Across) DeleteRecoveries(ctx context.Context, window time.Duration, limit int) (int, error) {
	over := func(tx *gorm.DB) *gorm.DB { return allOf[models.Recovery](tx).Where("completed_at IS NOT NULL") }
	return a.age(ctx, aging{markRecoveries, over, "completed_at", deleteAll[models.Recovery]}, window, limit)
}

// DeleteHistories deletes the transitions, steps, submissions, results, handoffs and guardians of sessions that ended
// longer ago than the window, and keeps the sessions, and guardians with a consent that a credential rests on. It
// leaves a session alone that keeps contacts for its rule, waits for a review, or owes its run a signal. It considers
// up to limit sessions, and returns their number.
func (a Across) DeleteHistories(ctx context.Context, window time.Duration, limit int) (int, error) {
	ended := func(tx *gorm.DB) *gorm.DB { return allOf[models.Session](tx).Where("completed_at IS NOT NULL") }
	return a.age(ctx, aging{markHistories, ended, "completed_at", deleteHistories}, window, limit)
}

// DeleteAudit deletes up to limit entries of the audit logs that are older than the window, and returns their number.
func (a Across) DeleteAudit(ctx context.Context, window time.Duration, limit int) (int, error) {
	return a.age(ctx, aging{markAudit, allOf[models.AuditEntry], "created", deleteAll[models.AuditEntry]}, window, limit)
}

// deleteAll deletes all of the rows.
func deleteAll[T any](r removal, ids []string, _ models.Timestamp) error {
	return r.delete(r.tx.Where(among("id", ids)), new(T))
}

func allOf[T any](tx *gorm.DB) *gorm.DB { return tx.Model(new(T)) }

// age takes the next step of the pass over the rows of a subject: it considers up to limit rows older than the window,
// and returns their number. One worker at a time does so for a subject; for others there is nothing to do.
func (a Across) age(ctx context.Context, what aging, window time.Duration, limit int) (considered int, err error) {
	now := a.s.Now()
	cutoff := models.At(now.Add(-window))
	var rows map[string]int64
	err = a.s.write(ctx, func(tx *gorm.DB) error {
		considered, rows = 0, map[string]int64{}
		mark, mine, err := takeMark(tx, what.subject, now)
		if err != nil || !mine {
			return err
		}
		from := mark.place()
		var old []place
		q := span{after: &from, before: &place{Created: cutoff}}.apply(what.rows(tx), what.by)
		err = q.Select("id, " + what.by + " AS created").Order(what.by + ", id").Limit(limit).Scan(&old).Error
		if err != nil {
			return err
		}
		if considered = len(old); considered > 0 {
			ids := make([]string, 0, len(old))
			for _, row := range old {
				ids = append(ids, row.ID)
			}
			if err := what.remove(removal{tx, rows}, ids, cutoff); err != nil {
				return err
			}
		}
		return moveMark(tx, mark, old, considered < limit, now)
	})
	if err != nil {
		return 0, err
	}
	a.s.deleted.add(rows)
	return considered, nil
}

// takeMark locks the mark of a subject for the transaction, and reports whether no other worker has it.
func takeMark(tx *gorm.DB, subject string, now models.Timestamp) (mark retentionMark, mine bool, err error) {
	locked := clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}
	found, err := one(tx.Clauses(locked).Where("subject = ?", subject), &mark)
	if err != nil || found {
		return mark, found, err
	}
	mark = retentionMark{Subject: subject, Began: now}
	mine, err = createOnce(tx, &mark)
	return mark, mine, err
}

// moveMark moves the mark behind the considered rows, and back to the start if the pass is over and began long ago.
func moveMark(tx *gorm.DB, mark retentionMark, considered []place, over bool, now models.Timestamp) error {
	again := over && now.Sub(mark.Began.Time) >= passEvery
	if len(considered) == 0 && !again {
		return nil
	}
	set := map[string]any{}
	if len(considered) > 0 {
		last := considered[len(considered)-1]
		set["created"], set["id"] = last.Created, last.ID
		if last.Created.After(mark.Reached.Time) {
			set["reached"] = last.Created
		}
	}
	if again {
		set["created"], set["id"], set["began"] = models.Timestamp{}, "", now
	}
	return tx.Model(&retentionMark{}).Where("subject = ?", mark.Subject).Updates(set).Error
}

// deleteEvents deletes those of the events that nobody needs any more, with their deliveries. A replay that adds a
// delivery at the same time holds its event, which is then left out.
func deleteEvents(r removal, ids []string, cutoff models.Timestamp) error {
	tx := r.tx
	needed := tx.Model(&models.Delivery{}).Select("1").Where("webhook_deliveries.event_id = events.id").
		Where("webhook_deliveries.outstanding OR webhook_deliveries.status = 'pending' OR webhook_deliveries.created >= ?",
			cutoff)
	open := tx.Model(&models.Session{}).Select("1").Where("sessions.id = events.session_id").
		Where("sessions.completed_at IS NULL")
	var done []string
	err := tx.Model(&models.Event{}).
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}).
		Where(among("id", ids)).Where("NOT EXISTS (?) AND NOT EXISTS (?)", needed, open).Pluck("id", &done).Error
	if err != nil || len(done) == 0 {
		return err
	}
	if err := r.delete(tx.Where(among("event_id", done)), &models.Delivery{}); err != nil {
		return err
	}
	return r.delete(tx.Where(among("id", done)), &models.Event{})
}

// deleteHistories deletes the histories of those of the sessions that are done with.
func deleteHistories(r removal, ids []string, _ models.Timestamp) error {
	tx := r.tx
	var done []string
	err := tx.Model(&models.Session{}).
		Clauses(clause.Locking{Strength: "NO KEY UPDATE", Options: clause.LockingOptionsSkipLocked}).
		Where(among("id", ids)).Where("erased_at IS NOT NULL AND nudge_at IS NULL").
		Where("review_status NOT IN ('pending', 'escalated')").Pluck("id", &done).Error
	if err != nil || len(done) == 0 {
		return err
	}
	handoffs := tx.Model(&models.Handoff{}).Select("id").Where(among("session_id", done))
	for _, table := range []any{&models.Transfer{}, &models.TransferChunk{}} {
		if err := r.delete(tx.Where("handoff_id IN (?)", handoffs), table); err != nil {
			return err
		}
	}
	for _, table := range []any{
		&models.Handoff{}, &models.SessionTransition{}, &models.Step{}, &models.Submission{}, &models.Result{},
	} {
		if err := r.delete(tx.Where(among("session_id", done)), table); err != nil {
			return err
		}
	}
	// A guardian can withdraw a consent as long as the credential exists that rests on it.
	credential := tx.Model(&models.Credential{}).Select("1").
		Joins("JOIN sessions ON sessions.credential_id = credentials.id").Where("sessions.id = guardians.session_id")
	return r.delete(tx.Where(among("session_id", done)).
		Where("status <> ? OR NOT EXISTS (?)", models.GuardianConsented, credential), &models.Guardian{})
}

// historiesSince returns the time from which on ended sessions have their histories.
func (s *Store) historiesSince(ctx context.Context) (since *models.Timestamp, err error) {
	var mark retentionMark
	found, err := one(s.read(ctx).Where("subject = ?", markHistories), &mark)
	if err != nil || !found || mark.Reached.IsZero() {
		return nil, err
	}
	return &mark.Reached, nil
}
