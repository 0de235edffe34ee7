package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// No user has been verified for reuse yet. The documented fall-through is to create a new session.
func TestReuseFallsThroughToAVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	asked := 0 // each request has its own address, because addresses are limited
	body := func(more obj) obj {
		asked++
		all := obj{
			"type":             "age",
			"workflow_id":      e.workflow(e.sandbox, simple("self_attestation")),
			"jurisdiction":     "US",
			"email":            fmt.Sprintf("jo%d@example.com", asked),
			"min_strength":     "document_capture",
			"max_age":          "30d",
			"required_methods": []string{"mdl"},
			"credential_hash":  "5e884898da28",
		}
		for name, value := range more {
			all[name] = value
		}
		return all
	}
	for name, c := range map[string]struct {
		more        obj
		code, param string
	}{
		"accept_existing": {obj{"accept_existing": true}, "no_matching_vp", "accept_existing"},
		"accept_existing for a phone": {
			obj{"accept_existing": true, "email": nil, "phone": "+14155550123"}, "no_matching_vp", "accept_existing",
		},
		"accept_existing of nobody":    {obj{"accept_existing": true, "email": nil}, "no_matching_vp", "accept_existing"},
		"vp_token":                     {obj{"vp_token": "eyJhbGciOiJFZERTQSJ9.e30.x"}, "vp_token_invalid", "vp_token"},
		"vp_token that is no token":    {obj{"vp_token": "x"}, "vp_token_invalid", "vp_token"},
		"vp_token and accept_existing": {obj{"vp_token": "x", "accept_existing": true}, "vp_token_invalid", "vp_token"},
		"with skip_verification": {
			obj{"accept_existing": true, "skip_verification": true}, "no_matching_vp", "accept_existing",
		},
		"a wrong parameter first": {obj{"accept_existing": true, "max_age": "30"}, "parameter_invalid", "max_age"},
		"an unknown workflow first": {
			obj{"accept_existing": true, "workflow_id": "wf_none"}, "parameter_invalid", "workflow_id",
		},
	} {
		for _, key := range []string{e.sandbox.secret, e.sandbox.publishable} {
			request := body(c.more)
			if key == e.sandbox.publishable { // a publishable key may set fewer parameters
				delete(request, "jurisdiction")
			}
			ans := e.do("POST", pathSessions, key, request, "Idempotency-Key", "order-7")
			require.Equal(t, "invalid_request_error", e.isError(ans, 400, c.code, c.param)["type"], name)
		}
	}
	require.Empty(
		t,
		e.isOK(e.do("GET", pathSessions, e.sandbox.secret, nil), 200).object["data"],
		"no session was created",
	)
	require.Empty(t, e.temporal.all(), "and no run started")

	// The same key is free for the client's next request.
	created := e.isOK(
		e.do("POST", pathSessions, e.sandbox.secret, body(obj{"accept_existing": false}), "Idempotency-Key", "order-7"),
		201,
	)
	require.Equal(
		t,
		[]any{"created", nil, nil, false},
		[]any{created.object["status"], created.object["verified_person_id"],
			created.object["verification_path"], created.object["requires_email_otp"]},
	)
	e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body(nil)), 201)
}

func TestAcceptExistingIsLimitedPerAddress(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	ask := func(of tenant, workflow, email string) answer {
		return e.do("POST", pathSessions, of.secret, obj{
			"type": "age", "workflow_id": workflow, "jurisdiction": "US", "email": email, "accept_existing": true,
		})
	}
	e.clock.Advance(e.clock.Now().Truncate(15 * time.Minute).Add(20 * time.Minute).Sub(e.clock.Now())) // into a new window
	for _, spelling := range []string{
		"jo@example.com", "JO@example.com", "jo@EXAMPLE.com", " jo@example.com", "Jo@Example.Com",
	} {
		e.isError(ask(e.sandbox, workflow, spelling), 400, "no_matching_vp")
	}
	ans := ask(e.sandbox, workflow, "jo@example.com")
	require.Equal(t, "rate_limit_error", e.isError(ans, 429, "accept_existing_rate_limited", "email")["type"])
	require.Equal(t, "600", ans.header.Get("Retry-After"))
	e.isError(ask(e.sandbox, workflow, "io@example.com"), 400, "no_matching_vp")
	e.isError(ask(e.stranger, e.workflow(e.stranger, simple("self_attestation")), "jo@example.com"), 400, "no_matching_vp")
	e.create(e.sandbox, workflow, obj{"email": "jo@example.com"}) // a session without reuse is not limited
	e.clock.Advance(10 * time.Minute)
	e.isError(ask(e.sandbox, workflow, "jo@example.com"), 400, "no_matching_vp")
}

func TestLookupMatchesNoPerson(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	const path = "/v1/verified_person/lookup"
	nobody := obj{"object": "verified_person_lookup", "verified": false, "verified_person_id": nil, "credentials": []any{}}
	for _, body := range []obj{
		{"email": "user@example.com", "min_strength": "document_capture"},
		{
			"email": "user@example.com", "min_strength": "document_capture", "max_age": "30",
			"methods": []string{"document_capture"},
		},
		{"phone": "+1 (415) 555-0123", "max_age": 30, "methods": []string{}},
	} {
		require.Equal(t, nobody, e.isOK(e.do("POST", path, e.sandbox.secret, body), 200).object)
		require.Equal(t, nobody, e.isOK(e.do("POST", path, e.live.secret, body), 200).object)
	}
	for _, c := range []struct {
		param string
		body  obj
	}{
		{"email", obj{}},
		{"email", obj{"min_strength": "mdl"}},
		{"email", obj{"email": "user@example.com."}},
		{"phone", obj{"phone": "4155550123"}},
		{"min_strength", obj{"email": "user@example.com", "min_strength": "MDL"}},
		{"max_age", obj{"email": "user@example.com", "max_age": "30d"}},
		{"max_age", obj{"email": "user@example.com", "max_age": "0"}},
		{"max_age", obj{"email": "user@example.com", "max_age": 30.5}},
		{"methods[0]", obj{"email": "user@example.com", "methods": []string{"retina"}}},
	} {
		ans := e.do("POST", path, e.sandbox.secret, c.body)
		e.isError(ans, 400, "parameter_invalid", c.param)
		require.NotContains(t, string(ans.body), "user@example.com")
	}
	e.client = e.unchecked // the specification has no such field
	e.isError(e.do("POST", path, e.sandbox.secret, obj{"email": "user@example.com", "required_methods": []string{}}),
		400, "parameter_invalid", "required_methods")
	e.isError(e.do("POST", path, e.sandbox.publishable, obj{"email": "user@example.com"}), 403, "publishable_key_scope")
	e.isError(e.do("POST", path, "", obj{"email": "user@example.com"}), 401, "api_key_invalid")
	require.NotContains(t, e.log.String(), "user@example.com")
}

func TestOneAddressHasOneLookupHash(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	lookup := func(email string) string {
		row, err := e.store.Session(t.Context(), e.sandbox.org.ID, e.create(e.sandbox, workflow, obj{"email": email}).id)
		require.NoError(t, err)
		return *row.EmailLookup
	}
	one := lookup("Jo@exämple.com")
	require.Equal(t, one, lookup(" jo@XN--EXMPLE-CUA.com "))
	require.Equal(t, one, lookup("JO@EXA\u0308MPLE.COM"))
	require.NotEqual(t, lookup("\u0130o@example.com"), lookup("io@example.com"), "the dotted capital I is no I")
}
