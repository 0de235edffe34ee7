package api_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/internal/signature"
)

// An integer of JSON Schema is a number without a fractional part, in any spelling.
func TestIntegerOfARequestMayHaveAnySpelling(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, three := range []string{"3", "3.0", "3e0", "30E-1"} {
		body := `{"name":"W","use_case":"firearms","preferences":{"max_attempts":` + three + `}}`
		created := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, body), 201)
		require.Equal(t, 3.0, in(created.object, "preferences", "max_attempts"), three)
	}
	graph := `{"name":"W","mode":"graph","use_case":"social_media","graph":{"start":"doc","nodes":{
		"doc":{"kind":"method","method":"document_capture","max_attempts":2.0,"pass":"yes","fail":"no"},
		"yes":{"kind":"verified"},"no":{"kind":"failed"}}}}`
	created := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, graph), 201)
	require.Equal(t, 2.0, in(created.object, "graph", "nodes", "doc", "max_attempts"))
	e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, strings.Replace(graph, "2.0", "2.5", 1)),
		400, "parameter_invalid", "graph.nodes.doc.max_attempts")

	endpoint := e.isOK(e.do("POST", "/v1/webhook_endpoints", e.sandbox.secret, obj{
		"url": "https://shop.example/hook", "enabled_events": []string{"*"},
	}), 201).object["id"].(string)
	e.isOK(
		e.do("POST", "/v1/webhook_endpoints/"+endpoint+"/rotate-secret", e.sandbox.secret, `{"overlap_seconds": 60.0}`),
		200,
	)
	e.client = e.unchecked // the specification's library refuses 1e1 as an integer of a query
	e.isOK(e.do("GET", "/v1/events?created[gte]=1.7e9&limit=1e1", e.sandbox.secret, nil), 200)
	e.isError(e.do("GET", "/v1/events?limit=10.5", e.sandbox.secret, nil), 400, "parameter_invalid", "limit")
	e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, "\ufeff"+`{"name":"W","use_case":"firearms"}`), 201)
}

func TestCallbackIsReadInAnySpelling(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	e.client = e.unchecked // the specification has one spelling
	for name, c := range map[string]struct {
		body, contentType string
		spell             func(header string) string
	}{
		"an integer with a fraction of zero": {body: `{"outcome":"passed","risk":{"score":40.0}}`},
		"an integer with an exponent":        {body: `{"outcome":"passed","risk":{"score":4e1,"signals":null}}`},
		"a byte order mark":                  {body: "\ufeff" + `{"outcome":"passed","risk":{"score":40}}`},
		"more than Stile reads":              {body: `{"outcome":"passed","risk":{"score":40},"v":{"a":1,"a":"\ud800"}}`},
		"the content type in capitals": {
			body: `{"outcome":"passed","risk":{"score":40}}`, contentType: "APPLICATION/JSON;charset=UTF8",
		},
		"a content type of its own": {
			body: `{"outcome":"passed","risk":{"score":40}}`, contentType: "application/vnd.acme+json",
		},
		"a header with spaces": {body: `{"outcome":"passed","risk":{"score":40}}`, spell: func(header string) string {
			return strings.ReplaceAll(strings.ReplaceAll(header, ",", " , "), "=", " = ")
		}},
		"a header with another scheme": {body: `{"outcome":"passed","risk":{"score":40}}`, spell: func(header string) string {
			return "v2=abc, " + strings.ToUpper(header)
		}},
	} {
		a := e.asked()
		header := signature.Sign(a.connector.secret, e.clock.Now(), []byte(c.body))
		if c.spell != nil {
			header = c.spell(header)
		}
		more := []string{"stile-signature", header}
		if c.contentType != "" {
			more = append(more, "Content-Type", c.contentType)
		}
		e.isOK(e.do("POST", api.PathCallbacks+"/"+a.submission, "", c.body, more...), 200)
		shown := e.isOK(e.do("GET", pathSessions+"/"+a.id, e.sandbox.secret, nil), 200).object
		require.Equal(t, "verified", shown["status"], name)
		require.Equal(t, 40.0, in(shown, "risk", "score"), name)
		// An organization has one connector per method.
		e.isOK(e.do("DELETE", pathConnectors+"/"+a.connector.id, e.sandbox.secret, nil), 200)
	}
}

func TestRefusedCallbackIsNotLoggedAsAnError(t *testing.T) {
	t.Parallel()
	e := newEnv(t, withCallbacks)
	a := e.asked()
	e.client = e.unchecked
	e.isError(e.call(a, obj{"outcome": "passed", "risk": obj{"score": 40.5}}), 400, "parameter_invalid", "risk.score")
	e.isError(e.call(a, obj{"outcome": "passed", "checks": []any{"mrz"}}), 400, "parameter_invalid", "checks[0]")
	e.isError(e.callWith("pcsec_other", a.submission, obj{"outcome": "passed"}), 401, "signature_invalid")
	require.NotContains(t, e.log.String(), `"level":"ERROR"`)
	require.NotContains(t, e.log.String(), `"level":"WARN"`)
	require.Equal(t, "processing", e.status(a.session), "and the verdict may still come")
}

func TestLiveMessageMayHaveAnySpelling(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ch, _ := e.entered(e.provided())
	submission := `{"input":{"image":"????????"}}` // its base64 has a character that differs between the alphabets
	chunk := base64.RawURLEncoding.EncodeToString([]byte(submission))
	require.Contains(t, chunk, "_")
	message := "\ufeff" + ` {"type":"data","id":"1","transfer":"p","method":"document_capture","index":0.0,"chunks":1e0,"chunk":"` + chunk + `"}`
	require.NoError(t, ch.conn.Write(t.Context(), websocket.MessageText, []byte(message)))
	require.Equal(t, "processing", in(ch.expect("ack"), "attempt", "status"))
}
