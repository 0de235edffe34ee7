package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// ErrCredentialGone reports that a credential was revoked, or expired, before it could verify a session.
var ErrCredentialGone = errors.New("the credential does not hold any more")

// defaultValidityDays is the validity of a credential under a rule that sets none.
const defaultValidityDays = 365

// Reused is an earlier verification that verifies a session.
type Reused struct {
	Credential models.Credential
	// Path is the verification path of the session.
	Path string
	// Email is the e-mail address that the user has proven; "" stands for that of the session.
	Email string
	// Grant is the grant of a verification that the user shares; nil for any other verification.
	Grant *Granted
}

// newGrant returns the grant that this reuse made, or nil.
func (r *Reused) newGrant() *Granted {
	if r == nil || r.Grant == nil || r.Grant.Mail == nil {
		return nil
	}
	return r.Grant
}

// own reports whether this is a credential of the organization, which lends it to nobody else.
func (r *Reused) own(org string) bool { return r != nil && r.Grant == nil && r.Credential.OrgID == org }

// The verification paths of sessions that reuse an earlier verification.
const (
	PathVPToken       = "vp_token"
	PathReturningUser = "returning_user"
)

// DropOTP lets a session go on without an earlier verification, because none holds any more. Its user verifies anew.
// Errors: those of Change.
func (s *Store) DropOTP(ctx context.Context, session models.Session) (Changed, error) {
	return s.Change(ctx, Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "otp_dropped", Read: &session,
		From: models.OpenStatuses, To: session.Status, Set: map[string]any{"requires_email_otp": false},
	})
}

// Reuse verifies a session by an earlier verification, if the row is as it was read and has one of the statuses. The
// session's Reuse decides nothing here. A repeat changes nothing. Errors: those of Change; ErrCredentialGone.
func (s *Store) Reuse(
	ctx context.Context, session models.Session, r Reused, from ...models.SessionStatus,
) (Changed, error) {
	c := s.reusing(session, r, from)
	c.Set["nudge_at"] = s.Now()
	return s.Change(ctx, c)
}

// reusing returns the change that verifies a session by an earlier verification. Like every other way to verify a
// session, it has a session with a sign of fraud reviewed.
func (s *Store) reusing(session models.Session, r Reused, from []models.SessionStatus) Change {
	c := Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "reuse/" + r.Path, Read: &session, From: from,
		To: models.StatusVerified, Reused: &r, Set: map[string]any{"verification_path": r.Path},
	}
	if reason := session.FraudReason(); reason != "" {
		s.flag(&c, Flag{Reason: reason})
	}
	c.Also = func(tx *gorm.DB, after models.Session) error { return erase(tx, after) }
	return c
}

// applyWithPerson makes the conditional UPDATE of a change. A change that verifies the session also names its person,
// and has a credential, whichever caller makes the change. The returned writes insert it.
func (s *Store) applyWithPerson(
	tx *gorm.DB, c Change, before models.Session, now models.Timestamp,
) (after models.Session, credentials []write, err error) {
	if c.To != models.StatusVerified || before.Status.Terminal() || before.GuardianID != nil {
		after, err = s.apply(tx, c, before, now)
		return after, nil, err
	}
	set := maps.Clone(c.Set)
	if set == nil {
		set = map[string]any{}
	}
	c.Set = set
	credential, fresh, err := s.credentialFor(tx, c, before, now)
	if err != nil {
		return before, nil, err
	}
	set["credential_id"] = credential.ID
	if after, err = s.apply(tx, c, before, now); err != nil || !fresh {
		return after, nil, err
	}
	if after.VerifiedPersonID == nil { // the session had ended, and the change is one of an ended session
		return after, nil, ErrRefused
	}
	credential.PersonID = *after.VerifiedPersonID
	if c.Reused == nil {
		credential.prove(c.Passed, after)
	}
	insert, err := s.insertCredential(tx, credential)
	return after, []write{insert}, err
}

// draft is a credential to be written. A person that is new under the id fresh has no other.
type draft struct {
	models.Credential
	fresh string
}

// credentialFor returns the credential of a session that a change verifies, and whether it must be written. It names
// the session's person, in c.Set or in the row.
func (s *Store) credentialFor(
	tx *gorm.DB, c Change, before models.Session, now models.Timestamp,
) (credential draft, fresh bool, err error) {
	if c.Reused != nil {
		credential, fresh, err = s.reusedCredential(tx, *c.Reused, before)
		c.Set["verified_person_id"] = credential.PersonID
		return credential, fresh, err
	}
	if credential.fresh, err = s.namePerson(tx, c, before); err != nil {
		return credential, false, err
	}
	credential.Credential = models.Credential{
		ID: s.id(models.PrefixCredential), OrgID: before.OrgID, SessionID: before.ID, VerifiedAt: now,
	}
	credential.EmailHash, err = s.emailHashOf(before)
	return credential, true, err
}

// prove sets what the session proved. A session without a passed method, which a reviewer approved, counts as a
// declaration: a reviewer's reasons are not known to anyone else.
func (d *draft) prove(passed []rules.Method, session models.Session) {
	if passed == nil {
		passed = session.GraphState.V.Methods
	}
	if passed == nil {
		passed = []rules.Method{}
	}
	days := cmp.Or(session.Compliance.V.CredentialValidityDays, defaultValidityDays)
	d.Method = cmp.Or(rules.StrongestOf(passed), rules.MethodSelfAttestation)
	d.Methods = models.AsJSON(passed)
	d.AgeTier, d.Jurisdiction = session.AgeTier, session.Jurisdiction
	d.ExpiresAt = models.At(d.VerifiedAt.Add(time.Duration(days) * 24 * time.Hour))
}

// reusedCredential returns the credential for a session that reuses one: the organization's own, or a copy of another
// organization's, of which there is one for each source and e-mail address.
func (s *Store) reusedCredential(
	tx *gorm.DB, reused Reused, session models.Session,
) (credential draft, fresh bool, err error) {
	if reused.own(session.OrgID) {
		return draft{Credential: reused.Credential}, false, nil // the UPDATE of the session requires that it holds
	}
	source, err := s.stillHolds(tx, reused)
	if err != nil {
		return credential, false, err
	}
	email, err := s.emailHashOf(session)
	if err != nil {
		return credential, false, err
	}
	if reused.Email != "" {
		email = new(s.EmailHash(session.OrgID, reused.Email))
	}
	var copied models.Credential
	q := tx.Where("org_id = ? AND source_id = ?", session.OrgID, source.ID).Where("revoked_at IS NULL")
	if email == nil {
		q = q.Where("email_hash IS NULL")
	} else {
		q = q.Where("email_hash = ?", *email)
	}
	if found, err := one(q, &copied); err != nil || found {
		return draft{Credential: copied}, false, err
	}
	copied = source
	copied.ID, copied.OrgID, copied.SessionID = s.id(models.PrefixCredential), session.OrgID, session.ID
	copied.SourceID, copied.EmailHash, copied.SupersededAt = &source.ID, email, nil
	return draft{Credential: copied}, true, nil
}

// stillHolds returns the verification to reuse as it is now. A granted one has been checked, and is locked.
func (s *Store) stillHolds(tx *gorm.DB, reused Reused) (models.Credential, error) {
	if reused.Grant != nil {
		return reused.Credential, nil
	}
	var source models.Credential
	found, err := one(holds(tx.Where("id = ?", reused.Credential.ID), "credentials", s.Now()), &source)
	if err == nil && !found {
		err = ErrCredentialGone
	}
	return source, err
}

// holds narrows a query to the credentials of a table, or of its alias, that are neither revoked nor expired.
func holds(q *gorm.DB, table string, now models.Timestamp) *gorm.DB {
	return q.Where(table+".revoked_at IS NULL AND "+table+".expires_at > ?", now)
}

func (s *Store) emailHashOf(session models.Session) (*string, error) {
	email, err := s.openContact(session, "email", session.EmailSealed)
	if err != nil || email == "" {
		return nil, err
	}
	hash := s.EmailHash(session.OrgID, email)
	return &hash, nil
}

// insertCredential returns the write that inserts a credential. It replaces those of the same organization and person
// that prove no more.
func (s *Store) insertCredential(tx *gorm.DB, d draft) (write, error) {
	c := d.Credential
	c.Hash = models.HashCredential(c.ID)
	c.Strength, c.StrengthRank, c.AgeYears = c.Method.Strength(), c.Method.Rank(), c.AgeTier.Years()
	if c.PersonID == d.fresh {
		return inserting(&c), nil
	}
	superseded, err := s.supersedeWeaker(tx, c)
	if err == nil && superseded {
		err = s.revokeSurplus(tx, c)
	}
	return inserting(&c), err
}

// supersedeWeaker marks the credentials of the same organization and person that prove no more than c. It reports
// whether there are any.
func (s *Store) supersedeWeaker(tx *gorm.DB, c models.Credential) (bool, error) {
	weaker := tx.Where("strength_rank < ? OR method = ?", c.StrengthRank, c.Method)
	if c.Method.ProofRank() == c.StrengthRank { // a selfie does not replace a document of the same rank
		weaker = tx.Where("strength_rank <= ?", c.StrengthRank)
	}
	res := tx.Model(&models.Credential{}).
		Where("org_id = ? AND person_id = ? AND age_years <= ?", c.OrgID, c.PersonID, c.AgeYears).
		Where("superseded_at IS NULL AND revoked_at IS NULL").Where(weaker).
		Updates(map[string]any{"superseded_at": s.Now()})
	return res.RowsAffected > 0, res.Error
}

// revokeCredential revokes a credential and the copies that other organizations made of it, unless it is revoked
// already, and ends the user's consent to share it. It returns the ended consents whose grants the caller must have
// revoked. The revocation of a copy does not touch its source, but ends the grant that it came by.
func (s *Store) revokeCredential(
	tx *gorm.DB, org, id, actor string, reason models.RevokedReason,
) (after Aftermath, err error) {
	if err := lockConsents(tx, "credential_id = ? AND org_id = ?", id, org); err != nil {
		return after, err
	}
	err = tx.Model(&models.Credential{}).
		Where("(id = ? AND org_id = ?) OR source_id = (SELECT id FROM credentials WHERE id = ? AND org_id = ?)",
			id, org, id, org).
		Where("revoked_at IS NULL").
		Updates(map[string]any{"revoked_at": s.Now(), "revoked_reason": reason}).Error
	if err != nil {
		return after, err
	}
	after.Ended, err = s.endConsents(tx, models.TrustSourceRevoked, "credential_id = ? AND org_id = ?", id, org)
	if err != nil {
		return after, err
	}
	var by models.TrustGrant
	granted, err := one(tx.Where("copy_id = ? AND org_id = ? AND revoked_at IS NULL", id, org), &by)
	if err != nil || !granted {
		return after, err
	}
	after.Events, err = s.revokePerson(tx, org, by.PersonID, actor, models.TrustTargetRevoked)
	return after, err
}

// Aftermath is what a committed revocation leaves to be done. The sweep does it if the caller is lost.
type Aftermath struct {
	// Ended are consents whose grants a run must revoke.
	Ended []models.TrustConsent
	// Events have deliveries that no session's run makes.
	Events []models.EventRef
}

// Credential reads a credential of the organization. Errors: CodeResourceMissing, also for an expired credential.
func (s *Store) Credential(ctx context.Context, org, id string) (models.Credential, error) {
	return s.credential(ctx, id, s.read(ctx).Where("id = ? AND org_id = ?", id, org))
}

// CredentialByHash reads the credential of the organization that a credential_hash names. Errors: CodeResourceMissing,
// also for an expired credential.
func (s *Store) CredentialByHash(ctx context.Context, org, hash string) (models.Credential, error) {
	return s.credential(ctx, hash, s.read(ctx).Where("org_id = ? AND hash = ?", org, hash))
}

// credential reads the credential that the client calls name. One that was missing as expired stays missing if a clock
// is set back: its row is marked for the sweep.
func (s *Store) credential(ctx context.Context, name string, q *gorm.DB) (row models.Credential, err error) {
	found, err := one(q, &row)
	if err == nil && found && !row.ExpiresAt.After(s.now()) {
		found = false
		err = s.read(ctx).Model(&models.Credential{}).Where("id = ? AND expires_at = ?", row.ID, row.ExpiresAt).
			Updates(map[string]any{"expires_at": longAgo}).Error
	}
	if err != nil || !found {
		return models.Credential{}, orMissing(err, "credential", name)
	}
	return row, nil
}

// longAgo is the expires_at of a row that was refused as expired. No clock is set back that far.
var longAgo = models.At(time.UnixMicro(0))
