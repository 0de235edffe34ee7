package api_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

func TestReasonsMatchTheDocument(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	require.NoError(t, err)
	schemas := document.Components.Schemas
	require.Equal(t, named(rules.ReasonCodes()), schemas["ReasonCode"].Value.AnyOf[0].Value.Enum)
	require.Equal(t, named(rules.Actions()), schemas["Action"].Value.Enum)
}

func named[T ~string](values []T) []any {
	names := make([]any, 0, len(values))
	for _, value := range values {
		names = append(names, string(value))
	}
	return names
}

func TestReasonsAreShownForEveryFailure(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	definition := simple("document_capture")
	definition["preferences"] = obj{"max_attempts": 2}
	s := e.create(e.sandbox, e.workflow(e.sandbox, definition))
	unreadable := obj{"code": "unreadable", "message": "What was submitted could not be read.", "action": "try_again"}
	own := obj{"code": "x_acme_17", "message": "The verification could not be completed.", "action": "use_another_method"}

	e.submit(s, "document_capture", graph.OutcomeFailed, rules.ReasonUnreadable, "x_acme_17")
	require.Equal(t, obj{
		"status": "failed", "reason_codes": []any{"unreadable", "x_acme_17"}, "reasons": []any{unreadable, own},
	}, in(e.view(s), "methods", 0, "last_attempt"))

	e.submit(s, "document_capture", graph.OutcomeFailed, "x_acme_17")
	failure := obj{"reason_code": own["code"], "message": own["message"], "action": own["action"]}
	require.Equal(t, failure, e.view(s)["failure"])
	shown := e.isOK(e.do("GET", pathSessions+"/"+s.id+"?expand[]=results", e.sandbox.secret, nil), 200).object
	require.Equal(t, failure, shown["failure"])
	require.Equal(t, []any{unreadable, own}, in(shown, "results", 0, "reasons"))
	require.Equal(t, []any{own}, in(shown, "results", 1, "reasons"))
	events := e.isOK(e.do("GET", "/v1/events?type=verification_session.failed", e.sandbox.secret, nil), 200).object
	require.Equal(t, failure, in(events, "data", 0, "data", "failure"))
}

func TestSimulationTakesReasonsOfProviders(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	path := "/v1/workflows/" + e.workflow(e.sandbox, simple("mdl")) + "/simulate"
	last := obj{"method": "mdl", "outcome": "failed", "reason_codes": []string{"x_acme_17"}}
	played := e.isOK(
		e.do("POST", path, e.sandbox.secret, obj{"cases": []obj{{"results": []obj{last, last, last}}}}),
		200,
	).object
	require.Equal(t, "x_acme_17", in(played, "cases", 0, "failure_reason"))
}
