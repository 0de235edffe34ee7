package api

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// route is one operation, and what is checked before its handler runs. Make one with getRoute, postRoute, deleteRoute
// or updates.
type route struct {
	method, path string
	access       access
	// query are the parameters it takes; any other is refused.
	query  []string
	handle func(*call) (answer, error)
	// verify, where set, checks the signature of the body.
	verify func(*call) error
}

// getRoute returns a route that takes the query parameters and no others.
func getRoute(path string, need access, handle func(*call) (answer, error), query ...string) route {
	return route{method: http.MethodGet, path: path, access: need, query: query, handle: handle}
}

// postRoute returns a route that takes a body and no query.
func postRoute(path string, need access, handle func(*call) (answer, error)) route {
	return route{method: http.MethodPost, path: path, access: need, handle: handle}
}

// deleteRoute returns a route for secret keys.
func deleteRoute(path string, handle func(*call) (answer, error)) route {
	return route{method: http.MethodDelete, path: path, access: forSecretKey, handle: handle}
}

// updates returns the routes for an update of an object: POST, PATCH and PUT do the same.
func updates(path string, handle func(*call) (answer, error)) (all []route) {
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodPut} {
		all = append(all, route{method: method, path: path, access: forSecretKey, handle: handle})
	}
	return all
}

// verified returns the route with a check of the body's signature.
func (r route) verified(verify func(*call) error) route {
	r.verify = verify
	return r
}

// isDevice reports whether a device of the user may call the route without an API key.
func (r route) isDevice() bool {
	switch r.access {
	case forClientSecret, forAnybodyOrClientSecret, forDesktop, forDevice:
		return true
	case forAnybody:
		return isVersioned(r.path)
	default:
		return false
	}
}

// register adds the route to a router.
func (k *Kernel) register(router *gin.Engine, r route) {
	handle := k.serve(r)
	router.Handle(r.method, r.path, handle)
	if r.method == http.MethodGet {
		router.HEAD(r.path, handle) // net/http leaves the body out
	}
}

// pageQuery are the parameters of a list.
func pageQuery(more ...string) []string {
	return append([]string{"limit", "starting_after", "ending_before"}, more...)
}

// anyQuery is for routes that take no parameters, but that monitors call with parameters all the same.
const anyQuery = "*"

// The paths, or beginnings of paths, by which the kernel tells callers apart before it knows the route.
const (
	pathSessions  = "/v1/verification_sessions"
	pathVerify    = "/v1/verify/session"
	pathExchange  = "/v1/handoff/exchange"
	pathCallbacks = "/v1/provider_callbacks"
)
