package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// Erasure names the person to erase: by id, or by a contact in its canonical form.
type Erasure struct {
	PersonID, Email, Phone string
	// Sandbox erases the person of the sandbox organizations, who is another one.
	Sandbox bool
}

// Erased counts the results of an erasure.
type Erased struct {
	Persons, Credentials int
	// Ended are consents whose grants the worker revokes.
	Ended []models.TrustConsent
}

// ErasePerson ends everything that is known of a person: the consents, with their grants as ERASURE_REQUEST, and the
// credentials in all organizations. It erases the contacts of the sessions that made them. From then on no session is
// verified by an earlier verification; the sweep deletes the credentials, and the person with its anchors. Sessions,
// events and grants keep the person's id, which then leads nowhere. A person without any credential that holds is only
// found by its id. A repeat changes nothing.
func (a Across) ErasePerson(ctx context.Context, e Erasure) (done Erased, err error) {
	err = a.s.settle(ctx, func(tx *gorm.DB) error {
		done = Erased{}
		persons, err := a.s.personsToErase(tx, e)
		if err != nil || len(persons) == 0 {
			return err
		}
		var rows []models.Credential
		err = tx.Where(among("person_id", persons)).Where("expires_at > ?", a.s.Now()).Order("id").Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		done.Persons, done.Credentials = len(persons), len(rows)
		if err := a.s.eraseSessions(tx, rows); err != nil {
			return err
		}
		if err := lockConsents(tx, "person_id IN ?", persons); err != nil {
			return err
		}
		if err := a.s.eraseCredentials(tx, rows); err != nil {
			return err
		}
		// After the credentials: a consent or a grant that was being made has then been committed, and is found.
		done.Ended, err = a.s.endConsents(tx, models.TrustErasure, "person_id IN ?", persons)
		return err
	})
	return done, err
}

// personsToErase returns the ids of the persons that e names.
func (s *Store) personsToErase(tx *gorm.DB, e Erasure) ([]string, error) {
	if e.PersonID != "" {
		return []string{e.PersonID}, nil
	}
	var persons []string
	for _, anchor := range s.contactAnchors(e.Sandbox, e.Email, e.Phone, s.Now()) {
		var ids []string
		err := s.anchors.credentials(tx, anchorQuery{kind: anchor.Kind, hash: anchor.Hash, network: true, now: s.Now()}).
			Where("c.person_id IS NOT NULL").Distinct("c.person_id").Pluck("c.person_id", &ids).Error
		if err != nil {
			return nil, err
		}
		persons = append(persons, ids...)
	}
	slices.Sort(persons)
	return slices.Compact(persons), nil
}

// eraseSessions deletes the biometric data of the sessions that made the credentials, and the user's contacts of those
// that have ended.
func (s *Store) eraseSessions(tx *gorm.DB, rows []models.Credential) error {
	var ids []string
	for _, c := range rows {
		ids = append(ids, c.SessionID)
	}
	err := tx.Model(&models.Session{}).Where(among("id", ids)).
		Where("completed_at IS NOT NULL AND erased_at IS NULL").Updates(withoutContacts(s.Now())).Error
	if err != nil {
		return err
	}
	return tx.Where(among("session_id", ids)).Delete(&models.Biometric{}).Error
}

// eraseCredentials revokes credentials and lets them expire, so that the sweep deletes them.
func (s *Store) eraseCredentials(tx *gorm.DB, rows []models.Credential) error {
	now := s.Now()
	ids, organizations := []string{}, map[string]bool{}
	for _, c := range rows {
		ids = append(ids, c.ID)
		if organizations[c.OrgID] {
			continue
		}
		organizations[c.OrgID] = true
		if err := s.audit(tx, c.OrgID, ActorCLI, "verified_person.erase", c.PersonID, map[string]any{}); err != nil {
			return err
		}
	}
	err := tx.Model(&models.Credential{}).Where(among("id", ids)).Where("revoked_at IS NULL").
		Updates(map[string]any{"revoked_at": now, "revoked_reason": models.RevokedByErasure}).Error
	if err != nil {
		return err
	}
	return tx.Model(&models.Credential{}).Where(among("id", ids)).Update("expires_at", now).Error
}
