package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

type object map[string]any

// tenant is a live organization with a client that uses its key.
type tenant struct {
	stile       *stile
	http        *http.Client
	base        string // of the API
	org, secret string
}

func newTenant(ctx context.Context, s *stile, client *http.Client) (*tenant, error) {
	t := &tenant{stile: s, http: client, base: s.api.URL()}
	org, err := s.api.Store().Across().CreateOrganization(ctx, models.Organization{Name: "Bench"})
	if err != nil {
		return nil, err
	}
	t.org = org.ID
	_, t.secret, err = s.api.Store().CreateKey(ctx, t.org, store.ActorCLI, models.SecretKey)
	return t, err
}

// subscribe creates an endpoint that receives verified sessions and returns its id. It writes to the store, because the
// API requires https in a live organization, and the cost of TLS is not measured here.
func (t *tenant) subscribe(ctx context.Context, url string) (string, error) {
	endpoint, _, err := t.stile.api.Store().CreateEndpoint(ctx, store.ActorCLI, models.WebhookEndpoint{
		OrgID: t.org, URL: url, Status: models.EndpointEnabled,
		EnabledEvents: models.AsJSON([]models.EventType{models.EventSessionVerified}),
	}, 0)
	return endpoint.ID, err
}

// test sends a test event to the endpoint and returns its id.
func (t *tenant) test(ctx context.Context, endpoint string) (event string, err error) {
	var delivery struct {
		EventID string `json:"event_id"`
	}
	err = t.post(ctx, t.secret, "/v1/webhook_endpoints/"+endpoint+"/test", nil, &delivery)
	return delivery.EventID, err
}

// session holds the values that the user's page has.
type session struct {
	ID           string `json:"id"`
	ClientSecret string `json:"client_secret"`
}

func (s session) path(rest string) string { return "/v1/verify/session/" + s.ID + rest }

func (t *tenant) create(ctx context.Context, workflow string) (s session, err error) {
	order := object{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	err = t.post(ctx, t.secret, "/v1/verification_sessions", order, &s)
	return s, err
}

// attest submits a declaration to the session.
func (t *tenant) attest(ctx context.Context, s session) error {
	declaration := object{"date_of_birth": "1990-01-31", "declaration": true}
	return t.post(ctx, s.ClientSecret, s.path("/methods/self_attestation"), declaration, nil)
}

// post sends an object and decodes the answer into out, unless out is nil.
func (t *tenant) post(ctx context.Context, credential, path string, in object, out any) error {
	response, err := t.ask(ctx, credential, path, in)
	if err != nil {
		return err
	}
	if response.status >= http.StatusMultipleChoices {
		return fmt.Errorf("POST %s: %d: %s", path, response.status, response.body)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(response.body, out)
}

// ask sends an object and returns the answer.
func (t *tenant) ask(ctx context.Context, credential, path string, in object) (answer, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return answer{}, err
	}
	if in == nil {
		body = nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	return t.send(request, credential)
}

// answer is a server's answer.
type answer struct {
	status      int
	contentType string
	tag         string // of the ETag header
	body        []byte
}

// get sends a GET request to any server, with the tenant's key.
func (t *tenant) get(ctx context.Context, url string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return answer{}, err
	}
	return t.send(request, t.secret)
}

func (t *tenant) send(request *http.Request, credential string) (answer, error) {
	if credential != "" {
		request.Header.Set("Authorization", "Bearer "+credential)
	}
	response, err := t.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{
		status: response.StatusCode, contentType: response.Header.Get("Content-Type"), tag: response.Header.Get("ETag"),
		body: body,
	}, err
}
