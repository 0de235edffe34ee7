package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/routers"
)

// Transport returns a transport that sends requests through base (nil means [http.DefaultTransport]) and checks
// answers. It calls report, perhaps from several goroutines at once, for each violation of the contract by an answer,
// or by a request that was answered with success. The caller sees the same answers, except that bodies are read before
// they are passed on.
//
// The document names no host, since every operator has their own. hosts ("127.0.0.1:8080") are the hosts to check; none
// means all. WebSocket upgrades and OPTIONS pass unchecked, and HEAD is checked against the description of GET.
func (c *Contract) Transport(base http.RoundTripper, report func(error), hosts ...string) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{contract: c, base: base, report: report, hosts: hosts}
}

type transport struct {
	contract *Contract
	base     http.RoundTripper
	report   func(error)
	hosts    []string
}

// RoundTrip sends the request and checks the answer.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.concerns(req) {
		return t.base.RoundTrip(req)
	}
	sent, body, err := keepRequestBody(req)
	if err != nil {
		return nil, err
	}
	resp, err := t.base.RoundTrip(sent)
	if err != nil || resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, err
	}
	answer, err := keepResponseBody(resp)
	if err != nil {
		return resp, nil // the caller meets the same error when it reads the body
	}
	e := exchange{request: req, requestBody: body, status: resp.StatusCode, header: resp.Header, body: answer}
	for _, violation := range t.contract.check(e) {
		t.report(fmt.Errorf("%s %s answered %d: %s", req.Method, req.URL.Path, resp.StatusCode, violation))
	}
	return resp, nil
}

func (t *transport) concerns(req *http.Request) bool {
	if req.Method == http.MethodOptions {
		return false
	}
	return len(t.hosts) == 0 || slices.Contains(t.hosts, req.URL.Host)
}

// keepRequestBody returns the request's body and a copy of the request to send, since a transport must not change the
// original.
func keepRequestBody(req *http.Request) (*http.Request, []byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil, nil
	}
	body, err := io.ReadAll(req.Body)
	if err := errors.Join(err, req.Body.Close()); err != nil {
		return nil, nil, fmt.Errorf("reading the request body: %w", err)
	}
	sent := req.Clone(req.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return sent, body, nil
}

// keepResponseBody reads the body and replaces it by one that returns the same bytes and error.
func keepResponseBody(resp *http.Response) ([]byte, error) {
	body, err := io.ReadAll(resp.Body)
	kept := io.Reader(bytes.NewReader(body))
	if err != nil {
		kept = io.MultiReader(kept, failingReader{err})
	}
	resp.Body = keptBody{Reader: kept, Closer: resp.Body}
	return body, err
}

// keptBody reads from memory and closes the connection's body.
type keptBody struct {
	io.Reader
	io.Closer
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// exchange is a request and its answer.
type exchange struct {
	request     *http.Request
	requestBody []byte
	status      int
	header      http.Header
	body        []byte
}

// check returns the violations of the contract in the exchange.
func (c *Contract) check(e exchange) []string {
	route, params, err := c.router.FindRoute(described(e.request))
	switch {
	case errors.Is(err, routers.ErrPathNotFound):
		return c.checkOutside(e, http.StatusMethodNotAllowed)
	case errors.Is(err, routers.ErrMethodNotAllowed):
		return c.checkOutside(e)
	case err != nil:
		return []string{"finding the operation: " + err.Error()}
	}
	found := c.checkResponse(e, route)
	if e.status/100 == 2 {
		found = append(found, c.checkRequest(e, route, params)...)
	}
	return found
}

// described returns the request under which the document describes it: HEAD is described as GET.
func described(req *http.Request) *http.Request {
	if req.Method != http.MethodHead {
		return req
	}
	same := req.Clone(req.Context())
	same.Method = http.MethodGet
	return same
}

// checkOutside checks the answer to a request outside the document: it must have one of the statuses that the document
// lists for such requests, except the impossible ones.
func (c *Contract) checkOutside(e exchange, impossible ...int) []string {
	response := c.outside[e.status]
	if response == nil || slices.Contains(impossible, e.status) {
		return []string{"the operation is not in the specification"}
	}
	return c.checkAgainst(response, e)
}
