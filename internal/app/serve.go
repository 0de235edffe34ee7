package app

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/stile-id/stile/api"
	"github.com/stile-id/stile/api/merchant"
	"github.com/stile-id/stile/api/page"
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/captcha"
	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/internal/orchestrator"
	"github.com/stile-id/stile/rules"
)

// handler returns the handler of the API or, in a process without API, that of health and metrics.
func (a *App) handler(ctx context.Context, orders *orchestrator.Orchestrator) (http.Handler, error) {
	if !a.options.API {
		return rest.Whole(a.opsHandler()), nil
	}
	var err error
	a.aside = orchestrator.NewAside(ctx, orders, mostAside, slog.New(rest.WithRequestID{Handler: a.log.Handler()}))
	if a.api, err = a.newAPI(a.aside); err != nil {
		return nil, err
	}
	return a.api.Handler(), nil
}

// mailer returns the sender of mails; nil if none can be sent.
func (a *App) mailer() mail.Sender {
	c := a.options.Config
	switch {
	case c.SMTP != nil:
		return a.smtp()
	case a.options.Inbox != nil:
		return a.options.Inbox
	default:
		return nil
	}
}

// smtp returns the sender over the configured server.
func (a *App) smtp() *mail.SMTP {
	c := a.options.Config
	return &mail.SMTP{Server: *c.SMTP, From: c.MailFrom}
}

func (a *App) showsInbox() bool { return a.options.Inbox != nil && a.options.Config.SMTP == nil }

// beside returns a handler that serves the path by other and all other paths by handler.
func beside(handler http.Handler, path string, other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, path) {
			other.ServeHTTP(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// verifyURL returns the address of the hosted page.
func (a *App) verifyURL() string { return cmp.Or(a.options.Config.VerifyURL, a.URL()+page.Path) }

func (a *App) newAPI(orders *orchestrator.Aside) (*api.API, error) {
	c := a.options.Config
	locator, err := a.locator()
	if err != nil {
		return nil, err
	}
	book, err := a.rules()
	if err != nil {
		return nil, err
	}
	risks, sources, err := a.risk()
	if err != nil {
		return nil, err
	}
	return api.New(api.Options{
		Store:        a.store,
		Orchestrator: orders,
		Locator:      locator,
		Rules:        book,
		Risks:        risks,
		Sources:      sources,
		Methods:      a.methods,
		Captcha:      a.captcha(),
		Registry:     a.metrics.registry,
		Log:          a.log,
		Tracer:       a.tracing.Tracer(),
		Config: api.Config{
			RequestTimeout:       a.options.RequestTimeout,
			HandoffTokenTTL:      c.HandoffTokenTTL,
			HandoffReuseWindow:   c.HandoffReuseWindow,
			SessionTTL:           c.SessionTTL,
			ReviewTimeout:        c.ReviewTimeout,
			SandboxQuota:         c.SandboxQuota,
			LookupLimit:          c.LookupLimit,
			RiskRetention:        c.RiskRetention,
			EndpointLimit:        c.EndpointLimit,
			UploadMaxBytes:       int64(c.UploadMaxBytes),
			UploadsPerAttempt:    c.UploadsPerAttempt,
			PublicURL:            cmp.Or(c.APIURL, a.URL()),
			RateLimitSecret:      c.RateLimitSecret,
			RateLimitPublishable: c.RateLimitPublishable,
			RateLimitSession:     c.RateLimitSession,
			RateLimitAddress:     c.RateLimitAddress,
			VerifyURL:            a.verifyURL(),
			TrustedProxies:       c.TrustedProxies,
			ClientIPHeader:       c.ClientIPHeader,
			CDN:                  c.CDN,
			DevJurisdiction:      rules.Jurisdiction(c.DevJurisdiction),
			Egress:               a.egress(),
			CallbackURL:          a.callbackURL(),
			RateLimitProvider:    c.RateLimitProvider,
			DocsOff:              c.DocsOff,
			Mail:                 a.mailer() != nil,
		},
	})
}

// captcha returns the check of captchas; nil if STILE_TURNSTILE_SECRET is not set.
func (a *App) captcha() merchant.Captcha {
	c := a.options.Config
	if c.TurnstileSecret == "" {
		return nil
	}
	return captcha.NewTurnstile(c.TurnstileURL, c.TurnstileSecret, a.egress())
}

// callbackURL returns the base URL for provider callbacks; "" if it is unknown. A worker apart from the API does not
// know the API's address, so STILE_API_URL must be set there.
func (a *App) callbackURL() string {
	base := a.options.Config.APIURL
	if base == "" && a.options.API && a.options.Worker {
		base = a.URL()
	}
	if base == "" {
		return ""
	}
	return base + api.PathCallbacks
}
