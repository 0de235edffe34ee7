package store

import (
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/reuse"
)

// anchorTables are the tables that find persons. On PostgreSQL the role of the service needs no privilege on them.
var anchorTables = []string{"verified_persons", "person_anchors"}

// anchorAccess is the only way to anchorTables.
type anchorAccess interface {
	// name finds or makes the person of a session that a change verifies, and locks the person, so that the sweep does
	// not delete it. The id becomes the session's verified_person_id: in its row, or in set, which are the columns
	// that the change will update. A session that is not open stays as it is.
	name(tx *gorm.DB, n naming, set map[string]any) error
	// credentials returns a query that has the credentials of the person with an anchor as c. They are neither revoked
	// nor expired. It reads one row of NULLs for an unknown anchor.
	credentials(tx *gorm.DB, q anchorQuery) *gorm.DB
	// grant grants the session's organization the best verification of another organization that the person with an
	// e-mail address shares. It reports whether there is one.
	grant(tx *gorm.DB, q sharedQuery) (bool, error)
	// forget deletes those of the persons that have no credential left, with their anchors and blocks.
	forget(tx *gorm.DB, persons []string) error
}

// naming are the arguments of anchorAccess.name.
type naming struct {
	session models.Session
	anchors []models.PersonAnchor // the one that decides first; their PersonID is not set
	fresh   models.VerifiedPerson // the person, if there is none
}

// anchorQuery are the arguments of anchorAccess.credentials.
type anchorQuery struct {
	kind models.AnchorKind
	hash string
	// org is the organization that asks. It sees its own credentials, and with network the original ones of all.
	org     string
	network bool
	now     models.Timestamp
}

// sharedQuery are the arguments of anchorAccess.grant.
type sharedQuery struct {
	grant   string // the id of a new grant
	session models.Session
	demand  reuse.Demand
	hash    string // the anchor of the e-mail address
	now     models.Timestamp
}

func anchorAccessOf(d dialect) anchorAccess {
	if d == dialectPostgres {
		return anchorsByFunction{}
	}
	return anchorsByStatement{}
}

// anchorsByFunction calls the functions of PostgreSQL that run with the rights of the role that migrated.
type anchorsByFunction struct{}

func (anchorsByFunction) name(tx *gorm.DB, n naming, set map[string]any) error {
	kinds, hashes := make([]string, len(n.anchors)), make([]string, len(n.anchors))
	for i, anchor := range n.anchors {
		kinds[i], hashes[i] = string(anchor.Kind), anchor.Hash
	}
	var isNew bool
	err := tx.Raw("SELECT stile_name_person(?, ?, ?, ?, ?, ?)", n.session.ID, n.session.OrgID,
		textArray(kinds), textArray(hashes), n.fresh.ID, n.fresh.Created).Scan(&isNew).Error
	if isNew { // otherwise the function has written the row
		set["verified_person_id"] = n.fresh.ID
	}
	return err
}

func (anchorsByFunction) credentials(tx *gorm.DB, q anchorQuery) *gorm.DB {
	return tx.Table("stile_credentials(?, ?, ?, ?, ?) AS c", q.kind, q.hash, q.org, q.network, q.now)
}

func (anchorsByFunction) grant(tx *gorm.DB, q sharedQuery) (granted bool, err error) {
	methods := make([]string, len(q.demand.Methods))
	for i, method := range q.demand.Methods {
		methods[i] = string(method)
	}
	since := models.At(time.UnixMicro(0))
	if !q.demand.Since.IsZero() {
		since = models.At(q.demand.Since)
	}
	err = tx.Raw("SELECT stile_grant_trust(?, ?, ?, ?, ?, ?, ?, ?, ?)", q.session.ID, q.session.OrgID, q.grant, q.hash,
		textArray(methods), q.demand.MinYears, since, q.demand.Jurisdiction, q.now).Scan(&granted).Error
	return granted, err
}

func (anchorsByFunction) forget(tx *gorm.DB, persons []string) error {
	return tx.Exec("SELECT stile_forget_persons(?)", textArray(persons)).Error
}

// textArray returns an array of PostgreSQL.
func textArray(values []string) clause.Expr {
	args := make([]any, len(values))
	for i, value := range values {
		args[i] = value
	}
	places := strings.TrimSuffix(strings.Repeat("?,", len(values)), ",")
	return clause.Expr{SQL: "ARRAY[" + places + "]::text[]", Vars: args}
}

// anchorsByStatement reads and writes the tables itself. It is for SQLite, which has no roles and one writer at a time.
type anchorsByStatement struct{}

func (anchorsByStatement) name(tx *gorm.DB, n naming, set map[string]any) error {
	person, err := knownPerson(tx, n.anchors)
	if err != nil {
		return err
	}
	if person == "" {
		person, err = n.fresh.ID, tx.Create(&n.fresh).Error
	} else {
		err = tx.Model(&models.VerifiedPerson{}).Where("id = ?", person).Update("seen_at", n.fresh.SeenAt).Error
	}
	for _, anchor := range n.anchors {
		if err != nil {
			return err
		}
		anchor.PersonID = person
		_, err = createOnce(tx, &anchor)
	}
	set["verified_person_id"] = person
	return err
}

// knownPerson returns the person of the first anchor, or else of a document; "" if neither is known.
func knownPerson(tx *gorm.DB, anchors []models.PersonAnchor) (string, error) {
	for i, anchor := range anchors {
		if i > 0 && anchor.Kind != models.AnchorDocument {
			break
		}
		var known models.PersonAnchor
		found, err := one(tx.Where("kind = ? AND hash = ?", anchor.Kind, anchor.Hash), &known)
		if err != nil || found {
			return known.PersonID, err
		}
	}
	return "", nil
}

func (anchorsByStatement) credentials(tx *gorm.DB, q anchorQuery) *gorm.DB {
	seen := "c.org_id = ?"
	if q.network { // a copy of another organization's credential is that organization's own affair
		seen = "(c.org_id = ? OR c.source_id IS NULL)"
	}
	return tx.Table("(SELECT 1 AS one) AS q").
		Joins("LEFT JOIN person_anchors AS a ON a.kind = ? AND a.hash = ?", q.kind, q.hash).
		Joins("LEFT JOIN credentials AS c ON c.person_id = COALESCE(a.person_id, '') AND c.revoked_at IS NULL"+
			" AND c.expires_at > ? AND "+seen, q.now, q.org)
}

func (anchorsByStatement) grant(tx *gorm.DB, q sharedQuery) (bool, error) {
	var source struct {
		models.Credential
		ConsentID string
	}
	res := sharedWith(tx, q).Select(columnsAs(models.Credential{}, "c", "") + ", t.id AS consent_id").
		Order("c.strength_rank DESC, c.verified_at DESC, c.id").Limit(1).Find(&source)
	if res.Error != nil || res.RowsAffected == 0 {
		return false, res.Error
	}
	session := q.session
	row := models.TrustGrant{
		ID: q.grant, OrgID: session.OrgID, SourceOrgID: source.OrgID, PersonID: source.PersonID,
		ConsentID: source.ConsentID, CredentialID: source.ID, SessionID: session.ID, Method: source.Method,
		Methods: source.Methods, Strength: source.Strength, AgeTier: source.AgeTier, Jurisdiction: source.Jurisdiction,
		VerifiedAt: source.VerifiedAt, Created: q.now, ExpiresAt: source.ExpiresAt,
	}
	if _, err := createOnce(tx, &row); err != nil {
		return false, err
	}
	return true, tx.Model(&models.Session{}).Where("id = ? AND org_id = ?", session.ID, session.OrgID).
		Update("trust_grant_id", gorm.Expr("(SELECT id FROM trust_grants WHERE org_id = ? AND credential_id = ?"+
			" AND revoked_at IS NULL)", session.OrgID, source.ID)).Error
}

// sharedWith selects the verifications of other organizations that the person with this e-mail address shares, if they
// meet the demand and the person is not blocked for the organization.
func sharedWith(tx *gorm.DB, q sharedQuery) *gorm.DB {
	org, d := q.session.OrgID, q.demand
	rows := tx.Table("person_anchors AS a").
		Joins("JOIN trust_consents AS t ON t.person_id = a.person_id AND t.revoked_at IS NULL").
		Joins("JOIN credentials AS c ON c.id = t.credential_id AND c.revoked_at IS NULL").
		Where("a.kind = ? AND a.hash = ?", models.AnchorEmail, q.hash).
		Where("c.org_id <> ? AND c.method IN ? AND c.age_years >= ?", org, d.Methods, d.MinYears).
		Where("c.expires_at > ?", q.now).
		Where("NOT EXISTS (SELECT 1 FROM trust_blocks AS b WHERE b.org_id = ? AND b.person_id = a.person_id)", org)
	if !d.Since.IsZero() {
		rows = rows.Where("c.verified_at >= ?", models.At(d.Since))
	}
	if d.Jurisdiction != "" {
		rows = rows.Where("c.jurisdiction = ?", d.Jurisdiction)
	}
	return rows
}

func (anchorsByStatement) forget(tx *gorm.DB, persons []string) error {
	var unproven []string
	err := tx.Model(&models.VerifiedPerson{}).Where(among("id", persons)).
		Where("NOT EXISTS (SELECT 1 FROM credentials AS c WHERE c.person_id = verified_persons.id)").
		Pluck("id", &unproven).Error
	if err != nil || len(unproven) == 0 {
		return err
	}
	if err := tx.Where(among("person_id", unproven)).Delete(&models.PersonAnchor{}).Error; err != nil {
		return err
	}
	if err := tx.Where(among("person_id", unproven)).Delete(&models.TrustBlock{}).Error; err != nil {
		return err
	}
	return tx.Where(among("id", unproven)).Delete(&models.VerifiedPerson{}).Error
}
