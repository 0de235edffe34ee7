package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/sandbox"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
)

// event is an event of the list, as the API shows it.
type event struct {
	ID      string         `json:"id"`
	Object  string         `json:"object"`
	Type    string         `json:"type"`
	Created int64          `json:"created"`
	Pending int            `json:"pending_webhooks"`
	Data    map[string]any `json:"data"`
}

// lists is a server that lists events as the API does, with pages of two.
type lists struct {
	mu     sync.Mutex
	events []event // oldest first
	polls  int
	broken func(w http.ResponseWriter) bool // answers instead, if set and true
}

func (l *lists) add(kind string, ago time.Duration) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := "evt_" + models.RandomID()
	l.events = append(l.events, event{
		ID: id, Object: "event", Type: kind, Created: time.Now().Add(-ago).Unix(), Pending: 3,
		Data: map[string]any{"a": "<b>"},
	})
	return id
}

func (l *lists) fail(with func(w http.ResponseWriter) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = with
}

// polled waits for two more polls, the second of which began after the call.
func (l *lists) polled(t *testing.T) {
	t.Helper()
	count := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.polls
	}
	until := count() + 2
	testkit.Eventually(t, func() bool { return count() >= until })
}

func (l *lists) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.URL.Path == "/v1/events" && r.URL.Query().Get("starting_after") == "" {
		l.polls++
	}
	if l.broken != nil && l.broken(w) {
		return
	}
	if r.URL.Path == "/v1/organization" {
		_, _ = fmt.Fprint(w, `{"id": "org_1", "name": "Shop", "sandbox": true}`)
		return
	}
	var since int64
	_, _ = fmt.Sscan(r.URL.Query().Get("created[gte]"), &since)
	found := []event{}
	for _, e := range slices.Backward(l.events) {
		if e.Created >= since {
			found = append(found, e)
		}
	}
	if after := r.URL.Query().Get("starting_after"); after != "" {
		found = found[slices.IndexFunc(found, func(e event) bool { return e.ID == after })+1:]
	}
	more := len(found) > 2
	_ = json.NewEncoder(w).Encode(map[string]any{"data": found[:min(2, len(found))], "has_more": more})
}

// output collects lines.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// receiver is a developer's server.
type receiver struct {
	mu     sync.Mutex
	ids    []string
	bodies []string
	answer func(n int) int // the status of the n-th request, from 1
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var e event
	body := json.RawMessage{}
	_ = json.NewDecoder(request.Body).Decode(&body)
	_ = json.Unmarshal(body, &e)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids, r.bodies = append(r.ids, e.ID), append(r.bodies, string(body))
	if r.answer != nil {
		w.WriteHeader(r.answer(len(r.ids)))
	}
}

func (r *receiver) received() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ids)
}

type listening struct {
	api  *lists
	hook *receiver
	out  *output
	end  func() error
}

// listen runs a Listener until the end of the test.
func listen(t *testing.T, api *lists, hook *receiver, types ...models.EventType) listening {
	t.Helper()
	server, local := httptest.NewServer(api), httptest.NewServer(hook)
	t.Cleanup(server.Close)
	t.Cleanup(local.Close)
	client, err := sandbox.NewClient(server.URL, models.SecretKeyPrefix+"x")
	require.NoError(t, err)
	out := &output{}
	l := &sandbox.Listener{
		Client: client, URL: local.URL, Secret: "whsec_x", Types: types, Out: out, Every: 5 * time.Millisecond,
		Retries: []time.Duration{time.Millisecond, 2 * time.Millisecond},
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- l.Run(ctx, func() { close(ready) }) }()
	end := sync.OnceValue(func() error { cancel(); return testkit.Receive(t, done) })
	t.Cleanup(func() { _ = end() })
	select {
	case <-ready:
	case err := <-done:
		done <- err
	}
	return listening{api: api, hook: hook, out: out, end: end}
}

func TestEventsAfterTheStartAreForwardedOnceInOrder(t *testing.T) {
	t.Parallel()
	api := &lists{}
	api.add("verification_session.created", 0)
	l := listen(t, api, &receiver{})
	var want []string
	for range 5 { // more than a page
		want = append(want, api.add("verification_session.verified", 0))
	}
	testkit.Eventually(t, func() bool { return len(l.hook.received()) == 5 })
	api.polled(t)
	// An event may become visible after a younger one, because transactions commit in any order.
	late := api.add("verification_session.failed", 5*time.Second)
	testkit.Eventually(t, func() bool { return slices.Contains(l.hook.received(), late) })
	api.polled(t)
	require.NoError(t, l.end())
	require.ElementsMatch(t, append(want, late), l.hook.received())
	require.Contains(t, l.hook.bodies[0], `"data":{"a":"\u003cb\u003e"}`, "as deliveries encode it")
	require.NotContains(t, l.hook.bodies[0], "pending_webhooks")
	require.Contains(t, l.out.String(), "forwarded 6 events; 0 were not acknowledged")
}

func TestOnlyWantedTypesAreForwarded(t *testing.T) {
	t.Parallel()
	api := &lists{}
	l := listen(t, api, &receiver{}, models.EventSessionFailed)
	api.add("verification_session.verified", 0)
	failed := api.add("verification_session.failed", 0)
	testkit.Eventually(t, func() bool { return len(l.hook.received()) > 0 })
	api.polled(t)
	require.NoError(t, l.end())
	require.Equal(t, []string{failed}, l.hook.received())

	all := listen(t, &lists{}, &receiver{})
	all.api.add("webhook_endpoint.test", 0) // endpoints do not subscribe to it
	verified := all.api.add("verification_session.verified", 0)
	testkit.Eventually(t, func() bool { return len(all.hook.received()) > 0 })
	all.api.polled(t)
	require.Equal(t, []string{verified}, all.hook.received())
}

func TestRefusedEventIsRepeatedUntilTheWaitsAreUsedUp(t *testing.T) {
	t.Parallel()
	l := listen(t, &lists{}, &receiver{answer: func(n int) int { return []int{500, 302, 410, 204}[min(n, 4)-1] }})
	lost := l.api.add("verification_session.verified", 0)
	testkit.Eventually(t, func() bool { return strings.Contains(l.out.String(), "given up") })
	require.Equal(t, []string{lost, lost, lost}, l.hook.received())
	l.api.add("verification_session.failed", 0)
	testkit.Eventually(t, func() bool { return strings.Contains(l.out.String(), ": 204 (") })
	require.NoError(t, l.end())
	require.Contains(t, l.out.String(), "again in 2ms")
	require.Contains(t, l.out.String(), "forwarded 2 events; 1 were not acknowledged")
}

// Events of the time in which the API did not answer come afterwards.
func TestOutageOfTheAPILosesNoEvent(t *testing.T) {
	t.Parallel()
	l := listen(t, &lists{}, &receiver{})
	for _, broken := range []func(w http.ResponseWriter) bool{
		func(http.ResponseWriter) bool { panic(http.ErrAbortHandler) },
		func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true },
		func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusTooManyRequests); return true },
		func(w http.ResponseWriter) bool { _, _ = w.Write([]byte("<html>")); return true },
	} {
		l.api.fail(broken)
		l.api.polled(t)
		id := l.api.add("verification_session.verified", 0)
		l.api.polled(t)
		require.NotContains(t, l.hook.received(), id)
		l.api.fail(nil)
		testkit.Eventually(t, func() bool { return slices.Contains(l.hook.received(), id) })
	}
	require.NoError(t, l.end())
	require.Equal(t, 4, strings.Count(l.out.String(), "; trying again"))
	require.Equal(t, 4, strings.Count(l.out.String(), "the API answers again"))
}

func TestRefusedKeyEndsListening(t *testing.T) {
	t.Parallel()
	api := &lists{}
	api.fail(func(w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error": {"code": "api_key_invalid", "message": "Invalid API key provided"}}`))
		return true
	})
	require.ErrorContains(t, listen(t, api, &receiver{}).end(), "401 api_key_invalid: Invalid API key provided")
}

// An attempt that is under way at the end is finished, one that waits is given up.
func TestEndOfListeningWaitsForNoRetry(t *testing.T) {
	t.Parallel()
	l := listen(t, &lists{}, &receiver{answer: func(int) int { return 500 }})
	testkit.Eventually(t, func() bool {
		l.api.add("verification_session.verified", 0)
		return strings.Contains(l.out.String(), "again in")
	})
	require.NoError(t, l.end())
	require.Regexp(t, `forwarded \d+ events`, l.out.String())
}

func TestNamesOfTypesAreChecked(t *testing.T) {
	t.Parallel()
	types, err := sandbox.EventTypes([]string{" session_review.flagged", "verification_session.failed"})
	require.NoError(t, err)
	require.Equal(t, []models.EventType{models.EventReviewFlagged, models.EventSessionFailed}, types)
	types, err = sandbox.EventTypes([]string{"*"})
	require.NoError(t, err)
	require.Empty(t, types)
	_, err = sandbox.EventTypes([]string{"session.failed"})
	require.ErrorContains(t, err, "verification_session.failed")
	for want, c := range map[string][2]string{
		"STILE_API_URL":        {"", "stile_sk_x"},
		"the URL of the API":   {"localhost:8080", "stile_sk_x"},
		"begins with stile_sk": {"http://localhost:8080", "stile_pk_x"},
	} {
		_, err := sandbox.NewClient(c[0], c[1])
		require.ErrorContains(t, err, want)
	}
}
