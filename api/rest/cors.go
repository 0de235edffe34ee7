package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// browserHeaders are the headers that a page may send: those that the routes read, and those that tracing libraries
// add.
const browserHeaders = "Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-None-Match, " +
	"Upload-Complete, Upload-Length, Upload-Offset, traceparent, tracestate, baggage, sentry-trace"

// allowBrowsers lets pages of any origin call the routes for browsers. The credential is in a header, never in a
// cookie, so another site cannot use it. allowBrowsers answers preflights.
func (k *Kernel) allowBrowsers(g *gin.Context) {
	r := g.Request
	method := r.Method
	preflight := method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	if preflight {
		method = r.Header.Get("Access-Control-Request-Method")
	}
	allowed, origin := "GET, HEAD, PATCH, POST", "*"
	switch {
	case strings.HasPrefix(r.URL.Path, PathVerify+"/"):
	case r.URL.Path == PathSessions && method == http.MethodPost:
		allowed = "POST"
	case r.URL.Path == PathKeys:
		allowed = "GET, HEAD"
	case r.URL.Path == PathExchange:
		allowed, origin = "POST", k.pageOrigin(r)
		g.Header("Vary", "Origin")
	default:
		return
	}
	if origin != "" {
		g.Header("Access-Control-Allow-Origin", origin)
	}
	if !preflight {
		g.Header("Access-Control-Expose-Headers", "ETag, Request-Id, Retry-After, X-RateLimit-Limit, "+
			"X-RateLimit-Remaining, X-RateLimit-Reset, Idempotent-Replayed, Location, Upload-Complete, Upload-Limit, "+
			"Upload-Offset, "+headerDeprecation)
		return
	}
	g.Header("Access-Control-Allow-Methods", allowed)
	g.Header("Access-Control-Allow-Headers", browserHeaders)
	g.Header("Access-Control-Max-Age", "600")
	g.AbortWithStatus(http.StatusNoContent)
}

// pageOrigin is the origin of a page that may exchange tokens, as some organization has allowed it; "" for any other.
// The token's organization is not known yet; the route checks the origin again.
func (k *Kernel) pageOrigin(r *http.Request) string {
	ctx, cancel := context.WithTimeout(r.Context(), k.config.RequestTimeout)
	defer cancel()
	origin := r.Header.Get("Origin")
	if known, err := k.knowsOrigin(ctx, origin); err != nil || !known {
		return ""
	}
	return origin
}
