package store

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
)

// Change is one change of a session. A session's status changes only by a Change. In one transaction it updates the row
// if the row allows it, records the transition, and inserts the events with a pending delivery for each subscriber.
type Change struct {
	OrgID, SessionID string
	// ID is deterministic (node, attempt, cause). A repeat changes nothing and returns the result of the first change.
	ID   string
	From []models.SessionStatus
	To   models.SessionStatus
	// Read, if set, is the row on which the decision rests. The change is refused if the row has changed since.
	Read *models.Session
	// Due, if set, makes this the expiry of a session: the deadline must not be after Due. Any other change requires
	// that the deadline has not passed.
	Due *models.Timestamp
	// Set holds further columns to update.
	Set map[string]any
	// Events are fired in addition to the event of the status, and before it.
	Events []models.EventType
	// Passed are the methods that verified the session; nil takes them from its state.
	Passed []rules.Method
	// DocumentHash is that of the result which the change records; nil without one.
	DocumentHash *string
	// Reused is the earlier verification that verifies the session; nil means that the session makes a new one.
	Reused *Reused
	// Also writes further rows in the same transaction. It receives the changed session.
	Also func(tx *gorm.DB, session models.Session) error
	// rows returns writes to further tables, which are made together with those of the events.
	rows func(session models.Session) []write
	// birth is set if the transaction creates the session.
	birth *birth
	// made is the change of an earlier try, if its commit got no answer; nil if there are no further tries.
	made *madeChange
}

// madeChange is a change that was ready to be committed.
type madeChange struct {
	transition models.SessionTransition
	done       Changed
}

// is reports whether a stored transition is this one, and not one of another caller with the same id.
func (m *madeChange) is(stored models.SessionTransition) bool {
	if m == nil || m.transition.ID != stored.ID || !m.transition.Created.Equal(stored.Created.Time) {
		return false
	}
	return orEmpty(m.transition.EventID) == orEmpty(stored.EventID)
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// Changed is the result of a Change, or of the earlier change that it repeats.
type Changed struct {
	Session models.Session
	EventID *string
	// FirstAttempts are the deliveries of the events that the change fired; none for a repeat.
	FirstAttempts []models.DeliveryRef
	// Mail tells the user of a new grant, or a guardian of the recorded consent; nil if there is none.
	Mail *models.Mail
	// Aftermath is that of a revoked credential.
	Aftermath Aftermath
	// Repeated reports whether the change had been made before.
	Repeated bool
}

// ErrRefused reports that the row does not allow the change now, although its session is not terminal.
var ErrRefused = errors.New("the session does not allow this change now")

// Change makes c. If the deadline has passed, the session is expired instead, and the error is CodeSessionTerminal.
// Errors: CodeSessionNotFound, CodeSessionTerminal, ErrRefused.
func (s *Store) Change(ctx context.Context, c Change) (Changed, error) {
	var done Changed
	c.made = &madeChange{}
	err := s.settle(ctx, func(tx *gorm.DB) (err error) {
		done, err = s.change(tx, c)
		return err
	})
	if err != nil {
		return Changed{}, err
	}
	if !done.Repeated {
		s.announce(c.SessionID)
	}
	return done, nil
}

func (s *Store) change(tx *gorm.DB, c Change) (Changed, error) {
	before, err := c.before(tx)
	if err != nil {
		return Changed{}, err
	}
	transition, now := s.transition(c, before)
	if c.inserts() { // the row of the transition refers to that of the session
		after, credentials, err := s.applyWithPerson(tx, c, before, now)
		if err != nil {
			return Changed{}, err
		}
		return s.conclude(tx, c, after, transition, now, append(credentials, inserting(&transition)))
	}
	// The insert makes a racing repeat wait, which then finds this row.
	if made, err := createOnce(tx, &transition); err != nil || !made {
		return s.repeated(tx, c, err)
	}
	after, credentials, err := s.applyWithPerson(tx, c, before, now)
	if err != nil {
		return Changed{}, err
	}
	return s.conclude(tx, c, after, transition, now, credentials)
}

// names reports whether the change names the person of the session, which may write the session's row.
func (c Change) names() bool { return c.To == models.StatusVerified && c.Reused == nil }

// inserts reports whether the change inserts the session's row.
func (c Change) inserts() bool { return c.birth != nil && !c.birth.inserted }

// conclude writes the rows that go with a change of the session's row: rows, those of the change, the events and their
// deliveries.
func (s *Store) conclude(
	tx *gorm.DB, c Change, after models.Session, transition models.SessionTransition, now models.Timestamp, rows []write,
) (done Changed, err error) {
	if c.Also != nil {
		if err := c.Also(tx, after); err != nil {
			return Changed{}, err
		}
	}
	done = Changed{Session: after, EventID: transition.EventID, FirstAttempts: []models.DeliveryRef{}}
	if c.rows != nil {
		rows = append(rows, c.rows(after)...)
	}
	if done.FirstAttempts, err = s.fireAll(tx, c, done, now, rows); err != nil {
		return done, err
	}
	if granted := c.Reused.newGrant(); granted != nil {
		now = models.At(now.Add(time.Duration(len(c.Events)+1) * time.Microsecond)) // after the session's own events
		refs, err := s.announceGrant(tx, *granted, after, now)
		if err != nil {
			return done, err
		}
		done.FirstAttempts, done.Mail = append(done.FirstAttempts, refs...), granted.Mail
	}
	if c.made != nil {
		*c.made = madeChange{transition, done}
	}
	return done, nil
}

// transition returns the record of a change, and the time of the change.
func (s *Store) transition(c Change, before models.Session) (models.SessionTransition, models.Timestamp) {
	t := models.SessionTransition{
		SessionID: c.SessionID, ID: c.ID, OrgID: c.OrgID, FromStatus: before.Status, ToStatus: c.To,
	}
	if _, fires := models.EventFor(c.To); fires && before.Status != c.To && before.GuardianID == nil {
		id := s.id(models.PrefixEvent)
		t.EventID = &id
	}
	// The time advances with each change of a session, so that lists keep the order of its events.
	now := s.Now()
	if !now.After(before.Updated.Time) {
		now = models.At(before.Updated.Add(time.Microsecond))
	}
	t.Created = now
	return t, now
}

// fireAll fires the additional events of a change, and then the event of its status. It writes rows with them.
func (s *Store) fireAll(
	tx *gorm.DB, c Change, done Changed, now models.Timestamp, rows []write,
) ([]models.DeliveryRef, error) {
	var f fired
	if c.birth != nil {
		f = c.birth.fired
	}
	events := make([]firing, 0, len(c.Events)+1)
	for _, kind := range c.Events {
		events = append(events, firing{s.id(models.PrefixEvent), kind})
	}
	if done.EventID != nil {
		kind, _ := models.EventFor(c.To)
		events = append(events, firing{*done.EventID, kind})
	}
	if len(events) == 0 {
		return refs(f.deliveries), s.together(tx, append(rows, f.writes()...)...)
	}
	endpoints, err := c.receivers(tx)
	if err != nil {
		return nil, err
	}
	if err := s.compose(&f, endpoints, aboutSession(done.Session), now, events...); err != nil {
		return nil, err
	}
	return refs(f.deliveries), s.together(tx, append(rows, f.writes()...)...)
}

func (c Change) receivers(tx *gorm.DB) ([]models.WebhookEndpoint, error) {
	if c.birth != nil {
		return c.birth.endpoints, nil
	}
	return enabledEndpoints(tx, c.OrgID)
}

// before returns the row before the change. If the caller has read the row, the UPDATE verifies that it is unchanged.
func (c Change) before(tx *gorm.DB) (models.Session, error) {
	if c.Read != nil {
		return *c.Read, nil
	}
	return sessionIn(tx, c.OrgID, c.SessionID)
}

func (s *Store) repeated(tx *gorm.DB, c Change, err error) (Changed, error) {
	if err != nil {
		return Changed{}, err
	}
	var first models.SessionTransition
	if _, err := one(tx.Where("session_id = ? AND id = ?", c.SessionID, c.ID), &first); err != nil {
		return Changed{}, err
	}
	if c.made.is(first) {
		return c.made.done, nil
	}
	session, err := sessionIn(tx, c.OrgID, c.SessionID)
	return Changed{Session: session, EventID: first.EventID, Repeated: true}, err
}

// columns returns the columns that the change sets, but for the revision.
func (c Change) columns(before models.Session, now models.Timestamp) map[string]any {
	set := map[string]any{"status": c.To, "updated": now}
	if c.ends(before) {
		set["completed_at"] = now
		set["attempt_id"], set["device_locked_at"], set["device_seen_at"] = nil, nil, nil
		maps.Copy(set, retention(before, now))
		if before.HasPortrait {
			set["has_portrait"] = false
		}
	}
	maps.Copy(set, c.Set)
	return set
}

// ends reports whether the change ends the session. A review of a verified session does not end it again.
func (c Change) ends(before models.Session) bool { return c.To.Terminal() && !before.Status.Terminal() }

// insertChanged inserts a new session as the change leaves it.
func (s *Store) insertChanged(
	tx *gorm.DB, c Change, before models.Session, now models.Timestamp,
) (changed models.Session, err error) {
	if c.Reused.own(c.OrgID) {
		if _, err := s.stillHolds(tx, *c.Reused); err != nil {
			return changed, err
		}
	}
	changed = before
	changed.Revision++
	if err := setColumns(tx.Statement.Context, &changed, c.columns(before, now)); err != nil {
		return changed, err
	}
	return changed, c.birth.insert(tx, changed, nil)
}

// apply makes the conditional UPDATE that decides a race, or inserts a new session.
func (s *Store) apply(tx *gorm.DB, c Change, before models.Session, now models.Timestamp) (models.Session, error) {
	if c.inserts() {
		return s.insertChanged(tx, c, before, now)
	}
	set := c.columns(before, now)
	set["revision"] = gorm.Expr("revision + 1")
	ends := c.ends(before)
	var changed models.Session
	q := tx.Model(&changed).Clauses(returning(models.Session{})).
		Where("id = ? AND org_id = ? AND status IN ?", c.SessionID, c.OrgID, c.From)
	if c.Due == nil {
		q = q.Where("(expires_at > ? OR completed_at IS NOT NULL)", s.Now())
	} else {
		q = q.Where("expires_at <= ?", *c.Due)
	}
	if c.Read != nil {
		q = q.Where("revision = ?", c.Read.Revision)
	}
	if c.Reused.own(c.OrgID) {
		held := tx.Model(&models.Credential{}).Select("1").Where("id = ?", c.Reused.Credential.ID)
		q = q.Where("EXISTS (?)", holds(held, "credentials", s.Now()))
	}
	res := q.Updates(set)
	if res.Error == nil && res.RowsAffected == 1 && ends && before.AttemptID != nil {
		return changed, dropTransfer(tx, *before.AttemptID)
	}
	if res.Error != nil || res.RowsAffected == 1 {
		return changed, res.Error
	}
	return s.refused(tx, c)
}

// refused returns the session that a change found unsuitable, and the reason.
func (s *Store) refused(tx *gorm.DB, c Change) (models.Session, error) {
	if c.Reused.own(c.OrgID) {
		if _, err := s.stillHolds(tx, *c.Reused); err != nil {
			return models.Session{}, err
		}
	}
	session, err := sessionIn(tx, c.OrgID, c.SessionID)
	if err != nil {
		return session, err
	}
	if c.Due == nil && session.Overdue(s.Now()) {
		return session, overdue(session)
	}
	return session, refusal(session)
}

func refusal(session models.Session) error {
	if session.Status.Terminal() {
		return models.SessionTerminal(session.Status)
	}
	return ErrRefused
}

func sessionIn(tx *gorm.DB, org, id string) (models.Session, error) {
	var session models.Session
	found, err := one(tx.Where("id = ? AND org_id = ?", id, org), &session)
	if err != nil {
		return session, err
	}
	if !found {
		return session, models.SessionNotFound(id)
	}
	return session, nil
}

// enabledEndpoints returns the organization's endpoints that may receive events.
func enabledEndpoints(tx *gorm.DB, org string) ([]models.WebhookEndpoint, error) {
	var endpoints []models.WebhookEndpoint
	err := tx.Where("org_id = ? AND status = ? AND NOT deleted", org, models.EndpointEnabled).
		Order("created, id").Find(&endpoints).Error
	return endpoints, err
}

// firing is an event to fire, with its id.
type firing struct {
	id   string
	kind models.EventType
}

// subject is the object of an event. Session is the session to which it belongs.
type subject struct {
	org, session string
	data         any
}

func aboutSession(s models.Session) subject { return subject{s.OrgID, s.ID, s.Public()} }

// fired are events with their deliveries, to be inserted.
type fired struct {
	events     []models.Event
	deliveries []models.Delivery
}

// compose adds events of the subject, each a microsecond after the one before.
func (s *Store) compose(
	f *fired, endpoints []models.WebhookEndpoint, about subject, now models.Timestamp, firings ...firing,
) error {
	data, err := json.Marshal(about.data)
	if err != nil {
		return err
	}
	for _, firing := range firings {
		event := models.Event{
			ID: firing.id, OrgID: about.org, Type: firing.kind, SessionID: &about.session, Data: string(data), Created: now,
		}
		f.events = append(f.events, event)
		for _, endpoint := range endpoints {
			if endpoint.Subscribes(firing.kind) {
				f.deliveries = append(f.deliveries, s.newDelivery(event, endpoint.ID, 1, now))
			}
		}
		now = models.At(now.Add(time.Microsecond))
	}
	return nil
}

// writes returns the writes that insert the events and their deliveries.
func (f *fired) writes() []write {
	var writes []write
	if len(f.events) > 0 {
		writes = append(writes, insertingEvents(f.events))
	}
	if len(f.deliveries) > 0 {
		writes = append(writes, func(tx *gorm.DB) *gorm.DB {
			return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&f.deliveries)
		})
	}
	return writes
}

// insertingEvents returns the write that inserts events, with the trace of its context.
func insertingEvents(events []models.Event) write {
	return func(tx *gorm.DB) *gorm.DB {
		trace := models.TraceParent(tx.Statement.Context)
		for i := range events {
			events[i].TraceParent = trace
		}
		return tx.Create(&events)
	}
}

func (s *Store) newDelivery(e models.Event, endpoint string, attempt int, due models.Timestamp) models.Delivery {
	return models.Delivery{
		ID: s.id(models.PrefixDelivery), OrgID: e.OrgID, EndpointID: endpoint, EventID: e.ID, EventType: e.Type,
		SessionID: e.SessionID, Attempt: attempt, Status: models.DeliveryPending, DueAt: due, Outstanding: true,
		Created: s.Now(),
	}
}
