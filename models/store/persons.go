package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
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

// anchorsOf returns the anchors of a session that a change verifies, the one that decides first, and then the document.
func (s *Store) anchorsOf(
	tx *gorm.DB, c Change, session models.Session, sandbox bool, now models.Timestamp,
) ([]models.PersonAnchor, error) {
	email, phone, err := s.Contacts(session)
	if err != nil {
		return nil, err
	}
	anchors := s.contactAnchors(sandbox, email, phone, now)
	document, err := documentHash(tx, c, session)
	if err != nil || document == "" {
		return anchors, err
	}
	hash := s.anchorHash(sandbox, models.AnchorDocument, document)
	shown := models.PersonAnchor{Kind: models.AnchorDocument, Hash: hash, Created: now}
	return slices.Insert(anchors, min(1, len(anchors)), shown), nil
}

// documentHash returns the hash of the newest document that the methods of the session have seen; "" without one.
func documentHash(tx *gorm.DB, c Change, session models.Session) (string, error) {
	if c.DocumentHash != nil {
		return *c.DocumentHash, nil
	}
	if !slices.ContainsFunc(session.GraphState.V.Methods, rules.Method.ProvesIdentity) {
		return "", nil
	}
	var seen models.Result
	_, err := one(tx.Select("document_hash").Order("created DESC, id").
		Where("session_id = ? AND status = ? AND document_hash IS NOT NULL", session.ID, graph.OutcomePassed), &seen)
	return orEmpty(seen.DocumentHash), err
}

// contactAnchors returns the anchors of contacts, of which "" is none, the one that decides first.
func (s *Store) contactAnchors(
	sandbox bool, email, phone string, now models.Timestamp,
) (anchors []models.PersonAnchor) {
	for _, has := range []struct {
		kind  models.AnchorKind
		value string
	}{{models.AnchorEmail, email}, {models.AnchorPhone, phone}} {
		if has.value != "" {
			hash := s.anchorHash(sandbox, has.kind, has.value)
			anchors = append(anchors, models.PersonAnchor{Kind: has.kind, Hash: hash, Created: now})
		}
	}
	return anchors
}

// namePerson finds or makes the person of a session that a change verifies. The first anchor decides, if it is known,
// and otherwise a document that is known; without either the person is new. The other anchors become the person's if
// nobody has them: a phone number that another person had does not join the two. The person is set in the row of the
// session, or in the columns that the change will update. A new person has the id fresh.
func (s *Store) namePerson(tx *gorm.DB, c Change, session models.Session) (fresh string, err error) {
	sandbox, err := s.isSandbox(tx, session.OrgID)
	if err != nil {
		return "", err
	}
	now := s.Now()
	anchors, err := s.anchorsOf(tx, c, session, sandbox, now)
	if err != nil {
		return "", err
	}
	person := models.VerifiedPerson{ID: s.id(models.PrefixPerson), Created: now, SeenAt: now}
	return person.ID, s.anchors.name(tx, naming{session, anchors, person}, c.Set)
}

func (s *Store) isSandbox(tx *gorm.DB, org string) (bool, error) {
	if known, found := s.organizations.Get(org); found { // it never changes
		return known.Sandbox, nil
	}
	var row models.Organization
	_, err := one(tx.Select("sandbox").Where("id = ?", org), &row)
	return row.Sandbox, err
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
	rows, err := holding(a.s.anchors.credentials(a.s.read(ctx), anchorQuery{
		kind: kind, hash: a.s.anchorHash(q.Org.Sandbox, kind, value), org: q.Org.ID, network: q.Network, now: a.s.Now(),
	}))
	if len(rows) == 1 && rows[0].ID == "" {
		return nil, err
	}
	return rows, err
}

// OwnCredentials returns the organization's credentials of a person that are neither revoked nor expired, the current
// ones first.
func (s *Store) OwnCredentials(ctx context.Context, org, person string) ([]models.Credential, error) {
	own := s.read(ctx).Table("credentials AS c").Where("c.org_id = ? AND c.person_id = ?", org, person)
	return holding(holds(own, "c", s.Now()))
}

// PresentedCredentials returns the organization's credentials like OwnCredentials, of the person with the credential
// that was presented, which is the first. It returns none if that credential is unknown, revoked or expired.
func (s *Store) PresentedCredentials(ctx context.Context, org, id string) ([]models.Credential, error) {
	now := s.Now()
	presented := s.read(ctx).Table("credentials AS presented").
		Joins("JOIN credentials AS c ON c.person_id = presented.person_id AND c.org_id = presented.org_id").
		Where("presented.id = ? AND presented.org_id = ?", id, org)
	return holding(holds(holds(presented, "presented", now), "c", now).
		Order("CASE WHEN c.id = presented.id THEN 0 ELSE 1 END"))
}

// holding reads the rows of a query for credentials as c, the current and then the strongest first.
func holding(q *gorm.DB) ([]models.Credential, error) {
	var rows []models.Credential
	err := q.Select(columnsAs(models.Credential{}, "c", "")).Order("CASE WHEN c.superseded_at IS NULL THEN 0 ELSE 1 END").
		Order("c.strength_rank DESC, c.verified_at DESC, c.id").Limit(mostCandidates).Find(&rows).Error
	return rows, err
}

// DeleteExpiredCredentials deletes up to limit expired credentials, the longest expired first, and the persons without
// any other credential. It returns the number of credentials.
func (a Across) DeleteExpiredCredentials(ctx context.Context, limit int) (int, error) {
	var deleted int64
	err := a.s.write(ctx, func(tx *gorm.DB) error {
		deleted = 0
		var expired []models.Credential
		err := tx.Model(&models.Credential{}).Select("id", "person_id").Where("expires_at BETWEEN 0 AND ?", a.s.Now()).
			Order("expires_at, id").Limit(limit).Find(&expired).Error
		if err != nil || len(expired) == 0 {
			return err
		}
		ids, persons := []string{}, []string{}
		for _, row := range expired {
			ids, persons = append(ids, row.ID), append(persons, row.PersonID)
		}
		// It locks the persons before their credentials, as a verification does that supersedes some of these.
		if err := a.s.anchors.forget(tx, persons); err != nil {
			return err
		}
		res := tx.Where(among("id", ids)).Delete(&models.Credential{})
		if deleted = res.RowsAffected; res.Error != nil {
			return res.Error
		}
		return a.s.anchors.forget(tx, persons)
	})
	if err != nil {
		return 0, err
	}
	return int(deleted), nil
}
