package api_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/models"
)

// asked is a session with a submission that waits for a provider's verdict.
type asked struct {
	session
	connector  connected
	submission string
}

func (e *env) asked() asked {
	e.t.Helper()
	s, c := e.documentSession(obj{"mode": "callback", "name": "Acme"})
	attempt := e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"input": obj{}}), 202).object
	return asked{s, c, attempt["id"].(string)}
}

// call sends the provider's callback.
func (e *env) call(a asked, verdict obj, more ...string) answer {
	e.t.Helper()
	return e.callWith(a.connector.secret, a.submission, verdict, more...)
}

func (e *env) callWith(secret, submission string, verdict obj, more ...string) answer {
	e.t.Helper()
	body, err := json.Marshal(verdict)
	require.NoError(e.t, err)
	header := append([]string{signature.Header, signature.Sign(secret, e.clock.Now(), body)}, more...)
	return e.do("POST", api.PathCallbacks+"/"+submission, "", json.RawMessage(body), header...)
}

func TestProviderCallsBack(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	a := e.asked()
	verdict := obj{
		"outcome": "passed", "age_tier": "min_age_21", "checks": []obj{{"name": "mrz_check_digits", "status": "passed"}},
		"risk": obj{"score": 40, "signals": []string{"vpn"}}, "more": "than Stile reads",
	}
	want := obj{"object": "provider_callback", "submission_id": a.submission, "status": "accepted"}
	require.Equal(t, want, e.isOK(e.call(a, verdict), 200).object)
	require.Equal(t, "verified", e.status(a.session))
	require.Contains(t, e.temporal.all(), "changed "+a.id, "the run hears of it")
	row, err := e.store.Session(t.Context(), e.sandbox.org.ID, a.id)
	require.NoError(t, err)
	require.NotNil(t, row.NudgeAt, "and if it does not, the sweep tells it")

	shown := e.isOK(e.do("GET", pathSessions+"/"+a.id+"?expand[]=results", e.sandbox.secret, nil), 200).object
	require.Equal(t, obj{"score": 40.0, "level": "medium", "signals": []any{"vpn"}, "weights": obj{}}, shown["risk"])
	result := in(shown, "results", 0).(obj)
	require.Equal(
		t,
		[]any{"passed", "min_age_21", "Acme"},
		[]any{result["status"], result["age_tier"], result["provider"]},
	)

	require.Equal(t, want, e.isOK(e.call(a, verdict), 200).object, "a repeat is answered alike")
	e.isError(e.call(a, obj{"outcome": "failed", "reason_codes": []string{"document_expired"}}), 409, "verdict_given")
	require.Equal(t, "verified", e.status(a.session), "the first verdict counts")
}

func TestInsufficientProofOfAProviderFails(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	c := e.connect(e.sandbox, "document_capture", "http://vendor.example:9001/judge", obj{"mode": "callback"})
	definition := simple("document_capture")
	definition["use_case"], definition["preferences"] = "alcohol_delivery", obj{"max_attempts": 1}
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	attempt := e.isOK(e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"input": obj{}}), 202).object
	a := asked{s, c, attempt["id"].(string)}
	for range 2 { // the repeat gets the same reading
		e.isOK(e.call(a, obj{"outcome": "passed", "age_tier": "min_age_18"}), 200)
	}
	shown := e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
	require.Equal(t, "failed", shown["status"])
	require.Equal(t, "under_age", in(shown, "failure", "reason_code"))
}

func TestCallbackIsRefusedByItsFault(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	a := e.asked()
	other := e.connect(e.stranger, "document_capture", "https://vendor.example/", obj{"mode": "callback"})
	passed := obj{"outcome": "passed"}

	e.isError(e.callWith(other.secret, a.submission, passed), 401, "signature_invalid")
	e.isError(e.callWith(a.connector.secret, "vr_"+strings.Repeat("a", 24), passed), 404, "resource_missing", "id")
	for _, header := range []string{"t=1,v1=00", "nonsense", signature.Sign(a.connector.secret, e.clock.Now(), []byte(`{}`)),
		signature.Sign(a.connector.secret, e.clock.Now().Add(-time.Hour), []byte(`{"outcome":"passed"}`))} {
		ans := e.do("POST", api.PathCallbacks+"/"+a.submission, "", passed, signature.Header, header)
		require.Equal(t, "authentication_error", e.isError(ans, 401, "signature_invalid")["type"])
	}
	unsigned := e.client
	e.client = e.unchecked // the specification requires the header
	e.isError(e.do("POST", api.PathCallbacks+"/"+a.submission, "", passed), 401, "signature_invalid")
	e.isError(e.do("POST", api.PathCallbacks+"/"+a.submission, e.sandbox.secret, passed), 401, "signature_invalid")
	for param, verdict := range map[string]obj{
		"outcome":         {},
		"age_tier":        {"outcome": "passed", "age_tier": "min_age_99"},
		"reason_codes":    {"outcome": "failed"},
		"reason_codes[0]": {"outcome": "failed", "reason_codes": []string{"bad_hair"}},
		"risk.score":      {"outcome": "passed", "risk": obj{"score": 101}},
	} {
		e.isError(e.call(a, verdict), 400, "parameter_invalid", param)
	}
	e.isError(
		e.callWith(a.connector.secret, a.submission, obj{"outcome": strings.Repeat("x", 1<<20)}),
		413,
		"request_too_large",
	)
	e.client = unsigned
	require.Equal(t, "processing", e.status(a.session), "none of it counts")

	e.isOK(e.do("DELETE", pathConnectors+"/"+a.connector.id, e.sandbox.secret, nil), 200)
	e.isError(e.call(a, passed), 404, "resource_missing", "id")
}

func TestLateCallbackIsRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	a := e.asked()
	_, err := e.store.End(t.Context(), e.sandbox.org.ID, a.id, models.OpenStatuses, models.StatusExpired)
	require.NoError(t, err)
	e.isError(e.call(a, obj{"outcome": "passed"}), 409, "session_terminal")
	require.Equal(t, "expired", e.status(a.session))
}

func TestOnlyOneOfManyCallbacksCounts(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	a := e.asked()
	statuses := make([]int, 20)
	var calls sync.WaitGroup
	for i := range statuses {
		calls.Go(func() {
			verdict := obj{"outcome": "passed"}
			if i%2 == 1 {
				verdict = obj{"outcome": "failed", "reason_codes": []string{"face_mismatch"}}
			}
			statuses[i] = e.call(a, verdict).status
		})
	}
	calls.Wait()
	count := map[int]int{}
	for i, status := range statuses {
		require.Contains(t, []int{200, 409}, status)
		require.Equal(t, statuses[i%2], status, "who agrees with the first is answered alike")
		count[status]++
	}
	require.Equal(t, map[int]int{200: 10, 409: 10}, count)
	results, err := e.store.Results(t.Context(), e.sandbox.org.ID, a.id)
	require.NoError(t, err)
	require.Len(t, results[a.id], 1)
}

func TestRotatedConnectorSecretCountsAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	a := e.asked()
	rotated := e.isOK(e.do("POST", pathConnectors+"/"+a.connector.id+"/rotate-secret", e.sandbox.secret, nil), 200).object
	e.isError(e.call(a, obj{"outcome": "passed"}), 401, "signature_invalid")
	a.connector.secret = rotated["secret"].(string)
	e.isOK(e.call(a, obj{"outcome": "passed"}), 200)
}
