package e2e

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stile-id/stile/sdk/go/stile"
	"github.com/stile-id/stile/sdk/go/webhook"
)

// params returns those of a session with a reference of the merchant's.
func params(reference string) stile.VerificationSessionCreateParams {
	return stile.VerificationSessionCreateParams{
		Type: stile.SessionTypeAge, WorkflowID: dev.Sandbox.Workflow, Jurisdiction: "US", ClientReferenceID: reference,
	}
}

// receiver starts a merchant's server, and returns its URL, a channel for the secret of its endpoint, and the events
// that it accepts.
func receiver(t *testing.T) (url string, secret chan string, events chan webhook.Event) {
	t.Helper()
	secret, events = make(chan string, 1), make(chan webhook.Event, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := <-secret
		secret <- known
		event, err := webhook.FromRequest(r, known)
		if err != nil {
			t.Error(err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		events <- event
	}))
	t.Cleanup(server.Close)
	return server.URL + "/stile", secret, events
}

// verify submits as the user's page does, with a simulated result.
func verify(t *testing.T, session *stile.VerificationSession) {
	t.Helper()
	url := fmt.Sprintf("%s/v1/verify/session/%s/methods/self_attestation", dev.API, session.ID)
	request, err := http.NewRequestWithContext(
		t.Context(), http.MethodPost, url, strings.NewReader(`{"simulate": "pass"}`))
	check(t, err)
	request.Header.Set("Authorization", "Bearer "+session.ClientSecret)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	check(t, err)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(response.Body)
		t.Fatalf("%d: %s", response.StatusCode, text)
	}
}

func TestUserVerifiesAndTheServerOfTheMerchantGetsTheSignedEvent(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	url, secret, events := receiver(t)
	endpoint, err := client.WebhookEndpoints.Create(t.Context(), stile.WebhookEndpointCreateParams{
		URL: url, EnabledEvents: []stile.EventType{stile.EventTypeVerificationSessionVerified},
	})
	check(t, err)
	secret <- endpoint.Secret
	created, err := client.VerificationSessions.Create(t.Context(), params("order_1"))
	check(t, err)
	equal(t, strings.Contains(created.URL, created.ClientSecret), true, "the URL has the secret")
	verify(t, created)

	var event webhook.Event
	for session := (stile.VerificationSession{}); session.ID != created.ID; { // other tests verify sessions, too
		select {
		case event = <-events:
			check(t, event.Decode(&session))
			equal(t, session.Status, stile.SessionStatusVerified, "status")
		case <-time.After(time.Minute):
			t.Fatal("no event arrived")
		}
	}
	listed, err := client.Events.Retrieve(t.Context(), event.ID)
	check(t, err)
	equal(t, listed.Type, stile.EventTypeVerificationSessionVerified, "type")

	session, err := client.VerificationSessions.Retrieve(t.Context(), created.ID,
		stile.VerificationSessionRetrieveParams{Expand: []string{"results"}})
	check(t, err)
	equal(t, session.Results[0].Status, "passed", "result")
	equal(t, session.ClientReferenceID, "order_1", "reference")
	equal(t, session.CompletedAt.Time().IsZero(), false, "completed")
	deleted, err := client.WebhookEndpoints.Delete(t.Context(), endpoint.ID)
	check(t, err)
	equal(t, deleted.Deleted, true, "deleted")
}

func TestIdempotencyKeyIsReplayedAndRefusedForAnotherBody(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	key := stile.WithIdempotencyKey("order_12345")
	first, err := client.VerificationSessions.Create(t.Context(), params("first"), key)
	check(t, err)
	again, err := client.VerificationSessions.Create(t.Context(), params("first"), key)
	check(t, err)
	equal(t, again.ID, first.ID, "session")
	_, err = client.VerificationSessions.Create(t.Context(), params("other"), key)
	var refused *stile.Error
	equal(t, errors.As(err, &refused), true, "an error of the API")
	equal(t, refused.StatusCode, http.StatusConflict, "status")
	equal(t, refused.Code, stile.ErrorCodeIdempotencyKeyReuse, "code")
	equal(t, strings.HasPrefix(refused.RequestID, "req_"), true, "request id")
}

// lossy loses the first answer after the server has served the request.
type lossy struct{ attempts int }

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	l.attempts++
	if err != nil || l.attempts > 1 {
		return response, err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return nil, errors.New("the answer was lost")
}

func TestCreateWithALostAnswerMakesOneSession(t *testing.T) {
	t.Parallel()
	wire := &lossy{}
	client := newClient(t, stile.WithHTTPClient(&http.Client{Transport: wire}))
	session, err := client.VerificationSessions.Create(t.Context(), params("lossy"))
	check(t, err)
	equal(t, wire.attempts, 2, "attempts")
	list, err := client.VerificationSessions.List(t.Context(),
		stile.VerificationSessionListParams{ClientReferenceID: "lossy"})
	check(t, err)
	equal(t, len(list.Data), 1, "sessions")
	equal(t, list.Data[0].ID, session.ID, "session")
}

func TestListsGoThroughAllPagesByRangesOfTime(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	var newest []string
	for range 3 {
		session, err := client.VerificationSessions.Create(t.Context(), params("paged"))
		check(t, err)
		newest = append([]string{session.ID}, newest...)
	}
	filters := stile.VerificationSessionListParams{
		ClientReferenceID: "paged", Limit: 1, Created: stile.Range{GTE: 1},
	}
	var found []string
	for session, err := range client.VerificationSessions.All(t.Context(), filters) {
		check(t, err)
		found = append(found, session.ID)
	}
	equal(t, strings.Join(found, " "), strings.Join(newest, " "), "sessions")
	filters.Created = stile.Range{LT: 1}
	list, err := client.VerificationSessions.List(t.Context(), filters)
	check(t, err)
	equal(t, len(list.Data), 0, "sessions before 1970")
}
