package e2e

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/testkit"
	"github.com/stile-id/stile/rules"
)

// spanCollector is a collector of OpenTelemetry, OTLP over HTTP in the messages of its published schema.
type spanCollector struct {
	*httptest.Server
	mutex sync.Mutex
	spans []*tracepb.Span
	keys  map[string]bool // the header Key of each export
}

func newSpanCollector(t *testing.T) *spanCollector {
	t.Helper()
	c := &spanCollector{keys: map[string]bool{}}
	c.Server = httptest.NewServer(http.HandlerFunc(c.export))
	t.Cleanup(c.Close)
	return c
}

func (c *spanCollector) export(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var request collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(raw, &request) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.keys[r.Header.Get("Key")] = true
	for _, resource := range request.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
}

// of returns the spans of a trace.
func (c *spanCollector) of(id trace.TraceID) []*tracepb.Span {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(c.spans), func(s *tracepb.Span) bool {
		return trace.TraceID(s.GetTraceId()) != id
	})
}

// names returns the names of the spans of a trace, without the kind of an event.
func (c *spanCollector) names(id trace.TraceID) map[string]bool {
	names := map[string]bool{}
	for _, span := range c.of(id) {
		names[span.GetName()] = true
	}
	return names
}

// ofRequest waits for the span of the request with an id and returns its trace.
func (c *spanCollector) ofRequest(t *testing.T, request string) (id trace.TraceID) {
	t.Helper()
	testkit.Eventually(t, func() bool {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		for _, span := range c.spans {
			if attributes(span)["stile.request_id"] == request {
				id = trace.TraceID(span.GetTraceId())
			}
		}
		return id.IsValid()
	})
	return id
}

func attributes(span *tracepb.Span) map[string]string {
	all := map[string]string{}
	for _, attribute := range span.GetAttributes() {
		all[attribute.GetKey()] = attribute.GetValue().GetStringValue()
	}
	return all
}

const (
	merchantTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	merchantParent = "00-" + merchantTrace + "-00f067aa0ba902b7-01"
)

// The trace of a merchant's request goes on in the run of its session, which another process executes, and in the
// deliveries of its events.
func TestTracesGoFromTheRequestThroughTheRunToTheWebhook(t *testing.T) {
	t.Parallel()
	spans := newSpanCollector(t)
	s := emptyStack(t, postgresDatabase(t), func(c *config.Config) {
		c.TraceEndpoint, c.TraceHeaders, c.TraceRatio = spans.URL, map[string]string{"Key": "of the operator"}, 1
	})
	s.serve(t, app.Options{API: true, Migrate: true})
	s.replica(t, app.Options{Worker: true})
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	wanted, err := trace.TraceIDFromHex(merchantTrace)
	require.NoError(t, err)

	v := m.created(m.post(t, "/v1/verification_sessions", m.order(nil),
		"Traceparent", merchantParent, "Baggage", "shopper=of-the-merchant").expect(t, 201))
	v.pass(t, "document_capture")

	for _, kind := range []string{"verification_session.created", "verification_session.verified"} {
		parent := strings.Split(hook.next(t, kind).header.Get("Traceparent"), "-")
		require.Len(t, parent, 4, kind)
		require.Equal(t, merchantTrace, parent[1], kind)
		testkit.Eventually(t, func() bool { return spans.has(wanted, parent[2], "webhook "+kind) })
	}
	testkit.Eventually(t, func() bool {
		names := slices.Sorted(maps.Keys(spans.names(wanted)))
		return slices.Contains(names, "POST /v1/verification_sessions") &&
			slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "RunWorkflow:") }) &&
			slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "RunActivity:") })
	})
	require.Equal(t, map[string]bool{"of the operator": true}, spans.headers())
	spans.holdOnlyKnownAttributes(t)
}

// Browsers and requests without a secret key do not choose the trace in which an operator finds them.
func TestOnlySecretKeysContinueATrace(t *testing.T) {
	t.Parallel()
	spans := newSpanCollector(t)
	s := newStack(t, backends["sqlite"](t), func(c *config.Config) { c.TraceEndpoint = spans.URL })
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	v := m.create(t, nil)
	for name, request := range map[string]answer{
		"a client secret":   v.user.get(t, v.verify("/status"), "Traceparent", merchantParent),
		"a publishable key": m.publishable.get(t, "/v1/verification_sessions", "Traceparent", merchantParent),
		"no credential":     m.as("").get(t, "/v1/verification_sessions", "Traceparent", merchantParent),
	} {
		id := spans.ofRequest(t, request.header.Get("Request-Id"))
		require.NotEqual(t, merchantTrace, id.String(), name)
		require.NotEmpty(t, spans.of(id), name)
	}
}

// A ratio of 0 sends nothing, whatever the flag of the merchant's trace says.
func TestTheRatioDecidesWhichTracesAreSent(t *testing.T) {
	t.Parallel()
	spans := newSpanCollector(t)
	s := newStack(t, backends["sqlite"](t), func(c *config.Config) {
		c.TraceEndpoint, c.TraceRatio = spans.URL, 0
	})
	m := s.sandbox(t, simple(rules.MethodDocumentCapture))
	hook := newReceiver(t)
	hook.subscribe(t, m.client)
	m.created(m.post(t, "/v1/verification_sessions", m.order(nil), "Traceparent", merchantParent).expect(t, 201))
	parent := strings.Split(hook.next(t, "verification_session.created").header.Get("Traceparent"), "-")
	require.Equal(t, []string{merchantTrace, "00"}, []string{parent[1], parent[3]}, "the trace goes on, unsampled")
	require.NoError(t, s.app.Stop()) // and sends all spans
	require.Empty(t, spans.headers())
}

// has reports whether the trace has the span with an id, under a name.
func (c *spanCollector) has(id trace.TraceID, span, name string) bool {
	return slices.ContainsFunc(c.of(id), func(s *tracepb.Span) bool {
		return trace.SpanID(s.GetSpanId()).String() == span && s.GetName() == name
	})
}

func (c *spanCollector) headers() map[string]bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return maps.Clone(c.keys)
}

// holdOnlyKnownAttributes checks that no span has an attribute that could hold data of a person.
func (c *spanCollector) holdOnlyKnownAttributes(t *testing.T) {
	t.Helper()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	known := []string{
		"http.request.method", "http.route", "http.response.status_code", "stile.request_id", "stile.org", "stile.session",
		"stile.delivery", "stile.endpoint", "stile.attempt",
		"temporalWorkflowID", "temporalRunID", "temporalActivityID", "temporalUpdateID",
	}
	for _, span := range c.spans {
		for key := range attributes(span) {
			require.Contains(t, known, key, span.GetName())
		}
		require.Empty(t, span.GetTraceState())
	}
}
