package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// NewSession holds a session to create, and the conditions for its creation.
type NewSession struct {
	Session models.Session
	Terms
	// VersionID is the id of the workflow's version. If it is set, CreateSession refuses the session once another
	// version is published.
	VersionID string
	Email     string // "" means none
	Phone     string
	// TTL is the time from the creation to the deadline.
	TTL time.Duration
	// SandboxQuota caps the sessions of the calendar month; 0 means no cap.
	SandboxQuota int
	// WebhookRequired refuses the session if the organization has no enabled endpoint.
	WebhookRequired bool
	// Verified makes the session verified at creation (skip_verification).
	Verified bool
	// Reused, if set, makes the session verified at creation by an earlier verification.
	Reused *Reused
	// Trust, if set, makes the session verified at creation if its user shares a verification that meets the demand.
	Trust *Trust
	// ProofOf is the guardian who proves to be an adult in the session; nil for the session of a user.
	ProofOf *models.Guardian
	// Begun is the session's first progress in its graph, or nil. Branches at the start may end the session at
	// creation, or flag it for review.
	Begun *Progress
}

// Terms are the graph and the legal explanation of a session. Sessions with equal terms share them.
type Terms struct {
	Graph graph.Graph
	// Explanation explains the session's rule, as JSON for the API; nil if there is none.
	Explanation json.RawMessage
}

// ErrRepublished reports that the version of a new session is no longer the published one.
var ErrRepublished = errors.New("another version of the workflow has been published")

// CreateSession stores a session with its first events. A repeat under a reserved id returns the first session, without
// its first attempts. Errors: CodeTestQuotaExceeded, CodeWebhookRequired, ErrRepublished.
func (s *Store) CreateSession(ctx context.Context, n NewSession) (Changed, error) {
	n.Session.ID = s.NewID(ctx, models.PrefixSession)
	var created Changed
	ready := false // an earlier try reached its commit
	err := s.underTerms(ctx, func(tx *gorm.DB) (err error) {
		if ready {
			if stored, err := one(tx.Where("id = ?", n.Session.ID), &models.Session{}); err != nil || stored {
				return err
			}
		}
		defer func() { ready = err == nil }()
		created = Changed{Session: n.Session}
		created.Repeated, err = madeBefore(ctx, tx, n.Session.OrgID, n.Session.ID, &created.Session)
		if err != nil || created.Repeated {
			return err
		}
		created, err = s.create(tx, n)
		return err
	})
	if err != nil {
		return created, err
	}
	if !created.Repeated {
		s.remember(created.Session, n.Terms)
		s.keepCreated(created.Session)
	}
	return created, nil
}

// SessionMade reports whether an earlier try of the request has created its session, under the reserved id.
func (s *Store) SessionMade(ctx context.Context, org string) (bool, error) {
	if !HasReservedID(ctx) {
		return false, nil
	}
	return one(s.read(ctx).Where("id = ? AND org_id = ?", s.NewID(ctx, models.PrefixSession), org), &models.Session{})
}

func (s *Store) create(tx *gorm.DB, n NewSession) (Changed, error) {
	endpoints, err := receiversOf(tx, n)
	if err != nil {
		return Changed{}, err
	}
	if err := s.admit(tx, n, endpoints); err != nil {
		return Changed{}, err
	}
	birth := birth{endpoints: endpoints}
	created, err := s.newborn(tx, n, &birth)
	if err != nil {
		return Changed{}, err
	}
	if n.Trust != nil {
		if n.Reused, err = s.bornGranted(tx, created.Session, n, &birth); err != nil {
			return Changed{}, err
		}
	}
	born, moves := s.born(created.Session, n)
	born.birth = &birth
	if born.names() || n.ProofOf != nil {
		if err := birth.insert(tx, created.Session, n.ProofOf); err != nil {
			return Changed{}, err
		}
	}
	if moves {
		return s.change(tx, born)
	}
	created.FirstAttempts = refs(birth.fired.deliveries)
	rows := append(birth.fired.writes(), n.begun().steps(created.Session)...)
	if !birth.inserted {
		rows = append([]write{inserting(&created.Session)}, rows...)
	}
	return created, s.together(tx, rows...)
}

// bornGranted inserts the session, and returns the verification that its user shares; nil if there is none.
func (s *Store) bornGranted(tx *gorm.DB, session models.Session, n NewSession, b *birth) (*Reused, error) {
	if err := b.insert(tx, session, n.ProofOf); err != nil {
		return nil, err
	}
	reused, granted, err := s.grantedBy(tx, session, *n.Trust)
	if err != nil || !granted {
		return n.Reused, err
	}
	return &reused, nil
}

// born returns the change that the session undergoes at creation, and whether there is one.
func (s *Store) born(session models.Session, n NewSession) (Change, bool) {
	switch {
	case n.Reused != nil:
		c := s.reusing(session, *n.Reused, []models.SessionStatus{models.StatusCreated})
		c.Also = nil // a new session has nothing to erase
		return c, true
	case n.Verified:
		return s.skipped(session, n.Graph), true
	case n.Session.RequiresEmailOTP && !n.Session.Provisional:
		return awaitingOTP(session), true
	case n.begun().Moves():
		begun := n.begun()
		begun.Session = session
		c := s.changeOf(begun, "begin")
		c.rows = begun.steps
		return c, true
	default:
		return Change{}, false
	}
}

// awaitingOTP returns the change of a session that can reuse an earlier verification, once its user has proven control
// of the e-mail address.
func awaitingOTP(session models.Session) Change {
	return Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: "awaits_otp", Read: &session,
		From: []models.SessionStatus{models.StatusCreated}, To: models.StatusRequiresInput,
	}
}

// sandboxProvider is the provider of simulated results.
const sandboxProvider = "sandbox"

// skipped returns the change that verifies a session at creation, as if the strongest method of its graph had passed.
// For a graph without methods it records no result.
func (s *Store) skipped(session models.Session, g graph.Graph) Change {
	c := Change{
		OrgID: session.OrgID, SessionID: session.ID, ID: skipVerification, Read: &session,
		From: []models.SessionStatus{models.StatusCreated}, To: models.StatusVerified, Set: map[string]any{},
	}
	if reason := session.FraudReason(); reason != "" {
		s.flag(&c, Flag{Reason: reason})
	}
	node, found := graph.Strongest(g)
	if !found {
		return c
	}
	c.Set["verification_path"] = string(node.Method)
	c.Passed = graph.OfferedMethods(g)
	if node.Method.Biometric() && session.AwaitsConsent() {
		c.Set["consented_at"] = session.Created
	}
	provider := sandboxProvider
	c.Also = func(tx *gorm.DB, after models.Session) error {
		return tx.Create(&models.Result{
			ID:          s.id(models.PrefixResult),
			OrgID:       after.OrgID,
			SessionID:   after.ID,
			Node:        node.ID,
			Method:      node.Method,
			Attempt:     1,
			Status:      graph.OutcomePassed,
			AgeTier:     &after.AgeTier,
			ReasonCodes: models.AsJSON([]rules.ReasonCode{}),
			Checks:      models.AsJSON([]rules.Check{{Name: "simulated", Passed: true}}),
			Provider:    &provider,
			Created:     after.Updated,
		}).Error
	}
	return c
}

func (n NewSession) begun() Progress {
	if n.Begun == nil {
		return Progress{}
	}
	return *n.Begun
}

// admit checks the organization's limits inside the transaction, so that racing requests cannot pass them together.
func (s *Store) admit(tx *gorm.DB, n NewSession, endpoints []models.WebhookEndpoint) error {
	if n.WebhookRequired && len(endpoints) == 0 {
		return models.Errorf(models.CodeWebhookRequired,
			"A live organization needs at least one enabled webhook endpoint before sessions can be created")
	}
	if n.SandboxQuota == 0 {
		return nil
	}
	return s.takeQuota(tx, n.Session.OrgID, n.SandboxQuota)
}

// takeQuota counts one session of this month, and returns CodeTestQuotaExceeded at the cap.
func (s *Store) takeQuota(tx *gorm.DB, org string, quota int) error {
	res := tx.Exec(`INSERT INTO monthly_usage (org_id, month, sessions) VALUES (?, ?, 1)
		ON CONFLICT (org_id, month) DO UPDATE SET sessions = monthly_usage.sessions + 1
		WHERE monthly_usage.sessions < ?`, org, s.Now().Format("2006-01"), quota)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.CodeTestQuotaExceeded,
			"The sandbox is capped at %d sessions per calendar month; the quota resets on the 1st", quota)
	}
	return nil
}

// birth holds the parts of a creation for a change in the same transaction.
type birth struct {
	// endpoints are the enabled endpoints of the organization.
	endpoints []models.WebhookEndpoint
	// fired holds the event of the creation, which is inserted with those of the change.
	fired fired
	// inserted reports whether the row has been inserted. Otherwise the change inserts it as it leaves the session, so
	// that the row and its indexes are written once.
	inserted bool
}

// insert inserts the row of a new session, unless that has been done.
func (b *birth) insert(tx *gorm.DB, session models.Session, proofOf *models.Guardian) error {
	if b.inserted {
		return nil
	}
	b.inserted = true
	if err := tx.Create(&session).Error; err != nil || proofOf == nil {
		return err
	}
	return provenBy(tx, *proofOf, session.ID)
}

// newborn returns the session as it is to be inserted, and composes the event of its creation.
func (s *Store) newborn(tx *gorm.DB, n NewSession, b *birth) (Changed, error) {
	session, now := n.Session, s.Now()
	if err := s.share(tx, &session, n.Terms); err != nil {
		return Changed{}, err
	}
	session.Status = models.StatusCreated
	session.Created, session.Updated, session.NudgeAt = now, now, &now
	session.ExpiresAt = models.At(now.Add(n.TTL))
	session.EmailSealed, session.EmailLookup = s.sealContact(session, "email", n.Email)
	session.PhoneSealed, session.PhoneLookup = s.sealContact(session, "phone", n.Phone)
	if n.ProofOf != nil {
		session.GuardianID = &n.ProofOf.ID
	}
	if n.ProofOf != nil {
		return Changed{Session: session}, nil
	}
	event := firing{s.id(models.PrefixEvent), models.EventSessionCreated}
	err := s.compose(&b.fired, b.endpoints, aboutSession(session), now, event)
	return Changed{Session: session, EventID: &event.id}, err
}

// share stores the terms of a session, unless they are stored already.
func (s *Store) share(tx *gorm.DB, session *models.Session, t Terms) (err error) {
	if session.GraphID, err = s.graphs.keep(tx, session.OrgID, t.Graph, s.Now()); err != nil || t.Explanation == nil {
		return err
	}
	id, err := s.explanations.keep(tx, session.OrgID, t.Explanation, s.Now())
	session.ExplanationID = &id
	return err
}

// underTerms runs fn, which shares terms, like settle. If terms that are cached as stored are missing, because the
// database was restored to an earlier state, fn runs again and stores them.
func (s *Store) underTerms(ctx context.Context, fn func(tx *gorm.DB) error) error {
	err := s.settle(ctx, fn)
	if !dangles(err) {
		return err
	}
	s.graphs.known.Purge()
	s.explanations.known.Purge()
	return s.settle(ctx, fn)
}

// remember caches the terms as stored. They must be committed.
func (s *Store) remember(session models.Session, t Terms) {
	s.graphs.remember(session.OrgID, session.GraphID, t.Graph)
	if session.ExplanationID != nil {
		s.explanations.remember(session.OrgID, *session.ExplanationID, t.Explanation)
	}
}

func (s *Store) sealContact(session models.Session, kind, value string) (sealed, lookup *string) {
	if value == "" {
		return nil, nil
	}
	ciphertext := s.keys.Seal([]byte(value), contactPlace(kind)(session.ID, session.OrgID))
	digest := s.keys.Digest(kind, []byte(value))
	return &ciphertext, &digest
}

// Session reads a session. A session past its deadline is expired first. Errors: CodeSessionNotFound.
func (s *Store) Session(ctx context.Context, org, id string) (models.Session, error) {
	session, err := sessionIn(s.read(ctx), org, id)
	if err != nil {
		return session, err
	}
	return s.current(ctx, session)
}

// UserSession reads the session of a user, as the merchant sees it: those in which guardians prove their age do not
// exist for the merchant. Errors: CodeSessionNotFound.
func (s *Store) UserSession(ctx context.Context, org, id string) (models.Session, error) {
	session, err := s.Session(ctx, org, id)
	if err == nil && session.GuardianID != nil {
		return models.Session{}, models.SessionNotFound(id)
	}
	return session, err
}

// SessionFilter narrows a list. An empty field does not.
type SessionFilter struct {
	Status            models.SessionStatus
	ClientReferenceID string
	WorkflowID        string
	WorkflowVersion   int
	Jurisdiction      rules.Jurisdiction
	Review            models.ReviewStatus
	Created           Window
}

// Sessions lists sessions, newest first.
func (s *Store) Sessions(ctx context.Context, org string, f SessionFilter, page Page) ([]models.Session, bool, error) {
	q := s.read(ctx).Where("org_id = ? AND guardian_id IS NULL", org)
	return listWithin[models.Session](s, q, listed(f.Created, f.apply), page)
}

// apply adds the filter's conditions to q, except for the time.
func (f SessionFilter) apply(q *gorm.DB) *gorm.DB {
	if f.Review != "" {
		q = q.Where("review_status <> ''") // lets SQLite use the index of reviewed sessions
	}
	if f.WorkflowVersion != 0 {
		q = q.Where("workflow_version = ?", f.WorkflowVersion)
	}
	return equal(q, map[string]string{
		"status": string(f.Status), "client_reference_id": f.ClientReferenceID, "workflow_id": f.WorkflowID,
		"review_status": string(f.Review), "jurisdiction": string(f.Jurisdiction),
	})
}

// SessionGraph reads the graph of the session.
func (s *Store) SessionGraph(ctx context.Context, session models.Session) (graph.Graph, error) {
	g, err := s.graphs.read(s.read(ctx), session.OrgID, session.GraphID)
	g.Identity = session.Type == models.TypeIdentity // older stored graphs lack the field
	return g, err
}

// Explanation reads the explanation of the session's rule; nil for a session from before explanations were stored.
func (s *Store) Explanation(ctx context.Context, session models.Session) (json.RawMessage, error) {
	if session.ExplanationID == nil {
		return nil, nil
	}
	return s.explanations.read(s.read(ctx), session.OrgID, *session.ExplanationID)
}

// Results reads the verdicts of sessions, oldest first, by session.
func (s *Store) Results(ctx context.Context, org string, sessions ...string) (map[string][]models.Result, error) {
	var rows []models.Result
	err := s.read(ctx).Where("org_id = ? AND session_id IN ?", org, sessions).Order("created, id").Find(&rows).Error
	bySession := make(map[string][]models.Result, len(sessions))
	for _, row := range rows {
		bySession[row.SessionID] = append(bySession[row.SessionID], row)
	}
	return bySession, err
}

// WorkflowStarted clears the owed signal: the workflow has got every change up to the session as it was read. A session
// that waits for its run owes another signal after the time for a recheck.
func (s *Store) WorkflowStarted(ctx context.Context, session models.Session) error {
	next := s.nextNudge(session)
	q := s.read(ctx).Model(&models.Session{}).Where("id = ? AND org_id = ?", session.ID, session.OrgID)
	switch {
	case session.NudgeAt != nil:
		q = q.Where("nudge_at = ?", *session.NudgeAt)
	case next != nil:
		q = q.Where("nudge_at IS NULL AND revision = ?", session.Revision)
	default:
		return nil
	}
	return q.Updates(map[string]any{"nudge_at": next}).Error
}

// Rechecked reports whether the signal that a session owes is a recheck, and not a repetition of one that was lost: the
// session waits for its run, and has not changed for the time of a recheck.
func (s *Store) Rechecked(session models.Session) bool {
	return s.nextNudge(session) != nil && s.Now().Sub(session.Updated.Time) >= s.recheck
}

// nextNudge returns the nudge_at of a session whose run knows its row. A session that a device holds, or with
// submissions in flight, waits for its run, which an earlier state of Temporal or of the database may not have. So the
// sweep signals it again after the time for a recheck. Other sessions owe no signal.
func (s *Store) nextNudge(session models.Session) any {
	if session.Status.Terminal() || session.AttemptID == nil && session.InFlight == 0 {
		return nil
	}
	return models.At(s.Now().Add(s.recheck))
}
