package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/stile-id/stile/api/page"
	"github.com/stile-id/stile/internal/app"
	"github.com/stile-id/stile/internal/config"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/internal/temporaldev"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/workflows"
)

// run starts all parts, prints their addresses, and drains them when the context ends.
func run(ctx context.Context, f flags, out io.Writer) (err error) {
	webProxy, err := f.webServer()
	if err != nil {
		return err
	}
	folder, err := openFolder(f.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	c, err := configure(f, folder)
	if err != nil {
		return err
	}
	if err := useDevelopmentIssuers(&c, folder); err != nil {
		return err
	}
	temporal, err := startTemporal(ctx, &c, f, folder)
	if err != nil {
		return err
	}
	defer temporal.Stop()
	own, err := os.Executable()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, app.Options{
		Config: c, API: true, Worker: true, Migrate: true, Inbox: &mail.Inbox{}, WebProxy: webProxy,
		Vision: []string{own, visionRole}, Log: app.NewLogger(c.LogLevel),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Stop()) }()
	if err := registerSearchAttributes(ctx, a, c); err != nil {
		return err
	}
	credentials, err := seed(ctx, a.Store(), folder)
	if err != nil {
		return err
	}
	if err := folder.SaveEnvironment(environment(c, a.URL(), credentials.Sandbox)); err != nil {
		return err
	}
	a.Start(ctx)
	shop, err := startShop(ctx, f, a.URL(), credentials.Sandbox)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.Stop()) }()
	ready := newReady(a.URL(), c, temporal.UIURL(), credentials, folder.Dir)
	ready.Shop = shop.url
	if err := ready.print(out, f.json); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// webServer returns the address of the flag --web-proxy; nil without it.
func (f flags) webServer() (*url.URL, error) {
	if f.webProxy == "" {
		return nil, nil //nolint:nilnil // the embedded files are served then
	}
	target, err := page.ParseProxy(f.webProxy)
	if err != nil {
		return nil, fmt.Errorf("--web-proxy %w", err)
	}
	return target, nil
}

// configure reads the environment and sets defaults for development.
func configure(f flags, folder *folder) (config.Config, error) {
	c, err := config.FromEnvironment()
	if err != nil {
		return c, err
	}
	if c.DevJurisdiction, err = devJurisdiction(os.Getenv("STILE_DEV_JURISDICTION")); err != nil {
		return c, err
	}
	c.Listen = f.listen
	if os.Getenv("STILE_LOG_LEVEL") == "" {
		c.LogLevel = "warn"
	}
	if os.Getenv("STILE_EGRESS_ALLOW") == "" {
		c.EgressAllow = outbound.Loopback() // receivers under development run on this machine
	}
	if c.VisionWorkers == 0 {
		c.VisionWorkers = 1 // each is this program again, which is large
	}
	if os.Getenv("STILE_VISION_MODELS") == "" {
		c.VisionModels = folder.Path("models")
	}
	if c.DatabaseURL == "" {
		c.DatabaseURL = "sqlite:" + folder.Path("stile.db")
	}
	if c.EncryptionKeys == "" || c.LookupKey == "" {
		keys, err := folder.keys()
		if err != nil {
			return c, err
		}
		c.EncryptionKeys, c.LookupKey = keys.Encryption, keys.Lookup
	}
	return c, nil
}

// devJurisdiction returns the jurisdiction of loopback and private addresses: text, or "US" if text is empty.
func devJurisdiction(text string) (string, error) {
	parsed, ok := rules.ParseJurisdiction(cmp.Or(text, "US"))
	if !ok {
		return "", fmt.Errorf(
			"STILE_DEV_JURISDICTION must be an ISO 3166 country or subdivision, such as DE or US-CA, not %q",
			text,
		)
	}
	return string(parsed), nil
}

// embedded is the Temporal server of this process; server is nil if TEMPORAL_ADDRESS names another.
type embedded struct{ server *temporaldev.Server }

func startTemporal(ctx context.Context, c *config.Config, f flags, folder *folder) (embedded, error) {
	if os.Getenv("TEMPORAL_ADDRESS") != "" {
		return embedded{}, nil
	}
	database := folder.Path("temporal.db")
	if err := store.KeepPrivate(database); err != nil {
		return embedded{}, err
	}
	server, err := temporaldev.Start(ctx, temporaldev.Options{
		DatabaseFile: database, FrontendAddress: f.temporalListen, UIAddress: f.uiListen,
		Namespace: c.TemporalNamespace, SearchAttributes: workflows.SearchAttributes(), Logger: app.NewLogger("error"),
	})
	if err != nil {
		return embedded{}, fmt.Errorf("start the Temporal server: %w", err)
	}
	c.TemporalAddress = server.FrontendAddress()
	return embedded{server}, nil
}

// Stop stops the server, if there is one.
func (e embedded) Stop() {
	if e.server != nil {
		e.server.Stop()
	}
}

// UIURL returns the URL of the web UI, "" without an embedded server.
func (e embedded) UIURL() string {
	if e.server == nil {
		return ""
	}
	return e.server.UIURL()
}

// registerSearchAttributes registers the search attributes in an external Temporal service; the embedded one has them
// from its start.
func registerSearchAttributes(ctx context.Context, a *app.App, c config.Config) error {
	if os.Getenv("TEMPORAL_ADDRESS") == "" {
		return nil
	}
	return app.RegisterSearchAttributes(ctx, a.Temporal(), c.TemporalNamespace, workflows.SearchAttributes())
}
