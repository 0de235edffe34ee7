package e2e

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

var attestation = body{"date_of_birth": "1990-01-31", "declaration": true}

func TestSessions(t *testing.T) {
	t.Parallel()
	onEveryBackend(t, func(t *testing.T, s *stack) {
		for name, scenario := range map[string]func(t *testing.T, s *stack){
			"verified at the first attempt":                 verifiedAtTheFirstAttempt,
			"failed once every method is exhausted":         failedOnceExhausted,
			"any_of lets the user pick another method":      anyOfOffersAnother,
			"all_of asks for every method and every layer":  allOfAsksForAll,
			"more input and errors use up no attempt":       moreInputUsesUpNoAttempt,
			"a method that is judged holds the session":     methodThatIsJudgedHolds,
			"cancelled by the merchant":                     cancelledByTheMerchant,
			"cancelled by the user":                         cancelledByTheUser,
			"skip_verification is verified at once":         skippedIsVerifiedAtOnce,
			"a live organization":                           liveOrganization,
			"submissions that are refused":                  refusedSubmissions,
			"a double click counts once":                    doubleClickCountsOnce,
			"two methods at once have one outcome":          twoMethodsAtOnce,
			"another organization sees nothing":             anotherOrganizationSeesNothing,
			"a version that was edited goes on as it began": editedWorkflowLeavesSessionsAlone,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, s)
			})
		}
	})
}

func verifiedAtTheFirstAttempt(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodSelfAttestation, rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	v := m.create(t, body{"client_reference_id": "order 1", "metadata": body{"cart": "7"}})
	created := hook.next(t, "verification_session.created")
	require.Equal(t, "order 1", created.data()["client_reference_id"])
	require.Equal(t, "created", created.data()["status"])

	view := v.user.get(t, v.verify("")).expect(t, 200)
	require.Equal(t, "created", view.text("status"))
	require.Equal(t, "pending", v.user.post(t, v.verify("/open"), nil).expect(t, 200).text("status"))
	attempt := v.submit(t, "self_attestation", attestation).expect(t, 202)
	require.Equal(t, "processing", attempt.text("session_status"))
	v.until(t, "verified")

	verified := hook.next(t, "verification_session.verified")
	require.Equal(t, "verified", verified.data()["status"])
	require.Equal(t, "self_attestation", verified.data()["verification_path"])
	require.NotContains(t, verified.data(), "client_secret")
	after := v.get(t)
	require.NotNil(t, after.json["completed_at"])
	results, _ := after.json["results"].([]any)
	require.Len(t, results, 1)
	result, _ := results[0].(map[string]any)
	require.Equal(t, "passed", result["status"])
	require.Equal(t, attempt.text("id"), result["id"])
	require.Equal(t, "min_age_21", result["age_tier"])
	acknowledged(t, m.client, verified.id)
}

// acknowledged waits until every endpoint has acknowledged the event.
func acknowledged(t *testing.T, c client, event string) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		return c.look(t, "/v1/events/"+event).expect(t, 200).json["pending_webhooks"] == 0.0
	})
}

func failedOnceExhausted(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.failed")
	v := m.create(t, nil)
	for left := 2; left > 0; left-- {
		v.simulate(t, "document_capture", "fail")
		v.until(t, "requires_input")
		method := methodIn(t, v, "document_capture")
		require.Equal(t, float64(left), method["attempts_left"])
		why, _ := method["last_attempt"].(map[string]any)
		require.Equal(t, []any{"simulated_failure"}, why["reason_codes"], "never a bare failed")
		require.Equal(t, []any{map[string]any{
			"code": "simulated_failure", "message": "This failure was simulated in a sandbox.", "action": "try_again",
		}}, why["reasons"])
	}
	v.simulate(t, "document_capture", "fail")
	v.until(t, "failed")
	failed := hook.next(t, "verification_session.failed")
	reason, _ := failed.data()["failure"].(map[string]any)
	require.Equal(t, "simulated_failure", reason["reason_code"])
	v.submit(t, "document_capture", body{"simulate": "pass"}).refused(t, 409, "session_terminal")
}

func methodIn(t *testing.T, v session, method string) map[string]any {
	t.Helper()
	methods, _ := v.user.get(t, v.verify("")).expect(t, 200).json["methods"].([]any)
	for _, item := range methods {
		if m, _ := item.(map[string]any); m["method"] == method {
			return m
		}
	}
	t.Fatalf("the view has no %s", method)
	return nil
}

func anyOfOffersAnother(t *testing.T, s *stack) {
	d := simple(rules.MethodDocumentCapture, rules.MethodFacialAge)
	d.Preferences.MaxAttempts = 1
	m := s.sandbox(t, d)
	v := m.create(t, nil)
	v.simulate(t, "document_capture", "fail")
	v.until(t, "requires_input")
	require.Equal(t, "exhausted", methodIn(t, v, "document_capture")["status"])
	v.submit(t, "document_capture", body{"simulate": "pass"}).refused(t, 409, "method_not_offered")
	v.simulate(t, "facial_age", "pass")
	v.until(t, "verified")
	require.Equal(t, "facial_age", v.get(t).text("verification_path"))
}

func allOfAsksForAll(t *testing.T, s *stack) {
	d := simple(rules.MethodDocumentCapture, rules.MethodFacialAge)
	d.Composition, d.Supplementary = graph.AllOf, []rules.Method{rules.MethodSelfieLiveness}
	m := s.sandbox(t, d)
	v := m.create(t, nil)
	v.submit(t, "selfie_liveness", body{"simulate": "pass"}).refused(t, 409, "method_not_offered")
	for _, method := range []string{"facial_age", "document_capture"} {
		v.simulate(t, method, "pass")
		v.until(t, "requires_input")
	}
	v.simulate(t, "selfie_liveness", "pass")
	v.until(t, "verified")
}

func moreInputUsesUpNoAttempt(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	v := m.create(t, nil)
	for _, outcome := range []string{"requires_input", "error", "requires_input"} {
		v.simulate(t, "document_capture", outcome)
		v.until(t, "requires_input")
	}
	require.Equal(t, 3.0, methodIn(t, v, "document_capture")["attempts_left"])
	v.simulate(t, "document_capture", "pass")
	v.until(t, "verified")
}

func methodThatIsJudgedHolds(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	away := m.connect(t, "sync", nil)
	v := m.create(t, nil)
	v.submit(t, "document_capture", goodDocument).expect(t, 202)
	v.cancel(t).refused(t, 409, "session_not_cancellable")
	away.start(t)
	v.until(t, "verified")
}

func cancelledByTheMerchant(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.cancelled")
	v := m.create(t, nil)
	require.Equal(t, "cancelled", v.cancel(t).expect(t, 200).text("status"))
	hook.next(t, "verification_session.cancelled")
	v.cancel(t).refused(t, 409, "session_terminal")
	v.user.post(t, v.verify("/open"), nil).refused(t, 409, "session_terminal")
}

func cancelledByTheUser(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	v := m.create(t, nil)
	v.user.post(t, v.verify("/open"), nil).expect(t, 200)
	require.Equal(t, "cancelled", v.user.post(t, v.verify("/cancel"), nil).expect(t, 200).text("status"))
}

func skippedIsVerifiedAtOnce(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	v := m.create(t, body{"skip_verification": true, "email": "User@Example.com"})
	require.Equal(t, "verified", v.get(t).text("status"))
	hook.next(t, "verification_session.verified")
	events := m.get(t, "/v1/events?session="+v.id).expect(t, 200).list()
	require.Len(t, events, 2)
	require.Equal(t, "verification_session.verified", events[0]["type"])
	require.Equal(t, "verification_session.created", events[1]["type"])
}

func liveOrganization(t *testing.T, s *stack) {
	m := s.live(t, simple(rules.MethodSelfAttestation))
	order := body{"type": "age", "workflow_id": m.workflow, "jurisdiction": "US-CA"}
	m.post(t, "/v1/verification_sessions", order).refused(t, 400, "webhook_required")
	m.post(t, "/v1/webhook_endpoints", body{"url": "http://shop.example/hook", "enabled_events": []string{"*"}}).
		refused(t, 400, "parameter_invalid", "url")
	endpoint := body{"url": "https://127.0.0.1:8443/hook", "enabled_events": []string{"*"}}
	m.post(t, "/v1/webhook_endpoints", endpoint).expect(t, 201)
	order["skip_verification"] = true
	m.post(t, "/v1/verification_sessions", order).refused(t, 400, "parameter_invalid", "skip_verification")
	delete(order, "jurisdiction")
	delete(order, "skip_verification")
	m.post(t, "/v1/verification_sessions", order).refused(t, 422, "jurisdiction_unresolvable")
	v := m.create(t, nil)
	v.submit(t, "self_attestation", body{"simulate": "pass"}).refused(t, 400, "parameter_invalid", "simulate")
	v.submit(t, "self_attestation", attestation).expect(t, 202)
	v.until(t, "verified")
}

func refusedSubmissions(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodSelfAttestation))
	v := m.create(t, nil)
	v.submit(t, "telepathy", attestation).refused(t, 404, "resource_missing")
	v.submit(t, "facial_age", body{"simulate": "pass"}).refused(t, 409, "method_not_offered")
	v.submit(t, "self_attestation", body{"date_of_birth": "1990-02-30", "declaration": true}).
		refused(t, 400, "parameter_invalid", "date_of_birth")
	v.submit(t, "self_attestation", body{"simulate": "win"}).refused(t, 400, "parameter_invalid", "simulate")
	v.submit(t, "self_attestation", body{"date_of_birth": "1990-01-31", "declaration": true, "name": "x"}).
		refused(t, 400, "parameter_invalid", "name")
	v.merchant.post(t, v.verify("/methods/self_attestation"), attestation).refused(t, 401, "api_key_invalid")
	other := m.create(t, nil)
	other.user.post(t, v.verify("/methods/self_attestation"), attestation).refused(t, 404, "session_not_found")
	young := time.Now().AddDate(-20, 0, 0).Format(time.DateOnly)
	v.submit(t, "self_attestation", body{"date_of_birth": young, "declaration": true}).expect(t, 202)
	v.until(t, "requires_input")
}

func doubleClickCountsOnce(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	away := m.connect(t, "sync", nil)
	v := m.create(t, nil)
	v.submit(t, "document_capture", goodDocument).expect(t, 202)
	const clicks = 8
	ids := make([]string, clicks)
	var all sync.WaitGroup
	for i := range clicks {
		all.Go(func() { ids[i] = v.submit(t, "document_capture", goodDocument).text("id") })
	}
	all.Wait()
	v.submit(t, "document_capture", expiredDocument).refused(t, 409, "submission_in_progress")
	away.start(t)
	v.until(t, "verified")
	results, _ := v.get(t).json["results"].([]any)
	require.Len(t, results, 1)
	for _, id := range ids {
		require.Equal(t, results[0].(map[string]any)["id"], id)
	}
}

func twoMethodsAtOnce(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture, rules.MethodFacialAge))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	v := m.create(t, nil)
	var all sync.WaitGroup
	for _, method := range []string{"document_capture", "facial_age"} {
		all.Go(func() {
			a := v.submit(t, method, body{"simulate": "pass"})
			if a.status != http.StatusConflict { // the other one may have ended the session already
				a.expect(t, 202)
			}
		})
	}
	all.Wait()
	v.until(t, "verified")
	hook.next(t, "verification_session.verified")
	require.Len(t, m.get(t, "/v1/events?type=verification_session.verified&session="+v.id).list(), 1)
}

func anotherOrganizationSeesNothing(t *testing.T, s *stack) {
	m, other := s.sandbox(t, simple(rules.MethodDocumentCapture)), s.sandbox(t, simple(rules.MethodDocumentCapture))
	v := m.create(t, nil)
	path := "/v1/verification_sessions/" + v.id
	other.get(t, path).refused(t, 404, "session_not_found")
	other.post(t, path+"/cancel", nil).refused(t, 404, "session_not_found")
	other.get(t, "/v1/workflows/"+m.workflow).refused(t, 404, "resource_missing")
	other.post(t, "/v1/verification_sessions", body{"type": "age", "workflow_id": m.workflow, "jurisdiction": "US"}).
		refused(t, 400, "parameter_invalid", "workflow_id")
	require.Empty(t, other.get(t, "/v1/verification_sessions").expect(t, 200).list())
	require.Empty(t, other.get(t, "/v1/events?session="+v.id).expect(t, 200).list())
}

func editedWorkflowLeavesSessionsAlone(t *testing.T, s *stack) {
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	before := m.create(t, nil)
	m.call(t, http.MethodPatch, "/v1/workflows/"+m.workflow, body{"methods": []string{"facial_age"}}).expect(t, 200)
	require.Equal(t, []any{"document_capture"}, m.create(t, nil).get(t).json["methods"], "a draft is not in force")
	m.post(t, "/v1/workflows/"+m.workflow+"/publish", body{"note": "faces"}).expect(t, 201)
	require.Equal(t, []any{"facial_age"}, m.create(t, nil).get(t).json["methods"])
	before.simulate(t, "document_capture", "pass")
	before.until(t, "verified")
	require.Len(t, m.get(t, "/v1/workflows/"+m.workflow+"/versions").expect(t, 200).list(), 2)
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	onEveryBackend(t, func(t *testing.T, s *stack) {
		m := s.sandbox(t, simple(rules.MethodDocumentCapture))
		hook := newReceiver(t)
		hook.subscribe(t, m.client, "verification_session.expired")
		v := s.brief(t, m, func() { m.create(t, nil).simulate(t, "document_capture", "fail") }).create(t, nil)
		v.simulate(t, "document_capture", "fail")
		v.until(t, "expired")
		hook.next(t, "verification_session.expired")
		v.submit(t, "document_capture", body{"simulate": "pass"}).refused(t, 409, "session_terminal")
		v.cancel(t).refused(t, 409, "session_terminal")
	})
}
