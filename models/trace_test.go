package models_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/stile-id/stile/models"
)

func TestTraceParentIsThatOfTheSpan(t *testing.T) {
	t.Parallel()
	require.Nil(t, models.TraceParent(t.Context()))
	given := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	ctx := models.WithTraceParent(t.Context(), &given)
	require.Equal(t, &given, models.TraceParent(ctx))
	require.Equal(t, "0af7651916cd43dd8448eb211c80319c", trace.SpanContextFromContext(ctx).TraceID().String())
}

func TestNoTraceParentLeavesTheContextAlone(t *testing.T) {
	t.Parallel()
	given := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	ctx := models.WithTraceParent(t.Context(), &given)
	garbage := "00-none"
	for name, after := range map[string]context.Context{
		"nil": models.WithTraceParent(ctx, nil), "garbage": models.WithTraceParent(ctx, &garbage),
	} {
		require.Equal(t, &given, models.TraceParent(after), name)
	}
}
