package contract_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/contract"
)

const specFile = "../../api/openapi.yaml"

// loadSpec returns the shipped document, which is loaded once for all tests.
func loadSpec(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := loadOnce()
	require.NoError(t, err)
	return c
}

var loadOnce = sync.OnceValues(func() (*contract.Contract, error) {
	spec, err := os.ReadFile(specFile)
	if err != nil {
		return nil, err
	}
	return contract.Load(spec)
})

func loadDocument(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(specFile)
	require.NoError(t, err)
	return doc
}

func TestOperations(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"DELETE /v1/provider_connectors/{id}",
		"DELETE /v1/verification_sessions/{id}/biometrics",
		"DELETE /v1/webhook_endpoints/{id}",
		"GET /.well-known/jwks.json",
		"GET /docs",
		"GET /docs.md",
		"GET /healthz",
		"GET /llms-full.txt",
		"GET /llms.txt",
		"GET /metrics",
		"GET /openapi.yaml",
		"GET /readyz",
		"GET /v1/compliance/check",
		"GET /v1/events",
		"GET /v1/events/{id}",
		"GET /v1/methods/{method}/{route}",
		"GET /v1/methods/{method}/{route}/{challenge}",
		"GET /v1/organization",
		"GET /v1/organization/embed_origins",
		"GET /v1/provider_connectors",
		"GET /v1/provider_connectors/{id}",
		"GET /v1/reviews",
		"GET /v1/risk/{id}",
		"GET /v1/stile.js",
		"GET /v1/trust_reuse/grants",
		"GET /v1/trust_reuse/grants/{id}",
		"GET /v1/trust_reuse/policy",
		"GET /v1/verification_sessions",
		"GET /v1/verification_sessions/{id}",
		"GET /v1/verify/logos/{org}", "GET /v1/verify/logos/{org}/{choice}", "GET /v1/verify/session/{id}",
		"GET /v1/verify/session/{id}/status",
		"GET /v1/verify/session/{id}/uploads/{upload}",
		"GET /v1/webhook_endpoints",
		"GET /v1/webhook_endpoints/{id}",
		"GET /v1/webhook_endpoints/{id}/deliveries",
		"GET /v1/webhook_endpoints/{id}/deliveries/{delivery}",
		"GET /v1/webhook_endpoints/{id}/recoveries",
		"GET /v1/webhook_endpoints/{id}/recoveries/{recovery}",
		"GET /v1/workflows",
		"GET /v1/workflows/{id}",
		"GET /v1/workflows/{id}/versions",
		"GET /v1/workflows/{id}/versions/{version}",
		"GET /verify",
		"GET /verify/{session}",
		"PATCH /v1/organization",
		"PATCH /v1/provider_connectors/{id}",
		"PATCH /v1/trust_reuse/policy",
		"PATCH /v1/verify/session/{id}/uploads/{upload}",
		"PATCH /v1/webhook_endpoints/{id}",
		"PATCH /v1/workflows/{id}",
		"POST /v1/events/{id}/replay",
		"POST /v1/guardian",
		"POST /v1/guardian/decision",
		"POST /v1/guardian/proof",
		"POST /v1/guardian/withdraw",
		"POST /v1/handoff/exchange",
		"POST /v1/methods/{method}/{route}",
		"POST /v1/methods/{method}/{route}/{challenge}",
		"POST /v1/organization",
		"POST /v1/organization/embed_origins",
		"POST /v1/provider_callbacks/{id}",
		"POST /v1/provider_connectors",
		"POST /v1/provider_connectors/{id}",
		"POST /v1/provider_connectors/{id}/rotate-secret",
		"POST /v1/risk/score",
		"POST /v1/trust_reuse/grants/{id}/revoke",
		"POST /v1/trust_reuse/link",
		"POST /v1/trust_reuse/link/revoke",
		"POST /v1/trust_reuse/policy",
		"POST /v1/verification_sessions",
		"POST /v1/verification_sessions/{id}/cancel",
		"POST /v1/verification_sessions/{id}/review",
		"POST /v1/verified_person/lookup",
		"POST /v1/verify/session/{id}/cancel",
		"POST /v1/verify/session/{id}/consent",
		"POST /v1/verify/session/{id}/device/heartbeat",
		"POST /v1/verify/session/{id}/device/release",
		"POST /v1/verify/session/{id}/events",
		"POST /v1/verify/session/{id}/handoff",
		"POST /v1/verify/session/{id}/handoff/confirm",
		"POST /v1/verify/session/{id}/methods/{method}",
		"POST /v1/verify/session/{id}/methods/{method}/begin",
		"POST /v1/verify/session/{id}/open",
		"POST /v1/verify/session/{id}/otp",
		"POST /v1/verify/session/{id}/otp/verify",
		"POST /v1/verify/session/{id}/trust_reuse",
		"POST /v1/verify/session/{id}/uploads",
		"POST /v1/verify/session/{id}/vp_token",
		"POST /v1/webhook_endpoints",
		"POST /v1/webhook_endpoints/{id}",
		"POST /v1/webhook_endpoints/{id}/deliveries/{delivery}/retry",
		"POST /v1/webhook_endpoints/{id}/recover",
		"POST /v1/webhook_endpoints/{id}/rotate-secret",
		"POST /v1/webhook_endpoints/{id}/rotate-secret/finish",
		"POST /v1/webhook_endpoints/{id}/test",
		"POST /v1/workflows",
		"POST /v1/workflows/{id}",
		"POST /v1/workflows/{id}/backtest",
		"POST /v1/workflows/{id}/publish",
		"POST /v1/workflows/{id}/rollback",
		"POST /v1/workflows/{id}/simulate",
		"POST /v1/workflows/{id}/validate",
		"PUT /v1/organization",
		"PUT /v1/provider_connectors/{id}",
		"PUT /v1/trust_reuse/policy",
		"PUT /v1/webhook_endpoints/{id}",
		"PUT /v1/workflows/{id}",
	}, loadSpec(t).Operations())
}

func TestLoadRefusesABrokenSpecification(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ spec, message string }{
		"not YAML":          {"{", "reading the specification"},
		"OpenAPI 3.0":       {"{openapi: 3.0.3, info: {title: t, version: v}, paths: {}}", "want 3.1"},
		"no title":          {"{openapi: 3.1.0, info: {version: v}, paths: {}}", "not valid"},
		"dangling":          {smallSpec(`{$ref: '#/components/schemas/Nowhere'}`), "Nowhere"},
		"type of no kind":   {smallSpec(`{type: strin}`), "not valid"},
		"broken expression": {smallSpec(`{type: string, pattern: '('}`), "not valid"},
	} {
		_, err := contract.Load([]byte(c.spec))
		require.ErrorContains(t, err, c.message, name)
	}
}

// Every operation follows the guidelines of this API.
func TestEveryOperationIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for path, item := range loadDocument(t).Paths.Map() {
		for method, operation := range item.Operations() {
			where := method + " " + path
			require.NotEmpty(t, operation.OperationID, where)
			require.False(t, seen[operation.OperationID], "operationId twice: %s", operation.OperationID)
			seen[operation.OperationID] = true
			require.NotEmpty(t, operation.Summary, where)
			require.Len(t, operation.Tags, 1, where)
			if strings.HasPrefix(path, "/v1/") && operation.Tags[0] != "Pages" { // pages and scripts are files
				requireCommonAnswers(t, where, operation)
			}
			if method == "POST" {
				requireIdempotency(t, where, operation)
			}
		}
	}
}

func requireCommonAnswers(t *testing.T, where string, operation *openapi3.Operation) {
	t.Helper()
	for _, status := range []int{400, 401, 429, 500, 503} {
		require.NotNil(t, operation.Responses.Status(status), "%s: %d", where, status)
	}
	for status, response := range operation.Responses.Map() {
		require.Contains(t, response.Value.Headers, "Request-Id", "%s: %s", where, status)
	}
}

func requireIdempotency(t *testing.T, where string, operation *openapi3.Operation) {
	t.Helper()
	require.NotNil(t, operation.Parameters.GetByInAndName("header", "Idempotency-Key"), where)
	for _, status := range []int{408, 409, 413} {
		require.NotNil(t, operation.Responses.Status(status), "%s: %d", where, status)
	}
	for status, response := range operation.Responses.Map() {
		if status[0] == '2' {
			require.Contains(t, response.Value.Headers, "Idempotent-Replayed", "%s: %s", where, status)
		}
	}
}

// An object schema must say whether it allows unknown fields, or an extra field would pass.
func TestSchemasAreStrict(t *testing.T) {
	t.Parallel()
	doc := loadDocument(t)
	for name, schema := range doc.Components.Schemas {
		err := schema.WalkSubtree(func(at string, ref *openapi3.SchemaRef) error {
			s := ref.Value
			if s.Type.Includes("object") {
				require.True(t, s.AdditionalProperties.Has != nil || s.AdditionalProperties.Schema != nil, "%s%s", name, at)
			}
			for _, field := range s.Required {
				if s.Type.Includes("object") {
					require.Contains(t, s.Properties, field, "%s%s", name, at)
				}
			}
			return nil
		})
		require.NoError(t, err)
	}
}

func TestNothingIsUnused(t *testing.T) {
	t.Parallel()
	spec, err := os.ReadFile(specFile)
	require.NoError(t, err)
	components := loadDocument(t).Components
	requireUsed(t, string(spec), "schemas", components.Schemas)
	requireUsed(t, string(spec), "headers", components.Headers)
	requireUsed(t, string(spec), "parameters", components.Parameters)
	requireUsed(t, string(spec), "responses", components.Responses)
}

func requireUsed[V any](t *testing.T, spec, kind string, components map[string]V) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(components)) {
		require.Contains(t, spec, "'#/components/"+kind+"/"+name+"'")
	}
}

func smallSpec(schema string) string {
	return `
openapi: 3.1.0
info: {title: small, version: "1"}
paths:
  /thing:
    get:
      responses:
        "200":
          description: a thing
          content:
            application/json:
              schema: ` + schema + `
components:
  schemas:
    Leaf:
      type: object
      additionalProperties: false
      required: [s]
      properties:
        s: {type: [string, "null"]}
    Open:
      type: object
      properties:
        leaf: {$ref: '#/components/schemas/Leaf'}
    Tree:
      type: object
      additionalProperties: false
      properties:
        children: {type: array, items: {$ref: '#/components/schemas/Tree'}}
`
}
