package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

// TestADeliveryToAnotherCountryIsFlaggedOnceVerified verifies sessions in every way there is.
func TestADeliveryToAnotherCountryIsFlaggedOnceVerified(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	document := e.workflow(e.sandbox, simple("document_capture"))
	branch := obj{"kind": "branch", "cases": []obj{{"when": "metadata.tier == 'vip'", "next": "yes"}}, "default": "doc"}
	vips := e.workflow(e.sandbox, flow("tier", obj{"tier": branch, "doc": method("document_capture", "yes", "no")}))
	human := e.workflow(e.sandbox, reviewed("yes", "no"))
	abroad := obj{"delivery_jurisdiction": "US-CA", "client_ip": "198.51.100.8"}
	with := func(more obj) obj {
		body := obj{}
		for _, part := range []obj{abroad, more} {
			for name, value := range part {
				body[name] = value
			}
		}
		return body
	}
	pass := func(s session) { e.submit(s, "document_capture", graph.OutcomePassed) }
	const reason = "geo_mismatch: the order goes to US-CA, and the user's address is in DE"
	for why, c := range map[string]struct {
		workflow string
		body     obj
		then     func(session)
		reason   any // nil means no review
	}{
		"verified by a method": {document, with(nil), pass, reason},
		"verified at birth":    {vips, with(obj{"metadata": obj{"tier": "vip"}}), nil, reason},
		"skip_verification":    {document, with(obj{"skip_verification": true}), nil, reason},
		"another state of the country": {
			document, with(obj{"delivery_jurisdiction": "US-OR", "client_ip": "198.51.100.7"}), pass, nil,
		},
		"the same country":   {document, with(obj{"delivery_jurisdiction": "DE-BY"}), pass, nil},
		"an unknown address": {document, with(obj{"client_ip": "192.0.2.1"}), pass, nil},
		"approved by a reviewer": {human, with(nil), func(s session) {
			pass(s)
			e.decide(s, "approve", "kim", 200)
		}, "please look"},
		"provisional, opened from abroad": {document, obj{"delivery_jurisdiction": "US-CA"}, func(s session) {
			e.isOK(e.do("POST", s.path("/open"), s.secret, nil, from("198.51.100.8")...), 200)
			pass(s)
		}, reason},
		"provisional, opened at home": {document, obj{"delivery_jurisdiction": "US-CA"}, func(s session) {
			e.isOK(e.do("POST", s.path("/open"), s.secret, nil, from("198.51.100.7")...), 200)
			pass(s)
		}, nil},
	} {
		s := e.create(e.sandbox, c.workflow, c.body)
		if c.then != nil {
			c.then(s)
		}
		shown := e.shown(e.sandbox, s)
		require.Equal(t, "verified", shown["status"], why)
		if c.reason == nil {
			require.Nil(t, shown["review"], why)
			require.NotContains(t, e.events(s), "session_review.flagged", why)
			continue
		}
		require.Equal(t, c.reason, in(shown, "review", "reason"), why)
		if c.reason == reason {
			require.Equal(t, []any{"pending", nil}, []any{in(shown, "review", "status"), in(shown, "review", "node")}, why)
			events := e.events(s)
			require.Equal(t, []any{"session_review.flagged", "verification_session.verified"}, events[len(events)-2:], why)
			require.Equal(t, "medium", in(shown, "risk", "level"), why)
		}
	}
}

// TestTheReviewOfAVerifiedSessionKeepsItsStatus decides the review of a verified session.
func TestTheReviewOfAVerifiedSessionKeepsItsStatus(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	workflow := e.workflow(e.sandbox, simple("document_capture"))
	e.isOK(
		e.do(
			"POST",
			pathEndpoints,
			e.sandbox.secret,
			obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}},
		),
		201,
	)
	for _, decisions := range [][]string{
		{"approve"}, {"reject"}, {"escalate", "reject"}, {"escalate", "escalate", "approve"},
	} {
		s := e.create(e.sandbox, workflow, obj{"delivery_jurisdiction": "US-CA", "client_ip": "198.51.100.8"})
		e.submit(s, "document_capture", graph.OutcomePassed)
		before := e.shown(e.sandbox, s)
		require.Contains(t, e.waiting(), s.id)
		e.clock.Advance(48 * 3600e9) // long after the deadline of the session
		for i, decision := range decisions {
			e.decide(s, decision, string(rune('a'+i)), 200)
			e.decide(s, decision, string(rune('a'+i)), 200) // a repeat changes nothing
		}
		after := e.shown(e.sandbox, s)
		last := map[string]string{"approve": "approved", "reject": "rejected"}[decisions[len(decisions)-1]]
		require.Equal(t, last, in(after, "review", "status"))
		for _, field := range []string{"status", "verification_path", "completed_at", "expires_at", "failure"} {
			require.Equal(t, before[field], after[field], field)
		}
		e.isError(
			e.do("POST", pathSessions+"/"+s.id+"/review", e.sandbox.secret, obj{"decision": "approve", "reviewer": "z"}),
			409,
			"review_decided",
		)
		events := e.events(s)
		require.Equal(t, "session_review."+last, events[len(events)-1])
		require.Equal(t, 1, count(events, "verification_session.verified"))
		require.Equal(t, len(decisions), dispatched(e.temporal.all()[len(e.temporal.all())-len(decisions):]))
		require.NotContains(t, e.waiting(), s.id)
	}
}

// waiting returns the ids of the sessions in the list of waiting reviews.
func (e *env) waiting() (ids []any) {
	e.t.Helper()
	for _, review := range e.isOK(e.do("GET", "/v1/reviews", e.sandbox.secret, nil), 200).object["data"].([]any) {
		ids = append(ids, in(review, "session_id"))
	}
	return ids
}

func count(all []any, what any) (n int) {
	for _, each := range all {
		if each == what {
			n++
		}
	}
	return n
}

// dispatched counts the events in calls to the orchestrator.
func dispatched(asked []string) (n int) {
	for _, what := range asked {
		if strings.HasPrefix(what, "dispatch ") {
			n++
		}
	}
	return n
}
