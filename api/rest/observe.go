package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/models"
)

// The keys of values in gin's context.
const (
	keyRequestID = "stile.request_id"
	keyCaller    = "stile.caller"
)

// Headers of every answer.
const (
	headerRequestID = "Request-Id"
	headerSniff     = "X-Content-Type-Options"
	noSniff         = "nosniff"
)

func newRequestID() string { return string(models.PrefixRequest) + models.RandomID() }

// RequestID returns the id of a request.
func RequestID(g *gin.Context) string { return g.GetString(keyRequestID) }

// observe gives each request its id, and logs and counts it however it ends.
func (k *Kernel) observe(g *gin.Context) {
	began := time.Now()
	id := newRequestID()
	g.Set(keyRequestID, id)
	g.Request = g.Request.WithContext(context.WithValue(g.Request.Context(), requestIDKey{}, id))
	g.Header(headerRequestID, id)
	g.Header(headerSniff, noSniff)
	if isVersioned(g.Request.URL.Path) {
		g.Header("Cache-Control", "no-store") // answers hold secrets and data of one user
	}
	defer k.record(g, began)
	defer k.recover(g)
	g.Next()
}

// requestIDKey is the key of the request's id in its context.
type requestIDKey struct{}

// WithRequestID is a log handler that adds the request's id from the context of a line.
type WithRequestID struct{ slog.Handler }

// Handle adds the id, if the context has one.
func (h WithRequestID) Handle(ctx context.Context, line slog.Record) error {
	if id, given := ctx.Value(requestIDKey{}).(string); given {
		line.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, line)
}

// isVersioned tells the API proper from the routes for operators and from the widget's launcher.
func isVersioned(path string) bool {
	return path == "/v1" || strings.HasPrefix(path, "/v1/") && path != PathScript
}

// ErrPanic is the error of a handler that panicked.
var ErrPanic = errors.New("panic")

// recover turns a panic into an answer.
func (k *Kernel) recover(g *gin.Context) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, is := cause.(error); is && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	LogPanic(k.log.With("request_id", RequestID(g), "route", RouteOf(g)), cause)
	k.Fail(g, ErrPanic)
}

// LogPanic logs the type and the stack of a panic. Its value may hold data of the client.
func LogPanic(log *slog.Logger, cause any) {
	log.Error("api: a handler panicked; the request was answered with internal_error",
		"type", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
}

// record writes the line of the access log: the route instead of the path, no address, no key, no body.
func (k *Kernel) record(g *gin.Context, began time.Time) {
	took := time.Since(began)
	method, route, status := methodOf(g), RouteOf(g), g.Writer.Status()
	k.log.LogAttrs(g.Request.Context(), slog.LevelInfo, "request",
		slog.String("method", method), slog.String("route", route), slog.Int("status", status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("request_id", RequestID(g)), slog.String("org", callerOf(g).orgID()))
	k.metrics.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	if status != http.StatusSwitchingProtocols { // that would be how long a live channel was open
		k.metrics.duration.WithLabelValues(route, method).Observe(took.Seconds())
	}
}

// begin creates the counters of a route's failures with 0, so that rate counts the first failure.
func (m *metrics) begin(route, method string) {
	for _, status := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable} {
		m.requests.WithLabelValues(route, method, strconv.Itoa(status))
	}
}

// RouteOf returns the pattern of the route, or "unmatched": a path that a client made up must not become a label.
func RouteOf(g *gin.Context) string {
	if path := g.FullPath(); path != "" {
		return path
	}
	return "unmatched"
}

func methodOf(g *gin.Context) string {
	switch method := g.Request.Method; method {
	case http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodHead,
		http.MethodPut:
		return method
	default:
		return "other"
	}
}

type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stile_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "stile_http_request_duration_seconds", Help: "Time to answer, long polls included.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "method"}),
	}
	return m, errors.Join(r.Register(m.requests), r.Register(m.duration))
}
