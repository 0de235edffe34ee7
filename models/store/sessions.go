package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/seal"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// NewSession is a session to create: the row without what the store fills in, and what decides whether it may be.
type NewSession struct {
	Session models.Session
	Graph   graph.Graph
	Email   string // "" means none
	Phone   string
	// TTL is how long after its creation the session expires.
	TTL time.Duration
	// SandboxQuota caps the sessions of the calendar month; 0 means no cap.
	SandboxQuota int
	// WebhookRequired refuses a session that nobody would hear of.
	WebhookRequired bool
	// Verified makes the session verified at birth (skip_verification).
	Verified bool
	// Begun is how the session begins its graph: branches at the start may end it at birth, or have it reviewed.
	Begun *Progress
}

// CreateSession stores a session with its first events. A repeat under a reserved id returns the first, without its
// first attempts.
// Errors: CodeTestQuotaExceeded, CodeWebhookRequired.
func (s *Store) CreateSession(ctx context.Context, n NewSession) (Changed, error) {
	n.Session.ID = s.NewID(ctx, models.PrefixSession)
	var created Changed
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		created = Changed{Session: n.Session}
		created.Repeated, err = madeBefore(ctx, tx, n.Session.OrgID, n.Session.ID, &created.Session)
		if err != nil || created.Repeated {
			return err
		}
		created, err = s.create(tx, n)
		return err
	})
	if err == nil && !created.Repeated {
		// Committed, so the next session of its kind need not insert it.
		s.graphs.Add(graphKey{created.Session.OrgID, created.Session.GraphID}, n.Graph)
	}
	return created, err
}

func (s *Store) create(tx *gorm.DB, n NewSession) (Changed, error) {
	endpoints, err := enabledEndpoints(tx, n.Session.OrgID)
	if err != nil {
		return Changed{}, err
	}
	if err := s.admit(tx, n, endpoints); err != nil {
		return Changed{}, err
	}
	created, err := s.insertSession(tx, n, endpoints)
	if err != nil {
		return Changed{}, err
	}
	born, moves := s.born(created.Session, n)
	if !moves {
		return created, recordSteps(tx, n.begun(), created.Session)
	}
	changed, err := s.change(tx, born)
	changed.FirstAttempts = append(created.FirstAttempts, changed.FirstAttempts...)
	return changed, err
}

// born is the change that a session is born with, if there is one.
func (s *Store) born(session models.Session, n NewSession) (Change, bool) {
	switch {
	case n.Verified:
		return Change{
			OrgID: session.OrgID, SessionID: session.ID, ID: skipVerification, Read: &session,
			From: []models.SessionStatus{models.StatusCreated}, To: models.StatusVerified,
		}, true
	case n.begun().To.Terminal() || n.begun().Flagged != nil:
		begun := n.begun()
		begun.Session = session
		c := s.progress(begun, "begin")
		c.Also = func(tx *gorm.DB, after models.Session) error { return recordSteps(tx, begun, after) }
		return c, true
	default:
		return Change{}, false
	}
}

func (n NewSession) begun() Progress {
	if n.Begun == nil {
		return Progress{}
	}
	return *n.Begun
}

// admit applies the rules of the organization inside the transaction, where racing requests cannot pass them together.
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

// takeQuota counts one session of this month, unless the cap is reached.
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

func (s *Store) insertSession(tx *gorm.DB, n NewSession, endpoints []models.WebhookEndpoint) (Changed, error) {
	session := n.Session
	graphRow, err := s.graphRow(session.OrgID, n.Graph)
	if err != nil {
		return Changed{}, err
	}
	if !s.graphs.Contains(graphKey{graphRow.OrgID, graphRow.ID}) {
		if _, err := createOnce(tx, &graphRow); err != nil {
			return Changed{}, err
		}
	}
	now := s.Now()
	session.GraphID, session.Status = graphRow.ID, models.StatusCreated
	session.Created, session.Updated, session.NudgeAt = now, now, &now
	session.ExpiresAt = models.At(now.Add(n.TTL))
	session.EmailSealed, session.EmailLookup = s.sealContact(session, "email", n.Email)
	session.PhoneSealed, session.PhoneLookup = s.sealContact(session, "phone", n.Phone)
	if err := tx.Create(&session).Error; err != nil {
		return Changed{}, err
	}
	event := firing{s.id(models.PrefixEvent), models.EventSessionCreated}
	first, err := s.fire(tx, endpoints, session, now, event)
	return Changed{Session: session, EventID: &event.id, FirstAttempts: first}, err
}

func (s *Store) graphRow(org string, g graph.Graph) (models.Graph, error) {
	body, err := json.Marshal(g)
	if err != nil {
		return models.Graph{}, err
	}
	sum := sha256.Sum256(append([]byte(org+"\x00"), body...))
	return models.Graph{ID: hex.EncodeToString(sum[:]), OrgID: org, Body: models.AsJSON(g), Created: s.Now()}, nil
}

func (s *Store) sealContact(session models.Session, kind, value string) (sealed, lookup *string) {
	if value == "" {
		return nil, nil
	}
	at := seal.Place{Table: "sessions." + kind, Row: session.ID, Org: session.OrgID}
	ciphertext, digest := s.keys.Seal([]byte(value), at), s.keys.Digest(kind, []byte(value))
	return &ciphertext, &digest
}

// Session reads a session.
func (s *Store) Session(ctx context.Context, org, id string) (models.Session, error) {
	return sessionIn(s.read(ctx), org, id)
}

// SessionFilter narrows a list; empty fields do not.
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
	return listWithin[models.Session](s, s.read(ctx).Where("org_id = ?", org), f.apply, page)
}

func (f SessionFilter) apply(q *gorm.DB) *gorm.DB {
	q = f.Created.apply(q, "created")
	if f.WorkflowVersion != 0 {
		q = q.Where("workflow_version = ?", f.WorkflowVersion)
	}
	return equal(q, map[string]string{
		"status": string(f.Status), "client_reference_id": f.ClientReferenceID, "workflow_id": f.WorkflowID,
		"review_status": string(f.Review), "jurisdiction": string(f.Jurisdiction),
	})
}

// graphKey finds a graph in the cache, for its own organization alone.
type graphKey struct{ org, id string }

// SessionGraph reads the graph that the session runs.
func (s *Store) SessionGraph(ctx context.Context, session models.Session) (graph.Graph, error) {
	if known, found := s.graphs.Get(graphKey{session.OrgID, session.GraphID}); found {
		return known, nil
	}
	var row models.Graph
	found, err := one(s.read(ctx).Where("id = ? AND org_id = ?", session.GraphID, session.OrgID), &row)
	if err == nil && !found {
		err = models.Missing("graph", session.GraphID)
	}
	if err == nil {
		s.graphs.Add(graphKey{row.OrgID, row.ID}, row.Body.V)
	}
	return row.Body.V, err
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

// WorkflowStarted notes that the workflow knows of everything up to the session as it was read.
func (s *Store) WorkflowStarted(ctx context.Context, session models.Session) error {
	if session.NudgeAt == nil {
		return nil
	}
	return s.read(ctx).Model(&models.Session{}).
		Where("id = ? AND org_id = ? AND nudge_at = ?", session.ID, session.OrgID, *session.NudgeAt).
		Updates(map[string]any{"nudge_at": nil}).Error
}
