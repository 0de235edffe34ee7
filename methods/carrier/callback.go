package carrier

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/claim"
	"github.com/stile-id/stile/rules"
)

// routeCallback is the route of the redirect back from a carrier.
const routeCallback = "callback"

// callback takes the redirect of a carrier, and sends the browser to the hosted page. The page presents the response
// with the credential of the session. So the line of another person cannot answer for a session: that person's browser
// has no credential, and the sender of a link gets no response.
func (m *lookup) callback(_ context.Context, r methods.Reply) (methods.Replied, error) {
	var s state
	if err := json.Unmarshal(r.State, &s); err != nil {
		return methods.Replied{}, errors.New("carrier: the state of a challenge is not readable")
	}
	page := m.options.Page() + "/" + url.PathEscape(r.SessionID)
	c, found := m.clients[s.Carrier]
	if !found || s.Redirect == nil || s.Issued() || s.Fault != "" || r.Used || !c.answers(r.Query) {
		return methods.Replied{Location: page}, nil // the page shows the present step
	}
	s.Redirect.Code, s.Ticket = r.Query.Get("code"), claim.New()
	if code := r.Query.Get("error"); code != "" {
		s.Redirect.Code, s.Fault = "", m.fault(c, &refusal{code: code})
	}
	return methods.Replied{State: s, Location: s.Address(m.options.Page(), rules.MethodCarrierLookup, r)}, nil
}

// refused answers a redirect that cannot be taken: it sends the browser to the hosted page, which tells the user. Code
// is that of the error.
func (m *lookup) refused(code string) methods.Replied {
	return claim.Refused(m.options.Page(), code)
}

// answers reports whether a redirect has the form of the carrier's answer. An issuer, if there is any, must be the
// carrier (RFC 9207).
func (c *client) answers(query url.Values) bool {
	for _, name := range []string{"state", "code", "error", "iss"} {
		if len(query[name]) > 1 {
			return false
		}
	}
	c.mu.Lock()
	issues := c.meta.Issues
	c.mu.Unlock()
	if iss := query.Get("iss"); iss != c.of.Issuer && (iss != "" || issues) {
		return false
	}
	return (query.Get("code") == "") != (query.Get("error") == "")
}
