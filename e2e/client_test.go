package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/testkit"
)

// pollOften is the pause between two tries of a request.
const pollOften = 20 * time.Millisecond

type body map[string]any

// client calls one replica with one credential. Every answer is checked against the OpenAPI document.
type client struct {
	base       string
	credential string
	http       *http.Client
	// patient has call repeat a request that is answered by 503, as a merchant would. A process has the limits of
	// production, and exceeds them on a busy machine.
	patient bool
}

func (s *stack) client(t *testing.T, credential string) client {
	t.Helper()
	return s.clientOf(t, s.app.URL(), credential)
}

func (s *stack) clientOf(t *testing.T, base, credential string) client {
	t.Helper()
	transport := s.contract.Transport(http.DefaultTransport, func(err error) { t.Error(err) })
	return client{base: base, credential: credential, http: &http.Client{Transport: transport, Timeout: time.Minute}}
}

// as returns the same client with another credential.
func (c client) as(credential string) client {
	c.credential = credential
	return c
}

// answer is a response with its body.
type answer struct {
	status int
	header http.Header
	raw    []byte
	json   map[string]any
}

func (c client) get(t *testing.T, path string, header ...string) answer {
	t.Helper()
	return c.call(t, http.MethodGet, path, nil, header...)
}

func (c client) post(t *testing.T, path string, b body, header ...string) answer {
	t.Helper()
	return c.call(t, http.MethodPost, path, b, header...)
}

// look is get for a test that waits for something: while the API answers 503, or does not answer, it asks again.
func (c client) look(t *testing.T, path string, header ...string) answer {
	t.Helper()
	for deadline := time.Now().Add(testkit.Patience); ; <-time.After(pollOften) {
		a, err := c.try(http.MethodGet, path, nil, header...)
		if err == nil && a.status != http.StatusServiceUnavailable {
			return a
		}
		if time.Now().After(deadline) {
			require.NoError(t, err)
			return a
		}
	}
}

// call sends a request with further headers, given as name, value, name, value.
func (c client) call(t *testing.T, method, path string, b body, header ...string) answer {
	t.Helper()
	a, err := c.try(method, path, b, header...)
	for end := time.Now().Add(testkit.Patience); c.patient && a.status == http.StatusServiceUnavailable; {
		require.True(t, time.Now().Before(end), string(a.raw))
		<-time.After(10 * pollOften)
		a, err = c.try(method, path, b, header...)
	}
	require.NoError(t, err)
	return a
}

func (c client) try(method, path string, b body, header ...string) (answer, error) {
	var content io.Reader
	if b != nil {
		encoded, err := json.Marshal(b)
		if err != nil {
			return answer{}, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, c.base+path, content)
	if err != nil {
		return answer{}, err
	}
	if b != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.credential != "" {
		request.Header.Set("Authorization", "Bearer "+c.credential)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	return read(response)
}

func read(response *http.Response) (answer, error) {
	a := answer{status: response.StatusCode, header: response.Header}
	var err error
	if a.raw, err = io.ReadAll(response.Body); err != nil || len(a.raw) == 0 {
		return a, err
	}
	if bytes.HasPrefix(a.raw, []byte("{")) {
		err = json.Unmarshal(a.raw, &a.json)
	}
	return a, err
}

func (a answer) expect(t *testing.T, status int) answer {
	t.Helper()
	require.Equal(t, status, a.status, string(a.raw))
	return a
}

// refused requires an error with the code and, if given, the parameter.
func (a answer) refused(t *testing.T, status int, code string, param ...string) answer {
	t.Helper()
	a.expect(t, status)
	fault, _ := a.json["error"].(map[string]any)
	require.Equal(t, code, fault["code"], string(a.raw))
	if len(param) > 0 {
		require.Equal(t, param[0], fault["param"], string(a.raw))
	}
	return a
}

func (a answer) text(field string) string {
	value, _ := a.json[field].(string)
	return value
}

// at follows a path of names and indexes into the answer; nil if the path leads nowhere.
func (a answer) at(path ...any) any {
	var value any = a.json
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			items, _ := value.([]any)
			if step >= len(items) {
				return nil
			}
			value = items[step]
		}
	}
	return value
}

func (a answer) list() []map[string]any {
	items, _ := a.json["data"].([]any)
	objects := make([]map[string]any, 0, len(items))
	for _, item := range items {
		object, _ := item.(map[string]any)
		objects = append(objects, object)
	}
	return objects
}

// session is a created session with the clients of its merchant and its user.
type session struct {
	id       string
	merchant client
	user     client
}

// create creates a session of the merchant's workflow.
func (m merchant) create(t *testing.T, more body) session {
	t.Helper()
	return m.created(m.post(t, "/v1/verification_sessions", m.order(more)).expect(t, 201))
}

// order returns the body of a request for a session.
func (m merchant) order(more body) body {
	b := body{"type": "age", "workflow_id": m.workflow, "jurisdiction": "US-CA"}
	maps.Copy(b, more)
	return b
}

// created returns the session of an answer to its creation.
func (m merchant) created(a answer) session {
	return session{id: a.text("id"), merchant: m.client, user: m.as(a.text("client_secret"))}
}

func (s session) get(t *testing.T) answer {
	t.Helper()
	return s.merchant.look(t, "/v1/verification_sessions/"+s.id+"?expand[]=results").expect(t, 200)
}

func (s session) cancel(t *testing.T) answer {
	t.Helper()
	return s.merchant.post(t, "/v1/verification_sessions/"+s.id+"/cancel", nil)
}

func (s session) verify(path string) string { return "/v1/verify/session/" + s.id + path }

func (s session) open(t *testing.T) answer {
	t.Helper()
	return s.user.post(t, s.verify("/open"), nil).expect(t, 200)
}

func (s session) submit(t *testing.T, method string, b body) answer {
	t.Helper()
	return s.user.post(t, s.verify("/methods/"+method), b)
}

func (s session) simulate(t *testing.T, method, outcome string) answer {
	t.Helper()
	return s.submit(t, method, body{"simulate": outcome}).expect(t, 202)
}

// pass opens the page and passes a method.
func (s session) pass(t *testing.T, method string) {
	t.Helper()
	s.open(t)
	s.simulate(t, method, "pass")
	s.until(t, "verified")
}

// until waits, by long polls, until the session has one of the statuses.
func (s session) until(t *testing.T, statuses ...string) string {
	t.Helper()
	etag := ""
	for deadline := time.Now().Add(testkit.Patience); time.Now().Before(deadline); {
		a := s.user.look(t, s.verify("/status?wait=5"), "If-None-Match", etag)
		if a.status == http.StatusNotModified {
			continue
		}
		a.expect(t, 200)
		etag = a.header.Get("ETag")
		for _, status := range statuses {
			if a.text("status") == status {
				return status
			}
		}
	}
	t.Fatalf("session %s never became %v: %s", s.id, statuses, s.get(t).raw)
	return ""
}
