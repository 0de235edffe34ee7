package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

type object map[string]any

// merchant is a live organization, subscribed to verification_session.verified alone. It and its users share a client.
type merchant struct {
	base, secret string
	http         *http.Client
	verified     *arrivals
	timers       *timers
	close        func()
}

// newMerchant makes the organization. Its endpoint is stored directly: over the API a live one must be https, and what
// TLS costs is not of interest here.
func newMerchant(ctx context.Context, s *stile, clients int, t *timers) (*merchant, error) {
	m := &merchant{base: s.api.URL(), verified: newArrivals(), timers: t}
	transport := &http.Transport{MaxIdleConns: clients, MaxIdleConnsPerHost: clients}
	receiver := newReceiver(m.verified)
	m.http = &http.Client{Transport: transport, Timeout: patience}
	m.close = func() { transport.CloseIdleConnections(); receiver.Close() }
	if err := m.seed(ctx, s.api.Store(), receiver.URL); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

func (m *merchant) seed(ctx context.Context, db *store.Store, hook string) error {
	org, err := db.Across().CreateOrganization(ctx, models.Organization{Name: "Bench"})
	if err != nil {
		return err
	}
	if _, m.secret, err = db.CreateKey(ctx, org.ID, store.ActorCLI, models.SecretKey); err != nil {
		return err
	}
	_, _, err = db.CreateEndpoint(ctx, store.ActorCLI, models.WebhookEndpoint{
		OrgID: org.ID, URL: hook, Status: models.EndpointEnabled,
		EnabledEvents: models.AsJSON([]models.EventType{models.EventSessionVerified}),
	})
	return err
}

// publish makes a workflow of a definition and returns its id.
func (m *merchant) publish(ctx context.Context, definition object) (string, error) {
	var workflow struct {
		ID string `json:"id"`
	}
	if err := m.post(ctx, m.secret, "/v1/workflows", definition, &workflow); err != nil {
		return "", err
	}
	return workflow.ID, m.post(ctx, m.secret, "/v1/workflows/"+workflow.ID+"/publish", nil, nil)
}

// verify takes one session from its creation to the webhook that says verified, and returns how long that took.
func (m *merchant) verify(ctx context.Context, workflow string) (time.Duration, error) {
	began := time.Now()
	var session struct {
		ID           string `json:"id"`
		ClientSecret string `json:"client_secret"`
	}
	order := object{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	if err := m.post(ctx, m.secret, "/v1/verification_sessions", order, &session); err != nil {
		return 0, err
	}
	if err := m.timers.await(ctx, session.ID); err != nil {
		return 0, err
	}
	verified := m.verified.expect(session.ID)
	path := "/v1/verify/session/" + session.ID + "/methods/self_attestation"
	declaration := object{"date_of_birth": "1990-01-31", "declaration": true}
	if err := m.post(ctx, session.ClientSecret, path, declaration, nil); err != nil {
		return 0, err
	}
	err := await(ctx, verified, session.ID)
	return time.Since(began), err
}

// post sends an object and reads the answer into out, unless that is nil.
func (m *merchant) post(ctx context.Context, credential, path string, in object, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if in == nil {
		body = nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+credential)
	response, err := m.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("POST %s: %s: %s", path, response.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
