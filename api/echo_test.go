package api_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

// hostile is text that a terminal, a log or a page could take for a command or markup.
const hostile = "\x1b[31m\r\nSet-Cookie: a=b\u202e\u2028\x07"

func (e *env) isPrintable(ans answer) {
	e.t.Helper()
	failure, _ := ans.object["error"].(obj)
	require.NotEmpty(e.t, failure, "%s", ans.body)
	for _, field := range []string{"message", "param"} {
		text, _ := failure[field].(string)
		for _, r := range text {
			require.True(e.t, strconv.IsGraphic(r), "%s: %q", field, text)
		}
		require.Less(e.t, len(text), 3000, field)
	}
}

func TestErrorsShowWhatTheyRepeatEscapedAndClipped(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, client := e.belongings(e.sandbox)
	for _, of := range []string{hostile, hostile + strings.Repeat("x", 10_000), "\xff\xfe", "%00\x00"} {
		escaped := url.PathEscape(of)
		for _, o := range e.operations("/v1/") { // ids in paths
			if !strings.Contains(o.path, ":") {
				continue
			}
			named := strings.NewReplacer(
				":id",
				escaped,
				":version",
				escaped,
				":delivery",
				escaped,
				":recovery",
				escaped,
				":method",
				escaped,
			)
			e.isPrintable(e.do(o.method, named.Replace(o.path), e.sandbox.secret, o.body()))
			mine := o.at(ids) + "?" + url.QueryEscape(of) + "=1" // names of query parameters
			for _, credential := range []string{e.sandbox.secret, client.secret} {
				e.isPrintable(e.do(o.method, mine, credential, o.body()))
			}
		}
		for _, list := range []string{pathSessions, "/v1/events", "/v1/reviews", "/v1/compliance/check"} { // and values
			for _, name := range []string{
				"limit", "status", "starting_after", "created[gt]", "use_cases", "jurisdiction", "type", "expand",
			} {
				ans := e.do("GET", list+"?"+name+"="+url.QueryEscape(of), e.sandbox.secret, nil)
				if ans.status != 200 {
					e.isPrintable(ans)
				}
			}
		}
		for _, body := range []any{ // names of JSON fields, deep ones, and values
			obj{of: 1}, obj{"preferences": obj{of: 1}}, obj{"overrides": obj{of: obj{}}}, obj{"name": "W", "use_case": of},
			obj{"metadata": obj{of: 1}}, obj{"jurisdictions": []string{of}}, obj{"mode": of},
		} {
			e.isPrintable(e.do("POST", "/v1/workflows", e.sandbox.secret, body))
		}
		e.isPrintable(e.do("POST", pathEndpoints, e.sandbox.secret, obj{"url": of, "metadata": obj{of: 1}}))
	}
	for _, header := range []string{"Content-Type", "Content-Encoding", idempotencyKey} { // values of headers
		e.isPrintable(e.do("POST", "/v1/workflows", e.sandbox.secret, simple("mdl"), header, "a\tb\u202e\x80"))
	}
	e.isPrintable(e.do("GET", "/v1//"+url.PathEscape(hostile), "", nil))
	failure := e.isError(
		e.do("GET", "/v1/workflows/"+url.PathEscape("a\nb"), e.sandbox.secret, nil),
		404,
		"resource_missing",
	)
	require.Equal(t, `No such workflow: 'a\nb'`, failure["message"])
	require.NotContains(t, e.log.String(), "\x1b")
}

func TestFaultsOfADraftArePrintable(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	name := "a\u202eb"
	draft := obj{"name": "W", "use_case": "firearms", "mode": graph.ModeGraph, "graph": obj{
		"start": name, "nodes": obj{"c": obj{"kind": "method", "method": "mdl", "pass": name, "fail": name}},
	}}
	id := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 201).object["id"].(string)
	e.isPrintable(e.do("POST", "/v1/workflows/"+id+"/publish", e.sandbox.secret, nil))
	faults := e.isOK(e.do("POST", "/v1/workflows/"+id+"/validate", e.sandbox.secret, nil), 200)
	require.NotContains(t, in(faults.object, "faults", 0, "message"), "\u202e")
}
