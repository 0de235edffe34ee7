package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
)

// Contacts returns the e-mail address and the phone number of a session; "" for one that it does not have, or that has
// been erased.
func (s *Store) Contacts(session models.Session) (email, phone string, err error) {
	if email, err = s.openContact(session, "email", session.EmailSealed); err != nil {
		return "", "", err
	}
	phone, err = s.openContact(session, "phone", session.PhoneSealed)
	return email, phone, err
}

func (s *Store) openContact(session models.Session, kind string, sealed *string) (string, error) {
	if sealed == nil {
		return "", nil
	}
	value, err := s.keys.Open(*sealed, contactPlace(kind)(session.ID, session.OrgID))
	return string(value), err
}

// anchorHash returns the keyed hash by which a person is found. Persons of sandbox organizations are kept apart from
// those of live ones, because a sandbox verifies nothing. The hash differs from those in the rows of sessions, so that
// the tables cannot be joined.
func (s *Store) anchorHash(sandbox bool, kind models.AnchorKind, value string) string {
	world := "live"
	if sandbox {
		world = "sandbox"
	}
	return s.keys.Digest("anchor", []byte(world), []byte(kind), []byte(value))
}

// EmailHash returns the keyed hash by which a credential of the organization is bound to an e-mail address.
func (s *Store) EmailHash(org, email string) string {
	return s.keys.Digest("credential.email", []byte(org), []byte(email))
}

// anchorsOf returns the anchors of a session, the one that decides first.
func (s *Store) anchorsOf(session models.Session, sandbox bool) ([]models.PersonAnchor, error) {
	email, phone, err := s.Contacts(session)
	if err != nil {
		return nil, err
	}
	var anchors []models.PersonAnchor
	for _, has := range []struct {
		kind  models.AnchorKind
		value string
	}{{models.AnchorEmail, email}, {models.AnchorPhone, phone}} {
		if has.value != "" {
			anchors = append(anchors, models.PersonAnchor{Kind: has.kind, Hash: s.anchorHash(sandbox, has.kind, has.value)})
		}
	}
	return anchors, nil
}

// personOf returns the id of the session's person. The first anchor decides: its person, or a new one. The other
// anchors become the person's if nobody has them: a phone number that another person had does not join the two.
func (s *Store) personOf(tx *gorm.DB, session models.Session) (string, error) {
	sandbox, err := s.isSandbox(tx, session.OrgID)
	if err != nil {
		return "", err
	}
	anchors, err := s.anchorsOf(session, sandbox)
	if err != nil {
		return "", err
	}
	if len(anchors) == 0 {
		return s.newPerson(tx)
	}
	person, found, err := s.knownPerson(tx, anchors[0])
	if err != nil {
		return "", err
	}
	if !found {
		if person, err = s.firstPerson(tx, anchors[0]); err != nil {
			return "", err
		}
	}
	for _, anchor := range anchors[1:] {
		if _, err := s.bind(tx, anchor, person); err != nil {
			return "", err
		}
	}
	return person, nil
}

func (s *Store) isSandbox(tx *gorm.DB, org string) (bool, error) {
	if known, found := s.organizations.Get(org); found { // it never changes
		return known.Sandbox, nil
	}
	var row models.Organization
	_, err := one(tx.Select("sandbox").Where("id = ?", org), &row)
	return row.Sandbox, err
}

// knownPerson returns the person that has an anchor, and locks the person's row, so that the sweep does not delete it.
func (s *Store) knownPerson(tx *gorm.DB, anchor models.PersonAnchor) (string, bool, error) {
	var row models.PersonAnchor
	found, err := one(tx.Where("kind = ? AND hash = ?", anchor.Kind, anchor.Hash), &row)
	if err != nil || !found {
		return "", false, err
	}
	res := tx.Model(&models.VerifiedPerson{}).Where("id = ?", row.PersonID).Updates(map[string]any{"seen_at": s.Now()})
	return row.PersonID, res.RowsAffected == 1, res.Error
}

func (s *Store) newPerson(tx *gorm.DB) (string, error) {
	now := s.Now()
	row := models.VerifiedPerson{ID: s.id(models.PrefixPerson), Created: now, SeenAt: now}
	return row.ID, tx.Create(&row).Error
}

// firstPerson returns a new person with the anchor. If another transaction made one meanwhile, it returns that one.
func (s *Store) firstPerson(tx *gorm.DB, anchor models.PersonAnchor) (string, error) {
	person, err := s.newPerson(tx)
	if err != nil {
		return "", err
	}
	if won, err := s.bind(tx, anchor, person); err != nil || won {
		return person, err
	}
	if err := tx.Where("id = ?", person).Delete(&models.VerifiedPerson{}).Error; err != nil {
		return "", err
	}
	person, found, err := s.knownPerson(tx, anchor)
	if err == nil && !found {
		err = ErrUnavailable // the sweep has just deleted it; a repeat makes a new one
	}
	return person, err
}

// bind gives an anchor to a person unless another person has it.
func (s *Store) bind(tx *gorm.DB, anchor models.PersonAnchor, person string) (bool, error) {
	anchor.PersonID, anchor.Created = person, s.Now()
	return createOnce(tx, &anchor)
}

// PersonQuery names a person by a contact.
type PersonQuery struct {
	// Org is the organization that asks. It sees its own credentials, and with Network those of all.
	Org     models.Organization
	Network bool
	// Email decides; Phone counts only without an e-mail address.
	Email, Phone string
}

// mostCandidates bounds the credentials that one decision reads.
const mostCandidates = 200

// CredentialsByContact returns the credentials of the person with a contact that are neither revoked nor expired, the
// current ones first. It does the same work whether or not there is such a person: one query, which reads at least one
// row, so that the time of a lookup does not tell whether an address is known.
func (a Across) CredentialsByContact(ctx context.Context, q PersonQuery) ([]models.Credential, error) {
	kind, value := models.AnchorEmail, q.Email
	if value == "" {
		kind, value = models.AnchorPhone, q.Phone
	}
	joined := "c.org_id = ?"
	if q.Network { // a copy of another organization's credential is that organization's own affair
		joined = "(c.org_id = ? OR c.source_id IS NULL)"
	}
	rows, err := holding(a.s.read(ctx).Table("(SELECT 1 AS one) AS q").
		Select(columnsAs(models.Credential{}, "c", "")).
		Joins("LEFT JOIN person_anchors AS a ON a.kind = ? AND a.hash = ?",
			kind, a.s.anchorHash(q.Org.Sandbox, kind, value)).
		Joins("LEFT JOIN credentials AS c ON c.person_id = COALESCE(a.person_id, '') AND c.revoked_at IS NULL"+
			" AND c.expires_at > ? AND "+joined, a.s.Now(), q.Org.ID))
	if len(rows) == 1 && rows[0].ID == "" {
		return nil, err
	}
	return rows, err
}

// OwnCredentials returns the organization's credentials of a person that are neither revoked nor expired, the current
// ones first.
func (s *Store) OwnCredentials(ctx context.Context, org, person string) ([]models.Credential, error) {
	return holding(s.read(ctx).Table("credentials AS c").Select(columnsAs(models.Credential{}, "c", "")).
		Where("c.org_id = ? AND c.person_id = ? AND c.revoked_at IS NULL AND c.expires_at > ?", org, person, s.Now()))
}

// holding reads the rows of a query for credentials as c, the current and then the strongest first.
func holding(q *gorm.DB) ([]models.Credential, error) {
	var rows []models.Credential
	err := q.Order("CASE WHEN c.superseded_at IS NULL THEN 0 ELSE 1 END").
		Order("c.strength_rank DESC, c.verified_at DESC, c.id").Limit(mostCandidates).Find(&rows).Error
	return rows, err
}

// DeleteExpiredCredentials deletes up to limit expired credentials, the longest expired first, and the persons without
// any other credential. It returns the number of credentials.
func (a Across) DeleteExpiredCredentials(ctx context.Context, limit int) (int, error) {
	var expired []models.Credential
	err := a.s.write(ctx, func(tx *gorm.DB) error {
		expired = nil
		err := tx.Model(&models.Credential{}).Select("id", "person_id").Where("expires_at <= ?", a.s.Now()).
			Clauses(clause.Locking{Strength: "UPDATE", Options: clause.LockingOptionsSkipLocked}).
			Order("expires_at, id").Limit(limit).Find(&expired).Error
		if err != nil || len(expired) == 0 {
			return err
		}
		ids, persons := []string{}, []string{}
		for _, row := range expired {
			ids, persons = append(ids, row.ID), append(persons, row.PersonID)
		}
		if err := tx.Where(among("id", ids)).Delete(&models.Credential{}).Error; err != nil {
			return err
		}
		return deleteUnproven(tx, persons)
	})
	if err != nil {
		return 0, err
	}
	return len(expired), nil
}

// deleteUnproven deletes those of the persons that have no credential left, with their anchors. It locks the persons
// first: a verification or another sweep that is under way is then committed, and its rows are seen.
func deleteUnproven(tx *gorm.DB, persons []string) error {
	var locked, left []string
	err := tx.Model(&models.VerifiedPerson{}).Where(among("id", persons)).Clauses(clause.Locking{Strength: "UPDATE"}).
		Order("id").Pluck("id", &locked).Error
	if err != nil || len(locked) == 0 {
		return err
	}
	err = tx.Model(&models.VerifiedPerson{}).Where(among("id", locked)).
		Where("NOT EXISTS (SELECT 1 FROM credentials AS c WHERE c.person_id = verified_persons.id)").
		Pluck("id", &left).Error
	if err != nil || len(left) == 0 {
		return err
	}
	if err := tx.Where(among("person_id", left)).Delete(&models.PersonAnchor{}).Error; err != nil {
		return err
	}
	if err := tx.Where(among("person_id", left)).Delete(&models.TrustBlock{}).Error; err != nil {
		return err
	}
	return tx.Where(among("id", left)).Delete(&models.VerifiedPerson{}).Error
}
