package store

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// GuardianLink is a link in a mail to a guardian.
type GuardianLink struct {
	GuardianID string
	// Withdraw means that the link is the one that withdraws a consent.
	Withdraw bool
}

// The scopes of a guardian's link, as its token names them.
const (
	linkDecide   = "decide"
	linkWithdraw = "withdraw"
)

func (l GuardianLink) scope() string {
	if l.Withdraw {
		return linkWithdraw
	}
	return linkDecide
}

// SignGuardianLink returns the token of a link: the guardian, the scope, and a keyed digest of both.
func (s *Store) SignGuardianLink(l GuardianLink) string {
	return l.GuardianID + "." + l.scope() + "." + s.guardianDigest(l)
}

func (s *Store) guardianDigest(l GuardianLink) string {
	return s.keys.Digest("guardian.link", []byte(l.GuardianID), []byte(l.scope()))
}

// ReadGuardianLink returns the link of a token, and false if its signature is not ours.
func (s *Store) ReadGuardianLink(token string) (GuardianLink, bool) {
	id, rest, _ := strings.Cut(token, ".")
	scope, digest, _ := strings.Cut(rest, ".")
	l := GuardianLink{GuardianID: id, Withdraw: scope == linkWithdraw}
	if !models.PrefixGuardian.Names(id) || scope != l.scope() {
		return GuardianLink{}, false
	}
	return l, subtle.ConstantTimeCompare([]byte(digest), []byte(s.guardianDigest(l))) == 1
}

// Guardian reads a guardian by the id alone, which a signed link names. Errors: CodeResourceMissing.
func (a Across) Guardian(ctx context.Context, id string) (g models.Guardian, err error) {
	found, err := one(a.s.read(ctx).Where("id = ?", id), &g)
	if err != nil || !found {
		return g, orMissing(err, "guardian", id)
	}
	return g, nil
}

// Guardians reads the guardians of a session, oldest first.
func (s *Store) Guardians(ctx context.Context, org, session string) (rows []models.Guardian, err error) {
	err = s.read(ctx).Where("session_id = ? AND org_id = ?", session, org).Order("created, id").Find(&rows).Error
	return rows, err
}

// Invitation asks guardians for their decisions on a challenge.
type Invitation struct {
	// Guardians have the addresses and languages of the mails, without values.
	Guardians []models.MailContent
	// Values returns the values of the mails to a guardian.
	Values func(models.Guardian) map[string]string
	// RemindAfter is the time after which a guardian without a decision is reminded.
	RemindAfter time.Duration
}

// InviteGuardians stores a challenge as BeginChallenge does, with its guardians and the mails to them. A guardian whose
// address was asked before for the same attempt keeps the link. The other ones that have not decided are closed.
// A repeat under a reserved id queues no further mail. Errors: those of BeginChallenge.
func (s *Store) InviteGuardians(
	ctx context.Context, n NewChallenge, in Invitation,
) (c models.Challenge, content ChallengeContent, mails []models.Mail, err error) {
	c, content, err = s.beginChallenge(ctx, n, func(tx *gorm.DB, c models.Challenge) (err error) {
		mails, err = s.invite(tx, c, in)
		return err
	})
	return c, content, mails, err
}

func (s *Store) invite(tx *gorm.DB, c models.Challenge, in Invitation) ([]models.Mail, error) {
	var open []models.Guardian
	if err := tx.Scopes(undecided(c.SessionID, c.Node, c.Attempt)).Order("created, id").Find(&open).Error; err != nil {
		return nil, err
	}
	asked := map[string]models.Guardian{}
	for _, g := range open {
		asked[g.AddressHash] = g
	}
	var mails []models.Mail
	for _, content := range in.Guardians {
		hash := s.keys.Digest("guardian.address", []byte(c.SessionID), []byte(content.To))
		g, known := asked[hash]
		delete(asked, hash)
		var err error
		if known {
			err = tx.Model(&models.Guardian{}).Where("id = ?", g.ID).Updates(map[string]any{"challenge_id": c.ID}).Error
		} else {
			g, err = s.newGuardian(tx, c, content, in, hash)
		}
		if err != nil {
			return nil, err
		}
		mail, err := s.mailGuardian(tx, g, models.MailGuardian, c.ExpiresAt)
		if err != nil {
			return nil, err
		}
		mails = append(mails, mail)
	}
	for _, g := range asked {
		if err := tx.Model(&models.Guardian{}).Where("id = ?", g.ID).Updates(closedGuardian()).Error; err != nil {
			return nil, err
		}
	}
	return mails, nil
}

// newGuardian stores a guardian with the content of the mails.
func (s *Store) newGuardian(
	tx *gorm.DB, c models.Challenge, content models.MailContent, in Invitation, hash string,
) (models.Guardian, error) {
	g := models.Guardian{
		ID: s.id(models.PrefixGuardian), OrgID: c.OrgID, SessionID: c.SessionID, Node: c.Node, Attempt: c.Attempt,
		ChallengeID: c.ID, Status: models.GuardianInvited, AddressHash: hash, Created: c.Created,
	}
	if remind := models.At(c.Created.Add(in.RemindAfter)); remind.Before(c.ExpiresAt.Time) {
		g.RemindAt = &remind
	}
	content.Values = in.Values(g)
	plain, err := json.Marshal(content)
	if err != nil {
		return g, err
	}
	sealed := s.keys.Seal(plain, guardianPlace(g))
	g.Content = &sealed
	return g, tx.Create(&g).Error
}

// mailGuardian queues a mail to a guardian, which is useless at the deadline.
func (s *Store) mailGuardian(
	tx *gorm.DB, g models.Guardian, purpose models.MailPurpose, deadline models.Timestamp,
) (models.Mail, error) {
	content, err := s.GuardianContent(g)
	if err != nil {
		return models.Mail{}, err
	}
	return s.queueMail(tx, NewMail{
		OrgID: g.OrgID, Purpose: purpose, MailContent: content, TTL: deadline.Sub(s.Now().Time),
	})
}

func guardianPlace(g models.Guardian) seal.Place {
	return seal.Place{Table: "guardians", Row: g.ID, Org: g.OrgID}
}

// GuardianContent opens the sealed part of a guardian; it is zero once it is erased.
func (s *Store) GuardianContent(g models.Guardian) (content models.MailContent, err error) {
	if g.Content == nil {
		return content, nil
	}
	opened, err := s.keys.Open(*g.Content, guardianPlace(g))
	if err != nil {
		return content, err
	}
	return content, json.Unmarshal(opened, &content)
}

// undecided selects the guardians of an attempt that have not decided.
func undecided(session, node string, attempt int) func(*gorm.DB) *gorm.DB {
	return func(tx *gorm.DB) *gorm.DB {
		return tx.Where("session_id = ? AND node = ? AND attempt = ? AND status = ?",
			session, node, attempt, models.GuardianInvited)
	}
}

// forgottenGuardian returns the columns of a guardian whose address is erased.
func forgottenGuardian(status models.GuardianStatus) map[string]any {
	return map[string]any{"status": status, "content": nil, "address_hash": "", "remind_at": nil}
}

func closedGuardian() map[string]any { return forgottenGuardian(models.GuardianClosed) }

// GuardianDecision is the decision of a guardian that a submission carries.
type GuardianDecision struct {
	Guardian models.Guardian // as it was read
	Status   models.GuardianStatus
	// Text is what the guardian consented to, and TextVersion its version; "" for a refusal.
	Text, TextVersion string
	// Mail confirms the decision; nil for none.
	Mail *NewMail
}

// decide records the decision in the transaction of the submission, and closes the other guardians of the attempt.
// Errors: ErrRefused if the guardian's row has changed.
func (s *Store) decide(tx *gorm.DB, d *GuardianDecision) (mail *models.Mail, err error) {
	if err := s.decideOne(tx, d.Guardian, d.Status, d.Text, d.TextVersion); err != nil {
		return nil, err
	}
	g := d.Guardian
	err = tx.Model(&models.Guardian{}).Scopes(undecided(g.SessionID, g.Node, g.Attempt)).Updates(closedGuardian()).Error
	if err != nil || d.Mail == nil {
		return nil, err
	}
	queued, err := s.queueMail(tx, *d.Mail)
	return &queued, err
}

func (s *Store) decideOne(
	tx *gorm.DB, g models.Guardian, status models.GuardianStatus, text, version string,
) error {
	set := forgottenGuardian(status)
	set["decided_at"] = s.Now()
	if text != "" {
		set["text"], set["text_version"] = text, version
	}
	res := tx.Model(&models.Guardian{}).
		Where("id = ? AND challenge_id = ? AND status = ?", g.ID, g.ChallengeID, models.GuardianInvited).Updates(set)
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrRefused
	}
	return res.Error
}

// RefuseGuardian records a refusal, unless no other guardian of the attempt is left to decide: last is true then, and
// the refusal must be submitted. Errors: ErrRefused if the guardian's row has changed.
func (s *Store) RefuseGuardian(ctx context.Context, g models.Guardian) (last bool, err error) {
	err = s.settle(ctx, func(tx *gorm.DB) error {
		var open []models.Guardian
		err := tx.Scopes(undecided(g.SessionID, g.Node, g.Attempt)).Order("id").
			Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Find(&open).Error
		if err != nil {
			return err
		}
		if last = len(open) == 1 && open[0].ID == g.ID; last {
			return nil
		}
		return s.decideOne(tx, g, models.GuardianRefused, "", "")
	})
	return last, err
}

// WithdrawConsent withdraws the consent of a guardian. A session that is still open fails as consent_withdrawn. The
// credential of a verified one is revoked. A repeat changes nothing. Errors: ErrRefused if a row has changed.
func (s *Store) WithdrawConsent(ctx context.Context, g models.Guardian, child models.Session) (Changed, error) {
	if !child.Status.Terminal() {
		return s.failWithdrawn(ctx, g, child)
	}
	done := Changed{Session: child, Repeated: true}
	err := s.settle(ctx, func(tx *gorm.DB) (err error) {
		if err := s.withdrawn(tx, g); err != nil {
			return err
		}
		if child.CredentialID == nil {
			return nil
		}
		done.Aftermath, err = s.revokeCredential(tx, g.OrgID, *child.CredentialID, ActorUser, models.RevokedByGuardian)
		return err
	})
	return done, err
}

func (s *Store) failWithdrawn(ctx context.Context, g models.Guardian, child models.Session) (Changed, error) {
	return s.Change(ctx, Change{
		OrgID: child.OrgID, SessionID: child.ID, ID: "consent_withdrawn/" + g.ID, Read: &child,
		From: models.OpenStatuses, To: models.StatusFailed,
		Set: map[string]any{"failure_code": rules.ReasonConsentWithdrawn, "nudge_at": s.Now()},
		Also: func(tx *gorm.DB, after models.Session) error {
			if err := s.withdrawn(tx, g); err != nil {
				return err
			}
			return erase(tx, after)
		},
	})
}

func (s *Store) withdrawn(tx *gorm.DB, g models.Guardian) error {
	res := tx.Model(&models.Guardian{}).Where("id = ? AND status = ?", g.ID, models.GuardianConsented).
		Updates(map[string]any{"status": models.GuardianWithdrawn, "withdrawn_at": s.Now()})
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return ErrRefused
	}
	return s.audit(tx, g.OrgID, ActorUser, "parental_consent.withdraw", g.SessionID, map[string]any{"guardian": g.ID})
}

// provenBy makes a new session the one in which a guardian proves to be an adult. Errors: ErrRefused if another request
// has made one.
func provenBy(tx *gorm.DB, g models.Guardian, session string) error {
	q := tx.Model(&models.Guardian{}).Where("id = ? AND status = ? AND proofs = ?", g.ID, models.GuardianInvited, g.Proofs)
	res := q.Updates(map[string]any{"proof_id": session, "proofs": gorm.Expr("proofs + 1")})
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrRefused
	}
	return res.Error
}

// eraseGuardians closes the guardians of a judged attempt, or all of a session that has ended, with their addresses.
func eraseGuardians(tx *gorm.DB, attempt func(*gorm.DB) *gorm.DB) error {
	return tx.Model(&models.Guardian{}).Scopes(attempt).Where("status = ?", models.GuardianInvited).
		Updates(closedGuardian()).Error
}

// RemindGuardians queues the reminders that are due, at most limit, each once whatever the number of workers.
func (a Across) RemindGuardians(ctx context.Context, limit int) (mails []models.Mail, err error) {
	err = a.s.settle(ctx, func(tx *gorm.DB) error {
		mails = nil
		var due []models.Guardian
		err := tx.Where("remind_at BETWEEN 0 AND ?", a.s.Now()).Order("remind_at").Limit(limit).
			Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}).
			Find(&due).Error
		if err != nil {
			return err
		}
		for _, g := range due {
			queued, err := a.s.remind(tx, g)
			if err != nil {
				return err
			}
			mails = append(mails, queued...)
		}
		return nil
	})
	return mails, err
}

// remind takes the reminder of a guardian off the row, and queues it if the session still waits.
func (s *Store) remind(tx *gorm.DB, g models.Guardian) ([]models.Mail, error) {
	res := tx.Model(&models.Guardian{}).Where("id = ? AND remind_at = ?", g.ID, *g.RemindAt).
		Updates(map[string]any{"remind_at": nil})
	if res.Error != nil || res.RowsAffected == 0 {
		return nil, res.Error
	}
	child, err := sessionIn(tx, g.OrgID, g.SessionID)
	if err != nil {
		return nil, err
	}
	asked, err := s.asked(tx, g, child)
	if err != nil || !asked {
		return nil, err
	}
	queued, err := s.mailGuardian(tx, g, models.MailGuardianReminder, child.ExpiresAt)
	return []models.Mail{queued}, err
}

// asked reports whether a decision of the guardian is asked for: the guardian has made none, and the child's session
// still offers the attempt.
func (s *Store) asked(tx *gorm.DB, g models.Guardian, child models.Session) (bool, error) {
	if g.Status != models.GuardianInvited || g.Content == nil || child.Status.Terminal() || child.Overdue(s.Now()) {
		return false, nil
	}
	found, err := s.graphs.read(tx, child.OrgID, child.GraphID)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(child.GraphState.V.Offers(found), func(o graph.Offer) bool {
		return o.Node == g.Node && o.Attempt == g.Attempt
	}), nil
}

// GuardianAsked reports whether a decision of the guardian is asked for in the session of the child.
func (s *Store) GuardianAsked(ctx context.Context, g models.Guardian, child models.Session) (bool, error) {
	return s.asked(s.read(ctx), g, child)
}
