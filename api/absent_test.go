package api_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEmptyStringsAreAbsentWhereNullIs sends each optional field of each body as null and as "", with the required
// fields. Both get the same answer, which is that of a body without the field.
func TestEmptyStringsAreAbsentWhereNullIs(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, client := e.belongings(e.sandbox)
	workflow := ids["/v1/workflows"]
	for _, c := range []struct {
		path, credential string
		required         obj
		status           int
		optional         []string
	}{
		{pathSessions, e.sandbox.secret, obj{"type": "age", "workflow_id": workflow}, 201, []string{
			"return_url", "cancel_url", "locale", "client_reference_id", "email", "phone", "jurisdiction",
			"delivery_jurisdiction", "client_ip", "metadata", "skip_verification", "captcha_token", "accept_existing",
			"min_strength", "max_age", "required_methods", "credential_hash", "vp_token",
		}},
		{"/v1/workflows", e.sandbox.secret, obj{"name": "W", "use_case": "firearms"}, 201, []string{
			"mode", "jurisdictions", "methods", "composition", "supplementary", "overrides", "preferences", "graph",
		}},
		{"/v1/workflows/" + workflow, e.sandbox.secret, obj{}, 200, []string{"name", "use_case", "mode", "methods", "graph"}},
		{"/v1/workflows/" + workflow + "/publish", e.sandbox.secret, obj{}, 201, []string{"note"}},
		{"/v1/workflows/" + workflow + "/backtest", e.sandbox.secret, obj{}, 200, []string{"version", "sessions"}},
		{
			"/v1/workflows/" + workflow + "/simulate", e.sandbox.secret, obj{"cases": []obj{{}}}, 200,
			[]string{"version", "jurisdictions"},
		},
		{pathEndpoints, e.sandbox.secret, obj{"url": "https://a.example/", "enabled_events": []string{"*"}}, 201, []string{
			"status", "description", "metadata",
		}},
		{pathEndpoints + "/" + ids[pathEndpoints], e.sandbox.secret, obj{}, 200, []string{
			"url", "enabled_events", "status", "description", "metadata",
		}},
		{pathEndpoints + "/" + ids[pathEndpoints] + "/recover", e.sandbox.secret, obj{"since": 1}, 201, []string{"until"}},
		{
			pathEndpoints + "/" + ids[pathEndpoints] + "/rotate-secret", e.sandbox.secret, obj{}, 200,
			[]string{"overlap_seconds"},
		},
		{pathConnectors + "/" + ids[pathConnectors], e.sandbox.secret, obj{}, 200, []string{
			"name", "url", "mode", "timeout_seconds", "callback_timeout_seconds", "status",
		}},
		{pathTrustPolicy, e.sandbox.secret, obj{}, 200, []string{
			"accept", "max_age_days", "same_jurisdiction", "methods", "liability_acknowledged",
		}},
		{client.path("/consent"), client.secret, obj{"granted": true}, 200, []string{"text_version"}},
		{client.path("/handoff"), client.secret, obj{}, 200, []string{"url_base", "company_name"}},
		{
			client.path("/methods/self_attestation"), client.secret,
			obj{"date_of_birth": "1990-01-31", "declaration": true}, 202,
			[]string{"simulate", "input"},
		},
	} {
		for _, field := range c.optional {
			for _, absent := range []any{nil, ""} {
				body := obj{field: absent}
				for name, value := range c.required {
					body[name] = value
				}
				e.isOK(e.do("POST", c.path, c.credential, body), c.status)
			}
		}
	}
}

func TestEmptyStringsAreMissingWhereAFieldIsRequired(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, client := e.belongings(e.sandbox)
	full := map[string]obj{
		pathSessions:    {"type": "age", "workflow_id": ids["/v1/workflows"]},
		"/v1/workflows": {"name": "W", "use_case": "firearms"},
		pathEndpoints:   {"url": "https://a.example/", "enabled_events": []string{"*"}},
		pathConnectors:  {"method": "mdl", "url": "https://a.example/"},
		pathSessions + "/" + ids[pathSessions] + "/review":    {"decision": "approve"},
		pathEndpoints + "/" + ids[pathEndpoints] + "/recover": {"since": 1},
		"/v1/workflows/" + ids["/v1/workflows"] + "/rollback": {"version": 1},
		"/v1/handoff/exchange":                                {"token": "t", "device_id": "d"},
		pathTrustLink:                                         {"token": "t"},
		pathTrustLink + "/revoke":                             {"token": "t"},
		client.path("/consent"):                               {"granted": true},
		client.path("/trust_reuse"):                           {"consent": false},
		client.path("/methods/self_attestation"):              {"date_of_birth": "1990-01-31", "declaration": true},
	}
	for path, body := range full {
		credential := e.sandbox.secret
		if strings.HasPrefix(path, "/v1/verify/") {
			credential = client.secret
		}
		for field := range body {
			empty := obj{}
			for name, value := range body {
				empty[name] = value
			}
			empty[field] = ""
			failure := e.isError(e.do("POST", path, credential, empty), 400, "parameter_invalid", field)
			require.Contains(t, failure["message"], "Missing required parameter", path)
		}
	}
	for body, param := range map[string]string{ // an entry of an array is not optional
		`{"name":"W","use_case":"firearms","methods":[""]}`:                           "methods[0]",
		`{"name":"W","use_case":"firearms","preferences":{"max_attempts":"3"}}`:       "preferences.max_attempts",
		`{"name":"W","use_case":"firearms","preferences":{"max_attempts":" "}}`:       "preferences.max_attempts",
		`{"name":"W","use_case":"firearms","preferences":"none"}`:                     "preferences",
		`{"name":"W","use_case":"firearms","overrides":{"US-CA":{"add":["mdl",""]}}}`: "overrides.US-CA.add[1]",
	} {
		e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, body), 400, "parameter_invalid", param)
	}
}

func TestAnUpdateClearsWhatIsNull(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, _ := e.belongings(e.sandbox)
	for path, field := range map[string]string{pathEndpoints: "description", pathConnectors: "name"} {
		path += "/" + ids[path]
		for _, cleared := range []any{nil, ""} {
			require.Equal(t, "x", e.isOK(e.do("POST", path, e.sandbox.secret, obj{field: "x"}), 200).object[field])
			require.Equal(t, "x", e.isOK(e.do("POST", path, e.sandbox.secret, obj{"status": "enabled"}), 200).object[field])
			require.Nil(t, e.isOK(e.do("POST", path, e.sandbox.secret, obj{field: cleared}), 200).object[field])
			require.Nil(t, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object[field])
		}
	}
}

func TestMetadataIsUpdatedPairByPair(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, _ := e.belongings(e.sandbox)
	path := pathEndpoints + "/" + ids[pathEndpoints]
	update := func(body string) any {
		t.Helper()
		return e.isOK(e.do("PATCH", path, e.sandbox.secret, body), 200).object["metadata"]
	}
	require.Equal(t, obj{"a": "1", "b": "2", "c": ""}, update(`{"metadata":{"a":"1","b":"2","c":""}}`))
	require.Equal(t, obj{"b": "3", "c": "", "d": "4"}, update(`{"metadata":{"a":null,"b":"3","d":"4","never":null}}`))
	for _, nothing := range []string{`{}`, `{"metadata":{}}`, `{"metadata":[]}`, `{"metadata": [ ] }`} {
		require.Equal(t, obj{"b": "3", "c": "", "d": "4"}, update(nothing), nothing)
	}
	many := obj{}
	for i := range 47 {
		many["k"+strconv.Itoa(i)] = "v"
	}
	e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"metadata": many}), 200)
	e.isError(
		e.do("PATCH", path, e.sandbox.secret, obj{"metadata": obj{"more": "v"}}),
		400,
		"parameter_invalid",
		"metadata",
	)
	require.Len(t, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object["metadata"], 50, "nothing is half done")
	for _, all := range []string{`{"metadata":null}`, `{"metadata":""}`} {
		require.Equal(t, obj{}, update(all), all)
		require.Equal(t, obj{"a": "1"}, update(`{"metadata":{"a":"1"}}`))
	}
	for body, param := range map[string]string{
		`{"metadata":[1]}`: "metadata", `{"metadata":[[]]}`: "metadata", `{"metadata":"a"}`: "metadata",
		`{"metadata":{"a":1}}`: "metadata.a", `{"metadata":{"a":{}}}`: "metadata.a", `{"metadata":{"a":"1","a":"2"}}`: "metadata.a",
		`{"metadata":{"":"v"}}`: "metadata",
	} {
		e.isError(e.do("PATCH", path, e.sandbox.secret, body), 400, "parameter_invalid", param)
	}
	session := obj{"type": "age", "workflow_id": ids["/v1/workflows"], "metadata": []string{}}
	require.Equal(t, obj{}, e.isOK(e.do("POST", pathSessions, e.sandbox.secret, session), 201).object["metadata"])
	session["metadata"] = obj{"kept": "", "absent": nil}
	require.Equal(
		t,
		obj{"kept": ""},
		e.isOK(e.do("POST", pathSessions, e.sandbox.secret, session), 201).object["metadata"],
	)
}
