package api_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListsInAQueryMayHaveAnyForm(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.client = e.unchecked // the specification can name only one form
	want := []any{"alcohol_delivery", "social_media"}
	for _, query := range []string{
		"use_cases=alcohol_delivery,social_media", "use_cases=alcohol_delivery&use_cases=social_media",
		"use_cases[]=alcohol_delivery&use_cases[]=social_media", "use_cases[0]=alcohol_delivery&use_cases[1]=social_media",
		"use_cases[2]=social_media&use_cases[1]=alcohol_delivery", "use_cases[10]=social_media&use_cases[9]=alcohol_delivery",
		"use_cases%5B%5D=alcohol_delivery&use_cases%5b%5d=social_media", "use_cases[]=alcohol_delivery,social_media",
		"use_cases[]=social_media&use_cases=alcohol_delivery", "use_cases=alcohol_delivery,%20social_media",
	} {
		ans := e.isOK(e.do("GET", "/v1/compliance/check?jurisdiction=US&"+query, e.sandbox.secret, nil), 200)
		require.Equal(
			t,
			want,
			[]any{in(ans.object, "results", 0, "use_case"), in(ans.object, "results", 1, "use_case")},
			query,
		)
	}
	s := e.attest()
	for _, expand := range []string{
		"expand[]=results", "expand=results", "expand[0]=results", "expand%5B%5D=results", "expand=results,results",
	} {
		for _, path := range []string{pathSessions + "/" + s.id, pathSessions} {
			ans := e.isOK(e.do("GET", path+"?"+expand, e.sandbox.secret, nil), 200)
			require.Contains(t, string(ans.body), `"results":[]`, expand)
		}
	}
	for query, param := range map[string]string{
		"use_cases[]=": "use_cases", "use_cases=social_media,": "use_cases", "use_cases[0]=a&use_cases[0]=b": "use_cases[0]",
		"use_cases[x]=social_media": "use_cases[x]", "use_cases[0][1]=social_media": "use_cases[0][1]",
		"use_cases[-1]=a":   "use_cases[-1]",
		"jurisdiction[]=US": "jurisdiction[]", "expand[]=results": "expand[]",
		"jurisdiction=US&jurisdiction=US": "jurisdiction",
	} {
		e.isError(
			e.do("GET", "/v1/compliance/check?use_cases=social_media&"+query, e.sandbox.secret, nil),
			400,
			"parameter_invalid",
			param,
		)
	}
}

func TestTimesAreBoundedByWholeSeconds(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	created := make([]int64, 3)
	for i := range created {
		e.clock.Advance(1e9)
		session := e.isOK(e.do("POST", pathSessions, e.sandbox.secret,
			obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US"}), 201).object
		created[i] = int64(session["created"].(float64))
	}
	for query, want := range map[string]int{
		"created[gt]": 1, "created[gte]": 2, "created[lt]": 1, "created[lte]": 2, "created%5Bgt%5D": 1,
	} {
		for _, list := range []string{pathSessions, "/v1/events"} {
			query := "?" + query + "=" + decimal(created[1])
			require.Len(t, e.isOK(e.do("GET", list+query, e.sandbox.secret, nil), 200).object["data"], want, list+query)
		}
	}
	both := url.Values{"created[gt]": {decimal(created[0])}, "created[lt]": {decimal(created[2])}}
	require.Len(t, e.isOK(e.do("GET", pathSessions+"?"+both.Encode(), e.sandbox.secret, nil), 200).object["data"], 1)
	require.Empty(t, e.isOK(e.do("GET", pathSessions+"?created[lt]=0", e.sandbox.secret, nil), 200).object["data"])
	require.Empty(
		t,
		e.isOK(e.do("GET", pathSessions+"?created[gt]=253402300799", e.sandbox.secret, nil), 200).object["data"],
	)
	e.isOK(e.do("GET", "/v1/reviews?flagged[gt]=1&flagged[lt]=2", e.sandbox.secret, nil), 200)
	for query, param := range map[string]string{
		"flagged[gt]=1&flagged[gte]=1": "flagged[gt]", "flagged[lt]=x": "flagged[lt]", "created[gt]=1": "created[gt]",
	} {
		e.isError(e.do("GET", "/v1/reviews?"+query, e.sandbox.secret, nil), 400, "parameter_invalid", param)
	}
	path := "/v1/workflows/" + workflow + "/backtest"
	window := obj{"sessions": obj{"created": obj{"gt": created[0], "lt": created[2]}}}
	require.InDelta(
		t,
		0,
		e.isOK(e.do("POST", path, e.sandbox.secret, window), 200).object["sessions"],
		0,
		"none of them has ended",
	)
}
