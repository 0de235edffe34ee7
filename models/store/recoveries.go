package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// recoveryLook is the number of events that a step reads at most while it finds none to redeliver, so that the
// transaction stays short.
const recoveryLook = 500

// CreateRecovery starts the recovery of an endpoint. A repeat under a reserved id returns the first. Errors:
// CodeResourceMissing, CodeEndpointDisabled.
func (s *Store) CreateRecovery(
	ctx context.Context, org, actor, endpoint string, since, until models.Timestamp,
) (r models.Recovery, err error) {
	reserved := s.NewID(ctx, models.PrefixRecovery)
	err = s.settle(ctx, func(tx *gorm.DB) error {
		if repeat, err := madeBefore(ctx, tx, org, reserved, &r); err != nil || repeat {
			return err
		}
		e, err := endpointIn(tx, org, endpoint)
		if err != nil {
			return err
		}
		if e.Status != models.EndpointEnabled {
			return models.Errorf(models.CodeEndpointDisabled, "The endpoint is disabled. Enable it, then recover it")
		}
		now := s.Now()
		r = models.Recovery{
			ID: reserved, OrgID: org, EndpointID: endpoint, Since: since, Until: until,
			Status: models.RecoveryRunning, Created: now, Updated: now,
		}
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		return s.audit(tx, org, actor, "webhook_endpoint.recover", endpoint, map[string]any{"recovery": r.ID})
	})
	return r, err
}

// RecoveryTally counts the attempts of a recovery by their status.
type RecoveryTally map[models.DeliveryStatus]int

// Recovery reads a recovery of an endpoint, with the counts of its attempts. Errors: CodeResourceMissing.
func (s *Store) Recovery(ctx context.Context, org, endpoint, id string) (models.Recovery, RecoveryTally, error) {
	var r models.Recovery
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ? AND endpoint_id = ?", id, org, endpoint), &r)
	if err != nil || !found {
		return r, nil, orMissing(err, "webhook_recovery", id)
	}
	tallies, err := recoveryTallies(s.read(ctx), r)
	return r, tallies[id], err
}

// Recoveries lists the recoveries of an endpoint, newest first, with the counts of their attempts.
func (s *Store) Recoveries(
	ctx context.Context, org, endpoint string, page Page,
) ([]models.Recovery, map[string]RecoveryTally, bool, error) {
	q := s.read(ctx).Where("org_id = ? AND endpoint_id = ?", org, endpoint)
	rows, more, err := list[models.Recovery](s, q, page)
	if err != nil {
		return nil, nil, false, err
	}
	tallies, err := recoveryTallies(s.read(ctx), rows...)
	return rows, tallies, more, err
}

// recoveryTallies returns the stored tallies, and counts the attempts of the other recoveries.
func recoveryTallies(tx *gorm.DB, recoveries ...models.Recovery) (map[string]RecoveryTally, error) {
	tallies := make(map[string]RecoveryTally, len(recoveries))
	var uncounted []string
	for _, r := range recoveries {
		if r.Tally != nil {
			tallies[r.ID] = r.Tally.V
			continue
		}
		tallies[r.ID] = RecoveryTally{}
		uncounted = append(uncounted, r.ID)
	}
	if len(uncounted) == 0 {
		return tallies, nil
	}
	var counts []struct {
		RecoveryID string
		Status     models.DeliveryStatus
		N          int
	}
	err := tx.Model(&models.Delivery{}).Select("recovery_id, status, count(*) AS n").
		Where("recovery_id IN ?", uncounted).Group("recovery_id, status").Find(&counts).Error
	for _, count := range counts {
		tallies[count.RecoveryID][count.Status] = count.N
	}
	return tallies, err
}

// SettleRecoveries stores the tallies of completed and cancelled recoveries without a pending attempt. Their attempts
// never change again, so a read of such a recovery costs the same for any size. It returns the number of stored
// tallies, at most limit.
func (a Across) SettleRecoveries(ctx context.Context, limit int) (int, error) {
	var over []models.Recovery
	err := a.s.read(ctx).Where("completed_at IS NOT NULL AND tally IS NULL").
		Where("NOT EXISTS (?)", a.s.read(ctx).Model(&models.Delivery{}).Select("1").
			Where("recovery_id = webhook_recoveries.id AND status = ?", models.DeliveryPending)).
		Order("completed_at").Limit(limit).Find(&over).Error
	if err != nil {
		return 0, err
	}
	for settled, r := range over {
		tallies, err := recoveryTallies(a.s.read(ctx), r)
		if err != nil {
			return settled, err
		}
		tally := models.AsJSON[map[models.DeliveryStatus]int](tallies[r.ID])
		err = a.s.read(ctx).Model(&models.Recovery{}).Where("id = ?", r.ID).Updates(map[string]any{"tally": tally}).Error
		if err != nil {
			return settled, err
		}
	}
	return len(over), nil
}

// RecoveryStep is the result of one step of a recovery.
type RecoveryStep struct {
	Status models.RecoveryStatus
	// Deliveries are the attempts that the step made due. The caller makes them.
	Deliveries []models.DeliveryRef
}

// Recover takes the next step of a recovery. It makes up to most attempts due: for the next events that the endpoint
// has not acknowledged and that have no attempt due or under way. The step's attempts and its position in the list of
// events are stored together, so that a recovery that continues after a crash neither skips an event nor repeats one. A
// completed or cancelled recovery is not changed. Errors: CodeResourceMissing.
func (s *Store) Recover(ctx context.Context, ref models.RecoveryRef, most int) (step RecoveryStep, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		step, err = s.recover(tx, ref, most)
		return err
	})
	return step, err
}

func (s *Store) recover(tx *gorm.DB, ref models.RecoveryRef, most int) (RecoveryStep, error) {
	r, err := s.holdRecovery(tx, ref)
	if err != nil || r.Status != models.RecoveryRunning {
		return RecoveryStep{Status: r.Status}, err
	}
	if err := holdEndpoint(tx, r.OrgID, r.EndpointID); err != nil {
		return RecoveryStep{}, err
	}
	e, err := endpointIn(tx, r.OrgID, r.EndpointID)
	missing := models.CodeOf(err) == models.CodeResourceMissing
	if err != nil && !missing {
		return RecoveryStep{}, err
	}
	if missing || e.Status != models.EndpointEnabled {
		return s.endRecovery(tx, r, models.RecoveryCancelled)
	}
	for look := 2 * most; ; look *= 2 {
		events, err := nextEvents(tx, r, look)
		if err != nil {
			return RecoveryStep{}, err
		}
		if len(events) == 0 {
			return s.endRecovery(tx, r, models.RecoveryCompleted)
		}
		orders, last, err := s.ordersOf(tx, r, e, events, most)
		if err != nil {
			return RecoveryStep{}, err
		}
		r.CursorCreated, r.CursorID = last.Created, last.ID
		if len(orders) > 0 || look >= recoveryLook {
			return s.recoverEvents(tx, r, orders)
		}
	}
}

// holdRecovery locks the recovery for the transaction by writing to it, if it is running. The write also shows that the
// recovery is not stalled.
func (s *Store) holdRecovery(tx *gorm.DB, ref models.RecoveryRef) (r models.Recovery, err error) {
	err = tx.Model(&models.Recovery{}).
		Where("id = ? AND org_id = ? AND status = ?", ref.RecoveryID, ref.OrgID, models.RecoveryRunning).
		Updates(map[string]any{"updated": s.Now()}).Error
	if err != nil {
		return r, err
	}
	found, err := one(tx.Where("id = ? AND org_id = ?", ref.RecoveryID, ref.OrgID), &r)
	if err != nil || !found {
		return r, orMissing(err, "webhook_recovery", ref.RecoveryID)
	}
	return r, nil
}

func (s *Store) endRecovery(tx *gorm.DB, r models.Recovery, status models.RecoveryStatus) (RecoveryStep, error) {
	return RecoveryStep{Status: status}, tx.Model(&models.Recovery{}).Where("id = ?", r.ID).
		Updates(map[string]any{"status": status, "completed_at": s.Now()}).Error
}

// nextEvents returns the next events of a recovery. Test events are left out.
func nextEvents(tx *gorm.DB, r models.Recovery, most int) (events []models.Event, err error) {
	within := Window{From: &r.Since, To: &r.Until}.span().startAfter(place{ID: r.CursorID, Created: r.CursorCreated})
	err = within.apply(tx.Where("org_id = ?", r.OrgID), "created").
		Select("id", "org_id", "type", "session_id", "created").
		Where("type <> ?", models.EventEndpointTest).
		Order("created, id").Limit(most).Find(&events).Error
	return events, err
}

// ordersOf returns the redeliveries of the first failed events, and the last event that was considered.
func (s *Store) ordersOf(
	tx *gorm.DB, r models.Recovery, e models.WebhookEndpoint, events []models.Event, most int,
) (orders []redelivery, last models.Event, err error) {
	failed, err := s.unacknowledged(tx, e, events)
	for _, event := range events {
		if failed[event.ID] {
			if len(orders) == most {
				break
			}
			orders = append(orders, redelivery{event: event, recovery: &r.ID})
		}
		last = event
	}
	return orders, last, err
}

func (s *Store) recoverEvents(tx *gorm.DB, r models.Recovery, orders []redelivery) (RecoveryStep, error) {
	step := RecoveryStep{Status: r.Status}
	if len(orders) > 0 {
		made, err := s.redeliver(tx, r.EndpointID, orders...)
		if err != nil {
			return step, err
		}
		step.Deliveries = refs(made)
	}
	return step, tx.Model(&models.Recovery{}).Where("id = ?", r.ID).
		Updates(map[string]any{"cursor_created": r.CursorCreated, "cursor_id": r.CursorID}).Error
}

// unacknowledged returns the events that the endpoint never acknowledged, without those that have an attempt due,
// because that attempt will be made anyway, unless it is about to be closed.
func (s *Store) unacknowledged(
	tx *gorm.DB, e models.WebhookEndpoint, events []models.Event,
) (map[string]bool, error) {
	var closing models.Timestamp
	if e.ClosingUntil != nil {
		closing = *e.ClosingUntil
	}
	ids := make([]string, 0, len(events))
	for _, event := range events {
		ids = append(ids, event.ID)
	}
	var failed []string
	err := tx.Model(&models.Delivery{}).
		Where("endpoint_id = ?", e.ID).Where(among("event_id", ids)).Group("event_id").
		Having("SUM(CASE WHEN status = ? OR (status = ? AND due_at <= ? AND created > ?) THEN 1 ELSE 0 END) = 0",
			models.DeliverySucceeded, models.DeliveryPending, s.Now(), closing).
		Pluck("event_id", &failed).Error
	byEvent := make(map[string]bool, len(failed))
	for _, id := range failed {
		byEvent[id] = true
	}
	return byEvent, err
}

// RecoveryPending returns the attempts of a recovery that have not been made.
func (s *Store) RecoveryPending(ctx context.Context, ref models.RecoveryRef) ([]models.DeliveryRef, error) {
	var pending []models.Delivery
	err := withoutExchange(s.read(ctx)).
		Where("recovery_id = ? AND org_id = ? AND status = ?", ref.RecoveryID, ref.OrgID, models.DeliveryPending).
		Find(&pending).Error
	return refs(pending), err
}

// StalledRecoveries claims running recoveries without a step since before the cutoff: their workflow never started, or
// is gone.
func (a Across) StalledRecoveries(ctx context.Context, cutoff time.Time, limit int) ([]models.Recovery, error) {
	var stalled []models.Recovery
	// The status is a literal, as in the condition of the index.
	err := a.s.read(ctx).Where("status = 'running'").Scopes(before("updated", models.At(cutoff))).
		Order("updated").Limit(limit).Find(&stalled).Error
	if err != nil {
		return nil, err
	}
	running := a.s.read(ctx).Where("status = ?", models.RecoveryRunning)
	return claim(running, stalled, "updated", a.s.Now(), func(r *models.Recovery) (string, *models.Timestamp) {
		return r.ID, &r.Updated
	})
}
