package api

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// PathCallbacks is where providers call back, followed by the id of the submission.
const PathCallbacks = pathCallbacks

// routes returns all operations.
func (a *API) routes() []route {
	return slices.Concat([]route{
		getRoute("/healthz", forAnybody, a.health, anyQuery),
		getRoute("/readyz", forAnybody, a.readiness, anyQuery),
		getRoute("/openapi.yaml", forAnybody, a.specification, anyQuery),
	}, a.merchant.Routes(), a.authoring.Routes(), a.webhooks.Routes(), a.providers.Routes(), a.device.Routes())
}

func (a *API) newRouter(registry *prometheus.Registry) *gin.Engine {
	router := gin.New()
	// No redirects: one would turn a POST into a GET.
	router.RedirectTrailingSlash, router.RedirectFixedPath = false, false
	router.HandleMethodNotAllowed = true
	router.ForwardedByClientIP = false // the kernel reads the headers of proxies
	router.Use(a.kernel.before()...)
	router.Use(a.device.openLive)
	router.NoRoute(a.kernel.noRoute)
	router.NoMethod(a.kernel.noMethod)
	metrics := gin.WrapH(Whole(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})))
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		router.Handle(method, "/metrics", metrics)
	}
	for _, r := range a.routes() {
		a.kernel.register(router, r)
	}
	return router
}
