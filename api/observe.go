package api

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

// What the steps of a request leave for each other in gin's context.
const (
	keyRequestID = "stile.request_id"
	keyCaller    = "stile.caller"
)

// What every answer says.
const (
	headerRequestID = "Request-Id"
	headerSniff     = "X-Content-Type-Options"
	noSniff         = "nosniff"
)

func newRequestID() string { return string(models.PrefixRequest) + models.RandomID() }

func requestID(g *gin.Context) string { return g.GetString(keyRequestID) }

// observe gives each request its id, and logs and counts it however it ends.
func (k *Kernel) observe(g *gin.Context) {
	began := time.Now()
	id := newRequestID()
	g.Set(keyRequestID, id)
	g.Request = g.Request.WithContext(context.WithValue(g.Request.Context(), requestIDKey{}, id))
	g.Header(headerRequestID, id)
	g.Header(headerSniff, noSniff)
	if isVersioned(g.Request.URL.Path) {
		g.Header("Cache-Control", "no-store") // answers hold secrets, and what concerns one user
	}
	defer k.record(g, began)
	defer k.recover(g)
	g.Next()
}

// requestIDKey is the key of the request's id in its context.
type requestIDKey struct{}

// withRequestID is a log handler that adds the id of the request in whose context a line is logged.
type withRequestID struct{ slog.Handler }

// Handle adds the id, if the context has one.
func (h withRequestID) Handle(ctx context.Context, line slog.Record) error {
	if id, given := ctx.Value(requestIDKey{}).(string); given {
		line.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, line)
}

// isVersioned tells the API proper from the routes for operators.
func isVersioned(path string) bool { return path == "/v1" || strings.HasPrefix(path, "/v1/") }

var errPanic = errors.New("panic")

// recover turns a panic into an answer. Its value may hold what the client sent, so only its type is logged.
func (k *Kernel) recover(g *gin.Context) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, is := cause.(error); is && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	logPanic(k.log.With("request_id", requestID(g), "route", routeOf(g)), cause)
	k.fail(g, errPanic)
}

func logPanic(log *slog.Logger, cause any) {
	log.Error("api: a handler panicked; the request was answered with internal_error",
		"type", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
}

// record writes the line of the access log: the route instead of the path, no address, no key, no body.
func (k *Kernel) record(g *gin.Context, began time.Time) {
	took := time.Since(began)
	method, route, status := methodOf(g), routeOf(g), g.Writer.Status()
	k.log.LogAttrs(g.Request.Context(), slog.LevelInfo, "request",
		slog.String("method", method), slog.String("route", route), slog.Int("status", status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("request_id", requestID(g)), slog.String("org", callerOf(g).orgID()))
	k.metrics.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	if status != http.StatusSwitchingProtocols { // that would be how long a live channel was open
		k.metrics.duration.WithLabelValues(route, method).Observe(took.Seconds())
	}
}

// routeOf is the pattern of the route; what the client made up must not become a label.
func routeOf(g *gin.Context) string {
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
