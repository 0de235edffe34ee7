package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

func TestJSONIsReadStrictly(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for name, c := range map[string]struct{ body, param string }{
		"unknown field":          {`{"title":"W"}`, "title"},
		"unknown field, deep":    {`{"preferences":{"retries":1}}`, "preferences.retries"},
		"another case":           {`{"Name":"W"}`, "Name"},
		"duplicate":              {`{"name":"a","name":"b"}`, "name"},
		"duplicate, deep":        {`{"preferences":{"max_attempts":1,"max_attempts":2}}`, "preferences.max_attempts"},
		"string for number":      {`{"preferences":{"max_attempts":"3"}}`, "preferences.max_attempts"},
		"fraction":               {`{"preferences":{"max_attempts":1.5}}`, "preferences.max_attempts"},
		"huge number":            {`{"preferences":{"max_attempts":1e400}}`, "preferences.max_attempts"},
		"beyond 64 bits":         {`{"preferences":{"max_attempts":99999999999999999999}}`, "preferences.max_attempts"},
		"number for string":      {`{"name":7}`, "name"},
		"object for array":       {`{"methods":{"mdl":true}}`, "methods"},
		"array for object":       {`{"overrides":[]}`, "overrides"},
		"number in array":        {`{"methods":["mdl",5]}`, "methods[1]"},
		"string for boolean":     {`{"preferences":{"require_email_otp":"true"}}`, "preferences.require_email_otp"},
		"NUL":                    {`{"name":"a\u0000b"}`, "name"},
		"NUL, deep":              {`{"methods":["mdl","\u0000"]}`, "methods[1]"},
		"duplicate in raw value": {`{"graph":{"a":1,"a":2}}`, "graph.a"},
		"long unknown name":      {`{"` + strings.Repeat("n", 5000) + `":1}`, strings.Repeat("n", 200)},
	} {
		t.Run(name, func(t *testing.T) {
			ans := e.do("POST", "/v1/workflows", e.sandbox.secret, c.body)
			e.isError(ans, 400, "parameter_invalid", c.param)
		})
	}
	for name, body := range map[string]string{
		"array":          `[]`,
		"string":         `"name"`,
		"null":           `null`,
		"number":         `1`,
		"not JSON":       `name=W`,
		"cut short":      `{"name":"W"`,
		"trailing":       `{"name":"W"} {}`,
		"trailing comma": `{"name":"W",}`,
		"comment":        `{"name":"W"/* */}`,
		"invalid UTF-8":  "{\"name\":\"\xff\"}",
		"surrogate":      `{"name":"\ud800"}`,
		"deep":           `{"graph":` + strings.Repeat("[", 500_000) + `}`,
		"deep objects":   strings.Repeat(`{"graph":`, 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			ans := e.do("POST", "/v1/workflows", e.sandbox.secret, body)
			failure := e.isError(ans, 400, "parameter_invalid")
			require.Nil(t, failure["param"])
			require.Contains(t, failure["message"], "JSON")
			require.Less(t, len(ans.body), 500)
		})
	}
	secret := e.do("POST", "/v1/workflows", e.sandbox.secret, `{"name":{"ssn":"078-05-1120"}}`)
	require.NotContains(t, string(secret.body), "078-05-1120")
	escaped := e.do("POST", "/v1/workflows", e.sandbox.secret, `{"name":"a\\u0000b","use_case":"firearms"}`)
	require.Equal(t, `a\u0000b`, e.isOK(escaped, 201).object["name"], "an escaped backslash is no NUL")
}

func TestContentType(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body := `{"name":"W","use_case":"firearms"}`
	for _, good := range []string{"application/json", "application/json; charset=UTF-8", "Application/JSON"} {
		e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, body, "Content-Type", good), 201)
	}
	for _, bad := range []string{
		"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "json",
		"application/json;;",
	} {
		ans := e.do("POST", "/v1/workflows", e.sandbox.secret, body, "Content-Type", bad)
		e.isError(ans, 400, "parameter_invalid", "Content-Type")
	}
	e.client = e.unchecked // the specification requires the header
	for _, spelling := range []string{"", "text/json", "application/merge-patch+json", `application/json;charset="utf8"`} {
		e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, body, "Content-Type", spelling), 201)
	}
	s := e.attest()
	for _, empty := range []string{"", " \n"} {
		e.isOK(e.do("POST", s.path("/open"), s.secret, empty, "Content-Type", "application/x-www-form-urlencoded"), 200)
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.MaxBody = 100 })
	fits := `{"name":"` + strings.Repeat("n", 67) + `","use_case":"firearms"}`
	require.Len(t, fits, 100)
	e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, fits), 201)
	for _, method := range []string{"POST", "PATCH"} {
		path := map[string]string{"POST": "/v1/workflows", "PATCH": "/v1/workflows/wf_x"}[method]
		ans := e.do(method, path, e.sandbox.secret, fits+" ")
		failure := e.isError(ans, 413, "request_too_large")
		require.Equal(t, "invalid_request_error", failure["type"])
		require.NotEmpty(t, ans.header.Get("X-RateLimit-Remaining"))
	}
}

func TestQueryIsReadStrictly(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for query, param := range map[string]string{
		"limit=0": "limit", "limit=101": "limit", "limit=ten": "limit", "limit=": "limit", "limit=1&limit=2": "limit",
		"starting_after=a&ending_before=b": "ending_before", "starting_after=vks_unknown": "starting_after",
		"ending_before=vks_%00": "ending_before", "status=open": "status", "status=": "status", "page=2": "page",
		"created[gte]=today": "created[gte]", "created[lte]=-1": "created[lte]", "created[gt]=x": "created[gt]",
		"created[gt]=1&created[gte]=1": "created[gt]", "created[lt]=1&created[lte]=1": "created[lt]", "created=1": "created",
		"created[gt]=1&created[gt]=1": "created[gt]", "created[]=1": "created[]", "status[]=failed": "status[]",
		"created[lte]=99999999999999": "created[lte]", "expand[]=owner": "expand", "expand[0]=": "expand",
		"expand=": "expand", "expand=results,": "expand", "expand[x]=results": "expand[x]",
		"expand[0]=results&expand[0]=results": "expand[0]", "client_reference_id=%FF": "client_reference_id",
		"review=open": "review",
	} {
		ans := e.do("GET", pathSessions+"?"+query, e.sandbox.secret, nil)
		e.isError(ans, 400, "parameter_invalid", param)
	}
	e.isError(e.do("GET", pathSessions+"?limit=%zz", e.sandbox.secret, nil), 400, "parameter_invalid")
	e.isError(e.do("GET", "/v1/workflows?status=created", e.sandbox.secret, nil), 400, "parameter_invalid", "status")
	e.isError(e.do("POST", "/v1/workflows?dry=1", e.sandbox.secret, simple("mdl")), 400, "parameter_invalid", "dry")
	e.isOK(e.do("GET", pathSessions+"?limit=100&created[lte]=253402300799", e.sandbox.secret, nil), 200)
}
