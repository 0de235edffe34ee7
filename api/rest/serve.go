package rest

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// Before returns the steps before every route: request id, log and metrics, CORS, the recognition of the caller with
// its rate limit, the span of its trace, and the refusal of paths with empty parts.
func (k *Kernel) Before() []gin.HandlerFunc {
	return []gin.HandlerFunc{k.observe, k.allowBrowsers, k.recognise, k.trace, k.refuseEmptyParts}
}

// serve makes a gin handler of a route.
func (k *Kernel) serve(r Route) gin.HandlerFunc {
	return func(g *gin.Context) {
		ans, err := k.answer(g, r)
		if err != nil {
			k.Fail(g, err)
			return
		}
		ans.write(g)
	}
}

// answer checks all that does not depend on the operation, then carries it out.
func (k *Kernel) answer(g *gin.Context, r Route) (Answer, error) {
	c := &Call{Gin: g, Who: callerOf(g), forwarding: &k.forwarding, listBytes: k.store.ListBytes()}
	if err := k.prepare(c, r); err != nil {
		return Answer{}, err
	}
	if r.Method == http.MethodPost {
		key, given, err := idempotencyKey(g.Request)
		if err != nil {
			return Answer{}, err
		}
		if given {
			return k.once(c, r, key)
		}
	}
	return k.perform(c, r)
}

func (k *Kernel) prepare(c *Call, r Route) (err error) {
	if r.access.hasSubject() { // which is read now; a key's holder is known
		ctx, cancel := context.WithTimeout(c.Gin.Request.Context(), k.config.RequestTimeout)
		defer cancel()
		c.Ctx, c.subject = ctx, &subject{}
	}
	if err := k.authorise(c, r); err != nil {
		return err
	}
	if c.Query, err = parseQuery(c.Gin.Request.URL.RawQuery, r.query); err != nil {
		return err
	}
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodDelete:
	case r.read != nil:
		c.Body, err = r.read(c)
	default:
		c.Body, err = k.readBody(c.Gin)
	}
	if err != nil || r.verify == nil {
		return err
	}
	return r.verify(c)
}

// perform calls the handler within the request timeout. A request that changes something goes on after the client has
// left, so that its outcome is known.
func (k *Kernel) perform(c *Call, r Route) (Answer, error) {
	ctx := c.Gin.Request.Context()
	if r.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, k.config.RequestTimeout+k.Wait(c))
	defer cancel()
	if c.claim != nil {
		ctx = store.WithReservedID(ctx, c.claim.ResourceID)
	}
	c.Ctx = ctx
	return r.handle(c)
}

// Wait returns how long the client asks to wait for a change; 0 on all routes but the status.
func (k *Kernel) Wait(c *Call) time.Duration {
	longest := int(k.config.LongPollMax / time.Second)
	return time.Duration(c.Query.integer("wait", 0, 0, longest)) * time.Second
}

// NoRoute answers requests for unknown paths.
func (k *Kernel) NoRoute(g *gin.Context) { k.Fail(g, noSuchURL()) }

// refuseEmptyParts refuses a path with an empty part, and names the path without it. The request is not served by that
// path: where an id is missing by mistake, an update would create an object, and a retrieval would list all.
func (k *Kernel) refuseEmptyParts(g *gin.Context) {
	plain := withoutEmptyParts(g.Request.URL.Path)
	if plain == g.Request.URL.Path {
		return
	}
	refused := noSuchURL()
	if strings.HasPrefix(g.Request.URL.Path, "/") { // unlike *, and the host of CONNECT
		refused.Message += ". It has an empty part between or behind its slashes; without that it is " +
			models.Clip(plain, LongestPath)
	}
	k.Fail(g, refused)
}

func withoutEmptyParts(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	return "/" + strings.Join(parts, "/")
}

// NoMethod answers requests with a method that the path does not take.
func (k *Kernel) NoMethod(g *gin.Context) { k.Fail(g, noSuchMethod()) } // gin has set Allow

func noSuchURL() *models.Error {
	return models.Errorf(models.CodeResourceMissing, "There is no such URL")
}

func noSuchMethod() *models.Error {
	return models.Errorf(models.CodeMethodNotAllowed, "This URL does not take that method")
}
