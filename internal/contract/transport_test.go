package contract_test

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/contract"
)

// answer is the server's answer: status 200 and JSON by default.
type answer struct {
	status  int
	headers map[string]string
	body    string
}

func (a answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range a.headers {
		w.Header().Set(name, value)
	}
	if a.headers["Content-Type"] == "none" {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(cmp.Or(a.status, http.StatusOK))
	_, _ = io.WriteString(w, a.body)
}

// inProcess is a transport to a handler.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, req)
	return recorder.Result(), nil
}

// call sends one request, with a body unless it is "", and returns the reports.
func call(t *testing.T, c *contract.Contract, method, path, body string, a answer, headers ...string) []string {
	t.Helper()
	var found []string
	report := func(err error) { found = append(found, err.Error()) }
	req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer stile_sk_test")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.Transport(inProcess{a}, report).RoundTrip(req)
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, a.body, string(got), "the caller sees the body")
	return found
}

const (
	id24      = "h4x3mfsq7yb2kd5tjw6pza4n"
	requestID = "req_" + id24
	sessionID = "vks_" + id24
	token     = "eyJhbGciOiJFZERTQSJ9.e30.c2ln"

	newSession = `{"type": "age", "workflow_id": "wf_1"}`
	endpoint   = `{"id":"we_` + id24 + `","object":"webhook_endpoint","url":"https://a.example/hook","enabled_events":["*"],` +
		`"status":"enabled","description":null,"metadata":{},"overlap_until":null,"disabled_reason":null,"disabled_at":null,"created":1,"updated":1}`
	session = `{"id":"` + sessionID + `","object":"verification_session","type":"age","status":"failed","workflow_id":"wf_` + id24 + `",` +
		`"workflow_version":3,"methods":["mdl","document_capture"],"age_tier":"min_age_21","jurisdiction":"US-CA",` +
		`"jurisdiction_source":"explicit","jurisdiction_provisional":false,"compliance":{"use_case":"alcohol_delivery","jurisdiction":"US-CA","prohibited":false,"prohibited_reason":null,"required_age_tier":"min_age_21","allowed_methods":["mdl"],"mdl_acceptance_status":"accepted","governing_regulator":"ABC","consent_required":false,"credential_validity_days":365,"data_retention_days":null,"document_image_retention_days":null,"biometric_retention_days":null,"rule_version":"2026-04-02"},` +
		`"client_reference_id":null,"metadata":{"tier":"vip"},"return_url":"https://a.example/done","cancel_url":null,"locale":null,` +
		`"requires_email_otp":false,"verification_path":null,"verified_person_id":null,` +
		`"failure":{"reason_code":"under_age","message":"Too young.","action":"none"},"risk":null,` +
		`"review":{"status":"rejected","node":"human","reason":"unreadable","reviewer":"ann","note":null,"flagged_at":1,"decided_at":2},` +
		`"consented_at":null,"consent_text_version":null,"active_device":"mobile","device_locked_at":1,"created":1,"updated":2,"expires_at":86401,"completed_at":2}`
	oneTime = `"client_secret":"` + token + `","url":"https://a.example/s/1#secret"`
	result  = `{"id":"vr_` + id24 + `","object":"verification_result","method":"document_capture","node":"doc","attempt":1,` +
		`"status":"passed","strength":"document_capture","age_tier":null,"reason_codes":[],"reasons":[],` +
		`"checks":[{"name":"mrz_check_digits","status":"passed"}],"provider":null,"created":1}`
	event = `{"id":"evt_` + id24 + `","object":"event","type":"verification_session.failed","created":1,"pending_webhooks":0,"data":` + session + `}`
	view  = `{"object":"verification_view","session_id":"` + sessionID + `","revision":0,"type":"age","status":"pending",` +
		`"sandbox":false,"merchant":{"name":"Shop","logo_url":null,"color":null},"age_tier":"min_age_21","jurisdiction":"US-CA","locale":null,` +
		`"return_url":null,"cancel_url":null,"verification_path":null,"vp_token":null,"biometric_consent":null,` +
		`"data_retention":{"data_retention_days":30,"document_image_retention_days":null,"biometric_retention_days":null},` +
		`"methods":[{"method":"document_capture","rank":5,"biometric":false,"status":"available","attempts":3,"attempts_left":3,"needs":["camera"],"document_types":[],"liveness_strategy":null,"input":null,"last_attempt":null,"waiting":null,"unavailable_reason":null}],` +
		`"requires_email_otp":false,"email_otp":{"object":"email_otp","available":true,"email_known":false,"sent":false,` +
		`"expires_at":null,"attempts_left":null,"proven":false},"phone_known":false,"trust_reuse":{"available":false,"consent":false},"consent_required":false,"device_hints":[],"offer_handoff":false,"handoff_reason":null,"handoff_choices":[],"failure":null,"review":null,"expires_at":86401}`
	workflow = `{"id":"wf_` + id24 + `","object":"workflow","name":"Checkout","mode":"graph","use_case":"alcohol_delivery","jurisdictions":["US"],` +
		`"methods":[],"composition":null,"supplementary":[],"overrides":{"US-CA":{"add":["carrier_lookup"],"remove":["mdl"]}},` +
		`"preferences":{"max_attempts":3},"graph":{"start":"pick","nodes":{` +
		`"pick":{"kind":"any_of","methods":["facial_age","mdl"],"pass":"risky","fail":"no"},` +
		`"risky":{"kind":"branch","cases":[{"when":"risk.level == 'high'","next":"no"}],"default":"yes"},` +
		`"yes":{"kind":"verified"},"no":{"kind":"failed"}}},"published_version":1,"created":1,"updated":1}`
	version = `{"id":"wfv_` + id24 + `","object":"workflow_version","workflow_id":"wf_` + id24 + `","version":1,` +
		`"definition":{"name":"Checkout"},"compiled":{"start":"pick"},"note":null,"author":null,"created":1}`
	status  = `{"session_id":"` + sessionID + `","status":"pending","is_terminal":false,"same_device_only":false}`
	attempt = `{"object":"method_attempt","id":"vr_` + id24 + `","method":"self_attestation","status":"processing","reason_codes":[],` +
		`"attempts_left":2,"session_status":"processing"}`
)

// keyHeaders returns the headers of every answer to a valid key.
func keyHeaders(more ...string) map[string]string {
	h := map[string]string{
		"Request-Id":            requestID,
		"X-RateLimit-Limit":     "1000",
		"X-RateLimit-Remaining": "997",
		"X-RateLimit-Reset":     "1741564920",
	}
	for i := 0; i < len(more); i += 2 {
		h[more[i]] = more[i+1]
	}
	return h
}

func with(object, fields string) string { return strings.TrimSuffix(object, "}") + "," + fields + "}" }

func list(url, object string) string {
	return `{"object":"list","url":"` + url + `","has_more":false,"data":[` + object + `]}`
}

func refusal(kind, code string) string {
	return `{"error":{"type":"` + kind + `","code":"` + code + `","message":"No.","param":null,"request_id":"` + requestID + `"}}`
}

func TestRightAnswersPass(t *testing.T) {
	t.Parallel()
	c := loadSpec(t)
	client := map[string]string{"Request-Id": requestID}
	bearer := []string{"Authorization", "Bearer " + token}
	anonymous := []string{"Authorization", ""}
	const sessions, verify = "/v1/verification_sessions", "/v1/verify/session/" + sessionID
	for _, x := range []struct {
		method, path, body string
		answer             answer
		headers            []string
	}{
		{"GET", "/healthz", "", answer{body: `{"status":"ok"}`}, anonymous},
		{"GET", "/readyz", "", answer{503, client, refusal("api_error", "service_unavailable")}, anonymous},
		{
			"GET", "/metrics", "",
			answer{headers: map[string]string{"Content-Type": "text/plain; version=0.0.4"}, body: "up 1\n"}, anonymous,
		},
		{
			"GET", "/openapi.yaml", "",
			answer{headers: map[string]string{"Content-Type": "application/yaml"}, body: "openapi: 3.1.0"}, anonymous,
		},
		{
			"POST", sessions, newSession, answer{201, keyHeaders("Idempotent-Replayed", "true"), with(session, oneTime)},
			[]string{"Idempotency-Key", "order_1"},
		},
		{
			"POST", sessions, newSession,
			answer{201, keyHeaders("Stile-Deprecation", "publishable-key-session-create"), with(session, oneTime)},
			[]string{"Authorization", "Bearer stile_pk_test"},
		},
		{"POST", sessions, `{}`, answer{400, keyHeaders(), refusal("invalid_request_error", "webhook_required")}, nil},
		{
			"POST", sessions, newSession,
			answer{429, keyHeaders("Retry-After", "3"), refusal("rate_limit_error", "rate_limit_exceeded")}, nil,
		},
		{
			"GET", sessions + "?status=failed&created[gte]=1&limit=100&expand[]=results", "",
			answer{200, keyHeaders(), list(sessions, with(session, `"results":[`+result+`]`))}, nil,
		},
		{
			"GET", sessions + "/" + sessionID + "?expand[]=results", "",
			answer{200, keyHeaders(), with(session, `"results":[`+result+`]`)}, nil,
		},
		{"POST", sessions + "/" + sessionID + "/cancel", "", answer{200, keyHeaders(), session}, nil},
		{
			"POST", sessions + "/" + sessionID + "/cancel", "",
			answer{409, keyHeaders(), refusal("invalid_request_error", "session_not_cancellable")}, nil,
		},
		{"POST", "/v1/webhook_endpoints", `{"url":"https://a.example","enabled_events":["*"],"metadata":null}`, answer{201, keyHeaders(), with(endpoint, `"secret":"whsec_`+strings.Repeat("a", 43)+`"`)}, nil},
		{
			"DELETE", "/v1/webhook_endpoints/we_1", "",
			answer{200, keyHeaders(), `{"id":"we_` + id24 + `","object":"webhook_endpoint","deleted":true}`}, nil,
		},
		{
			"GET", "/v1/webhook_endpoints", "", answer{401, client, refusal("authentication_error", "api_key_invalid")},
			anonymous,
		},
		{"GET", "/v1/events?type=verification_session.failed", "", answer{200, keyHeaders(), list("/v1/events", event)}, nil},
		{
			"POST", "/v1/workflows",
			`{"name":"Checkout","use_case":"alcohol_delivery","graph":null,"preferences":{"max_attempts":3}}`,
			answer{201, keyHeaders(), workflow}, nil,
		},
		{"POST", "/v1/workflows/wf_1/publish", "", answer{201, keyHeaders(), version}, nil},
		{
			"POST", "/v1/workflows/wf_1/validate", "",
			answer{
				200, keyHeaders(),
				`{"object":"workflow_validation","valid":false,"faults":[{"node":"pick","field":"pass","message":"unknown node"}],"warnings":[],"methods":[]}`,
			},
			nil,
		},
		{
			"GET", "/v1/workflows/wf_" + id24 + "/versions", "",
			answer{200, keyHeaders(), list("/v1/workflows/wf_"+id24+"/versions", version)}, nil,
		},
		{"GET", verify, "", answer{200, client, view}, bearer},
		{
			"GET", verify + "/status?wait=25", "",
			answer{200, map[string]string{"Request-Id": requestID, "ETag": `"1"`}, status}, anonymous,
		},
		{
			"GET", verify + "/status", "",
			answer{
				200, map[string]string{"Request-Id": requestID, "ETag": `"1"`},
				with(status, `"active_device":null,"device_locked_at":null,"handoff_number":null,"phase":null`),
			},
			bearer,
		},
		{
			"GET", verify + "/status", "",
			answer{304, map[string]string{"Request-Id": requestID, "ETag": `"1"`, "Content-Type": "none"}, ""}, anonymous,
		},
		{
			"POST", verify + "/methods/self_attestation", `{"date_of_birth":"1990-01-31","declaration":true}`,
			answer{202, client, attempt}, bearer,
		},
		{"POST", verify + "/methods/mdl", `{"simulate":"slow"}`, answer{202, client, attempt}, bearer},
		{"GET", "/v1/nowhere", "", answer{404, client, refusal("invalid_request_error", "resource_missing")}, nil},
		{
			"PUT", "/v1/events", "",
			answer{
				405, map[string]string{"Request-Id": requestID, "Allow": "GET"},
				refusal("invalid_request_error", "method_not_allowed"),
			},
			nil,
		},
		{
			"HEAD", "/healthz", "", answer{headers: map[string]string{"Request-Id": requestID, "Content-Length": "16"}},
			anonymous,
		},
		{"OPTIONS", "/v1/events", "", answer{status: 204}, nil},
		{"HEAD", "/v1/events", "", answer{headers: keyHeaders("Content-Length", "2")}, nil},
	} {
		require.Empty(t, call(t, c, x.method, x.path, x.body, x.answer, x.headers...), "%s %s", x.method, x.path)
	}
}

func TestWrongAnswersAreReported(t *testing.T) {
	t.Parallel()
	c := loadSpec(t)
	const one, all = "/v1/webhook_endpoints/we_1", "/v1/verification_sessions"
	without := func(name string) map[string]string {
		h := maps.Clone(keyHeaders())
		delete(h, name)
		return h
	}
	for _, x := range []struct {
		path   string
		answer answer
		found  string
	}{
		{one, answer{200, keyHeaders(), strings.Replace(endpoint, `,"updated":1`, "", 1)}, "body missing property 'updated'"},
		{
			one, answer{200, keyHeaders(), with(endpoint, `"org_id":"org_1"`)},
			"body additional properties 'org_id' not allowed",
		},
		{
			one, answer{200, keyHeaders(), with(endpoint, `"secret":"whsec_1"`)},
			"body additional properties 'secret' not allowed",
		},
		{
			one, answer{200, keyHeaders(), strings.Replace(endpoint, `"created":1`, `"created":"1"`, 1)},
			"body /created: got string, want integer",
		},
		{
			one, answer{200, keyHeaders(), strings.Replace(endpoint, `"metadata":{}`, `"metadata":null`, 1)},
			"body /metadata: got null, want object",
		},
		{
			one, answer{200, keyHeaders(), strings.Replace(endpoint, `"status":"enabled"`, `"status":"on"`, 1)},
			"body /status: value must be one of",
		},
		{one, answer{200, keyHeaders(), endpoint[1:]}, "body is not JSON"},
		{one, answer{200, keyHeaders(), ""}, "body is not JSON"},
		{
			one, answer{200, keyHeaders("Content-Type", "text/html"), endpoint},
			`body has the undocumented content type "text/html"`,
		},
		{one, answer{200, without("Request-Id"), endpoint}, "header Request-Id is missing"},
		{one, answer{200, without("X-RateLimit-Reset"), endpoint}, "header X-RateLimit-Reset is missing"},
		{
			one, answer{200, keyHeaders("X-RateLimit-Limit", "many"), endpoint},
			"header X-RateLimit-Limit: got string, want integer",
		},
		{
			one, answer{200, keyHeaders("X-RateLimit-Limit", "0"), endpoint},
			"header X-RateLimit-Limit: minimum: got 0, want 1",
		},
		{one, answer{202, keyHeaders(), endpoint}, "the status is not documented"},
		{one, answer{307, keyHeaders(), endpoint}, "the status is not documented"},
		{
			one, answer{404, keyHeaders(), refusal("invalid_request_error", "no_such_thing")},
			"body /error/code: value must be one of",
		},
		{
			one, answer{404, keyHeaders(), refusal("invalid_request_error", "session_not_found")},
			"body /error/code: value must be 'resource_missing'",
		},
		{
			one, answer{404, keyHeaders(), refusal("api_error", "resource_missing")},
			"body /error/type: value must be 'invalid_request_error'",
		},
		{one, answer{404, keyHeaders(), `{"message":"not found"}`}, "body missing property 'error'"},
		{
			one,
			answer{
				404, keyHeaders(),
				strings.Replace(refusal("invalid_request_error", "resource_missing"), `"param":null,`, "", 1),
			},
			"body /error: missing property 'param'",
		},
		{one, answer{429, keyHeaders(), refusal("rate_limit_error", "rate_limit_exceeded")}, "header Retry-After is missing"},
		{all + "/" + sessionID, answer{200, keyHeaders(), with(session, `"url":"https://a.example/s#secret"`)}, "body /url: must not be here"},
		{
			all + "/" + sessionID, answer{200, keyHeaders(), strings.Replace(session, `"reviewer":"ann",`, "", 1)},
			"body /review: missing property 'reviewer'",
		},
		{
			all + "/" + sessionID, answer{200, keyHeaders(), with(session, `"jurisdiction_mismatch":true`)},
			"'ip_jurisdiction' required",
		},
		{
			"/v1/events/evt_1", answer{200, keyHeaders(), strings.Replace(event, `"data":{`, `"data":{"results":[],`, 1)},
			"/data/results: must not be here",
		},
		{"/v1/events", answer{200, keyHeaders(), list("/v1/event", event)}, "body /url: value must be '/v1/events'"},
		{
			"/v1/verify/session/1/status", answer{304, map[string]string{"Request-Id": requestID}, ""},
			"header ETag is missing",
		},
		{
			"/v1/verify/session/1/status", answer{304, map[string]string{"Request-Id": requestID, "ETag": `"1"`}, "{}"},
			"there is a body, and none is documented",
		},
		{"/v1/nowhere", answer{404, map[string]string{"Request-Id": requestID}, "404 page not found"}, "body is not JSON"},
		{
			"/v1/nowhere", answer{404, map[string]string{"Request-Id": requestID}, refusal("invalid_request_error", "gone")},
			"body /error/code: value must be one of",
		},
		{
			"/v1/nowhere",
			answer{405, map[string]string{"Request-Id": requestID}, refusal("invalid_request_error", "method_not_allowed")},
			"the operation is not in the specification",
		},
		{"/v1/nowhere", answer{200, nil, `{}`}, "the operation is not in the specification"},
	} {
		found := call(t, c, "GET", x.path, "", x.answer)
		require.NotEmpty(t, found, "%s %s", x.path, x.answer.body)
		require.Contains(t, found[0], x.found)
		require.NotContains(t, found[0], "\n")
	}
}

func TestCreationMustReturnItsSecrets(t *testing.T) {
	t.Parallel()
	found := call(t, loadSpec(t), "POST", "/v1/verification_sessions", newSession, answer{201, keyHeaders(), session})
	require.Equal(
		t,
		[]string{"POST /v1/verification_sessions answered 201: body missing properties 'client_secret', 'url'"},
		found,
	)
}

func TestAcceptedRequestsAreChecked(t *testing.T) {
	t.Parallel()
	c := loadSpec(t)
	created := answer{201, keyHeaders(), with(session, oneTime)}
	listed := answer{200, keyHeaders(), list("/v1/verification_sessions", session)}
	for _, x := range []struct {
		method, path, body string
		answer             answer
		headers            []string
		found              string
	}{
		{
			"POST", "", `{"type":"age","workflow_id":"wf_1","methods":["mdl"]}`, created, nil,
			"accepted with a wrong request body: additional properties 'methods' not allowed",
		},
		{"POST", "", `{"type":"age"}`, created, nil, "missing property 'workflow_id'"},
		{"POST", "", `{"type":"age","workflow_id":""}`, created, nil, "missing property 'workflow_id'"},
		{"POST", "", ``, created, nil, "accepted without the required request body"},
		{"POST", "", newSession, created, []string{"Content-Type", "text/plain"}, "undocumented content type"},
		{
			"POST", "", newSession, created, []string{"Idempotency-Key", strings.Repeat("k", 256)},
			`wrong header parameter "Idempotency-Key"`,
		},
		{
			"POST", "", newSession, created, []string{"Authorization", "Bearer " + token},
			"accepted without a credential of the documented kind",
		},
		{"GET", "?limit=101", "", listed, nil, `wrong query parameter "limit": `},
		{"GET", "?limit=ten", "", listed, nil, `wrong query parameter "limit": `},
		{"GET", "?status=done", "", listed, nil, `wrong query parameter "status": `},
		{"GET", "?created[gte]=soon", "", listed, nil, `wrong query parameter "created[gte]": `},
		{"GET", "?expand[]=events", "", listed, nil, `wrong query parameter "expand[]": `},
		{
			"GET", "", "", listed, []string{"Authorization", "Bearer stile_pk_test"},
			"accepted without a credential of the documented kind",
		},
		{"GET", "", "", listed, []string{"Authorization", ""}, "accepted without a credential of the documented kind"},
	} {
		found := call(t, c, x.method, "/v1/verification_sessions"+x.path, x.body, x.answer, x.headers...)
		require.Len(t, found, 1, x.found)
		require.Contains(t, found[0], x.found)
		require.NotContains(t, found[0], "\n")
	}
	refused := answer{400, keyHeaders(), refusal("invalid_request_error", "parameter_invalid")}
	require.Empty(
		t,
		call(t, c, "GET", "/v1/verification_sessions?limit=101", "", refused),
		"a wrong request may be refused",
	)
	twoWrong := call(t, c, "GET", "/v1/verification_sessions?limit=0&status=done", "", listed)
	require.Len(t, twoWrong, 2)
}

func TestOnlyTheGivenHostsAreChecked(t *testing.T) {
	t.Parallel()
	wrong := inProcess{answer{body: "{}"}}
	for host, want := range map[string]int{"api.test:8080": 1, "hooks.test": 0} {
		reports := 0
		transport := loadSpec(t).Transport(wrong, func(error) { reports++ }, "api.test:8080")
		resp, err := transport.RoundTrip(httptest.NewRequest(http.MethodGet, "http://"+host+"/v1/nowhere", http.NoBody))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, want, reports, host)
	}
}

// The server must receive the client's request unchanged, and an upgraded connection must still work.
func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	transport := loadSpec(t).Transport(nil, func(err error) { t.Error(err) })

	const body = `{"simulate":"pass"}`
	target := server.URL + "/v1/verify/session/" + sessionID + "/methods/mdl"
	sent, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	require.NoError(t, err)
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("Authorization", "Bearer "+token)
	resp, err := transport.RoundTrip(sent)
	require.NoError(t, err)
	require.Equal(t, body, resp.Header.Get("Got"))
	require.NoError(t, resp.Body.Close())

	upgrade, err := http.NewRequestWithContext(
		t.Context(),
		http.MethodGet,
		server.URL+"/v1/verify/session/"+sessionID,
		http.NoBody,
	)
	require.NoError(t, err)
	upgrade.Header.Set("Connection", "Upgrade")
	upgrade.Header.Set("Upgrade", "websocket")
	resp, err = transport.RoundTrip(upgrade)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	channel, ok := resp.Body.(io.ReadWriter)
	require.True(t, ok, "the connection must stay writable")
	_, err = io.WriteString(channel, "ping\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(channel).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ping\n", line)
}

// echo upgrades on request and then sends back each message.
func echo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" {
		got, _ := io.ReadAll(r.Body)
		answer{202, map[string]string{"Request-Id": requestID, "Got": string(got)}, attempt}.ServeHTTP(w, r)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	line, _ := buffered.ReadString('\n')
	_, _ = io.WriteString(conn, line)
}

var errBroken = errors.New("connection broken")

type brokenBody struct{}

func (brokenBody) RoundTrip(req *http.Request) (*http.Response, error) {
	body := io.NopCloser(io.MultiReader(strings.NewReader("half"), brokenReader{}))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: req}, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

func TestBrokenAnswerReachesTheCaller(t *testing.T) {
	t.Parallel()
	transport := loadSpec(t).Transport(brokenBody{}, func(err error) { t.Error(err) })
	resp, err := transport.RoundTrip(httptest.NewRequest(http.MethodGet, "http://api.test/healthz", http.NoBody))
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, "half", string(got))
	require.NoError(t, resp.Body.Close())
}
