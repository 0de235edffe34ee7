// Package docs serves the documentation site, and the texts for language models beside it.
package docs

import (
	"log/slog"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/manual"
)

// policy is the Content-Security-Policy of every page: everything from its own origin, nothing inline, in no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// policyOfDrawings is that of a drawing: nothing but the styles in it.
const policyOfDrawings = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

// Options are the parts of the Handlers.
type Options struct {
	Source manual.Source
	// NotFound answers a request for an unknown page.
	NotFound gin.HandlerFunc
	Log      *slog.Logger
}

// Handlers serves the site. It is safe for concurrent use.
type Handlers struct {
	notFound gin.HandlerFunc
	// site returns the files by their paths. The first call renders them, because most processes are never asked.
	site func() map[string]rest.Asset
}

// New returns the handlers.
func New(o Options) *Handlers {
	return &Handlers{notFound: o.NotFound, site: sync.OnceValue(func() map[string]rest.Asset {
		files, err := manual.Render(o.Source)
		if err != nil {
			o.Log.Error("docs: the pages could not be rendered, so none is served", "error", err.Error())
		}
		served := make(map[string]rest.Asset, len(files))
		for path, file := range files {
			served[path] = rest.NewAsset(file.ContentType, file.Content)
		}
		return served
	})}
}

// Register adds the routes to a router, for GET and HEAD.
func (hs *Handlers) Register(router gin.IRoutes) {
	for _, path := range []string{
		manual.Root, manual.Root + "/*page", manual.Root + ".md", manual.PathLLMs, manual.PathLLMsFull,
	} {
		router.GET(path, hs.serve)
		router.HEAD(path, hs.serve)
	}
}

// serve handles the "GET /docs" routes. A slash at the end of a page's path makes no difference.
func (hs *Handlers) serve(g *gin.Context) {
	path := strings.TrimSuffix(g.Request.URL.Path, "/")
	file, known := hs.site()[path]
	cached := "no-cache"
	if known && strings.HasPrefix(path, manual.Assets) {
		cached = "public, max-age=31536000, immutable"
	}
	if !known {
		file, known = hs.present(path)
	}
	if !known {
		hs.notFound(g)
		return
	}
	h := g.Writer.Header()
	h.Set("Cache-Control", cached)
	if strings.HasSuffix(path, ".svg") {
		h.Set("Content-Security-Policy", policyOfDrawings)
	} else {
		h.Set("Content-Security-Policy", policy)
	}
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	file.Write(g)
}

// present returns the present version of style or script for the path of another version, which a replica of another
// release has named in its page.
func (hs *Handlers) present(path string) (rest.Asset, bool) {
	name, asked := strings.CutPrefix(path, manual.Assets)
	_, name, _ = strings.Cut(name, "/")
	if !asked || name == "" {
		return rest.Asset{}, false
	}
	for path, file := range hs.site() {
		if strings.HasPrefix(path, manual.Assets) && strings.HasSuffix(path, "/"+name) {
			return file, true
		}
	}
	return rest.Asset{}, false
}
