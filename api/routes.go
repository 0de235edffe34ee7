package api

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/stile-id/stile/api/rest"
)

// PathCallbacks is where providers call back, followed by the id of the submission.
const PathCallbacks = rest.PathCallbacks

// routes returns all operations.
func (a *API) routes() []rest.Route {
	return slices.Concat([]rest.Route{
		rest.Get("/healthz", rest.ForAnybody, a.health, rest.AnyQuery),
		rest.Get("/readyz", rest.ForAnybody, a.readiness, rest.AnyQuery),
		rest.Get(rest.PathKeys, rest.ForAnybody, a.kernel.VPTokens.PublicKeys, rest.AnyQuery),
		rest.Get("/openapi.yaml", rest.ForAnybody, a.specification, rest.AnyQuery),
	}, a.merchant.Routes(), a.authoring.Routes(), a.webhooks.Routes(), a.providers.Routes(), a.device.Routes())
}

func (a *API) newRouter(registry *prometheus.Registry) *gin.Engine {
	router := gin.New()
	// No redirects: one would turn a POST into a GET.
	router.RedirectTrailingSlash, router.RedirectFixedPath = false, false
	router.HandleMethodNotAllowed = true
	router.ForwardedByClientIP = false // the kernel reads the headers of proxies
	router.Use(a.kernel.Before()...)
	router.Use(a.device.OpenLive)
	router.NoRoute(a.kernel.NoRoute)
	router.NoMethod(a.kernel.NoMethod)
	metrics := gin.WrapH(rest.Whole(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})))
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		router.Handle(method, "/metrics", metrics)
	}
	a.page.Register(router)
	if a.docs != nil {
		a.docs.Register(router)
	}
	for _, r := range a.routes() {
		a.kernel.Register(router, r)
	}
	return router
}
