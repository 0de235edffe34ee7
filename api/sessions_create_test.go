package api_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/rulestest"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/models"
)

const pathSessions = "/v1/verification_sessions"

func TestCreateSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation", "document_capture"))
	ans := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, obj{
		"type": "age", "workflow_id": workflow, "jurisdiction": "us-ca", "client_reference_id": "user_123",
		"return_url": "http://localhost:3000/done?a=1&b=2", "cancel_url": "https://shop.example/no",
		"email": "  Jo@Example.COM ", "phone": "+1 (415) 555-01.23", "metadata": obj{"tier": "vip"},
		"accept_existing": false, "skip_verification": false, "vp_token": nil,
	}), 201)
	s := ans.object
	require.Regexp(t, `^vks_[a-z2-7]{24}$`, s["id"])
	require.Equal(t, "created", s["status"])
	require.Equal(t, workflow, s["workflow_id"])
	require.Equal(t, []any{"self_attestation", "document_capture"}, s["methods"])
	require.Equal(t, "min_age_16", s["age_tier"])
	require.Equal(t, "US-CA", s["jurisdiction"])
	require.Equal(t, "explicit", s["jurisdiction_source"])
	require.Equal(t, obj{"tier": "vip"}, s["metadata"])
	require.Equal(t, "http://localhost:3000/done?a=1&b=2", s["return_url"])
	require.Equal(t, obj{
		"use_case": "social_media", "jurisdiction": "US-CA", "prohibited": false, "prohibited_reason": nil,
		"required_age_tier": "min_age_16", "allowed_methods": in(s, "compliance", "allowed_methods"),
		"mdl_acceptance_status": "accepted", "governing_regulator": "Nobody", "consent_required": false,
		"credential_validity_days": 365.0, "data_retention_days": nil, "document_image_retention_days": nil,
		"biometric_retention_days": nil, "rule_version": rulestest.Version,
	}, s["compliance"])
	require.InDelta(t, s["created"].(float64)+86400, s["expires_at"], 0)
	require.Equal(t, "https://verify.example/s/"+s["id"].(string)+"#client_secret="+s["client_secret"].(string), s["url"])
	require.NotContains(t, string(ans.body), "xample.com")
	require.NotContains(t, string(ans.body), "5550123")
	require.NotContains(t, string(ans.body), "(415)")

	id := s["id"].(string)
	require.Equal(t, []string{"start " + id}, e.temporal.all())
	var row models.Session
	testkit.Eventually(t, func() bool { // the workflow is known to run
		var err error
		row, err = e.store.Session(t.Context(), e.sandbox.org.ID, id)
		require.NoError(t, err)
		return row.NudgeAt == nil
	})
	require.NotNil(t, row.EmailSealed)
	require.NotNil(t, row.PhoneLookup)

	read := e.isOK(e.do("GET", pathSessions+"/"+id, e.sandbox.secret, nil), 200).object
	require.NotContains(t, read, "client_secret")
	require.NotContains(t, read, "url")
	require.NotContains(t, read, "results")
	delete(s, "client_secret")
	delete(s, "url")
	require.Equal(t, s, read)
}

func TestCreateSessionWithoutTemporal(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.StartTimeout = 50 * time.Millisecond })
	workflow := e.workflow(e.sandbox, simple("mdl"))
	e.temporal.fails = errors.New("connection refused")
	first := e.create(e.sandbox, workflow)
	e.temporal.fails = nil
	e.temporal.onStart = func(ctx context.Context, _ models.Session) error { <-ctx.Done(); return ctx.Err() }
	second := e.create(e.sandbox, workflow)
	for _, s := range []session{first, second} {
		row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
		require.NoError(t, err)
		require.NotNil(t, row.NudgeAt, "the sweep will start it")
	}
	require.Contains(t, e.log.String(), "a workflow was not told; the sweep will tell it")
}

func TestSkipVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US", "skip_verification": true}
	s := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object
	require.Equal(t, "verified", s["status"])
	require.NotNil(t, s["completed_at"])
	e.isError(e.do("POST", pathSessions, e.live.secret, body), 400, "parameter_invalid", "skip_verification")
	body["skip_verification"] = false
	e.isError(e.do("POST", pathSessions, e.live.secret, body), 400, "parameter_invalid", "workflow_id")
}

func TestSandboxQuota(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.SandboxQuota = 2 })
	workflow := e.workflow(e.sandbox, simple("mdl"))
	body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201)
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201)
	e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 402, "test_quota_exceeded")
	e.clock.Advance(31 * 24 * time.Hour)
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201)
}

func TestLiveOrganizationNeedsAWebhook(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := obj{"type": "age", "workflow_id": e.workflow(e.live, simple("mdl")), "jurisdiction": "DE"}
	e.isError(e.do("POST", pathSessions, e.live.secret, body), 400, "webhook_required")
	hook := e.isOK(e.do("POST", "/v1/webhook_endpoints", e.live.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}), 201).object
	require.Equal(t, "min_age_16", e.isOK(e.do("POST", pathSessions, e.live.secret, body), 201).object["age_tier"])
	e.isOK(e.do("PATCH", "/v1/webhook_endpoints/"+hook["id"].(string), e.live.secret, obj{"status": "disabled"}), 200)
	e.isError(e.do("POST", pathSessions, e.live.secret, body), 400, "webhook_required")
}
