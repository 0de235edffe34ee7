package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stile-id/stile/sdk/go/stile"
)

func TestWorkflowIsMadePublishedChangedAndTried(t *testing.T) {
	t.Parallel()
	workflows := newClient(t).Workflows
	workflow, err := workflows.Create(t.Context(), stile.WorkflowCreateParams{
		Name: "SDK", Mode: "simple", UseCase: "social_media", Jurisdictions: []string{"US"},
		Methods: []string{"self_attestation"},
	})
	check(t, err)
	version, err := workflows.Publish(t.Context(), workflow.ID, stile.WorkflowPublishParams{Note: "first"})
	check(t, err)
	read, err := workflows.RetrieveVersion(t.Context(), workflow.ID, version.Version)
	check(t, err)
	equal(t, read.WorkflowID+read.Note, workflow.ID+"first", "version")
	changed, err := workflows.Update(t.Context(), workflow.ID, stile.WorkflowUpdateParams{Name: stile.Ptr("Changed")})
	check(t, err)
	equal(t, changed.Name+changed.Methods[0], "Changedself_attestation", "the update keeps the rest")
	simulation, err := workflows.Simulate(t.Context(), workflow.ID, stile.WorkflowSimulateParams{
		Cases: []stile.SimulationCase{{
			Results: []stile.SimulationCaseResult{{Method: "self_attestation", Outcome: "passed"}},
			Expect:  &stile.SimulationCaseExpect{Outcome: stile.SimulatedOutcomeVerified},
		}},
	})
	check(t, err)
	equal(t, simulation.Passed, true, "simulation")
	_, err = workflows.Rollback(t.Context(), workflow.ID, stile.WorkflowRollbackParams{Version: 99})
	equal(t, errors.As(err, new(*stile.Error)), true, "an unknown version is refused")
}

func TestUpdateRemovesAndKeepsMembers(t *testing.T) {
	t.Parallel()
	endpoints := newClient(t).WebhookEndpoints
	endpoint, err := endpoints.Create(t.Context(), stile.WebhookEndpointCreateParams{
		URL: "http://127.0.0.1:9009/kept", EnabledEvents: []stile.EventType{stile.EventTypeAll}, Status: "disabled",
		Description: "to be removed", Metadata: map[string]string{"a": "1", "b": "2"},
	})
	check(t, err)
	changed, err := endpoints.Update(t.Context(), endpoint.ID, stile.WebhookEndpointUpdateParams{
		Description: stile.Ptr(""), Metadata: map[string]*string{"a": nil},
	})
	check(t, err)
	equal(t, changed.Description, "", "description")
	equal(t, len(changed.Metadata), 1, "pairs")
	equal(t, changed.URL+changed.Status+string(changed.EnabledEvents[0]), "http://127.0.0.1:9009/keptdisabled*", "the rest")
}

// TestTypesHaveEveryMemberOfTheAnswers decodes answers strictly. The client itself ignores members of later versions.
func TestTypesHaveEveryMemberOfTheAnswers(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	session, err := client.VerificationSessions.Create(t.Context(), params("strict"))
	check(t, err)
	verify(t, session)
	endpoint, err := client.WebhookEndpoints.Create(t.Context(), stile.WebhookEndpointCreateParams{
		URL: "http://127.0.0.1:9009/strict", EnabledEvents: []stile.EventType{stile.EventTypeAll}, Status: "disabled",
	})
	check(t, err)
	for path, object := range map[string]any{
		"/v1/verification_sessions/" + session.ID + "?explain=true&expand[]=results": &stile.VerificationSession{},
		"/v1/verification_sessions":                                    &stile.VerificationSessionList{},
		"/v1/events":                                                   &stile.EventList{},
		"/v1/webhook_endpoints/" + endpoint.ID:                         &stile.WebhookEndpoint{},
		"/v1/webhook_endpoints/" + endpoint.ID + "/deliveries":         &stile.WebhookDeliveryList{},
		"/v1/webhook_endpoints/" + endpoint.ID + "/recoveries":         &stile.WebhookRecoveryList{},
		"/v1/compliance/check?use_cases=alcohol_delivery&explain=true": &stile.ComplianceCheck{},
		"/v1/reviews":                                         &stile.ReviewList{},
		"/v1/organization":                                    &stile.Organization{},
		"/v1/organization/embed_origins":                      &stile.EmbedOrigins{},
		"/v1/trust_reuse/policy":                              &stile.TrustPolicy{},
		"/v1/trust_reuse/grants":                              &stile.TrustGrantList{},
		"/v1/provider_connectors":                             &stile.ProviderConnectorList{},
		"/v1/workflows/" + dev.Sandbox.Workflow:               &stile.Workflow{},
		"/v1/workflows/" + dev.Sandbox.Workflow + "/versions": &stile.WorkflowVersionList{},
	} {
		var text json.RawMessage
		check(t, client.Do(t.Context(), http.MethodGet, path, nil, nil, &text))
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(object); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
