package e2e

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/geotest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
)

// someone is a user's address.
const someone, someonesNetwork = "198.51.100.7", "198.51.100.0/24"

// locating configures a replica with a GeoIP file.
func locating(file string) func(*config.Config) {
	return func(c *config.Config) { c.GeoIPDB = []string{file} }
}

func trustedProxySaysWhere(t *testing.T, s *stack) {
	behind := s.replica(t, app.Options{API: true}, func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.1"} })
	m := s.sandbox(t, simple(rules.MethodMDL, rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	fromIdaho := []string{"X-Forwarded-For", someone, "CF-IPCountry", "US", "CF-Region-Code", "ID"}
	create := func(m merchant) answer { // as the user's browser behind the CDN
		order := body{"type": "age", "workflow_id": m.workflow}
		return m.publishable.post(t, "/v1/verification_sessions", order, fromIdaho...).expect(t, 201)
	}

	believed := m.at(behind).check(t, "use_cases=alcohol_delivery", fromIdaho...)
	require.Equal(t, []any{"US-ID", "header"}, []any{believed.json["jurisdiction"], believed.json["jurisdiction_source"]})
	created := create(m.at(behind))
	require.Equal(t, []any{"US-ID", "header"}, []any{created.json["jurisdiction"], created.json["jurisdiction_source"]})
	require.Equal(t, []any{"document_capture"}, created.json["methods"], "Idaho issues no mobile driver's licence")
	m.created(created).pass(t, "document_capture")
	verified := hook.next(t, "verification_session.verified").data()
	require.Equal(t, believed.at("results", 0), verified["compliance"])
	require.Equal(t, "header", verified["jurisdiction_source"])

	ignored := m.check(t, "use_cases=alcohol_delivery", fromIdaho...)
	require.Equal(t, []any{"US", "default"}, []any{ignored.json["jurisdiction"], ignored.json["jurisdiction_source"]})
	created = create(m)
	require.Equal(t, []any{"US", "default"}, []any{created.json["jurisdiction"], created.json["jurisdiction_source"]})
	require.Equal(t, []any{"mdl", "document_capture"}, created.json["methods"])
}

// publicAddress is one of Google's, which the built-in file places in the United States.
const publicAddress = "8.8.8.8"

// liveSessionNeedsNoJurisdiction creates sessions as the documentation's examples do.
func liveSessionNeedsNoJurisdiction(t *testing.T, s *stack) {
	behind := s.replica(t, app.Options{API: true}, func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.1"} })
	m := s.live(t, simple(rules.MethodDocumentCapture)).at(behind)
	m.post(t, "/v1/webhook_endpoints", body{
		"url": "https://shop.example/hook", "enabled_events": []string{"verification_session.verified"},
	}).expect(t, 201)
	printed := func(more body) body {
		order := body{
			"type": "age", "workflow_id": m.workflow, "return_url": "https://yourapp.com/done",
			"client_reference_id": "user_123",
		}
		maps.Copy(order, more)
		return order
	}
	for _, c := range []struct {
		more   body
		header []string
	}{
		{nil, []string{"X-Forwarded-For", publicAddress}},
		{body{"client_ip": publicAddress}, nil},
	} {
		created := m.post(t, "/v1/verification_sessions", printed(c.more), c.header...).expect(t, 201)
		require.Equal(t, []any{"US", "geoip", "min_age_21"},
			[]any{created.json["jurisdiction"], created.json["jurisdiction_source"], created.json["age_tier"]})
	}
	m.post(t, "/v1/verification_sessions", printed(nil)).refused(t, 422, "jurisdiction_unresolvable", "jurisdiction")
}

func geoIPFileIsFollowed(t *testing.T, s *stack) {
	file := geotest.Saved(t, geotest.File(t, geotest.Networks{someonesNetwork: geotest.In("US", "CA")}))
	m := s.sandbox(t, simple(rules.MethodMDL, rules.MethodDocumentCapture)).
		at(s.replica(t, app.Options{API: true}, locating(file)))
	order := body{"type": "age", "workflow_id": m.workflow, "client_ip": someone}
	create := func() answer { return m.post(t, "/v1/verification_sessions", order).expect(t, 201) }
	place := func(a answer) []any {
		return []any{a.json["jurisdiction"], a.json["jurisdiction_source"], a.json["age_tier"], a.json["methods"]}
	}

	before := create()
	inCalifornia := []any{"US-CA", "geoip", "min_age_21", []any{"mdl", "document_capture"}}
	require.Equal(t, inCalifornia, place(before))
	geotest.Replace(t, file, geotest.File(t, geotest.Networks{someonesNetwork: geotest.In("DE", "BY")}))
	testkit.Eventually(t, func() bool {
		return m.check(t, "use_cases=alcohol_delivery&client_ip="+someone).text("jurisdiction") == "DE-BY"
	})
	require.Equal(t, []any{"DE-BY", "geoip", "min_age_18", []any{"document_capture"}}, place(create()))
	require.Equal(t, inCalifornia, place(m.created(before).get(t)), "where the user was then")
}

func deliveryElsewhereIsTold(t *testing.T, s *stack) {
	file := geotest.Saved(t, geotest.File(t, geotest.Networks{someonesNetwork: geotest.In("US", "CA")}))
	m := s.sandbox(t, simple(rules.MethodDocumentCapture)).at(s.replica(t, app.Options{API: true}, locating(file)))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "verification_session.verified")
	create := func(jurisdiction, delivery any) session {
		return m.create(t, body{"jurisdiction": jurisdiction, "delivery_jurisdiction": delivery, "client_ip": someone})
	}
	for _, c := range []struct {
		jurisdiction, delivery any
		mismatch               bool
	}{
		{nil, "US-CA", false},
		{nil, "US", false}, // too coarse to tell
		{"US-OR", "US-OR", true},
		{"US-OR", "US-CA", false},
	} {
		created := create(c.jurisdiction, c.delivery).get(t)
		require.Equal(
			t,
			[]any{"US-CA", c.mismatch},
			[]any{created.json["ip_jurisdiction"], created.json["jurisdiction_mismatch"]},
			c,
		)
	}
	undelivered := create(nil, nil).get(t)
	require.NotContains(t, undelivered.json, "ip_jurisdiction")
	require.NotContains(t, undelivered.json, "jurisdiction_mismatch")

	create(nil, "US-OR").pass(t, "document_capture")
	verified := hook.next(t, "verification_session.verified").data()
	require.Equal(t, []any{"US-CA", "US-CA", true},
		[]any{verified["jurisdiction"], verified["ip_jurisdiction"], verified["jurisdiction_mismatch"]})
}

// deliveryAbroadIsReviewed has a reviewer reject a verified session with a completed run.
func deliveryAbroadIsReviewed(t *testing.T, s *stack) {
	file := geotest.Saved(t, geotest.File(t, geotest.Networks{someonesNetwork: geotest.In("DE")}))
	m := s.sandbox(t, simple(rules.MethodDocumentCapture)).at(s.replica(t, app.Options{API: true}, locating(file)))
	hook := newReceiver(t)
	hook.subscribe(t, m.client, "session_review.flagged", "session_review.rejected", "verification_session.verified")
	abroad := m.create(t, body{"jurisdiction": "US-CA", "delivery_jurisdiction": "US-CA", "client_ip": someone})
	abroad.pass(t, "document_capture")
	flagged := hook.next(t, "session_review.flagged").data()
	require.Equal(t, "verified", flagged["status"])
	require.Equal(t, abroad.id, hook.next(t, "verification_session.verified").data()["id"])
	testkit.Eventually(t, func() bool {
		run, err := s.app.Temporal().DescribeWorkflowExecution(t.Context(), abroad.id, "")
		return err == nil && run.GetWorkflowExecutionInfo().GetCloseTime() != nil
	})

	rejection := body{"decision": "reject", "reviewer": "kim"}
	m.post(t, "/v1/verification_sessions/"+abroad.id+"/review", rejection).expect(t, 200)
	rejected := hook.next(t, "session_review.rejected").data()
	require.Equal(t, []any{abroad.id, "verified"}, []any{rejected["id"], rejected["status"]})
	require.Equal(t, "verified", abroad.get(t).text("status"))
	require.Empty(t, m.get(t, "/v1/reviews").expect(t, 200).list())
}
