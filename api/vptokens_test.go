package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules/graph"
)

const pathKeys = "/.well-known/jwks.json"

// verified creates a session that is verified at once, as if the strongest method of the workflow had passed.
func (e *env) verified(of tenant, workflow string, more ...obj) session {
	e.t.Helper()
	return e.create(of, workflow, append([]obj{{"skip_verification": true}}, more...)...)
}

// token is the VP token of a verified session.
func (e *env) token(s session) string {
	e.t.Helper()
	token, _ := e.view(s)["vp_token"].(string)
	require.NotEmpty(e.t, token)
	return token
}

// asks creates a session by a request of the tenant's secret key, and returns the answer.
func (e *env) asks(of tenant, workflow string, more obj) answer {
	e.t.Helper()
	body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}
	for name, value := range more {
		body[name] = value
	}
	return e.do("POST", pathSessions, of.secret, body)
}

// stands requires the status of a session and its path.
func (e *env) stands(ans answer, status string, path any) obj {
	e.t.Helper()
	s := e.isOK(ans, 201).object
	require.Equal(e.t, []any{status, path}, []any{s["status"], s["verification_path"]})
	return s
}

// anyMethod is a workflow that every credential satisfies.
func (e *env) anyMethod(of tenant) string {
	return e.workflow(of, simple("self_attestation", "facial_age", "document_capture", "mdl"))
}

func TestVPTokenHasTheDocumentedContentAndAPublishedKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.verified(e.sandbox, e.workflow(e.sandbox, simple("document_capture")), obj{"email": "ada@example.com"})
	token := e.token(s)
	row, err := e.store.Session(t.Context(), e.sandbox.org.ID, s.id)
	require.NoError(t, err)
	require.Equal(t, obj{"alg": "EdDSA", "kid": "sk-1", "typ": "vp+jwt"}, part(t, token, 0))
	iat := row.CompletedAt.Unix()
	require.Equal(t, obj{
		"iss": "http://127.0.0.1:8080", "sub": *row.VerifiedPersonID, "cid": *row.CredentialID,
		"aud": []any{e.sandbox.org.ID}, "method": "document_capture", "strength": "document_capture",
		"tier": "min_age_16", "emh": e.store.EmailHash(e.sandbox.org.ID, "ada@example.com"),
		"iat": float64(iat), "exp": float64(iat + 365*24*3600),
	}, part(t, token, 1))
	require.Equal(t, token, e.token(s), "read again, it is the same")

	ans := e.isOK(e.do("GET", pathKeys, "", nil), 200)
	require.Equal(t, "public, max-age=300", ans.header.Get("Cache-Control"))
	require.Equal(t, "*", ans.header.Get("Access-Control-Allow-Origin"))
	require.NotEmpty(t, ans.header.Get("X-RateLimit-Remaining"))
	require.NotContains(t, string(ans.body), `"d"`, "no private part")
	set, err := jwk.Parse(ans.body)
	require.NoError(t, err)
	_, err = jwt.Parse([]byte(token), jwt.WithKeySet(set), jwt.WithClock(jwt.ClockFunc(e.clock.Now)))
	require.NoError(t, err, "anyone can check the signature")
}

// "It is issued automatically after a successful verification", to the browser, and to nobody else.
func TestVPTokenIsShownToTheClientAlone(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	require.Nil(t, e.view(s)["vp_token"], "not verified yet")
	e.submit(s, "self_attestation", graph.OutcomePassed)
	token := e.token(s)
	for _, path := range []string{
		pathSessions + "/" + s.id + "?expand[]=results", pathSessions, "/v1/events", "/v1/events?session=" + s.id,
	} {
		ans := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200)
		require.NotContains(t, string(ans.body), "vp_token", path)
		require.NotContains(t, string(ans.body), token, path)
	}
	require.NotContains(t, e.log.String(), token)
	for _, status := range []string{"failed", "cancelled"} {
		s := e.attest()
		if status == "failed" {
			for range 3 {
				e.submit(s, "self_attestation", graph.OutcomeFailed)
				e.submit(s, "document_capture", graph.OutcomeFailed)
			}
		} else {
			e.isOK(e.do("POST", s.path("/cancel"), s.secret, nil), 200)
		}
		view := e.view(s)
		require.Equal(t, []any{status, nil}, []any{view["status"], view["vp_token"]})
	}
}

// "If valid, the user passes instantly — no camera, no OTP, no friction."
func TestValidVPTokenVerifiesASessionAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	first := e.verified(e.sandbox, workflow, obj{"email": "ada@example.com"})
	before := e.shown(e.sandbox, first)
	e.clock.Advance(24 * time.Hour)
	again := e.stands(e.asks(e.sandbox, workflow, obj{"email": "ADA@example.com", "vp_token": e.token(first)}),
		"verified", "vp_token")
	require.Equal(t, before["verified_person_id"], again["verified_person_id"])
	s := session{again["id"].(string), again["client_secret"].(string)}
	require.Equal(t, []any{"verification_session.created", "verification_session.verified"}, e.events(s))
	require.Equal(t, in(part(t, e.token(first), 1), "exp"), in(part(t, e.token(s), 1), "exp"),
		"a reuse makes no verification younger")
	e.stands(e.asks(e.sandbox, workflow, obj{"vp_token": e.token(s)}), "verified", "vp_token")
	for range 6 { // a token is no attempt to find a person
		e.stands(e.asks(e.sandbox, workflow, obj{
			"email": "ada@example.com", "accept_existing": true, "vp_token": e.token(s),
		}), "verified", "vp_token")
	}
}

// The page on the device where the session began keeps the token. A phone that took the session over does not get it.
func TestVPTokenIsForTheDesktopOfAHandoff(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	desktop := e.create(e.sandbox, e.anyMethod(e.sandbox))
	phone := e.confirmed(desktop)
	e.submit(phone, "self_attestation", graph.OutcomePassed)
	require.Equal(t, []any{"verified", nil}, []any{e.view(phone)["status"], e.view(phone)["vp_token"]})
	e.token(desktop)
}

// "A malformed, expired, or revoked token returns 400 vp_token_invalid."
func TestVPTokenIsDecidedByItsRow(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	s := e.verified(e.sandbox, workflow)
	token := e.token(s)
	refused := func(why string) {
		t.Helper()
		e.isError(e.asks(e.sandbox, workflow, obj{"vp_token": token}), 400, "vp_token_invalid", "vp_token")
		open := e.create(e.sandbox, workflow)
		e.isError(e.redeem(open, token), 400, "vp_token_invalid", "vp_token")
		require.Equal(t, "created", e.status(open), why)
	}
	e.stands(e.asks(e.sandbox, workflow, obj{"vp_token": token}), "verified", "vp_token")
	e.exec(e.database(), "UPDATE credentials SET revoked_at = 1, revoked_reason = 'review_rejected'")
	refused("revoked")
	require.Nil(t, e.view(s)["vp_token"], "and not shown any more")
	e.exec(e.database(), "UPDATE credentials SET revoked_at = NULL, revoked_reason = NULL")
	e.clock.Advance(365*24*time.Hour + time.Second)
	refused("expired")
	require.Nil(t, e.view(s)["vp_token"])
	e.clock.Advance(-time.Hour)
	refused("expired, though a clock was set back since")
	e.exec(e.database(), "DELETE FROM credentials")
	refused("deleted")
	require.Nil(t, e.view(s)["vp_token"])
}

// redeem presents a token to a session.
func (e *env) redeem(s session, token any, header ...string) answer {
	return e.do("POST", s.path("/vp_token"), s.secret, obj{"vp_token": token}, header...)
}

// "A tampered token will fail server-side validation."
func TestForgedVPTokensAreInvalid(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	s := e.verified(e.sandbox, workflow)
	token := e.token(s)
	keys, err := e.store.Across().SigningKeys(t.Context())
	require.NoError(t, err)
	seed, other := keys[0].Seed, make([]byte, 32)
	header, claims := part(t, token, 0), part(t, token, 1)
	with := func(base obj, name string, value any) obj {
		changed := obj{}
		for key, old := range base {
			changed[key] = old
		}
		changed[name] = value
		if value == nil {
			delete(changed, name)
		}
		return changed
	}
	e.stands(e.asks(e.sandbox, workflow, obj{"vp_token": forge(header, claims, seed)}), "verified", "vp_token")
	parts := strings.Split(token, ".")
	grown := strings.Split(forge(header, with(claims, "tier", "min_age_25"), other), ".")[1]
	none := forge(obj{"alg": "none", "kid": "sk-1", "typ": "vp+jwt"}, claims, seed)
	for why, forged := range map[string]string{
		"no token":                        "x",
		"no signature":                    parts[0] + "." + parts[1] + ".",
		"alg none":                        none,
		"alg none without a signature":    strings.Join(strings.Split(none, ".")[:2], ".") + ".",
		"alg HS256":                       forge(with(header, "alg", "HS256"), claims, seed),
		"another key":                     forge(header, claims, other),
		"an unknown key":                  forge(with(header, "kid", "sk-9"), claims, seed),
		"no key":                          forge(with(header, "kid", nil), claims, seed),
		"no type":                         forge(with(header, "typ", nil), claims, seed),
		"the type of client secrets":      forge(with(header, "typ", "JWT"), claims, seed),
		"changed claims":                  parts[0] + "." + grown + "." + parts[2],
		"no credential":                   forge(header, with(claims, "cid", nil), seed),
		"a credential that is none":       forge(header, with(claims, "cid", "cred_x"), seed),
		"a number as the credential":      forge(header, with(claims, "cid", 7), seed),
		"another person":                  forge(header, with(claims, "sub", "vp_aaaaaaaaaaaaaaaaaaaaaaaa"), seed),
		"a session as the person":         forge(header, with(claims, "sub", s.id), seed),
		"another organization":            forge(header, with(claims, "aud", []string{e.stranger.org.ID}), seed),
		"two organizations":               forge(header, with(claims, "aud", []string{e.sandbox.org.ID, "x"}), seed),
		"no organization":                 forge(header, with(claims, "aud", nil), seed),
		"an origin that is none":          forge(header, with(claims, "ori", 7), seed),
		"the client secret":               s.secret,
		"a token that is very long":       token + strings.Repeat("x", 3000),
		"a token with a part in addition": token + ".x",
	} {
		ans := e.asks(e.sandbox, workflow, obj{"vp_token": forged})
		e.isError(ans, 400, "vp_token_invalid", "vp_token")
		e.isError(e.redeem(e.create(e.sandbox, workflow), forged), 400, "vp_token_invalid", "vp_token")
		require.NotContains(t, e.log.String(), forged[:min(len(forged), 60)]+"…", why)
	}
	e.isError(e.do("GET", s.path(""), token, nil), 401, "api_key_invalid")
	e.isError(e.do("GET", s.path(""), forge(header, with(claims, "sub", s.id), seed), nil), 401, "api_key_invalid")
	e.isError(e.redeem(e.create(e.sandbox, workflow), nil), 400, "parameter_invalid", "vp_token")
}

func TestVPTokenIsOfNoUseElsewhere(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow, foreign := e.anyMethod(e.sandbox), e.anyMethod(e.stranger)
	token := e.token(e.verified(e.sandbox, workflow))
	e.isError(e.asks(e.stranger, foreign, obj{"vp_token": token}), 400, "vp_token_invalid", "vp_token")
	e.isError(e.redeem(e.create(e.stranger, foreign), token), 400, "vp_token_invalid", "vp_token")

	page := func(origin string, more obj) answer {
		body := obj{"type": "age", "workflow_id": workflow}
		for name, value := range more {
			body[name] = value
		}
		return e.do("POST", pathSessions, e.sandbox.publishable, body, "Origin", origin)
	}
	s := e.isOK(page("https://shop.example", obj{"skip_verification": true}), 201).object
	bound := e.token(session{s["id"].(string), s["client_secret"].(string)})
	require.Equal(t, "https://shop.example", part(t, bound, 1)["ori"])
	e.stands(page("https://shop.example", obj{"vp_token": bound}), "verified", "vp_token")
	e.isError(page("https://evil.example", obj{"vp_token": bound}), 400, "vp_token_invalid", "vp_token")
	e.stands(e.asks(e.sandbox, workflow, obj{"vp_token": bound}), "verified", "vp_token") // a server has no origin

	open := e.create(e.sandbox, workflow)
	e.isError(e.redeem(open, bound, "Origin", "https://evil.example"), 400, "vp_token_invalid", "vp_token")
	e.isOK(e.redeem(open, bound, "Origin", "https://shop.example"), 200)
	there := e.isOK(page("https://evil.example", nil), 201).object
	opened := session{there["id"].(string), there["client_secret"].(string)}
	e.isError(e.redeem(opened, bound, "Origin", "https://shop.example"), 400, "vp_token_invalid", "vp_token")
	e.isError(e.redeem(opened, bound), 400, "vp_token_invalid", "vp_token")
}

// "VP tokens are bound to the email address used during verification." "A different email triggers re-verification."
func TestVPTokenIsBoundToItsEmail(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	alice := e.token(e.verified(e.sandbox, workflow, obj{"email": "alice@example.com"}))
	e.isError(e.asks(e.sandbox, workflow, obj{"email": "bob@example.com", "vp_token": alice}),
		400, "vp_token_invalid", "vp_token")
	e.isError(e.redeem(e.create(e.sandbox, workflow, obj{"email": "bob@example.com"}), alice),
		400, "vp_token_invalid", "vp_token")
	e.stands(e.asks(e.sandbox, workflow, obj{"vp_token": alice}), "verified", "vp_token") // the session names nobody
	e.isOK(e.redeem(e.create(e.sandbox, workflow, obj{"email": "alice@example.com"}), alice), 200)

	unbound := e.token(e.verified(e.sandbox, workflow))
	e.isError(e.asks(e.sandbox, workflow, obj{"email": "bob@example.com", "vp_token": unbound}),
		400, "vp_token_invalid", "vp_token")
}

// "A user verified with self_attestation (rank 1) visits a site that requires document_capture (rank 5)." "After the
// step-up, the new (stronger) credential replaces the old one."
func TestInsufficientCredentialStepsUp(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	declares := e.workflow(e.sandbox, simple("self_attestation"))
	documents := e.workflow(e.sandbox, simple("document_capture"))
	old := e.verified(e.sandbox, declares, obj{"email": "ada@example.com"})
	token := e.token(old)
	ask := func(workflow string, more obj) answer {
		body := obj{"email": "ada@example.com", "vp_token": token}
		for name, value := range more {
			body[name] = value
		}
		return e.asks(e.sandbox, workflow, body)
	}
	step := e.stands(ask(documents, nil), "created", nil)
	require.Equal(t, nil, step["verified_person_id"], "in silence")
	e.stands(ask(declares, obj{"min_strength": "document_capture"}), "created", nil)
	e.stands(ask(declares, obj{"required_methods": []string{"self_attestation", "mdl"}}), "created", nil)
	e.stands(ask(declares, obj{"required_methods": []string{"self_attestation"}}), "verified", "vp_token")
	e.stands(ask(declares, obj{"type": "identity", "workflow_id": documents}), "created", nil)
	e.clock.Advance(31 * 24 * time.Hour)
	e.stands(ask(declares, obj{"max_age": "30d"}), "created", nil)
	e.stands(ask(declares, obj{"max_age": "32d"}), "verified", "vp_token")
	e.stands(ask(declares, obj{"accept_existing": false}), "created", nil) // forces a fresh verification

	open := e.create(e.sandbox, documents, obj{"email": "ada@example.com"})
	e.isError(e.redeem(open, token), 409, "session_not_redeemable")
	e.submit(open, "document_capture", graph.OutcomePassed)
	e.stands(ask(documents, nil), "verified", "vp_token") // the old token names the person of the stronger credential
	e.stands(ask(declares, obj{"type": "identity", "workflow_id": documents}), "verified", "vp_token")
	require.Equal(t, 1, len(e.isOK(e.do("POST", "/v1/verified_person/lookup", e.sandbox.secret,
		obj{"email": "ada@example.com"}), 200).object["credentials"].([]any)), "the stronger has replaced the weaker")
	e.exec(e.database(), "UPDATE credentials SET revoked_at = 1 WHERE method = 'document_capture'")
	e.isError(ask(declares, nil), 400, "vp_token_invalid", "vp_token") // replaced, and the successor is gone
}

// "A weaker tier (e.g. min_age_16) can never satisfy a stronger one."
func TestCredentialOfALowerTierStepsUp(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	young := e.workflow(e.sandbox, simple("document_capture"))
	definition := simple("document_capture")
	definition["use_case"] = "alcohol_delivery"
	old := e.workflow(e.sandbox, definition)
	low, high := e.verified(e.sandbox, young), e.verified(e.sandbox, old)
	require.Equal(t, []any{"min_age_16", "min_age_21"},
		[]any{e.shown(e.sandbox, low)["age_tier"], e.shown(e.sandbox, high)["age_tier"]})
	e.stands(e.asks(e.sandbox, old, obj{"vp_token": e.token(low)}), "created", nil)
	e.stands(e.asks(e.sandbox, young, obj{"vp_token": e.token(high)}), "verified", "vp_token")
}

func TestRedeemingDependsOnTheState(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	token := e.token(e.verified(e.sandbox, workflow))
	open := func(more ...obj) session { return e.create(e.sandbox, workflow, more...) }

	created := open()
	view := e.isOK(e.redeem(created, token), 200).object
	require.Equal(t, []any{"verified", "vp_token"}, []any{view["status"], view["verification_path"]})
	require.NotEmpty(t, view["vp_token"])
	require.Equal(t, view, e.isOK(e.redeem(created, token), 200).object, "a repeat gives the same answer")
	require.Equal(t, []any{"verification_session.created", "verification_session.verified"}, e.events(created))
	require.Contains(t, e.temporal.all(), "changed "+created.id)
	e.isError(e.redeem(created, e.token(e.verified(e.sandbox, workflow))), 409, "session_not_redeemable")

	pending := open()
	e.isOK(e.do("POST", pending.path("/open"), pending.secret, nil), 200)
	e.isOK(e.redeem(pending, token), 200)

	cancelled := open()
	e.isOK(e.do("POST", cancelled.path("/cancel"), cancelled.secret, nil), 200)
	submitted := open()
	e.isOK(e.do("POST", submitted.path("/methods/self_attestation"), submitted.secret, obj{"simulate": "pass"}), 202)
	failed := open()
	e.submit(failed, "self_attestation", graph.OutcomeFailed)
	for why, s := range map[string]session{
		"ended": cancelled, "being judged": submitted, "after a submission": failed,
		"that asks for a fresh verification": open(obj{"accept_existing": false}),
	} {
		status := e.status(s)
		e.isError(e.redeem(s, token), 409, "session_not_redeemable")
		require.Equal(t, status, e.status(s), why)
	}
	locked := open()
	e.phone(locked, "phone-1")
	e.isError(e.redeem(locked, token), 409, "session_locked_to_other_device")
	other := open()
	e.isError(e.do("POST", other.path("/vp_token"), locked.secret, obj{"vp_token": token}), 404, "session_not_found")
	e.isError(e.do("POST", other.path("/vp_token"), "", obj{"vp_token": token}), 401, "api_key_invalid")
}

// No earlier proof stands in for a reviewer.
func TestVPTokenReplacesNoReview(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	token := e.token(e.verified(e.sandbox, e.anyMethod(e.sandbox)))
	e.stands(e.asks(e.sandbox, e.workflow(e.sandbox, reviewed("yes", "no")), obj{"vp_token": token}), "created", nil)
}

// A server that does not say where its user is creates a provisional session. It is decided where the user opens it.
func TestVPTokenOfAProvisionalSessionCountsWhenItIsOpened(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	workflow := e.anyMethod(e.sandbox)
	token := e.token(e.verified(e.sandbox, workflow))
	ask := func() session {
		ans := e.stands(e.do("POST", pathSessions, e.sandbox.secret,
			obj{"type": "age", "workflow_id": workflow, "vp_token": token}), "created", nil)
		require.Equal(t, true, ans["jurisdiction_provisional"])
		return session{ans["id"].(string), ans["client_secret"].(string)}
	}
	at := ask()
	opened := e.isOK(e.do("POST", at.path("/open"), at.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(t, []any{"verified", "vp_token", "DE"},
		[]any{opened["status"], opened["verification_path"], opened["jurisdiction"]})
	require.Equal(t, "DE", e.shown(e.sandbox, at)["jurisdiction"])
	require.Equal(t, []any{"verification_session.created", "verification_session.verified"}, e.events(at))

	lapsed := ask()
	e.exec(e.database(), "UPDATE credentials SET revoked_at = 1")
	opened = e.isOK(e.do("POST", lapsed.path("/open"), lapsed.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(t, "pending", opened["status"], "and the user verifies anew")
	e.isError(e.do("POST", pathSessions, e.sandbox.secret,
		obj{"type": "age", "workflow_id": workflow, "vp_token": token}), 400, "vp_token_invalid")
}

func TestRedeemingTwiceAtOnceVerifiesOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	token := e.token(e.verified(e.sandbox, workflow))
	s := e.create(e.sandbox, workflow)
	answers := make(chan answer)
	for range 8 {
		go func() { answers <- e.redeem(s, token) }()
	}
	for range 8 {
		e.isOK(<-answers, 200)
	}
	require.Equal(t, []any{"verification_session.created", "verification_session.verified"}, e.events(s))
}

// A key that signed tokens verifies them as long as they live, after another key has begun to sign.
func TestVPTokensOutliveTheirSigningKey(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.anyMethod(e.sandbox)
	token := e.token(e.verified(e.sandbox, workflow))
	e.clock.Advance(time.Minute)
	require.NoError(t, e.store.Across().AddSigningKey(t.Context(), store.SigningKey{ID: "sk-2", Seed: make([]byte, 32)}))
	e.clock.Advance(time.Hour)
	s := e.stands(e.asks(e.sandbox, workflow, obj{"vp_token": token}), "verified", "vp_token")
	later := e.token(session{s["id"].(string), s["client_secret"].(string)})
	require.Equal(t, "sk-2", part(t, later, 0)["kid"])
	var set struct{ Keys []obj }
	require.NoError(t, json.Unmarshal(e.isOK(e.do("GET", pathKeys, "", nil), 200).body, &set))
	require.Equal(t, []any{"sk-2", "sk-1"}, []any{set.Keys[0]["kid"], set.Keys[1]["kid"]})

	require.NoError(t, e.store.Across().RemoveSigningKey(t.Context(), "sk-1"))
	e.clock.Advance(time.Minute)
	e.isError(e.asks(e.sandbox, workflow, obj{"vp_token": token}), 400, "vp_token_invalid", "vp_token")
	e.stands(e.asks(e.sandbox, workflow, obj{"vp_token": later}), "verified", "vp_token")
}
