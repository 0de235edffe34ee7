package api_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

// TestHEADIsAnsweredAsGETOnEveryRoute also checks each answer against the specification, through the client.
func TestHEADIsAnsweredAsGETOnEveryRoute(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, client := e.belongings(e.sandbox)
	walked := 0
	for _, o := range e.operations("/") {
		if o.method != http.MethodGet {
			continue
		}
		credential, path := e.sandbox.secret, o.at(ids)
		if o.forClients() {
			credential = client.secret
		}
		if o.path == "/v1/compliance/check" {
			path += "?use_cases=social_media&jurisdiction=US"
		}
		for _, credential := range []string{credential, "nonsense"} {
			got, head := e.do("GET", path, credential, nil), e.do("HEAD", path, credential, nil)
			require.Equal(t, got.status, head.status, path)
			require.Empty(t, head.body, path)
			if o.path != "/metrics" { // its counters change between requests
				require.Equal(t, strconv.Itoa(len(got.body)), head.header.Get("Content-Length"), path)
			}
			for name := range got.header {
				require.Contains(t, head.header, name, path)
			}
		}
		walked++
	}
	require.GreaterOrEqual(t, walked, 20)
	e.isOK(e.do("HEAD", client.path("/status?wait=0"), "", nil), 200)
	require.Equal(t, 404, e.do("HEAD", "/v1/nothing", "", nil).status)
	require.Equal(t, 405, e.do("HEAD", "/v1/handoff/exchange", "", nil).status)
}

func TestEveryUpdateTakesPOSTAndPATCHAndPUT(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, _ := e.belongings(e.sandbox)
	for path, field := range map[string]string{
		"/v1/workflows": "name", pathEndpoints: "description", pathConnectors: "name",
	} {
		for _, method := range []string{"POST", "PATCH", "PUT"} {
			ans := e.isOK(e.do(method, path+"/"+ids[path], e.sandbox.secret, obj{field: "by " + method}), 200)
			require.Equal(t, "by "+method, ans.object[field])
			e.isError(
				e.do(method, path+"/"+ids[path], e.sandbox.secret, obj{"nonsense": 1}),
				400,
				"parameter_invalid",
				"nonsense",
			)
		}
		body := obj{field: "once"}
		e.isOK(e.do("POST", path+"/"+ids[path], e.sandbox.secret, body, idempotencyKey, path), 200)
		again := e.isOK(e.do("POST", path+"/"+ids[path], e.sandbox.secret, body, idempotencyKey, path), 200)
		require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	}
	for i, method := range []string{"POST", "PATCH", "PUT"} {
		dedup := i%2 == 0
		ans := e.isOK(e.do(method, "/v1/organization", e.sandbox.secret, obj{"network_dedup": dedup}), 200)
		require.Equal(t, dedup, ans.object["network_dedup"])
	}
}

func TestExtraSlashAfterTheBaseURLIsServed(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.client = e.unchecked // the specification knows only one form of a path
	e.isOK(e.do("GET", "//healthz", "", nil), 200)
	body := simple("mdl")
	first := e.isOK(e.do("POST", "//v1/workflows", e.sandbox.secret, body, idempotencyKey, "k"), 201)
	again := e.isOK(e.do("POST", "///v1/workflows", e.sandbox.secret, body, idempotencyKey, "k"), 201)
	require.Equal(t, first.body, again.body, "the same path to an idempotency key")
	list := e.isOK(e.do("GET", "//v1/workflows?limit=1", e.sandbox.secret, nil), 200)
	require.Equal(t, "/v1/workflows", list.object["url"])
	e.isError(e.do("GET", "//v1/workflows", "", nil), 401, "api_key_invalid")
	s := e.attest()
	require.Equal(t, "*", e.do("GET", "/"+s.path(""), s.secret, nil).header.Get("Access-Control-Allow-Origin"))
}

func TestPathWithAnEmptyPartIsRefusedWithAHint(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for path, meant := range map[string]string{
		"/v1/workflows/": "/v1/workflows", "/v1//workflows": "/v1/workflows", "/healthz/": "/healthz",
		"/v1/workflows//publish": "/v1/workflows/publish",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} { // POST without an id creates
			ans := e.do(method, path, e.sandbox.secret, nil)
			if method == http.MethodHead {
				require.Equal(t, 404, ans.status)
				continue
			}
			failure := e.isError(ans, 404, "resource_missing")
			require.True(t, strings.HasSuffix(failure["message"].(string), "without that it is "+meant), failure["message"])
		}
	}
}

func zipped(t *testing.T, content []byte) string {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, err := writer.Write(content)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return out.String()
}

func TestCompressedBodiesAreReadWithinTheLimit(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.MaxBody = 10_000 })
	e.client = e.unchecked // the checking client reads the body as it is sent
	body := []byte(`{"name":"W","use_case":"firearms"}`)
	create := func(body, encoding string, more ...string) answer {
		return e.do("POST", "/v1/workflows", e.sandbox.secret, body, append(more, "Content-Encoding", encoding)...)
	}
	for _, encoding := range []string{"gzip", "GZIP", "x-gzip"} {
		require.Equal(t, "W", e.isOK(create(zipped(t, body), encoding), 201).object["name"])
	}
	e.isOK(create(string(body), "identity"), 201)
	first := e.isOK(create(zipped(t, body), "gzip", idempotencyKey, "k"), 201)
	require.Equal(t, first.body, e.isOK(create(string(body), "identity", idempotencyKey, "k"), 201).body)

	bomb := zipped(t, bytes.Repeat([]byte(" "), 4<<20))
	e.isError(create(bomb[:3_000], "gzip"), 413, "request_too_large")
	e.isError(create(bomb, "gzip"), 413, "request_too_large")
	e.isError(create(zipped(t, append(body, bytes.Repeat([]byte(" "), 10_000)...)), "gzip"), 413, "request_too_large")

	for _, wrong := range []string{
		string(body), zipped(t, body) + "more", zipped(t, body)[:30],
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00\xff\xff",
	} {
		e.isError(create(wrong, "gzip"), 400, "parameter_invalid", "Content-Encoding")
	}
	for _, encoding := range []string{"br", "deflate", "gzip, gzip", "zstd\u00e9"} {
		ans := create(string(body), encoding)
		e.isError(ans, 400, "parameter_invalid", "Content-Encoding")
		require.Equal(t, "gzip", ans.header.Get("Accept-Encoding"))
	}
	s := e.attest()
	e.isOK(e.do("POST", s.path("/open"), s.secret, nil, "Content-Encoding", "gzip"), 200)
}

func TestMonitorsMayAddParameters(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.yaml"} {
		for _, query := range []string{"?t=1", "?t=1&t=2", "?%zz", "?limit="} {
			e.isOK(e.do("GET", path+query, "", nil), 200)
		}
	}
}

func TestAnswersAboutPersonsAreNotCached(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ids, client := e.belongings(e.sandbox)
	for _, o := range e.operations("/v1/") {
		ans := e.do(o.method, o.at(ids), client.secret, o.body())
		require.Equal(t, o.path != "/v1/stile.js", ans.header.Get("Cache-Control") == "no-store", o.path)
		require.Equal(t, "nosniff", ans.header.Get("X-Content-Type-Options"), o.path)
	}
	status := e.isOK(e.do("GET", client.path("/status"), "", nil), 200)
	same := e.isOK(e.do("GET", client.path("/status"), "", nil, "If-None-Match", status.header.Get("ETag")), 304)
	for _, ans := range []answer{status, same} {
		require.Equal(t, "no-store", ans.header.Get("Cache-Control"))
	}
	e.isOK(e.do("GET", "/healthz", "", nil), 200)
}

// TestEveryRefusalOfEveryRouteIsDocumented checks refusals against the specification through the client, which reports
// a status that an operation does not list.
func TestEveryRefusalOfEveryRouteIsDocumented(t *testing.T) {
	t.Parallel()
	e := newEnv(t, func(o *api.Options) { o.Config.MaxBody = 2000 })
	ids, client := e.belongings(e.sandbox)
	seen := map[int]bool{}
	for _, o := range e.operations("/v1/") {
		path, credentials := o.at(ids), []string{e.sandbox.secret, e.sandbox.publishable, "nonsense"}
		if o.forClients() {
			credentials[0] = client.secret
		}
		for _, credential := range credentials {
			seen[e.do(o.method, path+"?nonsense=1", credential, o.body()).status] = true
		}
		for _, ans := range []answer{
			e.do(o.method, path+"?%zz", credentials[0], o.body()),
			e.do(o.method, path, credentials[0], "{"),
			e.do(o.method, path, credentials[0], `{"nonsense":1}`),
			e.do(o.method, path, credentials[0], strings.Repeat(" ", 2001)),
			e.do(o.method, path, credentials[0], "{}", "Content-Encoding", "br"),
			e.do(o.method, path, credentials[0], "{}", "Content-Type", "text/html"),
			e.do(o.method, path, credentials[0], "{}", idempotencyKey, "clé"),
			e.do("TRACE", path, credentials[0], nil),
			e.do(o.method, path+"/nonsense/nonsense/nonsense", credentials[0], nil),
		} {
			seen[ans.status] = true
		}
	}
	for _, status := range []int{400, 401, 403, 404, 405, 413} {
		require.True(t, seen[status], "%d was tried", status)
	}
}
