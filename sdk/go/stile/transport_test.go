package stile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stile-id/stile/sdk/go/stile"
)

var (
	found  = answer(http.StatusOK, `{"id": "vks_1"}`)
	params = stile.VerificationSessionCreateParams{Type: stile.SessionTypeAge, WorkflowID: "wf_1"}
)

func TestRequestHasKeyUserAgentAndJSONAndAPostAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := serve(t, found)
	_, err := s.VerificationSessions.Create(t.Context(), params)
	check(t, err)
	_, err = s.VerificationSessions.Create(t.Context(), params, stile.WithIdempotencyKey("order_12345"))
	check(t, err)
	_, err = s.Events.Retrieve(t.Context(), "evt_1")
	check(t, err)
	requests, _ := s.took()
	first, second, third := requests[0], requests[1], requests[2]
	equal(t, first.method+" "+first.url, "POST /v1/verification_sessions", "request")
	equal(t, first.header.Get("Authorization"), "Bearer "+key, "key")
	equal(t, first.header.Get("Content-Type"), "application/json", "type")
	equal(t, first.body, `{"type":"age","workflow_id":"wf_1"}`, "body")
	agent := regexp.MustCompile(`^stile-go/\d+\.\d+\.\d+ \(go1\.\d+`)
	if !agent.MatchString(first.header.Get("User-Agent")) {
		t.Fatal(first.header.Get("User-Agent"))
	}
	if len(first.header.Get("Idempotency-Key")) < 20 {
		t.Fatal("the random key is too short")
	}
	equal(t, second.header.Get("Idempotency-Key"), "order_12345", "key of the caller")
	equal(t, third.header.Get("Idempotency-Key")+third.header.Get("Content-Type"), "", "headers of a GET")
}

func TestTemporaryFaultsAreRepeatedWithTheSameIdempotencyKey(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]http.HandlerFunc{
		"429":              refusal(429, "rate_limit_error", "rate_limit_exceeded"),
		"503":              refusal(503, "api_error", "service_unavailable"),
		"a proxy's 502":    answer(502, "<html>Bad Gateway</html>"),
		"a cut connection": cut(false),
		"a cut answer":     cut(true),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, fault, fault, found)
			session, err := s.VerificationSessions.Create(t.Context(), params)
			check(t, err)
			equal(t, session.ID, "vks_1", "session")
			requests, waits := s.took()
			equal(t, len(requests), 3, "requests")
			for _, one := range requests[1:] {
				equal(t, one.header.Get("Idempotency-Key"), requests[0].header.Get("Idempotency-Key"), "key")
				equal(t, one.body, requests[0].body, "body")
			}
			if waits[0] < 500*time.Millisecond || waits[0] > time.Second ||
				waits[1] < time.Second || waits[1] > 1500*time.Millisecond {
				t.Fatal(waits)
			}
		})
	}
}

func TestWaitGrowsToThirtySeconds(t *testing.T) {
	t.Parallel()
	s := serve(t, refusal(503, "api_error", "service_unavailable"))
	_, err := s.Events.Retrieve(t.Context(), "evt_1", stile.WithMaxRetries(80))
	equal(t, failure(t, err).Code, stile.ErrorCodeServiceUnavailable, "code")
	requests, waits := s.took()
	equal(t, len(requests), 81, "requests")
	for i, wait := range waits[1:] {
		if wait < waits[i] && wait != 30*time.Second {
			t.Fatal(waits)
		}
	}
	equal(t, waits[6], 30*time.Second, "seventh wait")
	equal(t, waits[79], 30*time.Second, "last wait")
}

func TestRetryAfterIsWaitedForInSecondsOrAsADate(t *testing.T) {
	t.Parallel()
	limited := func(after string) http.HandlerFunc {
		return refusal(429, "rate_limit_error", "rate_limit_exceeded", "Retry-After", after)
	}
	s := serve(t, limited("7"), limited(time.Now().Add(20*time.Second).UTC().Format(http.TimeFormat)),
		limited("soon"), found)
	_, err := s.Events.Retrieve(t.Context(), "evt_1", stile.WithMaxRetries(3))
	check(t, err)
	_, waits := s.took()
	equal(t, waits[0], 7*time.Second, "seconds")
	if waits[1] <= 10*time.Second || waits[1] > 20*time.Second || waits[2] > 3*time.Second {
		t.Fatal(waits)
	}
}

func TestRetryAfterBeyondTheWindowOfTheRateLimitIsLeftToTheCaller(t *testing.T) {
	t.Parallel()
	for after, want := range map[string]time.Duration{"900": 15 * time.Minute, "61": 61 * time.Second} {
		s := serve(t, refusal(429, "rate_limit_error", "accept_existing_rate_limited", "Retry-After", after))
		_, err := s.VerificationSessions.Create(t.Context(), params)
		e := failure(t, err)
		equal(t, e.RetryAfter, want, "wait")
		equal(t, e.Code, stile.ErrorCodeAcceptExistingRateLimited, "code")
		requests, _ := s.took()
		equal(t, len(requests), 1, "requests")
	}
}

func TestMaxRetriesOfTheClientAndOfTheRequestLimitTheAttempts(t *testing.T) {
	t.Parallel()
	s := serve(t, refusal(500, "api_error", "internal_error"))
	for want, retrieve := range map[int]func() error{
		3: func() error { _, err := s.Events.Retrieve(t.Context(), "evt_1"); return err },
		1: func() error { _, err := s.Events.Retrieve(t.Context(), "evt_1", stile.WithMaxRetries(0)); return err },
		2: func() error {
			_, err := s.client(t, stile.WithMaxRetries(1)).Events.Retrieve(t.Context(), "evt_1")
			return err
		},
	} {
		equal(t, failure(t, retrieve()).StatusCode, 500, "status")
		requests, _ := s.took()
		equal(t, len(requests), want, "requests")
	}
}

func TestOtherErrorsAreReturnedAtOnceWithTheFieldsOfTheAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(400, `{"error": {"type": "invalid_request_error", "code": "parameter_invalid",
		"message": "No.", "param": "workflow_id", "request_id": "req_2"}}`, "Request-Id", "req_header"))
	_, err := s.VerificationSessions.Create(t.Context(), params)
	e := failure(t, err)
	equal(t, *e, stile.Error{
		Type: stile.ErrorTypeInvalidRequestError, Code: stile.ErrorCodeParameterInvalid, Message: "No.",
		Param: "workflow_id", RequestID: "req_2", StatusCode: 400,
	}, "error")
	equal(t, e.Error(), "stile: parameter_invalid: No. (req_2)", "text")
	equal(t, e.Network(), false, "network fault")
	requests, _ := s.took()
	equal(t, len(requests), 1, "requests")
}

func TestAnswerThatIsNotStilesKeepsItsRequestID(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		status int
	}{
		"a page":                {answer(404, "<html>", "Request-Id", "req_3"), 404},
		"garbage for an object": {answer(200, "<html>", "Request-Id", "req_3"), 200},
		"a list for an object":  {answer(200, `[]`, "Request-Id", "req_3"), 200},
		"an error of others":    {answer(403, `{"error": "access_denied"}`, "Request-Id", "req_3"), 403},
		"no code":               {answer(403, `{"error": {"message": "No."}}`, "Request-Id", "req_3"), 403},
		"a redirect":            {answer(302, "", "Location", "/elsewhere", "Request-Id", "req_3"), 302},
		"a redirect to nowhere": {answer(307, "", "Request-Id", "req_3"), 307},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.answer)
			_, err := s.VerificationSessions.Create(t.Context(), params)
			e := failure(t, err)
			equal(t, e.Code, stile.ErrorCodeAnswerInvalid, "code")
			equal(t, e.StatusCode, c.status, "status")
			equal(t, e.RequestID, "req_3", "request id")
			requests, _ := s.took()
			equal(t, len(requests), 1, "requests: neither repeated nor redirected")
		})
	}
}

func TestHTTPClientOfTheCallerFollowsNoRedirectEither(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(302, "", "Location", "/elsewhere"))
	followed := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	_, err := s.Events.Retrieve(t.Context(), "evt_1", stile.WithHTTPClient(followed))
	equal(t, failure(t, err).StatusCode, 302, "status")
	equal(t, followed.CheckRedirect(nil, nil), nil, "the client of the caller")
}

func TestHugeAnswerIsRefused(t *testing.T) {
	t.Parallel()
	for status, begin := range map[int]string{
		200: `{"id": "evt_1"}`, 400: `{"error": {"code": "parameter_invalid", "message": "No."}}`,
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, begin)
			spaces := []byte(strings.Repeat(" ", 1<<20))
			for range stile.MaxAnswer>>20 + 1 {
				if _, err := w.Write(spaces); err != nil {
					return
				}
			}
		})
		_, err := s.Events.Retrieve(t.Context(), "evt_1")
		equal(t, failure(t, err).Code, stile.ErrorCodeAnswerInvalid, "code")
	}
}

func TestAnswerThatDoesNotComeInTimeIsRepeatedAndThenATimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, err := s.Events.Retrieve(t.Context(), "evt_1", stile.WithTimeout(20*time.Millisecond), stile.WithMaxRetries(1))
	e := failure(t, err)
	equal(t, e.Code, stile.ErrorCodeTimeout, "code")
	equal(t, e.Network(), true, "network fault")
	equal(t, errors.Is(err, context.DeadlineExceeded), true, "cause")
	_, waits := s.took()
	equal(t, len(waits), 1, "repeats")

	impatient := &http.Client{Timeout: 20 * time.Millisecond}
	_, err = s.Events.Retrieve(t.Context(), "evt_1", stile.WithHTTPClient(impatient), stile.WithMaxRetries(0))
	equal(t, failure(t, err).Code, stile.ErrorCodeTimeout, "code with a time limit of the HTTP client")
}

func TestRefusedConnectionNamesTheCauseAndNoPartOfTheQuery(t *testing.T) {
	t.Parallel()
	s := serve(t, found)
	_, err := s.Compliance.Check(t.Context(), stile.ComplianceCheckParams{
		UseCases: []stile.UseCase{stile.UseCaseFirearms}, ClientIP: "203.0.113.7",
	}, stile.WithBaseURL("http://127.0.0.1:1"))
	e := failure(t, err)
	equal(t, e.Code, stile.ErrorCodeConnectionFailed, "code")
	equal(t, e.StatusCode, 0, "status")
	if !strings.HasPrefix(e.Message, "GET /v1/compliance/check: the connection failed: ") ||
		strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, e), "203.0.113.7") {
		t.Fatal(e.Message)
	}
	if e.Unwrap() == nil {
		t.Fatal("the cause is missing")
	}
}

func TestContextEndsARequestAndTheWaitBeforeTheNextAttempt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	closed := errors.New("closed")
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel(closed)
		<-r.Context().Done()
	})
	for range 2 {
		_, err := s.Events.Retrieve(ctx, "evt_1")
		equal(t, errors.Is(err, closed), true, "cause")
		equal(t, errors.As(err, new(*stile.Error)), false, "an error of the API")
	}
	requests, _ := s.took()
	equal(t, len(requests), 1, "a context that has ended sends nothing")

	ctx, cancel2 := context.WithCancel(t.Context())
	limited := serve(t, refusal(429, "rate_limit_error", "rate_limit_exceeded", "Retry-After", "50"))
	wait := func(context.Context, time.Duration) error {
		cancel2()
		return ctx.Err()
	}
	_, err := limited.Events.Retrieve(ctx, "evt_1", stile.WithSleep(wait))
	equal(t, errors.Is(err, context.Canceled), true, "cancelled while waiting")
}

func TestWaitBeyondTheDeadlineReturnsTheErrorAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, refusal(429, "rate_limit_error", "rate_limit_exceeded", "Retry-After", "50"))
	ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
	defer cancel()
	_, err := s.Events.Retrieve(ctx, "evt_1")
	equal(t, failure(t, err).Code, stile.ErrorCodeRateLimitExceeded, "code")
	_, waits := s.took()
	equal(t, len(waits), 0, "waits")
}

func TestWaitEndsWithItsTimeOrItsContext(t *testing.T) {
	t.Parallel()
	s := serve(t, refusal(503, "api_error", "service_unavailable"), found)
	client, err := stile.New(key, stile.WithBaseURL(s.url))
	check(t, err)
	_, err = client.Events.Retrieve(t.Context(), "evt_1")
	check(t, err)
	requests, _ := s.took()
	equal(t, len(requests), 2, "requests")

	ctx, cancel := context.WithCancel(t.Context())
	limited := serve(t, func(w http.ResponseWriter, r *http.Request) {
		refusal(429, "rate_limit_error", "rate_limit_exceeded", "Retry-After", "50")(w, r)
		cancel()
	})
	_, err = client.Events.Retrieve(ctx, "evt_1", stile.WithBaseURL(limited.url))
	equal(t, errors.Is(err, context.Canceled), true, "cancelled while waiting")
}

func TestIDsAreEscapedAndCannotLeadToAnotherPath(t *testing.T) {
	t.Parallel()
	s := serve(t, found)
	_, err := s.VerificationSessions.Cancel(t.Context(), "a/b?c#d{e}")
	check(t, err)
	_, err = s.WebhookEndpoints.RetrieveDelivery(t.Context(), "{delivery}", "whd/1")
	check(t, err)
	for _, id := range []string{"", ".", ".."} {
		if _, err := s.VerificationSessions.Cancel(t.Context(), id); err == nil ||
			!strings.Contains(err.Error(), "id") || errors.As(err, new(*stile.Error)) {
			t.Fatalf("%q: %v", id, err)
		}
	}
	requests, _ := s.took()
	equal(t, requests[0].url, "/v1/verification_sessions/a%2Fb%3Fc%23d%7Be%7D/cancel", "path")
	equal(t, requests[1].url, "/v1/webhook_endpoints/%7Bdelivery%7D/deliveries/whd%2F1", "path with two ids")
	equal(t, len(requests), 2, "requests")
}

func TestQueriesHaveListsRangesAndFlagsAsTheAPITakesThem(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, `{"data": [], "has_more": false}`))
	_, err := s.VerificationSessions.List(t.Context(), stile.VerificationSessionListParams{
		Limit: 20, Created: stile.Range{GTE: 5, LT: 9}, Expand: []string{"results"},
	})
	check(t, err)
	_, err = s.Compliance.Check(t.Context(), stile.ComplianceCheckParams{
		UseCases: []stile.UseCase{stile.UseCaseAlcoholDelivery, stile.UseCaseFirearms}, Explain: true,
	})
	check(t, err)
	_, err = s.VerificationSessions.Retrieve(t.Context(), "vks_1", stile.VerificationSessionRetrieveParams{
		Expand: []string{},
	})
	check(t, err)
	requests, _ := s.took()
	for i, want := range []string{
		"/v1/verification_sessions?created%5Bgte%5D=5&created%5Blt%5D=9&expand%5B%5D=results&limit=20",
		"/v1/compliance/check?explain=true&use_cases=alcohol_delivery%2Cfirearms", "/v1/verification_sessions/vks_1",
	} {
		equal(t, requests[i].url, want, "query")
	}
}

func TestUpdateKeepsRemovesAndEmpties(t *testing.T) {
	t.Parallel()
	s := serve(t, found)
	_, err := s.WebhookEndpoints.Update(t.Context(), "we_1", stile.WebhookEndpointUpdateParams{
		Description: stile.Ptr(""), Metadata: map[string]*string{"a": nil, "b": stile.Ptr("c")},
	})
	check(t, err)
	_, err = s.TrustReuse.UpdatePolicy(t.Context(), stile.TrustPolicyUpdateParams{
		Accept: stile.Ptr(false), MaxAgeDays: "", Methods: []string{},
	})
	check(t, err)
	_, err = s.Workflows.Publish(t.Context(), "wf_1", stile.WorkflowPublishParams{})
	check(t, err)
	requests, _ := s.took()
	for i, want := range []string{
		`{"description":"","metadata":{"a":null,"b":"c"}}`, `{"accept":false,"max_age_days":"","methods":[]}`, `{}`,
	} {
		equal(t, requests[i].body, want, "body")
	}
}

func TestAnswersHaveNullAndAbsentMembers(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, `{"id": "vks_1", "client_reference_id": null, "completed_at": null, "created": 1741564800,
		"failure": {"reason_code": "under_age", "message": "No.", "action": "none"}, "a_new_member": 5}`))
	session, err := s.VerificationSessions.Retrieve(t.Context(), "vks_1", stile.VerificationSessionRetrieveParams{})
	check(t, err)
	equal(t, session.ClientReferenceID, "", "reference")
	equal(t, session.CompletedAt, nil, "completed_at")
	equal(t, session.JurisdictionMismatch, nil, "jurisdiction_mismatch")
	equal(t, session.Created.String(), "2025-03-10T00:00:00Z", "created")
	equal(t, session.Failure.ReasonCode, stile.ReasonCodeUnderAge, "reason")
}

func TestEventDecodesItsObject(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, `{"type": "verification_session.verified", "data": {"id": "vks_1", "status": "verified"}}`))
	event, err := s.Events.Retrieve(t.Context(), "evt_1")
	check(t, err)
	var session stile.VerificationSession
	check(t, event.Decode(&session))
	equal(t, session.Status, stile.SessionStatusVerified, "status")
	if err := event.Decode(new(int)); err == nil || !strings.Contains(err.Error(), "verification_session.verified") {
		t.Fatal(err)
	}
}

func TestDoReachesAPathThatHasNoMethod(t *testing.T) {
	t.Parallel()
	s := serve(t, found)
	var session stile.VerificationSession
	check(t, s.Do(t.Context(), "PATCH", "/v1/new/{x}", map[string][]string{"a": {"1"}}, map[string]int{"b": 2}, &session))
	equal(t, session.ID, "vks_1", "answer")
	check(t, s.Do(t.Context(), "DELETE", "/v1/new", nil, nil, nil))
	requests, _ := s.took()
	equal(t, requests[0].method+requests[0].url+requests[0].body, `PATCH/v1/new/%7Bx%7D?a=1{"b":2}`, "request")
	equal(t, requests[1].body, "", "body")
	if err := s.Do(t.Context(), "POST", "/v1/new", nil, make(chan int), nil); err == nil {
		t.Fatal("a channel became JSON")
	}
	if err := s.Do(t.Context(), "NO METHOD", "/v1/new", nil, nil, nil, stile.WithMaxRetries(0)); err == nil {
		t.Fatal("a method had a space")
	}
}

func TestKeyIsNotShown(t *testing.T) {
	t.Parallel()
	client, err := stile.New(key)
	check(t, err)
	encoded, err := json.Marshal(client)
	check(t, err)
	shown := fmt.Sprintf("%v %+v %#v %s", client, client, *client, encoded)
	equal(t, strings.Contains(shown, key), false, "the key is in "+shown)
}

func TestBadSettingsAreRefusedWithTheirName(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", key + "\n", "a b", "schlüssel"} {
		_, err := stile.New(bad)
		if err == nil || !strings.Contains(err.Error(), "API key") || strings.Contains(err.Error(), key) {
			t.Fatalf("%q: %v", bad, err)
		}
	}
	for name, options := range map[string][]stile.Option{
		"base URL": {
			stile.WithBaseURL(""), stile.WithBaseURL("x"), stile.WithBaseURL("ftp://a.example"),
			stile.WithBaseURL("https://a.example?x=1"), stile.WithBaseURL("https://a.example#x"),
			stile.WithBaseURL("https://u:p@a.example"), stile.WithBaseURL("https://a.example/%zz"),
		},
		"HTTP client":     {stile.WithHTTPClient(nil)},
		"retries":         {stile.WithMaxRetries(-1)},
		"timeout":         {stile.WithTimeout(0), stile.WithTimeout(-1)},
		"idempotency key": {stile.WithIdempotencyKey("of a client")},
	} {
		for _, option := range options {
			if _, err := stile.New(key, option); err == nil || !strings.Contains(err.Error(), name) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	s := serve(t, found)
	for _, bad := range []string{"", "a\nb", "ä"} {
		_, err := s.VerificationSessions.Create(t.Context(), params, stile.WithIdempotencyKey(bad))
		if err == nil || !strings.Contains(err.Error(), "idempotency key") {
			t.Fatalf("%q: %v", bad, err)
		}
	}
	requests, _ := s.took()
	equal(t, len(requests), 0, "requests")
}

func TestBaseURLMayHaveAPathAndASlashAtItsEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, found)
	_, err := s.client(t, stile.WithBaseURL(s.url+"/stile/")).Events.Retrieve(t.Context(), "evt_1")
	check(t, err)
	requests, _ := s.took()
	equal(t, requests[0].url, "/stile/v1/events/evt_1", "path")
}

func TestGoroutinesShareAClient(t *testing.T) {
	t.Parallel()
	s := serve(t, cut(false), found)
	errs := make(chan error)
	for range 20 {
		go func() {
			_, err := s.VerificationSessions.Create(t.Context(), params)
			errs <- err
		}()
	}
	for range 20 {
		check(t, <-errs)
	}
	requests, _ := s.took()
	var keys []string
	for _, one := range requests {
		keys = append(keys, one.header.Get("Idempotency-Key"))
	}
	slices.Sort(keys)
	equal(t, len(slices.Compact(keys)), 20, "keys")
}

func TestAnswerOfALostRequestIsThatOfItsRepeat(t *testing.T) {
	t.Parallel()
	s := serve(t, found)
	lossy := &lossy{}
	session, err := s.VerificationSessions.Create(t.Context(), params,
		stile.WithHTTPClient(&http.Client{Transport: lossy}))
	check(t, err)
	equal(t, session.ID, "vks_1", "session")
	requests, _ := s.took()
	equal(t, len(requests), 2, "requests")
	equal(t, requests[0].header.Get("Idempotency-Key"), requests[1].header.Get("Idempotency-Key"), "key")
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
