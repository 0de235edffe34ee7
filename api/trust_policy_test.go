package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTrustPolicyOfANewOrganizationAcceptsNothing(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	require.Equal(t, obj{
		"object": "trust_reuse_policy", "accept": false, "max_age_days": nil, "same_jurisdiction": true,
		"methods": []any{}, "liability_acknowledged_at": nil,
	}, e.isOK(e.do("GET", pathTrustPolicy, e.sandbox.secret, nil), 200).object)
}

// "Flipping the master toggle from off → on requires you to explicitly acknowledge this each time."
func TestEachSwitchOnNeedsAnAcknowledgement(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	for _, refused := range []obj{
		{"accept": true}, {"accept": true, "liability_acknowledged": false}, {"accept": true, "liability_acknowledged": nil},
	} {
		e.isError(e.policy(e.sandbox, refused), 400, "parameter_invalid", "liability_acknowledged")
	}
	require.Empty(t, e.audited(e.sandbox))
	on := e.isOK(e.policy(e.sandbox, obj{"accept": true, "liability_acknowledged": true}), 200).object
	require.Equal(t, []any{true, "2026-03-02T12:00:10Z"}, []any{on["accept"], on["liability_acknowledged_at"]})
	e.clock.Advance(time.Hour)
	same := e.isOK(e.policy(e.sandbox, obj{"accept": true}), 200).object
	require.Equal(t, on, same, "it is on")
	off := e.isOK(e.policy(e.sandbox, obj{"accept": false}), 200).object
	require.Equal(t, []any{false, "2026-03-02T12:00:10Z"}, []any{off["accept"], off["liability_acknowledged_at"]})
	e.isError(e.policy(e.sandbox, obj{"accept": true}), 400, "parameter_invalid", "liability_acknowledged")
	again := e.isOK(e.policy(e.sandbox, obj{"accept": true, "liability_acknowledged": true}), 200).object
	require.Equal(t, "2026-03-02T13:00:10Z", again["liability_acknowledged_at"])
	require.Len(t, e.audited(e.sandbox), 3, "each change, with the acknowledgement")
}

func TestTrustPolicyIsUpdatedByEachMethodAndFieldByField(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	want := e.isOK(e.do("GET", pathTrustPolicy, e.sandbox.secret, nil), 200).object
	for _, step := range []struct {
		method string
		change obj
		field  string
		value  any
	}{
		{"POST", obj{"max_age_days": 90}, "max_age_days", 90.0},
		{"PUT", obj{"max_age_days": nil}, "max_age_days", nil},
		{"PATCH", obj{"max_age_days": 99_999}, "max_age_days", 99_999.0},
		{"PATCH", obj{"max_age_days": ""}, "max_age_days", nil},
		{"PATCH", obj{"same_jurisdiction": false}, "same_jurisdiction", false},
		{"PATCH", obj{"same_jurisdiction": nil, "accept": nil, "methods": nil}, "same_jurisdiction", false},
		{
			"PATCH", obj{"methods": []string{"DOCUMENT_CAPTURE", "mdl", "Mdl"}}, "methods",
			[]any{"document_capture", "mdl"},
		},
		{"PATCH", obj{"methods": ""}, "methods", []any{"document_capture", "mdl"}},
		{"PATCH", obj{"methods": []string{}}, "methods", []any{}},
		{"PATCH", obj{}, "methods", []any{}},
	} {
		want[step.field] = step.value
		require.Equal(t, want, e.isOK(e.do(step.method, pathTrustPolicy, e.sandbox.secret, step.change), 200).object)
		require.Equal(t, want, e.isOK(e.do("GET", pathTrustPolicy, e.sandbox.secret, nil), 200).object)
	}
	theirs := e.isOK(e.do("GET", pathTrustPolicy, e.stranger.secret, nil), 200).object
	require.Equal(t, true, theirs["same_jurisdiction"], "each organization has its own")
}

func TestTrustPolicyIsReadStrictly(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	for body, param := range map[string]string{
		`{"accept":"true"}`: "accept", `{"accept":1}`: "accept", `{"max_age_days":0}`: "max_age_days",
		`{"max_age_days":100000}`: "max_age_days", `{"max_age_days":"30"}`: "max_age_days",
		`{"max_age_days":30.5}`: "max_age_days", `{"max_age_days":-1}`: "max_age_days",
		`{"same_jurisdiction":"no"}`: "same_jurisdiction", `{"methods":"mdl"}`: "methods",
		`{"methods":["passport"]}`: "methods[0]", `{"methods":["mdl",""]}`: "methods[1]",
		`{"methods":["mdl",7]}`:            "methods[1]",
		`{"liability_acknowledged":"yes"}`: "liability_acknowledged", `{"max_age":30}`: "max_age",
		`{"liability_acknowledged_at":1}`: "liability_acknowledged_at",
	} {
		e.isError(e.do("PATCH", pathTrustPolicy, e.sandbox.secret, body), 400, "parameter_invalid", param)
	}
	many := make([]string, 51)
	for i := range many {
		many[i] = "mdl"
	}
	e.isError(e.policy(e.sandbox, obj{"methods": many}), 400, "parameter_invalid", "methods")
	e.isOK(e.do("PATCH", pathTrustPolicy, e.sandbox.secret, `{"max_age_days":4e1}`), 200)
	require.Len(t, e.audited(e.sandbox), 1)
}

// "You only accept verifications that match your method, jurisdiction, and recency policy."
func TestVerificationThatMissesThePolicyIsDeclined(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ declined, accepted obj }{
		"the method": {obj{"methods": []string{"mdl"}}, obj{"methods": []string{"mdl", "document_capture"}}},
		// "a 10-day-old DOCUMENT_CAPTURE won't satisfy your policy if you set max-age to 7 days"
		"the age": {obj{"max_age_days": 7}, obj{"max_age_days": 10}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, withTrust)
			e.shared(e.sandbox)
			e.clock.Advance(10 * 24 * time.Hour)
			e.accepting(e.stranger, c.declined)
			e.freshly(e.comes(e.stranger), name)
			e.isOK(e.policy(e.stranger, c.accepted), 200)
			e.granted(e.stranger)
		})
	}
}

// "Only accept credentials issued in the same jurisdiction as the requesting session."
func TestSameJurisdictionIsThatOfTheSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox, obj{"jurisdiction": "US-CA"})
	e.accepting(e.stranger)
	for _, place := range []string{"US", "US-TX", "DE"} {
		e.freshly(e.comes(e.stranger, obj{"jurisdiction": place}), place)
	}
	e.granted(e.stranger, obj{"jurisdiction": "US-CA"})
	e.isOK(e.policy(e.stranger, obj{"same_jurisdiction": false}), 200)
	e.stands(e.comes(e.stranger, obj{"jurisdiction": "US-TX"}), "verified", "trust_reuse")
}

// "A DOCUMENT_CAPTURE credential satisfies a request for SELF_ATTESTATION (because document capture is strictly
// stronger), but not vice versa."
func TestStrongerMethodSatisfiesAWeakerRequest(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.accepting(e.stranger)
	weak := e.workflow(e.sandbox, simple("self_attestation"))
	s := e.verified(e.sandbox, weak, obj{"email": ada})
	e.isOK(e.share(s, true), 200)
	document := e.workflow(e.stranger, simple("document_capture"))
	e.freshly(e.comes(e.stranger, obj{"workflow_id": document}), "self_attestation for document_capture")
	e.freshly(e.comes(e.stranger, obj{"min_strength": "document_capture"}), "by min_strength")
	e.freshly(e.comes(e.stranger, obj{"required_methods": []string{"document_capture"}}), "by required_methods")
	e.shared(e.sandbox)
	attest := e.workflow(e.stranger, simple("self_attestation"))
	e.granted(e.stranger, obj{"workflow_id": attest})
	e.stands(e.comes(e.stranger, obj{"workflow_id": document}), "verified", "trust_reuse")
}

// "A MIN_AGE_21 credential satisfies a MIN_AGE_18 request."
func TestHigherTierSatisfiesALowerRequest(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust, asShipped)
	e.accepting(e.stranger)
	adult := e.workflow(e.stranger, order("adult_content", nil, "document_capture"))
	drinks := e.workflow(e.stranger, order("alcohol_delivery", nil, "document_capture"))
	at := func(useCase, email string) session {
		workflow := e.workflow(e.sandbox, order(useCase, nil, "document_capture"))
		s := e.verified(e.sandbox, workflow, obj{"email": email, "jurisdiction": "US-TX"})
		e.isOK(e.share(s, true), 200)
		return s
	}
	twentyOne, eighteen := at("alcohol_delivery", ada), at("adult_content", "bob@person.example")
	require.Equal(t, []any{"min_age_21", "min_age_18"},
		[]any{e.shown(e.sandbox, twentyOne)["age_tier"], e.shown(e.sandbox, eighteen)["age_tier"]})
	texas := func(workflow, email string) answer {
		return e.comes(e.stranger, obj{"workflow_id": workflow, "email": email, "jurisdiction": "US-TX"})
	}
	e.stands(texas(adult, ada), "verified", "trust_reuse")
	e.freshly(texas(drinks, "bob@person.example"), "18 for 21")
	e.stands(texas(adult, "bob@person.example"), "verified", "trust_reuse")
}

// The session's own terms hold beside the policy.
func TestSessionsTermsHoldBesideThePolicy(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	e.clock.Advance(10 * 24 * time.Hour)
	reviewedByAPerson := e.workflow(e.stranger, reviewed("yes", "no"))
	for name, more := range map[string]obj{
		"a stronger method":    {"min_strength": "mdl"},
		"another method":       {"required_methods": []string{"mdl"}},
		"a younger one":        {"max_age": "9d"},
		"a workflow of review": {"workflow_id": reviewedByAPerson},
	} {
		e.freshly(e.comes(e.stranger, more), name)
	}
	e.granted(e.stranger, obj{
		"min_strength": "document_capture", "required_methods": []string{"document_capture"}, "max_age": "10d",
	})
}

// "You can explicitly create a session with accept_existing: false to force fresh verification regardless of any active
// grants."
func TestAcceptExistingFalseForcesAFreshVerification(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	e.granted(e.stranger)
	e.freshly(e.comes(e.stranger, obj{"accept_existing": false}), "forced")
	e.stands(e.comes(e.stranger), "verified", "trust_reuse")
}

func TestSharedVerificationIsNotLookedForOtherwise(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox, obj{"phone": "+14155550123"})
	e.accepting(e.stranger)
	e.isError(e.comes(e.stranger, obj{"accept_existing": true}), 400, "no_matching_vp", "accept_existing")
	e.freshly(e.comes(e.stranger, obj{"email": nil, "phone": "+14155550123"}), "a phone number alone")
	e.freshly(e.comes(e.stranger, obj{"email": nil}), "nobody")
	e.freshly(e.comes(e.stranger, obj{"email": "eve@person.example"}), "a stranger")
	require.Empty(t, e.grants(e.stranger, ""))
	e.granted(e.stranger)
	e.stands(e.comes(e.stranger, obj{"accept_existing": true}), "verified", "returning_user")
}

// A sandbox verifies nobody, so a live organization accepts nothing of it.
func TestLiveOrganizationAcceptsNothingOfASandbox(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.live)
	e.hook(e.live)
	e.connect(e.live, "document_capture", "https://documents.example/judge")
	workflow := e.workflow(e.live, simple("document_capture"))
	e.freshly(e.comes(e.live, obj{"workflow_id": workflow}), "live")
}

// If a browser names the address, only its owner's code leads to the shared verification.
func TestBrowserProvesTheAddressBeforeAnythingIsShared(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	workflow := e.anyMethod(e.stranger)
	ask := obj{"type": "age", "workflow_id": workflow, "email": ada}
	created := e.isOK(e.do("POST", pathSessions, e.stranger.publishable, ask), 201).object
	s := session{id: created["id"].(string), secret: created["client_secret"].(string)}
	view := e.isOK(e.do("POST", s.path("/open"), s.secret, nil), 200).object
	require.Equal(t, []any{"pending", false}, []any{view["status"], view["requires_email_otp"]})
	require.Empty(t, e.grants(e.stranger, ""))
	view = e.recognised(e.stranger, s, obj{})
	require.Equal(t, []any{"verified", "trust_reuse"}, []any{view["status"], view["verification_path"]})
	require.NotNil(t, view["vp_token"])
	types, objects := e.eventsOf(e.stranger, s)
	require.Equal(t, "trust_reuse_grant.created", types[len(types)-1])
	require.Equal(t, e.grants(e.stranger, "")[0], objects[len(objects)-1])
	require.Len(t, e.notices(e.stranger), 1)
}

func TestWorkflowThatDemandsACodeGetsItBeforeAnythingIsShared(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust)
	e.shared(e.sandbox)
	e.accepting(e.stranger)
	created := e.isOK(e.comes(e.stranger, obj{"workflow_id": e.demanding(e.stranger)}), 201).object
	require.Equal(t, []any{"created", false}, []any{created["status"], created["requires_email_otp"]})
	s := session{id: created["id"].(string), secret: created["client_secret"].(string)}
	view := e.recognised(e.stranger, s, obj{})
	require.Equal(t, []any{"verified", "trust_reuse"}, []any{view["status"], view["verification_path"]})
}

// A session whose place is not known is decided under the terms of the user's place.
func TestProvisionalSessionIsGrantedWhenItsUserOpensIt(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withTrust, behind)
	e.shared(e.sandbox, obj{"jurisdiction": "US-OR"})
	e.accepting(e.stranger)
	definition := simple("document_capture")
	there := e.elsewhere(e.stranger, definition, obj{"email": ada})
	view := e.isOK(e.do("POST", there.path("/open"), there.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(t, []any{"pending", "DE"}, []any{view["status"], view["jurisdiction"]}, "another place")
	e.isOK(e.policy(e.stranger, obj{"same_jurisdiction": false}), 200)
	s := e.elsewhere(e.stranger, definition, obj{"email": ada})
	require.Empty(t, e.grants(e.stranger, ""), "nothing is decided before")
	view = e.isOK(e.do("POST", s.path("/open"), s.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(t, []any{"verified", "trust_reuse"}, []any{view["status"], view["verification_path"]})
	require.Len(t, e.notices(e.stranger), 1)
}
