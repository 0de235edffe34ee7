package store

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/reuse"
)

// PathTrustReuse is the verification path of a session that a verification of another organization verified, which the
// user shares.
const PathTrustReuse = "trust_reuse"

// Trust asks for a verification that the session's user has shared at another organization.
type Trust struct {
	Demand reuse.Demand
	// Email is the canonical address that names the person.
	Email string
	// Notice returns the mail that tells the user of a new grant.
	Notice func(models.TrustGrant) NewMail
}

// GrantTrust verifies a session by a verification that its user shares at another organization, and reports whether
// one meets the demand. If none does, nothing changes. A repeat returns the session. Errors: those of Change.
func (s *Store) GrantTrust(
	ctx context.Context, session models.Session, t Trust, from ...models.SessionStatus,
) (done Changed, granted bool, err error) {
	made := &madeChange{}
	err = s.settle(ctx, func(tx *gorm.DB) error {
		var reused Reused
		reused, granted, err = s.grantedBy(tx, session, t)
		if err != nil || !granted {
			return err
		}
		c := s.reusing(session, reused, from)
		c.Set["nudge_at"] = s.Now()
		c.made = made
		done, err = s.change(tx, c)
		return err
	})
	if err == nil && granted && !done.Repeated {
		s.announce(session.ID)
	}
	return done, granted && err == nil, err
}

// grantedBy returns the verification that the user shares, as one to reuse. A new grant has its mail to the user.
func (s *Store) grantedBy(tx *gorm.DB, session models.Session, t Trust) (Reused, bool, error) {
	id := s.id(models.PrefixTrustGrant)
	granted, err := s.grant(tx, session, t, id)
	if err != nil || !granted {
		return Reused{}, false, err
	}
	var row models.TrustGrant
	_, err = one(tx.Where("org_id = ?", session.OrgID).
		Where("id = (SELECT trust_grant_id FROM sessions WHERE id = ? AND org_id = ?)", session.ID, session.OrgID), &row)
	if err != nil {
		return Reused{}, false, err
	}
	reused := Reused{Credential: row.Source(), Path: PathTrustReuse, Email: t.Email, Grant: &Granted{TrustGrant: row}}
	if row.ID != id {
		return reused, true, nil
	}
	mail, err := s.queueMail(tx, t.Notice(row))
	reused.Grant.Mail = &mail
	return reused, true, err
}

// Granted is the grant by which a session is verified.
type Granted struct {
	models.TrustGrant
	// Mail tells the user of a new grant; nil for one that an earlier session made.
	Mail *models.Mail
}

// grant finds the best verification that meets the demand, inserts a grant under the id unless the organization has one
// of this verification, and names the grant in the session's row. It reports whether there is such a verification, and
// nothing else: the organization learns about other organizations only by a grant.
//
// The locks order the grant with revocations: a later revocation finds the grant, and an earlier one is seen.
func (s *Store) grant(tx *gorm.DB, session models.Session, t Trust, id string) (bool, error) {
	if len(t.Demand.Methods) == 0 {
		return false, nil
	}
	sandbox, err := s.isSandbox(tx, session.OrgID)
	if err != nil {
		return false, err
	}
	return s.anchors.grant(tx, sharedQuery{
		grant: id, session: session, demand: t.Demand, hash: s.anchorHash(sandbox, models.AnchorEmail, t.Email), now: s.Now(),
	})
}

// announceGrant fires the event of a new grant, records it in the audit log, and notes which credential the
// organization got by it. It returns the first attempts of the event.
func (s *Store) announceGrant(
	tx *gorm.DB, g Granted, session models.Session, now models.Timestamp,
) ([]models.DeliveryRef, error) {
	g.CopyID = session.CredentialID
	err := tx.Model(&models.TrustGrant{}).Where("id = ? AND org_id = ?", g.ID, g.OrgID).Update("copy_id", g.CopyID).Error
	if err != nil {
		return nil, err
	}
	err = s.audit(tx, g.OrgID, ActorSystem, "trust_reuse_grant.create", g.ID, map[string]any{
		"source_org_id": g.SourceOrgID, "credential_id": g.CredentialID, "method": g.Method, "session_id": g.SessionID,
	})
	if err != nil {
		return nil, err
	}
	endpoints, err := enabledEndpoints(tx, g.OrgID)
	if err != nil {
		return nil, err
	}
	var f fired
	if err := s.composeGrant(&f, endpoints, g.TrustGrant, now, models.EventTrustGrantCreated); err != nil {
		return nil, err
	}
	return refs(f.deliveries), s.together(tx, f.writes()...)
}

// composeGrant adds events of a grant.
func (s *Store) composeGrant(
	f *fired, endpoints []models.WebhookEndpoint, g models.TrustGrant, now models.Timestamp, kinds ...models.EventType,
) error {
	firings := make([]firing, 0, len(kinds))
	for _, kind := range kinds {
		firings = append(firings, firing{s.id(models.PrefixEvent), kind})
	}
	about := subject{org: g.OrgID, session: g.SessionID, data: map[string]any{"object": g.Public()}}
	return s.compose(f, endpoints, about, now, firings...)
}

// GrantFilter narrows a list of grants. An empty field does not.
type GrantFilter struct {
	// Status is GrantsActive or GrantsRevoked.
	Status            string
	Person, SessionID string
	Created           Window
}

// TrustGrants lists the grants that the organization accepted, newest first.
func (s *Store) TrustGrants(
	ctx context.Context, org string, f GrantFilter, page Page,
) ([]models.TrustGrant, bool, error) {
	q := s.read(ctx).Where("org_id = ?", org)
	return listWithin[models.TrustGrant](s, q, listed(f.Created, func(q *gorm.DB) *gorm.DB {
		q = equal(q, map[string]string{"person_id": f.Person, "session_id": f.SessionID})
		switch strings.ToLower(f.Status) {
		case GrantsActive:
			return q.Where("revoked_at IS NULL")
		case GrantsRevoked:
			return q.Where("revoked_at IS NOT NULL")
		default:
			return q
		}
	}), page)
}

// The statuses of a GrantFilter.
const (
	// GrantsActive are those that are not revoked. They include expired ones: no index of the list's order knows the time.
	GrantsActive  = "active"
	GrantsRevoked = "revoked"
)

// TrustGrant reads a grant that the organization accepted. Errors: CodeResourceMissing.
func (s *Store) TrustGrant(ctx context.Context, org, id string) (models.TrustGrant, error) {
	var row models.TrustGrant
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ?", id, org), &row)
	if err != nil || !found {
		return row, orMissing(err, "trust_reuse_grant", id)
	}
	return row, nil
}
