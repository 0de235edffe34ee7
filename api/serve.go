package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// before returns what every request passes before its route: request id, log and metrics, CORS, the recognition of the
// caller with its rate limit, and the refusal of paths with empty parts.
func (k *Kernel) before() []gin.HandlerFunc {
	return []gin.HandlerFunc{k.observe, k.allowBrowsers, k.recognise, k.refuseEmptyParts}
}

// serve makes a gin handler of a route.
func (k *Kernel) serve(r route) gin.HandlerFunc {
	return func(g *gin.Context) {
		ans, err := k.answer(g, r)
		if err != nil {
			k.fail(g, err)
			return
		}
		ans.write(g)
	}
}

// answer checks all that does not depend on the operation, then carries it out.
func (k *Kernel) answer(g *gin.Context, r route) (answer, error) {
	c := &call{gin: g, who: callerOf(g), forwarding: &k.forwarding}
	if err := k.prepare(c, r); err != nil {
		return answer{}, err
	}
	if r.method == http.MethodPost {
		key, given, err := idempotencyKey(g.Request)
		if err != nil {
			return answer{}, err
		}
		if given {
			return k.once(c, r, key)
		}
	}
	return k.perform(c, r)
}

func (k *Kernel) prepare(c *call, r route) (err error) {
	if r.access.hasSubject() { // which is read now; a key's holder is known
		ctx, cancel := context.WithTimeout(c.gin.Request.Context(), k.config.RequestTimeout)
		defer cancel()
		c.ctx, c.subject = ctx, &subject{}
	}
	if err := k.authorise(c, r.access); err != nil {
		return err
	}
	if c.query, err = parseQuery(c.gin.Request.URL.RawQuery, r.query); err != nil {
		return err
	}
	if r.method != http.MethodGet && r.method != http.MethodDelete {
		c.body, err = k.readBody(c.gin)
	}
	if err == nil && r.verify != nil {
		err = r.verify(c)
	}
	return err
}

// perform calls the handler in good time. What changes something is not broken off because the client left: then
// neither side would know what became of it.
func (k *Kernel) perform(c *call, r route) (answer, error) {
	ctx := c.gin.Request.Context()
	if r.method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, k.config.RequestTimeout+k.wait(c))
	defer cancel()
	if c.claim != nil {
		ctx = store.WithReservedID(ctx, c.claim.ResourceID)
	}
	c.ctx = ctx
	return r.handle(c)
}

// wait is how long the client asks to be kept waiting; 0 on all routes but the one that takes it.
func (k *Kernel) wait(c *call) time.Duration {
	longest := int(k.config.LongPollMax / time.Second)
	return time.Duration(c.query.integer("wait", 0, 0, longest)) * time.Second
}

func (k *Kernel) noRoute(g *gin.Context) { k.fail(g, noSuchURL()) }

// refuseEmptyParts says what may have been meant by a path with an empty part. It is not served as that: where an id is
// missing by mistake, an update would create, and a retrieval would list.
func (k *Kernel) refuseEmptyParts(g *gin.Context) {
	plain := withoutEmptyParts(g.Request.URL.Path)
	if plain == g.Request.URL.Path {
		return
	}
	refused := noSuchURL()
	refused.Message += ". It has an empty part between or behind its slashes; without that it is " +
		models.Clip(plain, longestPath)
	k.fail(g, refused)
}

func withoutEmptyParts(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	return "/" + strings.Join(parts, "/")
}

func (k *Kernel) noMethod(g *gin.Context) { k.fail(g, noSuchMethod()) } // gin has set Allow

func noSuchURL() *models.Error {
	return models.Errorf(models.CodeResourceMissing, "There is no such URL")
}

func noSuchMethod() *models.Error {
	return models.Errorf(models.CodeMethodNotAllowed, "This URL does not take that method")
}
