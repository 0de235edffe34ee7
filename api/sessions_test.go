package api_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/rules/graph"
)

func TestListSessions(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	other := e.workflow(e.sandbox, simple("mdl"))
	var ids []any
	for _, reference := range []string{"a", "b", "b"} {
		e.clock.Advance(10 * time.Second)
		ids = append([]any{e.create(e.sandbox, workflow, obj{"client_reference_id": reference}).id}, ids...)
	}
	e.clock.Advance(10 * time.Second)
	ids = append([]any{e.create(e.sandbox, other, obj{"skip_verification": true}).id}, ids...)
	e.clock.Advance(10 * time.Second)
	e.create(e.stranger, e.workflow(e.stranger, simple("mdl")))

	list := func(query string) (found []any) {
		t.Helper()
		ans := e.isOK(e.do("GET", pathSessions+"?"+query, e.sandbox.secret, nil), 200).object
		require.Equal(t, "list", ans["object"])
		require.Equal(t, pathSessions, ans["url"])
		for _, s := range ans["data"].([]any) {
			require.NotContains(t, s, "client_secret")
			found = append(found, s.(obj)["id"])
		}
		return found
	}
	require.Equal(t, ids, list(""))
	require.Equal(t, ids[:1], list("status=verified"))
	require.Equal(t, ids[1:3], list("client_reference_id=b"))
	require.Equal(t, ids[:1], list("workflow_id="+other))
	require.Equal(t, ids[2:], list("starting_after="+ids[1].(string)))
	require.Equal(t, ids[:2], list("ending_before="+ids[2].(string)))
	require.Equal(t, ids[1:2], list("limit=1&starting_after="+ids[0].(string)))
	begin := began.Unix()
	require.Equal(t, ids[1:3], list("created[gte]="+decimal(begin+20)+"&created%5Blte%5D="+decimal(begin+30)))
	ans := e.isOK(e.do("GET", pathSessions+"?limit=3", e.sandbox.secret, nil), 200).object
	require.Equal(t, true, ans["has_more"])
}

// A reference is limited in characters, each of up to four bytes.
func TestLongestReferenceIsAcceptedAndFound(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow, longest := e.workflow(e.sandbox, simple("self_attestation")), strings.Repeat("\U0001F9FE", 255)
	s := e.create(e.sandbox, workflow, obj{"client_reference_id": longest})
	found := e.do("GET", pathSessions+"?client_reference_id="+url.QueryEscape(longest), e.sandbox.secret, nil)
	require.Equal(t, s.id, in(e.isOK(found, 200).object["data"].([]any), 0, "id"))
	refused := e.do("POST", pathSessions, e.sandbox.secret, obj{
		"type": "age", "workflow_id": workflow, "jurisdiction": "US", "client_reference_id": longest + "x",
	})
	e.isError(refused, 400, "parameter_invalid", "client_reference_id")
}

func TestExpandResults(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	attempt := e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}), 202).object
	e.judge(s, graph.OutcomePassed)
	for _, query := range []string{"?expand[]=results", "?expand%5B0%5D=results", "?expand[]=results&expand[]=results"} {
		read := e.isOK(e.do("GET", pathSessions+"/"+s.id+query, e.sandbox.secret, nil), 200).object
		require.Equal(t, "verified", read["status"])
		require.Equal(t, "self_attestation", read["verification_path"])
		require.Equal(t, attempt["id"], in(read, "results", 0, "id"))
		require.Equal(t, "passed", in(read, "results", 0, "status"))
		listed := e.isOK(e.do("GET", pathSessions+query, e.sandbox.secret, nil), 200).object
		require.Equal(t, read, in(listed, "data", 0))
	}
	fresh := e.create(e.sandbox, e.workflow(e.sandbox, simple("mdl")))
	read := e.isOK(e.do("GET", pathSessions+"/"+fresh.id+"?expand[]=results", e.sandbox.secret, nil), 200).object
	require.Equal(t, []any{}, read["results"])
}

func TestCancelSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	s := e.attest()
	cancelled := e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil), 200).object
	require.Equal(t, "cancelled", cancelled["status"])
	require.NotNil(t, cancelled["completed_at"])
	require.Equal(t, []string{"start " + s.id, "changed " + s.id}, e.temporal.all())
	e.isError(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil), 409, "session_terminal")

	s = e.attest()
	e.isOK(e.do("POST", s.path("/methods/self_attestation"), s.secret, obj{"simulate": "pass"}), 202)
	e.isError(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, nil), 409, "session_not_cancellable")
	e.judge(s, graph.OutcomeRequiresInput)
	e.temporal.fails = errors.New("away")
	e.isOK(e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, "{}"), 200)

	done := e.create(e.sandbox, e.workflow(e.sandbox, simple("mdl")), obj{"skip_verification": true})
	e.isError(e.do("POST", pathSessions+"/"+done.id+"/cancel", e.sandbox.secret, nil), 409, "session_terminal")
	e.isError(e.do("POST", pathSessions+"/vks_unknown/cancel", e.sandbox.secret, nil), 404, "session_not_found", "id")
	e.isError(
		e.do("POST", pathSessions+"/"+s.id+"/cancel", e.sandbox.secret, obj{"reason": "x"}),
		400,
		"parameter_invalid",
		"reason",
	)
}

func TestUnknownSession(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, id := range []string{"vks_unknown", "vks_%00", "%FF%FE", text(300)} {
		failure := e.isError(e.do("GET", pathSessions+"/"+id, e.sandbox.secret, nil), 404, "session_not_found", "id")
		require.Less(t, len(failure["message"].(string)), 300)
	}
	failure := e.isError(e.do("GET", pathSessions+"/vks_unknown", e.sandbox.secret, nil), 404, "session_not_found")
	require.Equal(t, "No such verification_session: 'vks_unknown'", failure["message"])
}
