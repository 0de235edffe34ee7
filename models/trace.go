package models

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// traceParent is the name of the header of W3C Trace Context, which is also the name in a carrier.
const traceParent = "traceparent"

// TraceParent returns the span of ctx as the value of a traceparent header (W3C Trace Context, section 3.2); nil if ctx
// has no span.
func TraceParent(ctx context.Context) *string {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return nil
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	value := carrier[traceParent]
	return &value
}

// WithTraceParent returns ctx with the span that the value of a traceparent header names, as the parent of new spans.
// It returns ctx itself for nil, and for a value that is none.
func WithTraceParent(ctx context.Context, value *string) context.Context {
	if value == nil {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{traceParent: *value})
}
