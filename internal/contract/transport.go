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

// Transport sends requests through base (nil means [http.DefaultTransport]) and calls report, perhaps from several
// goroutines at once, for each way in which an answer, or a request answered with success, breaks the contract.
// What the caller sees stays the same, but for bodies being read before they are passed on.
//
// The document names no host, since everybody runs their own: hosts ("127.0.0.1:8080") says which are held to it,
// and none given means all. WebSocket upgrades and OPTIONS pass unchecked, and HEAD is
// held to what the document says of GET.
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

// RoundTrip sends the request and checks what came of it.
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
		return resp, nil // the caller meets the same error as it reads
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

// keepRequestBody returns a request that can be sent, since a transport must leave the original alone, and its body.
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

// keepResponseBody reads the body and puts it back, with the error that ended it if there was one.
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

// check says how the exchange breaks the contract.
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

// described is the request as the document would describe it: HEAD is answered as GET is.
func described(req *http.Request) *http.Request {
	if req.Method != http.MethodHead {
		return req
	}
	same := req.Clone(req.Context())
	same.Method = http.MethodGet
	return same
}

// checkOutside holds the answer to a request that the document does not describe: it must be refused by one of the
// statuses that the document lists for that, but for those that cannot be.
func (c *Contract) checkOutside(e exchange, impossible ...int) []string {
	response := c.outside[e.status]
	if response == nil || slices.Contains(impossible, e.status) {
		return []string{"the operation is not in the specification"}
	}
	return c.checkAgainst(response, e)
}
