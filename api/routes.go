package api

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// route is one operation, and what is checked before its handler runs.
type route struct {
	method, path string
	access       access
	// query are the parameters it takes; any other is refused.
	query  []string
	handle func(*call) (answer, error)
}

var (
	pageQuery     = []string{"limit", "starting_after", "ending_before"}
	sessionQuery  = join(pageQuery, windowOf("created"), []string{"status", "client_reference_id", "workflow_id", "review", "expand"})
	reviewQuery   = join(pageQuery, []string{"status", "workflow_id", "jurisdiction", "reviewer"}, windowOf("flagged"))
	checkQuery    = []string{"use_cases", "jurisdiction", "client_ip", "as_of", "explain"}
	deliveryQuery = join(pageQuery, []string{"status", "event_type"})
	eventQuery    = join(pageQuery, windowOf("created"), []string{"type", "session"})
)

func join[T any](lists ...[]T) []T {
	var all []T
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

const get, post, remove = http.MethodGet, http.MethodPost, http.MethodDelete

// anyQuery is for routes that take no parameters, and that monitors call with some all the same.
var anyQuery = []string{"*"}

// routes are all operations.
func (a *API) routes() []route {
	return join(a.sessionRoutes(), a.webhookRoutes(),
		updates("/v1/workflows/:id", a.updateWorkflow),
		updates("/v1/webhook_endpoints/:id", a.updateEndpoint),
		updates(pathConnectors+"/:id", a.updateConnector))
}

// updates are the routes of an object that can be changed: the three methods do the same.
func updates(path string, handle func(*call) (answer, error)) (all []route) {
	for _, method := range []string{post, http.MethodPatch, http.MethodPut} {
		all = append(all, route{method, path, forSecretKey, nil, handle})
	}
	return all
}

// webhookRoutes are what merchants hear by, and of.
func (a *API) webhookRoutes() []route {
	return []route{
		{post, "/v1/webhook_endpoints", forSecretKey, nil, a.createEndpoint},
		{get, "/v1/webhook_endpoints", forSecretKey, pageQuery, a.listEndpoints},
		{get, "/v1/webhook_endpoints/:id", forSecretKey, nil, a.getEndpoint},
		{post, "/v1/webhook_endpoints/:id/rotate-secret", forSecretKey, nil, a.rotateEndpointSecret},
		{post, "/v1/webhook_endpoints/:id/rotate-secret/finish", forSecretKey, nil, a.finishEndpointRotation},
		{remove, "/v1/webhook_endpoints/:id", forSecretKey, nil, a.deleteEndpoint},
		{post, "/v1/webhook_endpoints/:id/test", forSecretKey, nil, a.testEndpoint},
		{post, "/v1/webhook_endpoints/:id/recover", forSecretKey, nil, a.recoverEndpoint},
		{get, "/v1/webhook_endpoints/:id/recoveries", forSecretKey, pageQuery, a.listRecoveries},
		{get, "/v1/webhook_endpoints/:id/recoveries/:recovery", forSecretKey, nil, a.getRecovery},
		{get, "/v1/webhook_endpoints/:id/deliveries", forSecretKey, deliveryQuery, a.listDeliveries},
		{get, "/v1/webhook_endpoints/:id/deliveries/:delivery", forSecretKey, nil, a.getDelivery},
		{post, "/v1/webhook_endpoints/:id/deliveries/:delivery/retry", forSecretKey, nil, a.retryDelivery},

		{get, "/v1/events", forSecretKey, eventQuery, a.listEvents},
		{get, "/v1/events/:id", forSecretKey, nil, a.getEvent},
		{post, "/v1/events/:id/replay", forSecretKey, nil, a.replayEvent},
	}
}

// sessionRoutes are all others.
func (a *API) sessionRoutes() []route {
	return []route{
		{get, "/healthz", forAnybody, anyQuery, a.health},
		{get, "/readyz", forAnybody, anyQuery, a.readiness},
		{get, "/openapi.yaml", forAnybody, anyQuery, a.specification},

		{post, "/v1/verified_person/lookup", forSecretKey, nil, a.lookUpPerson},
		{get, "/v1/compliance/check", forSecretKey, checkQuery, a.checkCompliance},

		{post, "/v1/workflows", forSecretKey, nil, a.createWorkflow},
		{get, "/v1/workflows", forSecretKey, pageQuery, a.listWorkflows},
		{get, "/v1/workflows/:id", forSecretKey, nil, a.getWorkflow},
		{post, "/v1/workflows/:id/publish", forSecretKey, nil, a.publishWorkflow},
		{post, "/v1/workflows/:id/validate", forSecretKey, nil, a.validateWorkflow},
		{post, "/v1/workflows/:id/rollback", forSecretKey, nil, a.rollbackWorkflow},
		{post, "/v1/workflows/:id/simulate", forSecretKey, nil, a.simulateWorkflow},
		{post, "/v1/workflows/:id/backtest", forSecretKey, nil, a.backtestWorkflow},
		{get, "/v1/workflows/:id/versions", forSecretKey, pageQuery, a.listWorkflowVersions},
		{get, "/v1/workflows/:id/versions/:version", forSecretKey, nil, a.getWorkflowVersion},

		{post, pathSessions, forAnyKey, nil, a.createSession},
		{get, pathSessions, forSecretKey, sessionQuery, a.listSessions},
		{get, pathSessions + "/:id", forSecretKey, []string{"expand", "explain"}, a.getSession},
		{post, pathSessions + "/:id/cancel", forSecretKey, nil, a.cancelSession},
		{post, pathSessions + "/:id/review", forSecretKey, nil, a.decideReview},
		{get, "/v1/reviews", forSecretKey, reviewQuery, a.listReviews},

		{post, pathConnectors, forSecretKey, nil, a.createConnector},
		{get, pathConnectors, forSecretKey, pageQuery, a.listConnectors},
		{get, pathConnectors + "/:id", forSecretKey, nil, a.getConnector},
		{post, pathConnectors + "/:id/rotate-secret", forSecretKey, nil, a.rotateConnectorSecret},
		{remove, pathConnectors + "/:id", forSecretKey, nil, a.deleteConnector},
		{post, PathCallbacks + "/:id", forProvider, nil, a.takeCallback},

		{get, pathVerify + "/:id", forClientSecret, nil, a.getView},
		{get, pathVerify + "/:id/status", forAnybodyOrClientSecret, []string{"wait"}, a.getStatus},
		{post, pathVerify + "/:id/open", forClientSecret, nil, a.openSession},
		{post, pathVerify + "/:id/consent", forClientSecret, nil, a.consent},
		{post, pathVerify + "/:id/events", forClientSecret, nil, a.reportTrouble},
		{post, pathVerify + "/:id/methods/:method", forClientSecret, nil, a.submitMethod},
		{post, pathVerify + "/:id/cancel", forClientSecret, nil, a.giveUpSession},
		{post, pathVerify + "/:id/handoff", forDesktop, nil, a.mintHandoff},
		{post, pathVerify + "/:id/handoff/confirm", forDevice, nil, a.confirmHandoff},
		{post, pathVerify + "/:id/device/heartbeat", forDevice, nil, a.heartbeat},
		{post, pathVerify + "/:id/device/release", forClientSecret, nil, a.releaseDevice},
		{post, pathExchange, forAnybody, nil, a.exchangeHandoff},
	}
}

// PathCallbacks is where providers call back, followed by the id of the submission.
const PathCallbacks = "/v1/provider_callbacks"

const (
	pathSessions   = "/v1/verification_sessions"
	pathVerify     = "/v1/verify/session"
	pathConnectors = "/v1/provider_connectors"
	pathExchange   = "/v1/handoff/exchange"
)

func (a *API) newRouter(registry *prometheus.Registry) *gin.Engine {
	router := gin.New()
	// No redirects: one would turn a POST into a GET.
	router.RedirectTrailingSlash, router.RedirectFixedPath = false, false
	router.HandleMethodNotAllowed = true
	router.ForwardedByClientIP = false // forwarding reads the headers
	router.Use(a.observe, a.allowBrowsers, a.recognise, a.refuseEmptyParts, a.openLive)
	router.NoRoute(a.noRoute)
	router.NoMethod(a.noMethod)
	register := func(method, path string, handle gin.HandlerFunc) {
		router.Handle(method, path, handle)
		if method == get {
			router.HEAD(path, handle) // net/http leaves the body out
		}
	}
	register(get, "/metrics", gin.WrapH(Whole(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))))
	for _, r := range a.routes() {
		register(r.method, r.path, a.serve(r))
	}
	return router
}
