package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/api"
)

// stalling sends one byte of each request's body and then blocks.
type stalling struct {
	base http.RoundTripper
	ctx  context.Context
}

func (s stalling) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Body, req.GetBody, req.ContentLength = io.NopCloser(io.MultiReader(bytes.NewReader([]byte("{")), s)), nil, -1
	return s.base.RoundTrip(req)
}

// Read blocks until the test ends.
func (s stalling) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, io.ErrUnexpectedEOF
}

// TestBodyThatDoesNotArriveInTimeIsAnsweredInTheEnvelope also checks each answer against the specification, through the
// client.
func TestBodyThatDoesNotArriveInTimeIsAnsweredInTheEnvelope(t *testing.T) {
	t.Parallel()
	const within = 10 * time.Second // a busy machine may take seconds to send the headers of all requests
	e := newEnv(t, func(o *api.Options) { o.Config.UploadTimeout = within })
	ids, desktop := e.belongings(e.sandbox)
	phone, _ := e.phone(desktop, "phone")
	server := httptest.NewUnstartedServer(e.api.Handler())
	server.Config.ReadTimeout = within
	server.Start()
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	e.url = server.URL
	e.client = &http.Client{
		Transport: specification().Transport(stalling{server.Client().Transport, ctx}, func(err error) {
			t.Errorf("contract: %v", err)
		}),
	}

	var requests []*http.Request
	for _, o := range e.operations("/v1/") {
		if o.method == http.MethodGet || o.method == http.MethodDelete {
			continue
		}
		credential := e.sandbox.secret
		switch {
		case strings.HasSuffix(o.path, "/handoff/confirm"), strings.Contains(o.path, "/device/"):
			credential = phone.secret
		case o.forClients():
			credential = desktop.secret
		}
		requests = append(requests, e.request(ctx, o.method, o.at(ids), credential, obj{}))
	}
	require.GreaterOrEqual(t, len(requests), 30)
	answers, failures := make([]answer, len(requests)), make([]error, len(requests))
	var waiting sync.WaitGroup
	for i, request := range requests {
		waiting.Go(func() {
			response, err := e.client.Do(request)
			if err != nil {
				failures[i] = err
				return
			}
			defer func() { _ = response.Body.Close() }()
			answers[i] = e.read(response)
		})
	}
	waiting.Wait()
	for i, ans := range answers {
		require.NoError(t, failures[i])
		e.isError(ans, http.StatusRequestTimeout, "request_timeout")
	}
}
