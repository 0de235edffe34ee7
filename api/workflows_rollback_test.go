package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRollback(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	id := e.workflow(e.sandbox, stepUp())
	path := "/v1/workflows/" + id
	first := e.isOK(e.do("GET", path+"/versions/1", e.sandbox.secret, nil), 200).object
	draft := e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"mode": "simple", "methods": []string{"mdl"}}), 200).object
	e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201)
	running := e.create(e.sandbox, id)

	third := e.isOK(e.do("POST", path+"/rollback", e.sandbox.secret, obj{"version": 1, "note": "too strict"}), 201).object
	require.InDelta(t, 3, third["version"], 0)
	require.Equal(t, "too strict", third["note"])
	require.Equal(t, e.sandbox.keyID, third["author"])
	require.Equal(t, first["compiled"], third["compiled"])
	require.Equal(t, first["definition"], third["definition"])
	now := e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object
	require.InDelta(t, 3, now["published_version"], 0)
	require.Equal(t, draft["methods"], now["methods"], "the draft stays")

	read := e.isOK(e.do("GET", pathSessions+"/"+running.id, e.sandbox.secret, nil), 200).object
	require.InDelta(t, 2, read["workflow_version"], 0)
	require.Equal(t, []any{"mdl"}, read["methods"])

	e.isError(e.do("POST", path+"/rollback", e.sandbox.secret, nil), 400, "parameter_invalid", "version")
	e.isError(e.do("POST", path+"/rollback", e.sandbox.secret, obj{"version": "1"}), 400, "parameter_invalid", "version")
	e.isError(
		e.do("POST", path+"/rollback", e.sandbox.secret, obj{"version": 1, "note": text(501)}),
		400,
		"parameter_invalid",
		"note",
	)
	for _, unknown := range []int{-1, 0, 4} {
		e.isError(
			e.do("POST", path+"/rollback", e.sandbox.secret, obj{"version": unknown}),
			404,
			"resource_missing",
			"version",
		)
	}
}
