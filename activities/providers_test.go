package activities_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/stile-id/stile/activities"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/worker/workertest/scene"
)

// inquired asks a provider once about a submission. It returns the verdicts and the worker's log.
func inquired(
	t *testing.T, answer http.HandlerFunc, files ...string,
) (verdicts []graph.Outcome, logged string, err error) {
	t.Helper()
	clock := testkit.NewClock()
	s := scene.New(t, clock.Now)
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	connected, _ := s.Connect(
		t,
		models.ProviderConnector{Method: rules.MethodDocumentCapture, URL: server.URL, Mode: models.ConnectorSync},
	)
	session := s.Begin(t, scene.AnyOf(rules.MethodDocumentCapture))
	var uploads []string
	for _, file := range files {
		u, err := s.AddUpload(t.Context(), store.NewUpload{
			Session: session, Node: "primary.document_capture", Method: connected.Method, Attempt: 1,
			MediaType: methods.TypePNG, Data: []byte(file), Most: len(files),
		})
		require.NoError(t, err)
		uploads = append(uploads, u.ID)
	}
	submission := s.SubmitTo(t, connected, session, `{"front":"x"}`, time.Minute, uploads...)
	providers := &activities.Providers{
		Sessions: &activities.Sessions{
			Store:             s.Store,
			ReviewTimeout:     time.Hour,
			SessionTTL:        time.Hour,
			DeviceIdleTimeout: time.Minute,
		},
		Connect: func(c models.ProviderConnector, secret string) methods.Provider {
			client := outbound.NewClient(testkit.Patience, outbound.Policy{Allow: outbound.Loopback()})
			return connector.Connector{
				URL: c.URL, Secret: secret, Timeout: testkit.Patience, Client: client, Now: clock.Now,
			}
		},
	}
	var lines bytes.Buffer
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewJSONHandler(&lines, nil))))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(providers.AskProvider)
	_, err = env.ExecuteActivity(providers.AskProvider, models.SubmissionRef{
		SessionRef: models.SessionRef{OrgID: session.OrgID, SessionID: session.ID}, SubmissionID: submission.ID,
	})
	return s.Verdicts(t, session), lines.String(), err
}

func answering(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestProviderRefusalEndsTheAttemptWithMethodError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status       int
		body, logged string
	}{
		"an answer of 422":       {422, "", "it answered 422"},
		"a verdict of no use":    {200, `{"outcome":"passed","risk":{"score":40.5}}`, "risk.score must be an integer"},
		"a verdict of no format": {200, `<html>`, "A verdict must be a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdicts, logged, err := inquired(t, answering(c.status, c.body))
			require.NoError(t, err)
			require.Equal(t, []graph.Outcome{graph.OutcomeError}, verdicts)
			require.NotContains(t, logged, `"level":"ERROR"`)
			require.Contains(t, logged, `"level":"WARN","msg":"provider refused to judge; the attempt ends with method_error"`)
			require.Contains(t, logged, c.logged, "the operator learns which field")
		})
	}
}

func TestProviderVerdictIsReadInAnySpelling(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, contentType string }{
		"an integer with a fraction of zero": {`{"outcome":"passed","risk":{"score":40.0}}`, "application/json"},
		"an integer with an exponent":        {`{"outcome":"passed","risk":{"score":4e1}}`, "application/json"},
		"a byte order mark":                  {"\uFEFF" + `{"outcome":"passed"}`, "application/json"},
		"another content type":               {`{"outcome":"passed"}`, "Text/Plain; Charset=utf8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdicts, _, err := inquired(t, answering(200, c.body, "Content-Type", c.contentType))
			require.NoError(t, err)
			require.Equal(t, []graph.Outcome{graph.OutcomePassed}, verdicts)
		})
	}
}

func TestUnavailableProviderIsAskedAgainAfterItsRetryAfter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		wait   time.Duration
	}{
		"in seconds":             {answering(503, "", "Retry-After", "20"), 20 * time.Second},
		"later than is waited":   {answering(429, "", "Retry-After", "3600"), 30 * time.Second},
		"without a say":          {answering(503, ""), time.Second},
		"with nonsense":          {answering(503, "", "Retry-After", "soon"), time.Second},
		"an error of the server": {answering(500, "", "Retry-After", "20"), time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verdicts, logged, err := inquired(t, c.answer)
			require.Empty(t, verdicts, "an outage costs no attempt")
			var told *temporal.ApplicationError
			require.ErrorAs(t, err, &told)
			require.Equal(t, c.wait, told.NextRetryDelay())
			require.False(t, told.NonRetryable())
			require.NotContains(t, logged, `"level":"ERROR"`)
			require.Contains(t, logged, `"level":"WARN","msg":"provider request failed; it will be repeated"`)
		})
	}
}

func TestProviderReceivesTheUploadsOfASubmission(t *testing.T) {
	t.Parallel()
	var got []string
	verdicts, logged, err := inquired(t, func(w http.ResponseWriter, r *http.Request) {
		form, err := r.MultipartReader()
		if err != nil {
			w.WriteHeader(http.StatusUnsupportedMediaType)
			return
		}
		for {
			part, err := form.NextPart()
			if err != nil {
				break
			}
			content, _ := io.ReadAll(part)
			if part.FormName() != "submission" {
				got = append(got, part.Header.Get("Content-Type")+" "+string(content))
			}
		}
		_, _ = w.Write([]byte(`{"outcome":"passed"}`))
	}, "front of a passport", "back of a passport")
	require.NoError(t, err)
	require.Equal(t, []graph.Outcome{graph.OutcomePassed}, verdicts)
	require.Equal(t, []string{"image/png front of a passport", "image/png back of a passport"}, got)
	require.NotContains(t, logged, "passport")
}
