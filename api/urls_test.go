package api_test

import "testing"

func TestURLsThatCannotBeRequestedAreRefusedAtRegistration(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("self_attestation"))
	endpoint, connector := e.hook(e.sandbox), e.connect(e.sandbox, "mdl", "https://vendor.example/judge")
	session := func(param string) func(string) answer {
		return func(url string) answer {
			return e.do("POST", pathSessions, e.sandbox.secret,
				obj{"type": "age", "workflow_id": workflow, param: url, "jurisdiction": "US"})
		}
	}
	routes := []struct {
		param    string
		register func(url string) answer
	}{
		{"url", func(url string) answer {
			return e.do("POST", pathEndpoints, e.sandbox.secret, obj{"url": url, "enabled_events": []string{"*"}})
		}},
		{"url", func(url string) answer { return e.do("PATCH", endpoint, e.sandbox.secret, obj{"url": url}) }},
		{"url", func(url string) answer {
			return e.do("POST", pathConnectors, e.sandbox.secret, obj{"method": "document_capture", "url": url})
		}},
		{"url", func(url string) answer {
			return e.do("PATCH", pathConnectors+"/"+connector.id, e.sandbox.secret, obj{"url": url})
		}},
		{"return_url", session("return_url")},
		{"cancel_url", session("cancel_url")},
		{"preferences.handoff.url_base", func(url string) answer {
			draft := simple("self_attestation")
			draft["preferences"] = obj{"handoff": obj{"url_base": url}}
			return e.do("POST", "/v1/workflows", e.sandbox.secret, draft)
		}},
	}
	for _, url := range []string{
		"https://shop.example/hook ", "https://shop.example/my hook", "https://shop.example:21/hook",
		"https://shop.example:0/hook", "https://shop.example:70000/hook", "https://shop..example/hook",
		`https://shop.example\\hook`, "https://127.1/hook", "ftp://shop.example/hook", "shop.example/hook",
	} {
		for _, route := range routes {
			e.isError(route.register(url), 400, "parameter_invalid", route.param)
		}
	}
}
