package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/stile-id/stile/models"
)

// trace gives a request to a route of the API its span. A request with a secret key continues the trace of its
// traceparent header; any other begins one, because browsers and strangers do not choose the traces of an operator.
// A live channel, which is open for hours, has no span.
func (k *Kernel) trace(g *gin.Context) {
	if k.tracer == nil || g.IsAborted() || g.GetHeader("Upgrade") != "" {
		return
	}
	if g.FullPath() == "" || !isVersioned(g.Request.URL.Path) {
		return
	}
	ctx, who := g.Request.Context(), callerOf(g)
	if who.key != nil && who.key.Key.Kind == models.SecretKey {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(g.Request.Header))
	}
	method, route := methodOf(g), RouteOf(g)
	ctx, span := k.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("http.route", route),
		attribute.String("stile.request_id", RequestID(g)), attribute.String("stile.org", who.orgID()),
	))
	if who.client != nil {
		span.SetAttributes(attribute.String("stile.session", who.client.session))
	}
	g.Request = g.Request.WithContext(ctx)
	status := http.StatusInternalServerError // of a panic, which is answered behind this function
	defer func() {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}()
	g.Next()
	status = g.Writer.Status()
}
