package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

const (
	pathLookup       = "/v1/verified_person/lookup"
	pathOrganization = "/v1/organization"
)

// existing asks for an earlier verification.
func (e *env) existing(of tenant, workflow string, more obj) answer {
	e.t.Helper()
	e.clock.Advance(20 * time.Minute) // a window of attempts for each request
	body := obj{"accept_existing": true, "email": "ada@example.com"}
	for name, value := range more {
		body[name] = value
	}
	return e.asks(of, workflow, body)
}

func (e *env) noMatch(ans answer) {
	e.t.Helper()
	e.isError(ans, 400, "no_matching_vp", "accept_existing")
}

// "Use accept_existing: true with the user's email."
func TestAcceptExistingReusesAVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	first := e.create(e.sandbox, workflow, obj{"email": "ada@example.com", "phone": "+14155550123"})
	e.submit(first, "document_capture", graph.OutcomePassed)
	person := e.shown(e.sandbox, first)["verified_person_id"]
	require.Contains(t, person, "vp_")
	for why, more := range map[string]obj{
		"by the e-mail address":         {},
		"in another spelling":           {"email": "ADA@EXAMPLE.com"},
		"by the phone number":           {"email": nil, "phone": "+1 415 555 0123"},
		"of the same strength":          {"min_strength": "document_capture"},
		"of a weaker strength":          {"min_strength": "facial_age"},
		"of the age":                    {"max_age": "30d"},
		"with all methods":              {"required_methods": []string{"document_capture"}},
		"by the hash of the credential": {"email": nil, "credential_hash": e.hash(first)},
		"by address and hash":           {"credential_hash": e.hash(first)},
		"as an identity":                {"type": "identity"},
		"with skip_verification":        {"skip_verification": true},
	} {
		s := e.stands(e.existing(e.sandbox, workflow, more), "verified", "returning_user")
		require.Equal(t, person, s["verified_person_id"], why)
		require.Equal(t, false, s["requires_email_otp"], why)
	}
	for _, more := range []obj{
		{"email": "bob@example.com"},
		{"email": "bob@example.com", "phone": "+14155550123"}, // the address decides
		{"email": nil, "phone": "+14155550124"},
		{"email": nil},
		{"min_strength": "mdl"},
		{"required_methods": []string{"document_capture", "mdl"}},
		{"credential_hash": "5e884898da28"},
		{"email": "bob@example.com", "credential_hash": e.hash(first)},
	} {
		e.noMatch(e.existing(e.sandbox, workflow, more))
	}
	e.noMatch(e.existing(e.stranger, e.anyMethod(e.stranger), nil))
	e.clock.Advance(30 * 24 * time.Hour)
	e.noMatch(e.existing(e.sandbox, workflow, obj{"max_age": "30d"}))
	e.stands(e.existing(e.sandbox, workflow, obj{"max_age": "32d"}), "verified", "returning_user")
	e.clock.Advance(335 * 24 * time.Hour)
	e.noMatch(e.existing(e.sandbox, workflow, nil)) // "finds the credential but sees it's expired"
}

// hash is the credential_hash of a verified session.
func (e *env) hash(s session) string {
	return models.HashCredential(part(e.t, e.token(s), 1)["cid"].(string))
}

// "explicitly create a session with accept_existing: false to force fresh verification"
func TestSessionWithoutAcceptExistingIsFresh(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	e.verified(e.sandbox, workflow, obj{"email": "ada@example.com"})
	e.stands(e.asks(e.sandbox, workflow, obj{"email": "ada@example.com"}), "created", nil)
	e.stands(e.asks(e.sandbox, workflow, obj{"email": "ada@example.com", "accept_existing": false}), "created", nil)
}

func TestAcceptExistingIsLimitedPerPhoneNumber(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	e.clock.Advance(e.clock.Now().Truncate(15 * time.Minute).Add(15 * time.Minute).Sub(e.clock.Now()))
	for range 5 {
		e.noMatch(e.asks(e.sandbox, workflow, obj{"accept_existing": true, "phone": "+14155550123"}))
	}
	e.isError(e.asks(e.sandbox, workflow, obj{"accept_existing": true, "phone": "+14155550123"}),
		429, "accept_existing_rate_limited", "phone")
}

// "the lookup filters out expired credentials", and the method must be one that the law of the place allows.
func TestReuseFollowsTheLawOfThePlace(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	e.verified(e.sandbox, e.workflow(e.sandbox, simple("document_capture")), obj{"email": "ada@example.com"})
	e.stands(e.existing(e.sandbox, workflow, nil), "verified", "returning_user")
	e.exec(e.database(), "UPDATE credentials SET method = 'selfie_unknown'")
	e.noMatch(e.existing(e.sandbox, workflow, nil))
}

// "If the workflow requires an ownership proof, the session's requires_email_otp field is true and the user must
// complete the OTP gate before reuse."
func TestWorkflowThatRequiresAnOTPHoldsTheReuseBack(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	definition := simple("self_attestation", "document_capture")
	definition["preferences"] = obj{"require_email_otp": true}
	workflow := e.workflow(e.sandbox, definition)
	first := e.verified(e.sandbox, workflow, obj{"email": "ada@example.com", "phone": "+14155550123"})
	gated := e.stands(e.existing(e.sandbox, workflow, nil), "requires_input", nil)
	require.Equal(t, true, gated["requires_email_otp"])
	s := session{gated["id"].(string), gated["client_secret"].(string)}
	require.Equal(t, true, e.view(s)["requires_email_otp"])
	require.Equal(t, "available", in(e.view(s), "methods", 0, "status"), "the user may also verify anew")
	e.noMatch(e.existing(e.sandbox, workflow, obj{"email": nil, "phone": "+14155550123"})) // no code can be sent

	proven, reused, err := e.api.Sessions().ReuseProven(t.Context(), e.device(s), "ada@example.com")
	require.NoError(t, err)
	require.True(t, reused)
	require.Equal(t, models.StatusVerified, proven.Status)
	shown := e.shown(e.sandbox, s)
	require.Equal(t, []any{"verified", "returning_user", false},
		[]any{shown["status"], shown["verification_path"], shown["requires_email_otp"]})
	require.Equal(t, e.shown(e.sandbox, first)["verified_person_id"], shown["verified_person_id"])
	require.NotEmpty(t, e.token(s), "a new VP token is issued")

	anew := e.stands(e.existing(e.sandbox, workflow, nil), "requires_input", nil)
	s = session{anew["id"].(string), anew["client_secret"].(string)}
	e.exec(e.database(), "UPDATE credentials SET revoked_at = 1")
	_, reused, err = e.api.Sessions().ReuseProven(t.Context(), e.device(s), "ada@example.com")
	require.NoError(t, err)
	require.False(t, reused)
	shown = e.shown(e.sandbox, s)
	require.Equal(t, []any{"requires_input", false}, []any{shown["status"], shown["requires_email_otp"]})
	e.submit(s, "document_capture", graph.OutcomePassed)
	require.Equal(t, "verified", e.status(s))
	_, _, err = e.api.Sessions().ReuseProven(t.Context(), e.device(s), "ada@example.com")
	require.Equal(t, models.CodeSessionNotRedeemable, models.CodeOf(err))
}

// device is the desktop of a session.
func (e *env) device(s session) sessions.Device {
	e.t.Helper()
	row, err := e.store.Across().PublicSession(e.t.Context(), s.id)
	require.NoError(e.t, err)
	return sessions.Device{Session: row}
}

// Anybody can type an address into a page, so a browser's request proves nothing.
func TestBrowserMustProveTheAddressItNames(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	e.verified(e.sandbox, workflow, obj{"email": "ada@example.com"})
	s := e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, obj{
		"type": "age", "workflow_id": workflow, "email": "ada@example.com", "accept_existing": true,
	}), 201).object
	require.Equal(t, []any{"requires_input", true, nil},
		[]any{s["status"], s["requires_email_otp"], s["verified_person_id"]})
}

// "The credential was created when the user verified on shop-a.com and is linked to that email." "Cross-site credential
// reuse requires networkDedup to be enabled for the receiving organization."
func TestVerificationOfAnotherOrganizationIsReusedInTheNetwork(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	first := e.verified(e.sandbox, e.anyMethod(e.sandbox), obj{"email": "ada@example.com"})
	workflow := e.anyMethod(e.stranger)
	e.noMatch(e.existing(e.stranger, workflow, nil))
	require.Equal(t, false, e.lookUp(e.stranger, obj{"email": "ada@example.com"})["verified"])

	e.isOK(e.do("PATCH", pathOrganization, e.stranger.secret, obj{"network_dedup": true}), 200)
	e.clock.Advance(time.Minute) // the setting is cached for seconds
	require.Equal(t, true, e.lookUp(e.stranger, obj{"email": "ada@example.com"})["verified"])
	s := e.stands(e.existing(e.stranger, workflow, nil), "verified", "returning_user")
	there := session{s["id"].(string), s["client_secret"].(string)}
	token := e.token(there)
	claims := part(t, token, 1)
	require.Equal(t, []any{e.stranger.org.ID}, claims["aud"], "a token of the receiving organization")
	require.NotEqual(t, part(t, e.token(first), 1)["emh"], claims["emh"])
	require.NotContains(t, fmt.Sprint(s, claims, e.isOK(e.do("GET", "/v1/events", e.stranger.secret, nil), 200).object),
		e.sandbox.org.ID, "nothing names the other organization")
	e.stands(e.asks(e.stranger, workflow, obj{"vp_token": token}), "verified", "vp_token")

	e.isOK(e.do("PATCH", pathOrganization, e.stranger.secret, obj{"network_dedup": false}), 200)
	e.clock.Advance(time.Minute)
	e.stands(e.existing(e.stranger, workflow, nil), "verified", "returning_user") // it has a credential of its own now
	require.Len(t, e.lookUp(e.stranger, obj{"email": "ada@example.com"})["credentials"], 1)
}

// A sandbox verifies nobody, so a live organization gets nothing from it.
func TestSandboxCredentialsNeverCountForLiveOrganizations(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.verified(e.sandbox, e.anyMethod(e.sandbox), obj{"email": "ada@example.com"})
	e.isOK(e.do("PATCH", pathOrganization, e.live.secret, obj{"network_dedup": true}), 200)
	e.clock.Advance(time.Minute)
	require.Equal(t, false, e.lookUp(e.live, obj{"email": "ada@example.com"})["verified"])
	e.isOK(e.do("POST", pathEndpoints, e.live.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"verification_session.verified"}}), 201)
	e.noMatch(e.existing(e.live, e.anyMethod(e.live), nil))
}

// A provisional session looks once under the terms of the server's place, and again under those of the user's.
func TestAcceptExistingOfAProvisionalSessionCountsWhenItIsOpened(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	workflow := e.anyMethod(e.sandbox)
	e.noMatch(e.existing(e.sandbox, workflow, obj{"jurisdiction": nil}))
	e.verified(e.sandbox, workflow, obj{"email": "ada@example.com"})
	ask := func() session {
		s := e.stands(e.existing(e.sandbox, workflow, obj{"jurisdiction": nil}), "created", nil)
		return session{s["id"].(string), s["client_secret"].(string)}
	}
	at, lapsed := ask(), ask()
	opened := e.isOK(e.do("POST", at.path("/open"), at.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(t, []any{"verified", "returning_user", "DE"},
		[]any{opened["status"], opened["verification_path"], opened["jurisdiction"]})
	e.exec(e.database(), "UPDATE credentials SET revoked_at = 1")
	opened = e.isOK(e.do("POST", lapsed.path("/open"), lapsed.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(t, "pending", opened["status"])
}

// "Rejection keeps the status and revokes the credential."
func TestRejectedReviewEndsTheReuse(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	workflow := e.anyMethod(e.sandbox)
	s := e.verified(e.sandbox, workflow, obj{
		"email": "ada@example.com", "delivery_jurisdiction": "US-CA", "client_ip": "198.51.100.8", "jurisdiction": nil,
	})
	token := e.token(s)
	e.decide(s, "reject", "kim", 200)
	require.Equal(t, []any{"verified", nil}, []any{e.view(s)["status"], e.view(s)["vp_token"]})
	e.isError(e.asks(e.sandbox, workflow, obj{"vp_token": token}), 400, "vp_token_invalid")
	e.noMatch(e.existing(e.sandbox, workflow, nil))
	require.Equal(t, false, e.lookUp(e.sandbox, obj{"email": "ada@example.com"})["verified"])
}

func (e *env) lookUp(of tenant, body obj) obj {
	e.t.Helper()
	return e.isOK(e.do("POST", pathLookup, of.secret, body), 200).object
}

func TestLookupFindsAVerifiedPerson(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.verified(e.sandbox, e.workflow(e.sandbox, simple("mdl")),
		obj{"email": "ada@example.com", "phone": "+14155550123"})
	row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	const iso = "2006-01-02T15:04:05.000Z"
	ada := obj{
		"object": "verified_person_lookup", "verified": true, "verified_person_id": *row.VerifiedPersonID,
		"credentials": []any{obj{
			"method": "MDL", "strength": "MDL", "verified_at": row.CompletedAt.UTC().Format(iso),
			"expires_at": row.CompletedAt.Add(365 * 24 * time.Hour).UTC().Format(iso),
		}},
	}
	nobody := obj{"object": "verified_person_lookup", "verified": false, "verified_person_id": nil, "credentials": []any{}}
	e.clock.Advance(10 * 24 * time.Hour)
	for _, c := range []struct {
		body obj
		want obj
	}{
		{obj{"email": "ada@example.com"}, ada},
		{obj{"email": "Ada@Example.com", "min_strength": "document_capture"}, ada},
		{obj{"phone": "+1 (415) 555-0123", "max_age": 30}, ada},
		{obj{"email": "ada@example.com", "max_age": "11", "methods": []string{"mdl", "mid"}}, ada},
		{obj{"email": "ada@example.com", "max_age": "9"}, nobody},
		{obj{"email": "ada@example.com", "min_strength": "mid"}, nobody},
		{obj{"email": "ada@example.com", "methods": []string{"document_capture"}}, nobody},
		{obj{"email": "bob@example.com"}, nobody},
	} {
		require.Equal(t, c.want, e.lookUp(e.sandbox, c.body), "%v", c.body)
	}
	require.Equal(t, nobody, e.lookUp(e.stranger, obj{"email": "ada@example.com"}), "of another organization")
	e.clock.Advance(356 * 24 * time.Hour)
	require.Equal(t, nobody, e.lookUp(e.sandbox, obj{"email": "ada@example.com"}), "expired")
}

func TestLookupsAreLimitedPerOrganization(t *testing.T) {
	t.Parallel()
	e := newEnv(t, limited)
	e.clock.Advance(e.clock.Now().Truncate(time.Minute).Add(90 * time.Second).Sub(e.clock.Now()))
	_, second, err := e.store.CreateKey(t.Context(), e.sandbox.org.ID, store.ActorCLI, models.SecretKey)
	require.NoError(t, err)
	for i := range 3 {
		e.lookUp(e.sandbox, obj{"email": fmt.Sprintf("ada%d@example.com", i)})
	}
	ans := e.do("POST", pathLookup, second, obj{"email": "ada@example.com"}) // another key does not help
	e.isError(ans, 429, "rate_limit_exceeded")
	require.Equal(t, "30", ans.header.Get("Retry-After"))
	e.lookUp(e.stranger, obj{"email": "ada@example.com"})
	e.clock.Advance(30 * time.Second)
	e.lookUp(e.sandbox, obj{"email": "ada@example.com"})
}

func limited(o *api.Options) { o.Config.LookupLimit = 3 }

func TestOrganizationHasSettings(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	want := obj{
		"id": e.sandbox.org.ID, "object": "organization", "name": "Shop & Co", "sandbox": true, "network_dedup": false,
		"created": float64(e.sandbox.org.Created.Unix()),
	}
	require.Equal(t, want, e.isOK(e.do("GET", pathOrganization, e.sandbox.secret, nil), 200).object)
	require.Equal(t, want, e.isOK(e.do("PATCH", pathOrganization, e.sandbox.secret, obj{}), 200).object)
	want["network_dedup"] = true
	for _, method := range []string{"PATCH", "POST", "PUT"} {
		require.Equal(t, want,
			e.isOK(e.do(method, pathOrganization, e.sandbox.secret, obj{"network_dedup": true}), 200).object)
	}
	require.Equal(t, want, e.isOK(e.do("GET", pathOrganization, e.sandbox.secret, nil), 200).object)
	entries, _, err := e.store.AuditLog(t.Context(), e.sandbox.org.ID, store.Page{Limit: 100})
	require.NoError(t, err)
	changes := 0
	for _, entry := range entries {
		if entry.Action == "organization.update" {
			changes++
			require.Equal(t, []any{e.sandbox.keyID, obj{"network_dedup": true}}, []any{entry.Actor, entry.Detail.V})
		}
	}
	require.Equal(t, 1, changes, "a change that changes nothing is no change")
	require.Equal(t, false,
		e.isOK(e.do("GET", pathOrganization, e.stranger.secret, nil), 200).object["network_dedup"])
	e.client = e.unchecked
	e.isError(e.do("PATCH", pathOrganization, e.sandbox.secret, obj{"network_dedup": "yes"}),
		400, "parameter_invalid", "network_dedup")
	e.isError(e.do("PATCH", pathOrganization, e.sandbox.secret, obj{"name": "Other"}), 400, "parameter_invalid", "name")
	e.isError(e.do("GET", pathOrganization, e.sandbox.publishable, nil), 403, "publishable_key_scope")
	e.isError(e.do("PATCH", pathOrganization, "", obj{"network_dedup": true}), 401, "api_key_invalid")
}
