// Package page serves the files that browsers load: the hosted verification page with its assets, and the launcher of
// the widget.
package page

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/stile-id/stile/api/rest"
)

// Path is where the page is. The launcher, which merchants' pages load, is at rest.PathScript.
const Path = "/verify"

// Sharing follows Path in the links of mails about shared verifications.
const Sharing = "/sharing"

// Guardian follows Path in the links of mails to parents and guardians.
const Guardian = "/guardian"

// Options are the parts of the Handlers.
type Options struct {
	// Files holds verify.html, assets and stile.js.
	Files fs.FS
	// VerifyURL is where browsers find Path; its own path may differ behind a proxy.
	VerifyURL string
	// Ancestors returns the origins of the pages that may show a session's page in a frame.
	Ancestors func(ctx context.Context, sessionID string) ([]string, error)
	// NotFound answers a request for an unknown file.
	NotFound gin.HandlerFunc
	Log      *slog.Logger
}

// Handlers serves the page. It is safe for concurrent use.
type Handlers struct {
	page      rest.Asset
	assets    map[string]rest.Asset
	script    rest.Asset
	version   string
	ancestors func(ctx context.Context, sessionID string) ([]string, error)
	notFound  gin.HandlerFunc
	log       *slog.Logger
}

// New reads the files. It returns an error for a file that is missing.
func New(o Options) (*Handlers, error) {
	at, err := url.Parse(o.VerifyURL)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	hs := &Handlers{ancestors: o.Ancestors, notFound: o.NotFound, log: o.Log}
	if hs.assets, err = readAssets(o.Files, "assets"); err != nil {
		return nil, err
	}
	hs.version = versionOf(hs.assets)
	html, err := fs.ReadFile(o.Files, "verify.html")
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	base := strings.TrimRight(at.Path, "/") + "/assets/" + hs.version + "/"
	hs.page = newAsset("verify.html", []byte(strings.ReplaceAll(string(html), `"assets/`, `"`+base)))
	script, err := fs.ReadFile(o.Files, "stile.js")
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	hs.script = newAsset("stile.js", script)
	return hs, nil
}

// Register adds the routes to a router, for GET and HEAD.
func (hs *Handlers) Register(router gin.IRoutes) {
	for path, handle := range map[string]gin.HandlerFunc{
		Path:                            hs.showPage,
		Path + Sharing:                  hs.showPage,
		Path + Guardian:                 hs.showPage,
		Path + "/:session":              hs.showPage,
		Path + "/assets/:version/*file": hs.serveAsset,
		rest.PathScript:                 hs.serveScript,
	} {
		router.GET(path, handle)
		router.HEAD(path, handle)
	}
}

// showPage handles the "GET /verify" and "GET /verify/:session" routes. The page is the same for every session: its
// script reads the session from the API. Loading it changes nothing, so previews and scanners of links do no harm.
func (hs *Handlers) showPage(g *gin.Context) {
	ancestors, err := hs.framing(g.Request.Context(), g.Param("session"))
	if err != nil {
		hs.log.Warn("page: the origins that may embed the session are unknown, so none may",
			"error", err.Error())
	}
	h := g.Writer.Header()
	h.Set("Content-Security-Policy", policy(ancestors))
	if len(ancestors) == 0 {
		h.Set("X-Frame-Options", "DENY")
	}
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	hs.page.Write(g)
}

func (hs *Handlers) framing(ctx context.Context, session string) ([]string, error) {
	if session == "" || hs.ancestors == nil {
		return nil, nil
	}
	return hs.ancestors(ctx, session)
}

// policy returns the Content-Security-Policy of the page: everything from its own origin, nothing inline, and frames
// only on the pages of ancestors. Images may be data: or blob:, for the QR code and for pictures just taken.
func policy(ancestors []string) string {
	framing := "'none'"
	if len(ancestors) > 0 {
		framing = strings.Join(ancestors, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors " + framing
}

// workerSuffix ends the names of scripts that run beside the page, and workerPolicy is their Content-Security-Policy.
// They may run WebAssembly, and the page may not. They see neither the page nor its storage of the session.
const (
	workerSuffix = ".worker.js"
	workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)

// serveAsset handles the "GET /verify/assets/:version/*file" route. A file of this version never changes; for another
// version, which a replica of another release has named in its page, the file of this one is served and not kept.
func (hs *Handlers) serveAsset(g *gin.Context) {
	file, found := hs.assets[strings.TrimPrefix(g.Param("file"), "/")]
	if !found {
		g.Header("Cache-Control", "no-store")
		hs.notFound(g)
		return
	}
	cached := "no-cache"
	if g.Param("version") == hs.version {
		cached = "public, max-age=31536000, immutable"
	}
	g.Header("Cache-Control", cached)
	g.Header("Cross-Origin-Resource-Policy", "same-origin")
	if strings.HasSuffix(g.Param("file"), workerSuffix) {
		g.Header("Content-Security-Policy", workerPolicy)
	}
	file.Write(g)
}

// serveScript handles the "GET /v1/stile.js" route. Merchants' pages of any origin load the launcher.
func (hs *Handlers) serveScript(g *gin.Context) {
	g.Header("Cache-Control", "public, max-age=300, stale-while-revalidate=86400")
	g.Header("Access-Control-Allow-Origin", "*")
	g.Header("Cross-Origin-Resource-Policy", "cross-origin")
	hs.script.Write(g)
}
