package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// Revoked are grants that a call revoked.
type Revoked struct {
	Grant models.TrustGrant
	// Events have deliveries that no session's run makes: the caller has them dispatched.
	Events []models.EventRef
}

// RevokeGrant revokes a grant, and the organization's other grants of the same person. It keeps the organization from
// further ones: only a fresh verification makes the person known to it again. A repeat changes nothing. Reason is
// TrustUserRevoked or TrustTargetRevoked, and actor goes to the audit log. Errors: CodeResourceMissing.
func (s *Store) RevokeGrant(
	ctx context.Context, org, id, actor string, reason models.TrustRevocation,
) (done Revoked, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		done = Revoked{}
		found, err := one(tx.Where("id = ? AND org_id = ?", id, org), &done.Grant)
		if err != nil || !found {
			return orMissing(err, "trust_reuse_grant", id)
		}
		if done.Grant.RevokedAt != nil {
			return nil
		}
		if done.Events, err = s.revokePerson(tx, org, done.Grant.PersonID, actor, reason); err != nil {
			return err
		}
		_, err = one(tx.Where("id = ? AND org_id = ?", id, org), &done.Grant)
		return err
	})
	return done, err
}

// lockConsents locks the consents that meet the condition, before the grants and credentials that rest on them: a grant
// that is being made is then committed, and is found.
func lockConsents(tx *gorm.DB, condition string, args ...any) error {
	var locked []string
	return tx.Model(&models.TrustConsent{}).Where(condition, args...).Order("id").
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Pluck("id", &locked).Error
}

// revokePerson revokes the organization's grants of a person, and blocks the person for the organization.
func (s *Store) revokePerson(
	tx *gorm.DB, org, person, actor string, reason models.TrustRevocation,
) ([]models.EventRef, error) {
	if err := lockConsents(tx, "person_id = ?", person); err != nil {
		return nil, err
	}
	block := models.TrustBlock{OrgID: org, PersonID: person, Created: s.Now()}
	if _, err := createOnce(tx, &block); err != nil {
		return nil, err
	}
	var grants []models.TrustGrant
	err := tx.Where("org_id = ? AND person_id = ? AND revoked_at IS NULL", org, person).Order("id").Find(&grants).Error
	if err != nil {
		return nil, err
	}
	return s.revokeGrants(tx, grants, actor, reason)
}

// revokeGrants revokes grants, each with the credential that its organization got by it, its event and its audit entry.
// It returns the events that have deliveries.
func (s *Store) revokeGrants(
	tx *gorm.DB, grants []models.TrustGrant, actor string, reason models.TrustRevocation,
) (events []models.EventRef, err error) {
	if len(grants) == 0 {
		return nil, nil
	}
	now, ids, copies := s.Now(), []string{}, []string{}
	for _, g := range grants {
		ids = append(ids, g.ID)
		if g.CopyID != nil {
			copies = append(copies, *g.CopyID)
		}
	}
	var revoked []models.TrustGrant
	err = tx.Model(&revoked).Clauses(returning(models.TrustGrant{})).Where(among("id", ids)).Where("revoked_at IS NULL").
		Updates(map[string]any{"revoked_at": now, "revoked_reason": reason}).Error
	if err != nil || len(revoked) == 0 {
		return nil, err
	}
	if len(copies) > 0 {
		err = tx.Model(&models.Credential{}).Where(among("id", copies)).Where("revoked_at IS NULL").
			Updates(map[string]any{"revoked_at": now, "revoked_reason": models.RevokedWithGrant}).Error
	}
	if err != nil {
		return nil, err
	}
	endpoints, err := endpointsOf(tx, revoked)
	if err != nil {
		return nil, err
	}
	var f fired
	var entries []models.AuditEntry
	for _, g := range revoked {
		if err := s.composeGrant(&f, endpoints[g.OrgID], g, now, eventsOf(reason)...); err != nil {
			return nil, err
		}
		entries = append(entries, s.auditEntry(tx, g.OrgID, actor, "trust_reuse_grant.revoke", g.ID, map[string]any{
			"reason": reason,
		}))
	}
	if err := s.together(tx, f.writes()...); err != nil {
		return nil, err
	}
	return f.owed(), tx.Create(&entries).Error
}

// owed returns the events that have deliveries, each once.
func (f *fired) owed() (events []models.EventRef) {
	for _, d := range f.deliveries { // those of one event follow each other
		ref := models.EventRef{OrgID: d.OrgID, EventID: d.EventID}
		if len(events) == 0 || events[len(events)-1] != ref {
			events = append(events, ref)
		}
	}
	return events
}

// eventsOf returns the events of a revoked grant.
func eventsOf(reason models.TrustRevocation) []models.EventType {
	if reason == models.TrustUserRevokedConsent {
		return []models.EventType{models.EventTrustGrantRevoked, models.EventTrustConsentRevoked}
	}
	return []models.EventType{models.EventTrustGrantRevoked}
}

// endpointsOf returns the enabled endpoints of the grants' organizations.
func endpointsOf(tx *gorm.DB, grants []models.TrustGrant) (map[string][]models.WebhookEndpoint, error) {
	orgs := make([]string, 0, len(grants))
	for _, g := range grants {
		orgs = append(orgs, g.OrgID)
	}
	byOrg := map[string][]models.WebhookEndpoint{}
	if len(orgs) == 0 {
		return byOrg, nil
	}
	var rows []models.WebhookEndpoint
	err := tx.Where(among("org_id", orgs)).Where("status = ? AND NOT deleted", models.EndpointEnabled).
		Order("created, id").Find(&rows).Error
	for _, row := range rows {
		byOrg[row.OrgID] = append(byOrg[row.OrgID], row)
	}
	return byOrg, err
}

// GrantBatch is the result of RevokeGrants.
type GrantBatch struct {
	models.GrantsRevoked
	Events []models.EventRef
}

// RevokeGrants revokes up to limit grants that rest on an ended consent. A batch is one transaction, so that no lock is
// held for long. It does nothing for a consent that has not ended.
func (a Across) RevokeGrants(ctx context.Context, ref models.ConsentRef, limit int) (batch GrantBatch, err error) {
	err = a.s.settle(ctx, func(tx *gorm.DB) error {
		batch = GrantBatch{GrantsRevoked: models.GrantsRevoked{Done: true}}
		var consent models.TrustConsent
		found, err := one(tx.Where("id = ? AND org_id = ? AND revoked_at IS NOT NULL", ref.ConsentID, ref.OrgID).
			Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), &consent)
		if err != nil || !found {
			return err
		}
		var grants []models.TrustGrant
		err = tx.Where("consent_id = ? AND revoked_at IS NULL", consent.ID).Order("id").Limit(limit).
			Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Find(&grants).Error
		if err != nil {
			return err
		}
		reason := *consent.RevokedReason
		if batch.Events, err = a.s.revokeGrants(tx, grants, actorOf(reason), reason); err != nil {
			return err
		}
		batch.Grants, batch.Done = len(grants), len(grants) < limit
		var due any
		if !batch.Done {
			due = a.s.Now()
		}
		return tx.Model(&models.TrustConsent{}).Where("id = ?", consent.ID).Updates(map[string]any{"due_at": due}).Error
	})
	return batch, err
}

// EndSharing ends all sharing of the person of a grant, unless every consent from before the grant has ended. It
// returns the ended consents with grants, which the caller must have revoked. A repeat changes nothing, also after the
// person has given a new consent. Errors: CodeResourceMissing.
func (a Across) EndSharing(ctx context.Context, grantID string) (ended []models.TrustConsent, err error) {
	err = a.s.settle(ctx, func(tx *gorm.DB) error {
		ended = nil
		var grant models.TrustGrant
		found, err := one(tx.Where("id = ?", grantID), &grant)
		if err != nil || !found {
			return orMissing(err, "trust_reuse_grant", grantID)
		}
		given, err := one(consentsBefore(tx, grant), &models.TrustConsent{})
		if err != nil || !given {
			return err
		}
		ended, err = a.s.endConsents(tx, models.TrustUserRevokedConsent, "person_id = ?", grant.PersonID)
		return err
	})
	return ended, err
}

// consentsBefore selects the consents of the grant's person that were given before the grant and have not ended. A link
// in the grant's mail ends all sharing as long as there is one.
func consentsBefore(tx *gorm.DB, g models.TrustGrant) *gorm.DB {
	return tx.Where("person_id = ? AND created <= ? AND revoked_at IS NULL", g.PersonID, g.Created)
}
