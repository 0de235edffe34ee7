package store

import (
	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
)

// MostSuperseded is the number of superseded credentials of a person that an organization keeps in use.
const MostSuperseded = 100

// surplusBatch is the number of credentials that one verification revokes at most.
const surplusBatch = 100

// revokeSurplus revokes the oldest superseded credentials of the person of c that the organization has above
// MostSuperseded, so that a verification and a lookup cost the same however often the person has been verified. The
// copies that other organizations have made stay, but the consents to share the credentials end: the sweep has their
// grants revoked.
func (s *Store) revokeSurplus(tx *gorm.DB, c models.Credential) error {
	var surplus []string
	err := tx.Model(&models.Credential{}).Where("org_id = ? AND person_id = ?", c.OrgID, c.PersonID).
		Where("superseded_at IS NOT NULL AND revoked_at IS NULL").
		Order("verified_at DESC, id DESC").Offset(MostSuperseded).Limit(surplusBatch).Pluck("id", &surplus).Error
	if err != nil || len(surplus) == 0 {
		return err
	}
	err = tx.Model(&models.Credential{}).Where(among("id", surplus)).
		Updates(map[string]any{"revoked_at": s.Now(), "revoked_reason": models.RevokedAsSurplus}).Error
	if err != nil {
		return err
	}
	_, err = s.endConsents(tx, models.TrustSourceRevoked, "credential_id IN ?", surplus)
	return err
}
