package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

// operation is a route as gin knows it, so that no walk forgets a new one.
type operation struct{ method, path string }

func (e *env) operations(prefix string) (all []operation) {
	for _, r := range e.api.Routes() {
		if strings.HasPrefix(r.Path, prefix) && r.Method != http.MethodHead {
			all = append(all, operation{r.Method, r.Path})
		}
	}
	require.NotEmpty(e.t, all)
	return all
}

// body is the least that the operation takes.
func (o operation) body() any {
	_, action, _ := strings.Cut(o.path, "/:id/")
	return map[string]any{
		"rollback": obj{"version": 1}, "review": obj{"decision": "approve"}, "simulate": obj{"cases": []obj{{}}},
		"recover": obj{"since": 1},
	}[action]
}

func (o operation) forClients() bool { return strings.HasPrefix(o.path, "/v1/verify/") }

// forProviders are the routes with a signature of the body as credential.
func (o operation) forProviders() bool { return strings.HasPrefix(o.path, api.PathCallbacks) }

// forAnybody are the routes with a credential in the body or in the path, the launcher, and logos.
func (o operation) forAnybody() bool {
	return o.path == "/v1/handoff/exchange" || strings.HasPrefix(o.path, pathTrustLink) || o.path == "/v1/stile.js" ||
		strings.HasPrefix(o.path, "/v1/verify/logos/:org") || strings.HasPrefix(o.path, "/v1/guardian") ||
		strings.HasPrefix(o.path, "/v1/methods/")
}

// at fills in the ids of a tenant's objects.
func (o operation) at(ids map[string]string) string {
	path := strings.NewReplacer(
		":method", "self_attestation", ":version", "1", ":delivery", ids["deliveries"], ":recovery", ids["recoveries"],
	).Replace(o.path)
	for prefix, id := range ids {
		if strings.HasPrefix(path, prefix) {
			path = strings.Replace(path, ":id", id, 1)
		}
	}
	return path
}

// belongings creates one object of each kind.
func (e *env) belongings(of tenant) (ids map[string]string, client session) {
	workflow := e.workflow(of, simple("self_attestation"))
	hook := e.isOK(e.do("POST", pathEndpoints, of.secret,
		obj{"url": "https://shop.example/hook", "enabled_events": []string{"*"}}), 201).object["id"].(string)
	connector := e.connect(of, "document_capture", "https://vendor.example/judge").id
	client = e.create(of, workflow)
	event := in(e.isOK(e.do("GET", "/v1/events", of.secret, nil), 200).object, "data", 0, "id").(string)
	deliveries := e.isOK(e.do("GET", pathEndpoints+"/"+hook+"/deliveries", of.secret, nil), 200).object
	recoverPath := pathEndpoints + "/" + hook + "/recover"
	recovery := e.isOK(e.do("POST", recoverPath, of.secret, obj{"since": 1}), 201).object["id"].(string)
	scored := e.isOK(e.do("POST", pathRisk+"/score", of.secret, obj{"device_id": "d1"}), 200).object["id"].(string)
	return map[string]string{
		pathRisk:     scored,
		"deliveries": in(deliveries, "data", 0, "id").(string), "recoveries": recovery,
		"/v1/workflows": workflow, pathEndpoints: hook, pathConnectors: connector, "/v1/events": event,
		pathSessions: client.id, "/v1/verify/session": client.id, pathTrustGrants: e.ownGrant(of, client),
	}, client
}

// ownGrant inserts a grant for a session: without mail, as in most tests, none is made.
func (e *env) ownGrant(of tenant, s session) string {
	of24 := strings.TrimPrefix(s.id, "vks_") // its ids are new as well
	e.exec(e.database(), fmt.Sprintf(`INSERT INTO trust_grants (id, org_id, source_org_id, person_id, consent_id,
		credential_id, session_id, method, methods, strength, age_tier, jurisdiction, verified_at, created, expires_at)
		VALUES ('trg_%[1]s', '%[2]s', 'org_%[1]s', 'vp_%[1]s', 'tco_%[1]s', 'cred_%[1]s', 'vks_%[1]s', 'mdl', '["mdl"]',
		'mdl', 'min_age_18', 'US', %[3]d, %[3]d, %[3]d)`, of24, of.org.ID, e.clock.Now().UnixMicro()))
	return "trg_" + of24
}

func TestNoOrganizationSeesAnother(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, _ := e.belongings(e.sandbox)
	_, theirs := e.belongings(e.stranger)
	walked := 0
	for _, o := range e.operations("/v1/") {
		if !strings.Contains(o.path, ":id") || o.forProviders() {
			continue
		}
		credential, code := e.stranger.secret, "resource_missing"
		if o.forClients() {
			credential = theirs.secret
		}
		if o.forClients() || strings.HasPrefix(o.path, pathSessions) {
			code = "session_not_found"
		}
		ans := e.do(o.method, o.at(ids), credential, o.body())
		failure := e.isError(ans, 404, code, "id")
		require.NotContains(t, failure["message"], "organization")
		walked++
	}
	require.GreaterOrEqual(t, walked, 35)
	for _, list := range []string{
		"/v1/workflows", pathSessions, pathEndpoints, pathConnectors, "/v1/events", pathTrustGrants,
	} {
		ans := e.isOK(e.do("GET", list+"?limit=100", e.stranger.secret, nil), 200)
		for _, id := range ids {
			require.NotContains(t, string(ans.body), id, list)
		}
		e.isError(
			e.do("GET", list+"?starting_after="+ids[list], e.stranger.secret, nil),
			400,
			"parameter_invalid",
			"starting_after",
		)
	}
}

func TestEveryRouteAsksForItsCredential(t *testing.T) {
	t.Parallel()
	e := newEnv(t, manyCalls)
	ids, client := e.belongings(e.sandbox)
	for _, o := range e.operations("/v1/") {
		if o.forProviders() || o.forAnybody() {
			continue
		}
		path := o.at(ids)
		wrong := []string{
			"stile_sk_" + strings.Repeat("a", 43),
			"stile_sk_",
			"nonsense",
			strings.Repeat("x", 5000),
			client.secret,
		}
		if o.forClients() {
			wrong = append(wrong[:4], e.sandbox.secret, e.sandbox.publishable, client.secret+"x")
		}
		if !strings.HasSuffix(o.path, "/status") {
			wrong = append(wrong, "")
		}
		for _, credential := range wrong {
			ans := e.do(o.method, path, credential, nil)
			failure := e.isError(ans, 401, "api_key_invalid")
			require.Equal(t, "authentication_error", failure["type"])
			require.NotEmpty(t, ans.header.Get("X-RateLimit-Limit"))
		}
		e.isError(e.do(o.method, path, "", nil, "Authorization", "Basic c3RpbGU6eA=="), 401, "api_key_invalid")
	}
	e.client = e.unchecked // the checker of the specification knows "Bearer" alone
	e.isOK(e.do("GET", "/v1/workflows", "", nil, "Authorization", "bearer "+e.sandbox.secret), 200)
}

func TestPublishableKeyCreatesSessionsAlone(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, _ := e.belongings(e.sandbox)
	for _, o := range e.operations("/v1/") {
		if o.forClients() || o.forProviders() || o.forAnybody() || o == (operation{"POST", pathSessions}) {
			continue
		}
		ans := e.do(o.method, o.at(ids), e.sandbox.publishable, nil)
		e.isError(ans, 403, "publishable_key_scope")
		require.Equal(t, "100", ans.header.Get("X-RateLimit-Limit"))
	}
	body := obj{"type": "age", "workflow_id": ids["/v1/workflows"], "jurisdiction": "US"}
	ans := e.isOK(e.do("POST", pathSessions, e.sandbox.publishable, body), 201)
	require.Equal(t, "publishable-key-session-create", ans.header.Get("Stile-Deprecation"))
	ans = e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201)
	require.Empty(t, ans.header.Get("Stile-Deprecation"))
}
