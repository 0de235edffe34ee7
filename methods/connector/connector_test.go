package connector_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/signature"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/methods/connector"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

const secret = "pcsec_test"

var now = time.Unix(1741564800, 0)

func inquiry() methods.Inquiry {
	return methods.Inquiry{
		SubmissionID: "vr_1", SessionID: "vks_1", Type: "age", Method: rules.MethodDocumentCapture, Attempt: 2,
		Tier: rules.MinAge(21), Jurisdiction: "US-CA", Options: graph.Options{DocumentTypes: []string{"PASSPORT"}},
		Input: json.RawMessage(`{"front":"…"}`),
	}
}

// ask asks a provider that answers so.
func ask(t *testing.T, i methods.Inquiry, answer http.HandlerFunc) (*methods.Verdict, error) {
	t.Helper()
	return askWithin(t, testkit.Patience, i, answer)
}

func askWithin(
	t *testing.T, within time.Duration, i methods.Inquiry, answer http.HandlerFunc,
) (*methods.Verdict, error) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return connector.Connector{
		URL:         server.URL + "/judge?key=hidden",
		Secret:      secret,
		CallbackURL: "https://id.example/v1/provider_callbacks",
		Timeout:     within,
		Client:      outbound.NewClient(within, outbound.Policy{Allow: outbound.Loopback()}),
		Now:         func() time.Time { return now },
	}.Ask(t.Context(), i)
}

func TestAProviderIsSentASignedSubmission(t *testing.T) {
	t.Parallel()
	var header http.Header
	var body []byte
	verdict, err := ask(t, inquiry(), func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"outcome":"passed"}`)
	})
	require.NoError(t, err)
	require.Equal(t, &methods.Verdict{Outcome: graph.OutcomePassed}, verdict)
	require.NoError(t, signature.Verify(secret, header.Get("Stile-Signature"), body, now))
	require.Equal(t, "vr_1", header.Get("Idempotency-Key"), "the same in every repeat")
	require.Equal(t, "application/json", header.Get("Content-Type"))
	require.JSONEq(t, `{"object":"provider_submission","id":"vr_1","session_id":"vks_1","type":"age",
		"method":"document_capture","attempt":2,"age_tier":"min_age_21","jurisdiction":"US-CA",
		"options":{"document_types":["PASSPORT"]},"input":{"front":"…"},"callback_url":null}`, string(body))
}

func TestAProviderMayPromiseAVerdict(t *testing.T) {
	t.Parallel()
	i := inquiry()
	i.Callback = true
	verdict, err := ask(t, i, func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			CallbackURL string `json:"callback_url"`
		}
		_ = json.NewDecoder(r.Body).Decode(&sent)
		if sent.CallbackURL == "https://id.example/v1/provider_callbacks/vr_1" {
			w.WriteHeader(http.StatusAccepted)
		}
	})
	require.NoError(t, err)
	require.Nil(t, verdict)
}

func TestAProviderThatMayCallBackAnswersAtOnce(t *testing.T) {
	t.Parallel()
	i := inquiry()
	i.Callback = true
	verdict, err := ask(t, i, answering(200, `{"outcome":"requires_input","reason_codes":["unreadable"]}`))
	require.NoError(t, err)
	require.Equal(t, graph.OutcomeRequiresInput, verdict.Outcome)
}

func TestACallbackNeedsAnAddress(t *testing.T) {
	t.Parallel()
	i := inquiry()
	i.Callback = true
	_, err := connector.Connector{URL: "http://localhost:9", Timeout: time.Second, Now: time.Now}.Ask(t.Context(), i)
	require.ErrorIs(t, err, connector.ErrNoCallbackURL)
}

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestAProviderThatHangsIsAway(t *testing.T) {
	t.Parallel()
	_, err := askWithin(t, time.Second, inquiry(), func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	})
	require.ErrorContains(t, err, "timeout: the endpoint did not answer in time")
	require.NotErrorIs(t, err, methods.ErrRefused)
}

func TestAnOutageIsToldFromARefusal(t *testing.T) {
	t.Parallel()
	breaksOff := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	redirects := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		refused bool
		message string
	}{
		"breaks off":        {breaksOff, false, "connection: closed by the endpoint before its answer was complete"},
		"is broken":         {answering(500, ""), false, "answered 500"},
		"is overloaded":     {answering(503, ""), false, "answered 503"},
		"limits":            {answering(429, ""), false, "answered 429"},
		"gave up waiting":   {answering(408, ""), false, "answered 408"},
		"redirects":         {redirects, false, "answered 302"},
		"has no content":    {answering(204, ""), false, "answered 204"},
		"promises nothing":  {answering(202, ""), false, "answered 202"}, // nobody told it where to call back
		"knows nobody":      {answering(401, ""), true, "answered 401"},
		"does not exist":    {answering(404, ""), true, "answered 404"},
		"calls it wrong":    {answering(422, ""), true, "answered 422"},
		"says nothing":      {answering(200, ""), true, "must be a JSON object"},
		"says a web page":   {answering(200, "<html>"), true, "must be a JSON object"},
		"makes a reason up": {answering(200, `{"outcome":"failed","reason_codes":["bad_hair"]}`), true, "reason_codes[0]"},
		"never ends":        {answering(200, `{"outcome":"`+strings.Repeat("x", 70<<10)), true, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ask(t, inquiry(), c.answer)
			require.ErrorContains(t, err, c.message)
			require.Equal(t, c.refused, errors.Is(err, methods.ErrRefused))
			require.NotContains(t, err.Error(), "hidden", "a URL may hold a secret")
			require.NotContains(t, err.Error(), "hair", "nothing that was answered is repeated")
		})
	}
}

func TestWhoStopsAskingIsNotKept(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := connector.Connector{
		URL:     "http://localhost:9",
		Timeout: time.Hour,
		Client:  outbound.NewClient(time.Hour, outbound.Policy{Allow: outbound.Loopback()}),
		Now:     time.Now,
	}.Ask(ctx, inquiry())
	require.Error(t, err)
}

func file(id, content string) methods.InquiredUpload {
	return methods.InquiredUpload{
		Upload:  methods.Upload{ID: id, MediaType: methods.TypePNG, Size: int64(len(content))},
		Content: func(context.Context) ([]byte, error) { return []byte(content), nil },
	}
}

func TestUploadsFollowTheSubmissionUnderOneSignature(t *testing.T) {
	t.Parallel()
	i := inquiry()
	i.Uploads = []methods.InquiredUpload{file("upl_1", "front of a passport"), file("upl_2", strings.Repeat("x", 1<<20))}
	var bodies []string
	for range 2 {
		verdict, err := ask(t, i, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			if signature.Verify(secret, r.Header.Get("Stile-Signature"), body, now) != nil ||
				r.ContentLength != int64(len(body)) {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			form, _ := r.MultipartReader()
			for _, want := range []string{"submission application/json", "upl_1 image/png", "upl_2 image/png"} {
				part, err := form.NextPart()
				if err != nil || part.FormName()+" "+part.Header.Get("Content-Type") != want {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
				content, _ := io.ReadAll(part)
				if part.FormName() == "submission" && !strings.Contains(string(content),
					`"uploads":[{"id":"upl_1","media_type":"image/png","size":19},`) {
					w.WriteHeader(http.StatusBadRequest)
				}
			}
			_, _ = io.WriteString(w, `{"outcome":"passed"}`)
		})
		require.NoError(t, err)
		require.Equal(t, graph.OutcomePassed, verdict.Outcome)
	}
	require.Equal(t, bodies[0], bodies[1], "a repeat sends the same bytes")
}

func TestAnUploadThatCannotBeReadIsNoFaultOfTheProvider(t *testing.T) {
	t.Parallel()
	i := inquiry()
	broken := file("upl_1", "")
	broken.Content = func(context.Context) ([]byte, error) { return nil, errors.New("the database is away") }
	i.Uploads = []methods.InquiredUpload{broken}
	_, err := ask(t, i, answering(200, `{"outcome":"passed"}`))
	require.EqualError(t, err, "the database is away")
	require.NotErrorIs(t, err, methods.ErrRefused)
}
