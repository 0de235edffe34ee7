package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSessionInputIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	workflow := e.workflow(e.sandbox, simple("mdl"))
	many := obj{}
	for i := range 51 {
		many[fmt.Sprint("key", i)] = "v"
	}
	cases := []struct {
		param string
		value any
	}{
		{"type", "email"},
		{"type", 1},
		{"return_url", "javascript:alert(1)"},
		{"return_url", "JaVaScRiPt:alert(1)"},
		{"return_url", "data:text/html,x"},
		{"return_url", "/relative"},
		{"return_url", "//shop.example/x"},
		{"return_url", "https://"},
		{"return_url", "https:shop.example"},
		{"return_url", "ftp://shop.example"},
		{"return_url", "https://shop.example/\n"},
		{"cancel_url", "https://shop.example/" + strings.Repeat("a", 2048)},
		{"client_reference_id", text(256)},
		{"email", "not an address"},
		{"email", "Jo <jo@example.com>"},
		{"email", "<jo@example.com>"},
		{"email", "a@b.example, c@d.example"},
		{"email", strings.Repeat("a", 250) + "@example.com"},
		{"phone", "4155550199"},
		{"phone", "+0155550123"},
		{"phone", "+1 415 CALL-ME"},
		{"phone", "+1234567890123456"},
		{"jurisdiction", "XX"},
		{"jurisdiction", "USA"},
		{"metadata", many},
		{"metadata", obj{text(41): "v"}},
		{"metadata", obj{"": "v"}},
		{"metadata", []string{"a"}},
		{"metadata.a", obj{"a": text(501)}},
		{"metadata.a", obj{"a": 1}},
		{"skip_verification", "true"},
		{"accept_existing", "true"},
		{"email", "jo@example.com."},
		{"email", "\u212Ao@example.com"},
		{"email", "jo@[192.0.2.1]"},
		{"methods", []string{"mdl"}},
		{"min_strength", "MDL"},
		{"min_strength", 5},
		{"max_age", "30"},
		{"max_age", 30},
		{"max_age", "0d"},
		{"required_methods", "mdl"},
		{"required_methods[1]", []string{"mdl", "retina"}},
		{"credential_hash", text(256)},
		{"delivery_jurisdiction", "Oregon"},
		{"delivery_jurisdiction", "XX"},
		{"delivery_jurisdiction", "US-OREGON"},
		{"delivery_jurisdiction", []string{"US"}},
		{"vp_token", 7},
		{"captcha_token", 7},
		{"captcha_token", text(2049)},
		{"client_ip", "8.8.8"},
		{"client_ip", "8.8.8.08"},
		{"client_ip", "198.51.100.7:443"},
		{"client_ip", "198.51.100.7, 10.0.0.1"},
		{"client_ip", " 198.51.100.7"},
		{"client_ip", "198.51.100.0/24"},
		{"client_ip", "[2001:db8::7]"},
		{"client_ip", "2001:db8::7%eth0"},
		{"client_ip", "user.example.com"},
		{"client_ip", 3325256711},
		{"Email", "jo@example.com"},
	}
	for _, c := range cases {
		body := obj{"type": "age", "workflow_id": workflow, "jurisdiction": "US", c.param: c.value}
		if name, deep := strings.CutSuffix(c.param, ".a"); deep {
			delete(body, c.param)
			body[name] = c.value
		}
		if name, _, listed := strings.Cut(c.param, "["); listed {
			delete(body, c.param)
			body[name] = c.value
		}
		ans := e.do("POST", pathSessions, e.sandbox.secret, body)
		e.isError(ans, 400, "parameter_invalid", c.param)
		if text, ok := c.value.(string); ok && len(text) > 8 {
			require.NotContains(t, string(ans.body), text, "a value is never repeated")
		}
	}
	for _, required := range []string{"type", "workflow_id"} {
		body := obj{"type": "age", "workflow_id": workflow, required: nil}
		failure := e.isError(e.do("POST", pathSessions, e.sandbox.secret, body), 400, "parameter_invalid", required)
		require.Equal(t, "Missing required parameter: "+required, failure["message"])
	}
	require.Empty(t, e.isOK(e.do("GET", pathSessions, e.sandbox.secret, nil), 200).object["data"])
	require.NotContains(t, e.log.String(), "jo@example.com")
}

func TestLimitsAreInclusive(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	metadata := obj{}
	for i := range 50 {
		metadata[fmt.Sprintf("%040d", i)] = text(500)
	}
	body := obj{
		"type": "age", "workflow_id": e.workflow(e.sandbox, simple("mdl")), "client_reference_id": text(255),
		"metadata": metadata, "return_url": "https://shop.example/" + strings.Repeat("a", 2048-21), "cancel_url": nil,
	}
	s := e.isOK(e.do("POST", pathSessions, e.sandbox.secret, body), 201).object
	require.Equal(t, metadata, s["metadata"])
}

// The design, not the specification, says that null means absent in pairs.
func TestNullIsAbsentInMetadata(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.client = e.unchecked
	s := e.create(e.sandbox, e.workflow(e.sandbox, simple("mdl")), obj{"metadata": obj{"tier": "vip", "gone": nil}})
	read := e.isOK(e.do("GET", pathSessions+"/"+s.id, e.sandbox.secret, nil), 200).object
	require.Equal(t, obj{"tier": "vip"}, read["metadata"])
}

func TestLiveURLsUseHTTPS(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, param := range []string{"return_url", "cancel_url"} {
		body := obj{"type": "age", "workflow_id": "wf_x", param: "http://shop.example"}
		e.isError(e.do("POST", pathSessions, e.live.secret, body), 400, "parameter_invalid", param)
	}
}
