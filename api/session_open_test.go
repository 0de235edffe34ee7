package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// elsewhere is a session that a merchant's server in California created without saying where its user is.
func (e *env) elsewhere(of tenant, definition obj, more ...obj) session {
	e.t.Helper()
	body := obj{"type": "age", "workflow_id": e.workflow(of, definition)}
	for _, extra := range more {
		for key, value := range extra {
			body[key] = value
		}
	}
	ans := e.isOK(e.do("POST", pathSessions, of.secret, body, from("198.51.100.7")...), 201).object
	require.Equal(e.t, []any{"created", true}, []any{ans["status"], ans["jurisdiction_provisional"]})
	return session{id: ans["id"].(string), secret: ans["client_secret"].(string)}
}

func (e *env) shown(of tenant, s session) obj {
	e.t.Helper()
	return e.isOK(e.do("GET", pathSessions+"/"+s.id, of.secret, nil), 200).object
}

// offered are the methods of a view with their statuses.
func offered(view obj) map[any]any {
	statuses := map[any]any{}
	for _, method := range view["methods"].([]any) {
		statuses[in(method, "method")] = in(method, "status")
	}
	return statuses
}

func TestTheUserDecidesWhereAProvisionalSessionIs(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	definition := order("alcohol_delivery", nil, "mdl", "document_capture")
	definition["overrides"] = obj{"DE": obj{"remove": []string{"mdl"}}}
	e.connect(e.live, "mdl", "https://wallets.example/judge")
	e.connect(e.live, "document_capture", "https://documents.example/judge")
	s := e.elsewhere(e.live, definition)
	before := e.shown(e.live, s)
	require.Equal(
		t,
		[]any{"US-CA", "geoip", "min_age_21"},
		[]any{before["jurisdiction"], before["jurisdiction_source"], before["age_tier"]},
	)
	view := e.isOK(e.do("GET", s.path(""), s.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(
		t,
		map[any]any{"mdl": "upcoming", "document_capture": "upcoming"},
		offered(view),
		"to look changes nothing",
	)

	view = e.isOK(e.do("POST", s.path("/open"), s.secret, nil, from("198.51.100.8", "CF-IPCountry", "AT")...), 200).object
	require.Equal(t, map[any]any{"mdl": "available", "document_capture": "available"}, offered(view))
	after := e.shown(e.live, s)
	require.Equal(t, []any{"pending", "AT", "header", "min_age_18", false}, []any{
		after["status"],
		after["jurisdiction"],
		after["jurisdiction_source"],
		after["age_tier"],
		after["jurisdiction_provisional"],
	})
	require.Equal(t, "AT", in(after, "compliance", "jurisdiction"))
	require.Contains(t, e.temporal.all(), "changed "+s.id)

	e.isOK(e.do("POST", s.path("/open"), s.secret, nil, from("198.51.100.8")...), 200)
	require.Equal(t, after, e.shown(e.live, s), "the first time counts")

	other := e.elsewhere(e.live, definition)
	view = e.isOK(e.do("POST", other.path("/open"), other.secret, nil, from("198.51.100.8")...), 200).object
	require.Equal(t, map[any]any{"document_capture": "available"}, offered(view), "as the workflow is in DE")
}

func TestASubmissionOpensAProvisionalSession(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	s := e.elsewhere(e.sandbox, order("alcohol_delivery", nil, "document_capture"))
	e.isOK(
		e.do("POST", s.path("/methods/document_capture"), s.secret, obj{"simulate": "pass"}, from("198.51.100.8")...),
		202,
	)
	shown := e.shown(e.sandbox, s)
	require.Equal(
		t,
		[]any{"processing", "DE", "min_age_18"},
		[]any{shown["status"], shown["jurisdiction"], shown["age_tier"]},
	)
}

func TestWhoSaysWhereTheUserIsIsBelieved(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	workflow := e.workflow(e.sandbox, simple("mdl"))
	for _, c := range []struct {
		why, key string
		body     obj
		want     string
	}{
		{"jurisdiction", e.sandbox.secret, obj{"jurisdiction": "FR"}, "FR"},
		{"client_ip", e.sandbox.secret, obj{"client_ip": "2001:db8::7"}, "FR-IDF"},
		{"the user's own request", e.sandbox.publishable, obj{}, "US-CA"},
		{"nobody who opens it", e.sandbox.secret, obj{"skip_verification": true}, "US-CA"},
	} {
		c.body["type"], c.body["workflow_id"] = "age", workflow
		created := e.isOK(e.do("POST", pathSessions, c.key, c.body, from("198.51.100.7")...), 201).object
		require.Equal(t, []any{c.want, false}, []any{created["jurisdiction"], created["jurisdiction_provisional"]}, c.why)
		if created["status"] == "verified" {
			continue
		}
		s := session{id: created["id"].(string), secret: created["client_secret"].(string)}
		e.isOK(e.do("POST", s.path("/open"), s.secret, nil, from("198.51.100.8")...), 200)
		require.Equal(t, c.want, e.shown(e.sandbox, s)["jurisdiction"], c.why)
	}
}

// A user behind the address of a VPN may come again without it.
func TestWhereTheWorkflowCannotRunNothingIsOpened(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	s := e.elsewhere(e.live, order("alcohol_delivery", []string{"US"}, "mdl"))
	before := e.shown(e.live, s)
	for _, path := range []string{"/open", "/methods/mdl"} {
		for address, want := range map[string]struct {
			status int
			code   string
		}{
			"198.51.100.8": {400, "parameter_invalid"}, "192.0.2.1": {422, "jurisdiction_unresolvable"},
			"127.0.0.1": {422, "jurisdiction_unresolvable"},
		} {
			failure := e.isError(e.do("POST", s.path(path), s.secret, obj{}, from(address)...), want.status, want.code)
			require.Nil(t, failure["param"], "the user has sent none")
		}
		require.Equal(t, before, e.shown(e.live, s))
	}
	e.isOK(
		e.do("POST", s.path("/open"), s.secret, nil, from("192.0.2.1", "CF-IPCountry", "US", "CF-Region-Code", "OR")...),
		200,
	)
	require.Equal(t, "US-OR", e.shown(e.live, s)["jurisdiction"])
}

// The merchant said where the user is; whether that is where the order goes is for the user's address to say.
func TestTheDeliveryIsComparedWithTheUsersAddress(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	branch := obj{
		"kind":    "branch",
		"cases":   []obj{{"when": "'geo_mismatch' in risk.signals", "next": "no"}},
		"default": "face",
	}
	definition := flow("where", obj{"where": branch, "face": method("facial_age", "yes", "no")})
	for address, want := range map[string][]any{
		"198.51.100.7": {"failed", "US-CA", true, "low"},
		"198.51.100.8": {"failed", "DE", true, "medium"},
		"192.0.2.1":    {"pending", nil, false, nil},
	} {
		s := e.elsewhere(e.sandbox, definition, obj{"jurisdiction": "US-OR", "delivery_jurisdiction": "US-OR"})
		before := e.shown(e.sandbox, s)
		require.Equal(
			t,
			[]any{true, nil},
			[]any{before["jurisdiction_mismatch"], before["risk"]},
			"by the server's address, which is no risk",
		)
		e.isOK(e.do("POST", s.path("/open"), s.secret, nil, from(address)...), 200)
		shown := e.shown(e.sandbox, s)
		level := any(nil)
		if shown["risk"] != nil {
			level = in(shown, "risk", "level")
		}
		require.Equal(
			t,
			want,
			[]any{shown["status"], shown["ip_jurisdiction"], shown["jurisdiction_mismatch"], level},
			address,
		)
		require.Equal(t, []any{"US-OR", "explicit"}, []any{shown["jurisdiction"], shown["jurisdiction_source"]})
	}
}

func TestACancelledProvisionalSessionIsNotOpened(t *testing.T) {
	t.Parallel()
	e := behindProxy(t, "127.0.0.1")
	s := e.elsewhere(e.sandbox, simple("mdl"))
	e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil), 200)
	for _, path := range []string{"/open", "/methods/mdl"} {
		e.isError(e.do("POST", s.path(path), s.secret, obj{}, from("198.51.100.8")...), 409, "session_terminal")
	}
}
