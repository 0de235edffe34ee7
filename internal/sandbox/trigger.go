package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

const (
	// eventWithin limits the wait for a step of a session, and for the event.
	eventWithin = 30 * time.Second
	// lookEvery is the time between two looks at a session.
	lookEvery = 100 * time.Millisecond
	// mostSubmissions limits the submissions of one session.
	mostSubmissions = 50
	// expiryWithin is the longest life of a session with which a caller waits for its expiry.
	expiryWithin = 2 * time.Minute
	// place is the jurisdiction of sessions on the trigger's own workflows.
	place = "US"
)

// decisions are the reviewers' decisions that fire an event.
var decisions = map[models.EventType]string{
	models.EventReviewApproved: "approve", models.EventReviewRejected: "reject", models.EventReviewEscalated: "escalate",
}

// MadeTypes returns the types of events that a Trigger makes.
func MadeTypes() []models.EventType {
	return slices.DeleteFunc(models.EventTypes(), func(t models.EventType) bool { return notMade(t) != "" })
}

// notMade returns why no Trigger makes an event of the type; "" if one does.
func notMade(t models.EventType) string {
	switch {
	case slices.Contains([]models.EventType{
		models.EventTrustGrantCreated, models.EventTrustGrantRevoked, models.EventTrustConsentRevoked,
	}, t):
		return "it needs two organizations and the consent of a user: see docs/trust-reuse.md"
	case t == models.EventEndpointTest:
		return "POST /v1/webhook_endpoints/:id/test sends it to an endpoint"
	case !slices.Contains(models.EventTypes(), t):
		return "there is no such type"
	default:
		return ""
	}
}

// Trigger makes events by playing sessions of a sandbox, with simulated outcomes.
type Trigger struct {
	Client *Client
	// Workflow is the id of the published workflow of the sessions; "" means one that the Trigger makes for itself.
	Workflow string
	// Jurisdiction is that of the sessions; "" means that of the Trigger's own workflows.
	Jurisdiction string
}

// Made is an event that a Trigger has made.
type Made struct {
	Event   models.EventObject
	Session string
}

// session is a session as its merchant sees it.
type session struct {
	ID           string               `json:"id"`
	ClientSecret string               `json:"client_secret"`
	Status       models.SessionStatus `json:"status"`
	Created      int64                `json:"created"`
	ExpiresAt    int64                `json:"expires_at"`
	Review       *struct {
		Status models.ReviewStatus `json:"status"`
	} `json:"review"`
}

// Make plays a session until it fires an event of the type, and returns the event.
func (t *Trigger) Make(ctx context.Context, kind models.EventType) (made Made, err error) {
	if reason := notMade(kind); reason != "" {
		return made, fmt.Errorf("%s cannot be made: %s; the types that can be made are %s",
			kind, reason, models.Listed(MadeTypes()))
	}
	workflow, err := t.workflow(ctx, kind)
	if err != nil {
		return made, err
	}
	var s session
	_, err = t.Client.do(ctx, http.MethodPost, "/v1/verification_sessions", t.Client.key, map[string]any{
		"type": "age", "workflow_id": workflow, "jurisdiction": t.jurisdiction(), "client_reference_id": "stile trigger",
	}, &s)
	if err != nil {
		return made, err
	}
	made.Session = s.ID
	if err := t.play(ctx, kind, s); err != nil {
		return made, fmt.Errorf("session %s: %w", s.ID, err)
	}
	made.Event, err = t.await(ctx, kind, s.ID)
	return made, err
}

func (t *Trigger) jurisdiction() string {
	if t.Jurisdiction == "" {
		return place
	}
	return t.Jurisdiction
}

// play drives the session until it fires an event of the type.
func (t *Trigger) play(ctx context.Context, kind models.EventType, s session) error {
	switch kind {
	case models.EventSessionCreated:
		return nil
	case models.EventSessionCancelled:
		return t.post(ctx, s, "/cancel", struct{}{})
	case models.EventSessionExpired:
		return waitForExpiry(ctx, s)
	case models.EventSessionFailed:
		return t.submit(ctx, s, "fail", func(s session) bool { return s.Status.Terminal() })
	case models.EventSessionVerified:
		return t.submit(ctx, s, "pass", func(s session) bool { return s.Status.Terminal() })
	}
	if err := t.submit(ctx, s, "pass", inReview); err != nil {
		return err
	}
	if decision := decisions[kind]; decision != "" {
		return t.post(ctx, s, "/review", map[string]string{"decision": decision})
	}
	return nil
}

func inReview(s session) bool { return s.Review != nil && s.Review.Status == models.ReviewPending }

// post sends a request about the session in the name of the merchant.
func (t *Trigger) post(ctx context.Context, s session, path string, body any) error {
	_, err := t.Client.do(ctx, http.MethodPost, "/v1/verification_sessions/"+s.ID+path, t.Client.key, body, nil)
	return err
}

// waitForExpiry waits until the session's deadline, unless it is far.
func waitForExpiry(ctx context.Context, s session) error {
	life := time.Duration(s.ExpiresAt-s.Created) * time.Second
	if life > expiryWithin {
		return fmt.Errorf("it expires after %s only; start Stile with STILE_SESSION_TTL=10s to make this event", life)
	}
	return sleep(ctx, time.Until(time.Unix(s.ExpiresAt, 0)))
}

// submit submits an outcome to the methods that the session offers until done is true for the session.
func (t *Trigger) submit(ctx context.Context, s session, outcome string, done func(session) bool) error {
	for range mostSubmissions {
		now, err := t.settled(ctx, s.ID, done)
		if err != nil || done(now) {
			return err
		}
		if now.Status.Terminal() {
			return fmt.Errorf("it ended %s: its workflow does not lead to this event by the simulated outcome %q",
				now.Status, outcome)
		}
		method, err := t.offered(ctx, s)
		if err != nil {
			return err
		}
		path := "/v1/verify/session/" + s.ID + "/methods/" + url.PathEscape(method)
		_, err = t.Client.do(ctx, http.MethodPost, path, s.ClientSecret, map[string]string{"simulate": outcome}, nil)
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("%d submissions did not lead to this event", mostSubmissions)
}

// settled returns the session when no attempt is being judged, or done is true for it.
func (t *Trigger) settled(ctx context.Context, id string, done func(session) bool) (s session, err error) {
	limit := time.Now().Add(eventWithin)
	for {
		s = session{}
		_, err = t.Client.do(ctx, http.MethodGet, "/v1/verification_sessions/"+id, t.Client.key, nil, &s)
		if err != nil || done(s) || s.Status != models.StatusProcessing {
			return s, err
		}
		if time.Now().After(limit) {
			return s, fmt.Errorf("it has been processing for %s: is a worker running?", eventWithin)
		}
		if err := sleep(ctx, lookEvery); err != nil {
			return s, err
		}
	}
}

// offered returns the first method that the session offers.
func (t *Trigger) offered(ctx context.Context, s session) (string, error) {
	var view struct {
		Methods []struct {
			Method string `json:"method"`
			Status string `json:"status"`
		} `json:"methods"`
	}
	_, err := t.Client.do(ctx, http.MethodGet, "/v1/verify/session/"+s.ID, s.ClientSecret, nil, &view)
	if err != nil {
		return "", err
	}
	for _, m := range view.Methods {
		if m.Status == graph.OfferAvailable {
			return m.Method, nil
		}
	}
	return "", errors.New("it offers no method")
}

// await returns the session's event of the type.
func (t *Trigger) await(ctx context.Context, kind models.EventType, id string) (models.EventObject, error) {
	limit := time.Now().Add(eventWithin)
	for {
		events, _, err := t.Client.events(ctx, url.Values{"session": {id}, "type": {string(kind)}})
		if err == nil && len(events) > 0 {
			return events[0], nil
		}
		if err == nil && time.Now().After(limit) {
			err = fmt.Errorf("session %s has fired no %s within %s", id, kind, eventWithin)
		}
		if err == nil {
			err = sleep(ctx, lookEvery)
		}
		if err != nil {
			return models.EventObject{}, err
		}
	}
}

func sleep(ctx context.Context, wait time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}
