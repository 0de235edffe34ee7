package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/stretchr/testify/require"
)

// answer is a response with its body.
type answer struct {
	status int
	header http.Header
	body   []byte
	object map[string]any
}

// do sends a request. It sends a string as the body unchanged, and any other body as JSON; header holds names and
// values in turn.
func (e *env) do(method, path, credential string, body any, header ...string) answer {
	e.t.Helper()
	resp, err := e.client.Do(e.request(e.t.Context(), method, path, credential, body, header...))
	require.NoError(e.t, err)
	defer func() { _ = resp.Body.Close() }()
	return e.read(resp)
}

func (e *env) read(resp *http.Response) answer {
	e.t.Helper()
	ans := answer{status: resp.StatusCode, header: resp.Header}
	var err error
	ans.body, err = io.ReadAll(resp.Body)
	require.NoError(e.t, err)
	_ = json.Unmarshal(ans.body, &ans.object) // not everything is JSON
	return ans
}

// abandon sends a request and drops the connection before the answer.
func (e *env) abandon(ctx context.Context, method, path, credential string, body any, header ...string) error {
	e.t.Helper()
	resp, err := e.unchecked.Do(e.request(ctx, method, path, credential, body, header...))
	if err == nil {
		err = resp.Body.Close()
	}
	return err
}

func (e *env) request(ctx context.Context, method, path, credential string, body any, header ...string) *http.Request {
	e.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, e.url+path, reader(body))
	require.NoError(e.t, err)
	if credential != "" {
		req.Header.Set("Authorization", "Bearer "+credential)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

// soon returns the answer that a background request must get without waiting for its timeout.
func (e *env) soon(got <-chan answer) answer {
	e.t.Helper()
	select {
	case ans := <-got:
		return ans
	case <-time.After(20 * time.Second): // less than any of them waits
		require.FailNow(e.t, "the request is still waiting")
		return answer{}
	}
}

// waits requires that a background request is not answered yet.
func (e *env) waits(got <-chan answer) {
	e.t.Helper()
	select {
	case ans := <-got:
		require.FailNow(e.t, "the request did not wait", "%d %s", ans.status, ans.body)
	case <-time.After(250 * time.Millisecond):
	}
}

func reader(body any) io.Reader {
	switch content := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return bytes.NewReader([]byte(content))
	default:
		encoded, err := json.Marshal(content)
		check(err)
		return bytes.NewReader(encoded)
	}
}
