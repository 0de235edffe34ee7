package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// Route is one operation with the checks before its handler. Get, Post, Patch, Delete and Updates make routes.
type Route struct {
	Method, Path string
	access       Access
	// query names the parameters that the route takes; others are refused.
	query  []string
	handle func(*Call) (Answer, error)
	// verify, where set, checks the signature of the body.
	verify func(*Call) error
	// read, where set, reads a body that is not JSON.
	read func(*Call) ([]byte, error)
	// headers names the headers that give the body its meaning.
	headers []string
	// asCreated, where set, takes the row of a new session as this process created it.
	asCreated bool
}

// Get returns a route that takes the query parameters and no others.
func Get(path string, need Access, handle func(*Call) (Answer, error), query ...string) Route {
	return Route{Method: http.MethodGet, Path: path, access: need, query: query, handle: handle}
}

// Post returns a route that takes a body and no query.
func Post(path string, need Access, handle func(*Call) (Answer, error)) Route {
	return Route{Method: http.MethodPost, Path: path, access: need, handle: handle}
}

// Patch returns a route that appends to an object, or changes it. It takes no Idempotency-Key.
func Patch(path string, need Access, handle func(*Call) (Answer, error)) Route {
	return Route{Method: http.MethodPatch, Path: path, access: need, handle: handle}
}

// Delete returns a route for secret keys.
func Delete(path string, handle func(*Call) (Answer, error)) Route {
	return Route{Method: http.MethodDelete, Path: path, access: ForSecretKey, handle: handle}
}

// Updates returns the routes for an update of an object: POST, PATCH and PUT do the same.
func Updates(path string, handle func(*Call) (Answer, error)) (all []Route) {
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodPut} {
		all = append(all, Route{Method: method, Path: path, access: ForSecretKey, handle: handle})
	}
	return all
}

// Verified returns the route with a check of the body's signature.
func (r Route) Verified(verify func(*Call) error) Route {
	r.verify = verify
	return r
}

// Reading returns the route with a body that is not JSON, which read reads, and with query parameters.
func (r Route) Reading(read func(*Call) ([]byte, error), query ...string) Route {
	r.read, r.query = read, query
	return r
}

// Headed returns the route with headers that give the body its meaning. Two requests that differ in one of them are not
// the same under an Idempotency-Key.
func (r Route) Headed(names ...string) Route {
	r.headers = names
	return r
}

// AsCreated returns the route without a read of the row of a session that this process has created and that nothing has
// changed, as far as the process knows. Call.AsCreated tells so. The operation must read the row before it refuses
// anything for its state, and write under the condition that the row has not changed.
func (r Route) AsCreated() Route {
	r.asCreated = true
	return r
}

// IsDevice reports whether a device of the user may call the route without an API key.
func (r Route) IsDevice() bool {
	switch r.access {
	case ForClientSecret, ForAnybodyOrClientSecret, ForDesktop, ForDevice:
		return true
	case ForAnybody:
		return isVersioned(r.Path)
	default:
		return false
	}
}

// Register adds the route to a router.
func (k *Kernel) Register(router *gin.Engine, r Route) {
	handle := k.serve(r)
	router.Handle(r.Method, r.Path, handle)
	k.metrics.begin(r.Path, r.Method)
	if r.Method == http.MethodGet {
		router.HEAD(r.Path, handle) // net/http leaves the body out
	}
}

// PageQuery returns the parameters of a list, and more.
func PageQuery(more ...string) []string {
	return append([]string{"limit", "starting_after", "ending_before"}, more...)
}

// AnyQuery is for routes that take no parameters, but that monitors call with parameters all the same.
const AnyQuery = "*"

// The paths, or beginnings of paths, by which the kernel tells callers apart before it knows the route.
const (
	PathSessions  = "/v1/verification_sessions"
	PathVerify    = "/v1/verify/session"
	PathLogos     = "/v1/verify/logos"
	PathExchange  = "/v1/handoff/exchange"
	PathCallbacks = "/v1/provider_callbacks"
	PathMethods   = "/v1/methods"
	PathScript    = "/v1/stile.js"
	// PathKeys is where clients find the public keys of VP tokens.
	PathKeys = "/.well-known/jwks.json"
)
