// Package stile is the client of the Stile API for a merchant's server. It needs the standard library alone.
//
//	client, err := stile.New(os.Getenv("STILE_API_KEY"), stile.WithBaseURL("https://stile.example"))
//	session, err := client.VerificationSessions.Create(ctx, stile.VerificationSessionCreateParams{
//		Type: stile.SessionTypeAge, WorkflowID: "wf_YOUR_WORKFLOW_ID",
//	})
//
// Every method takes a context and, at its end, options for this request. Requests are repeated after 429, 5xx and
// network faults; every POST has an idempotency key, so a repeat has no second effect. A refused request, and one that
// got no answer, returns an *Error.
//
// In the types an absent or null string is empty; any other member that may be absent or null is a pointer, a slice or
// a map, and nil. A request leaves out empty strings and nil. In an update, strings are pointers, too: nil keeps the
// value, Ptr("") removes it. Empty slices and maps are sent.
//
// The package webhook verifies deliveries of events.
package stile

import (
	"context"
	"net/http"
	"net/url"
)

// Version is the version of this client. The user agent has it.
const Version = "0.1.0"

// DefaultBaseURL is the URL of the API in the documentation.
const DefaultBaseURL = "https://api.stile.id"

// Client has the resources of the API. Several goroutines may share it.
type Client struct {
	VerificationSessions VerificationSessions
	WebhookEndpoints     WebhookEndpoints
	Events               Events
	Compliance           Compliance
	VerifiedPersons      VerifiedPersons

	// The following resources are additions of Stile to the documented API.

	Workflows          Workflows
	Reviews            Reviews
	Risk               RiskResource
	TrustReuse         TrustReuse
	ProviderConnectors ProviderConnectors
	Organization       OrganizationResource

	transport *transport
}

// New returns a client that sends the secret key of an organization. It returns an error if the key is empty or has
// characters that no key has, or if an option is out of its range.
func New(apiKey string, options ...Option) (*Client, error) {
	t, err := newTransport(apiKey, options)
	if err != nil {
		return nil, err
	}
	return &Client{
		VerificationSessions: VerificationSessions{t},
		WebhookEndpoints:     WebhookEndpoints{t},
		Events:               Events{t},
		Compliance:           Compliance{t},
		VerifiedPersons:      VerifiedPersons{t},
		Workflows:            Workflows{t},
		Reviews:              Reviews{t},
		Risk:                 RiskResource{t},
		TrustReuse:           TrustReuse{t},
		ProviderConnectors:   ProviderConnectors{t},
		Organization:         OrganizationResource{t},
		transport:            t,
	}, nil
}

// Do sends a request that has no method here, such as one of a later version of the API. path begins with /v1, and ids
// in it must be escaped. query and body may be nil. The answer is decoded into answer, a pointer, unless that is nil.
func (c *Client) Do(
	ctx context.Context, method, path string, query url.Values, body, answer any, options ...Option,
) error {
	return c.transport.do(ctx, call{method: method, path: path, query: query, body: body}, answer, options)
}

// send sends a call and returns its answer.
func send[Answer any](ctx context.Context, t *transport, c call, options []Option) (*Answer, error) {
	answer := new(Answer)
	if err := t.do(ctx, c, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// call is a request. Its path is that of the contract, such as /v1/events/{id}.
type call struct {
	method, path string
	ids          []string
	query        url.Values
	body         any
}

func get(path string, ids ...string) call {
	return call{method: http.MethodGet, path: path, ids: ids}
}

func post(path string, ids ...string) call {
	return call{method: http.MethodPost, path: path, ids: ids}
}

func remove(path string, ids ...string) call {
	return call{method: http.MethodDelete, path: path, ids: ids}
}

// with returns the call with the parameters of its query.
func (c call) with(params any) call {
	c.query = queryOf(params)
	return c
}

// having returns the call with a body.
func (c call) having(body any) call {
	c.body = body
	return c
}
