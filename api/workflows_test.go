package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWorkflowLife(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	draft := obj{
		"name": "Checkout", "mode": "simple", "use_case": "alcohol_delivery", "jurisdictions": []string{"us"},
		"methods": []string{"mdl", "document_capture"}, "composition": "any_of", "supplementary": []string{"selfie_liveness"},
		"overrides": obj{"us-ca": obj{"add": []string{"carrier_lookup"}, "remove": []string{"mdl"}}},
		"preferences": obj{
			"liveness_strategy": "passive",
			"require_email_otp": false,
			"max_attempts":      2,
			"document_types":    []string{"PASSPORT"},
			"unread_text":       "review", "screen_photographed": "fail",
			"file_upload":  true,
			"proof_of_age": true,
		},
		"graph": nil,
	}
	created := e.isOK(e.do("POST", "/v1/workflows", e.sandbox.secret, draft), 201).object
	path := "/v1/workflows/" + created["id"].(string)
	require.Equal(t, "workflow", created["object"])
	require.Equal(t, []any{"US"}, created["jurisdictions"])
	require.Equal(t, obj{"US-CA": obj{"add": []any{"carrier_lookup"}, "remove": []any{"mdl"}}}, created["overrides"])
	require.Equal(t, obj{
		"liveness_strategy": "passive", "require_email_otp": false, "max_attempts": 2.0, "document_types": []any{"PASSPORT"},
		"file_upload": true, "proof_of_age": true, "unread_text": "review", "screen_photographed": "fail",
		"handoff": obj{"enabled": true, "url_base": nil, "company_name": nil, "confirm": true},
	}, created["preferences"])
	require.Nil(t, created["graph"])
	require.Nil(t, created["published_version"])
	require.Equal(t, created, e.isOK(e.do("GET", path, e.sandbox.secret, nil), 200).object)

	checked := e.isOK(e.do("POST", path+"/validate", e.sandbox.secret, nil), 200).object
	require.Equal(t, true, checked["valid"])
	require.Equal(t, []any{"mdl", "document_capture", "selfie_liveness"}, checked["methods"])

	first := e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, obj{"note": "first"}), 201).object
	require.Equal(t, "workflow_version", first["object"])
	require.InDelta(t, 1, first["version"], 0)
	require.Equal(t, "first", first["note"])
	require.Equal(t, e.sandbox.keyID, first["author"])
	require.Equal(t, "primary", in(first, "compiled", "start"))
	require.Len(t, first["warnings"], 5, "simulation alone serves the methods")
	delete(first, "warnings") // of the answer alone

	edited := e.isOK(
		e.do("PATCH", path, e.sandbox.secret, obj{"name": "New", "methods": nil, "supplementary": []string{}}),
		200,
	)
	require.Equal(t, "New", edited.object["name"])
	require.Equal(t, []any{"mdl", "document_capture"}, edited.object["methods"], "null is absent")
	require.Equal(t, []any{}, edited.object["supplementary"])
	require.InDelta(t, 1, edited.object["published_version"], 0)

	e.clock.Advance(time.Second) // lists are ordered by time
	second := e.isOK(e.do("POST", path+"/publish", e.sandbox.secret, nil), 201).object
	require.InDelta(t, 2, second["version"], 0)
	versions := e.isOK(e.do("GET", path+"/versions?limit=1", e.sandbox.secret, nil), 200).object
	require.Equal(t, path+"/versions", versions["url"])
	require.Equal(t, true, versions["has_more"])
	require.Equal(t, second["id"], in(versions, "data", 0, "id"))
	require.Equal(t, first, e.isOK(e.do("GET", path+"/versions/1", e.sandbox.secret, nil), 200).object)
	for _, unknown := range []string{"3", "0", "-1", "x", "99999999999999999999"} {
		e.isError(e.do("GET", path+"/versions/"+unknown, e.sandbox.secret, nil), 404, "resource_missing", "version")
	}
	all := e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200).object
	require.Len(t, all["data"], 1)
}

func TestWorkflowDraftMayBeUnfinished(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	created := e.isOK(
		e.do("POST", "/v1/workflows", e.sandbox.secret, obj{"name": "W", "use_case": "firearms"}),
		201,
	).object
	path := "/v1/workflows/" + created["id"].(string)
	require.Equal(t, "simple", created["mode"])
	require.Equal(t, "any_of", created["composition"])

	e.isOK(e.do("PATCH", path, e.sandbox.secret, obj{"overrides": obj{"DE": obj{"remove": []string{"mdl"}}}}), 200)
	checked := e.isOK(e.do("POST", path+"/validate", e.sandbox.secret, "{}"), 200).object
	require.Equal(t, false, checked["valid"])
	require.Equal(t, []any{}, checked["methods"])
	require.Len(t, checked["faults"], 2)
	require.Equal(
		t,
		obj{"node": nil, "field": "methods", "message": "at least one method is required"},
		in(checked, "faults", 0),
	)

	failure := e.isError(e.do("POST", path+"/publish", e.sandbox.secret, nil), 400, "parameter_invalid", "methods")
	require.Contains(t, failure["message"], "at least one method is required")
	require.Contains(t, failure["message"], "overrides.DE.remove[0]")
	e.isError(e.do("POST", path+"/publish", e.sandbox.secret, obj{"note": text(501)}), 400, "parameter_invalid", "note")
}

func TestWorkflowInputIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for param, change := range map[string]obj{
		"name":                          {"name": " "},
		"mode":                          {"mode": "mixed"},
		"use_case":                      {"use_case": "chess"},
		"jurisdictions[1]":              {"jurisdictions": []string{"US", "XX"}},
		"methods[1]":                    {"methods": []any{"mdl", nil}},
		"composition":                   {"composition": "none_of"},
		"supplementary[0]":              {"supplementary": []string{"palmistry"}},
		"overrides.Mars":                {"overrides": obj{"Mars": obj{}}},
		"overrides.US.add[0]":           {"overrides": obj{"US": obj{"add": []string{"x"}}}},
		"preferences.liveness_strategy": {"preferences": obj{"liveness_strategy": "active"}},
		"preferences.max_attempts":      {"preferences": obj{"max_attempts": 0}},
		"preferences.document_types[0]": {"preferences": obj{"document_types": []string{"LIBRARY_CARD"}}},
		"preferences.require_email_otp": {"preferences": obj{"require_email_otp": "yes"}},
		"overrides.US-CA.remove[0]":     {"overrides": obj{"US-CA": obj{"remove": []any{1}}}},
		"graph":                         {"graph": []any{}},
		"preferences.document_types[1]": {"preferences": obj{"document_types": []any{"PASSPORT", []any{}}}},
	} {
		body := simple("mdl")
		for key, value := range change {
			body[key] = value
		}
		e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, body), 400, "parameter_invalid", param)
	}
	for _, required := range []string{"name", "use_case"} {
		body := simple("mdl")
		body[required] = nil
		failure := e.isError(e.do("POST", "/v1/workflows", e.sandbox.secret, body), 400, "parameter_invalid", required)
		require.Equal(t, "Missing required parameter: "+required, failure["message"])
	}
	require.Empty(t, e.isOK(e.do("GET", "/v1/workflows", e.sandbox.secret, nil), 200).object["data"])
}
