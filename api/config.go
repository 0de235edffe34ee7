package api

import (
	"cmp"
	"time"

	"github.com/stile-id/stile/api/page"
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/sessions"
)

// Config holds the limits and durations of the API. A zero value means the default: a constant of package models, where
// the field names no other.
type Config struct {
	// SessionTTL is how long a session may take.
	SessionTTL time.Duration
	// ReviewTimeout is how long a review may wait for its decision.
	ReviewTimeout time.Duration
	// SandboxQuota caps the sessions of a sandbox organization per calendar month.
	SandboxQuota int
	// LookupLimit caps the lookups of persons by an organization per minute.
	LookupLimit int
	// RiskRetention is how long an assessment of risk can be retrieved.
	RiskRetention time.Duration
	// EndpointLimit caps the webhook endpoints of an organization.
	EndpointLimit int

	// Requests per rolling minute.
	RateLimitSecret      int // per secret key
	RateLimitPublishable int // per publishable key
	RateLimitSession     int // per session, for calls with its client secret
	RateLimitAddress     int // per remote address, for calls without a credential that counts
	RateLimitProvider    int // per remote address, for the callbacks of providers

	// HandoffTokenTTL is the validity of a handoff's token. Within HandoffReuseWindow after its creation the same token
	// is returned again.
	HandoffTokenTTL, HandoffReuseWindow time.Duration

	// PingInterval is how often a live channel looks whether its device is there. Default 25 s.
	PingInterval time.Duration

	// MaxBody is the size of a request body in bytes. Default 1 MiB.
	MaxBody int64
	// VerifyURL is the base of the hosted page, which a session's url points to. Default the page of PublicURL.
	VerifyURL string
	// StartTimeout is how long a request waits for Temporal after its commit. Default 1 s.
	StartTimeout time.Duration
	// RequestTimeout is how long a handler may take, waiting aside. Default 10 s.
	RequestTimeout time.Duration
	// UploadMaxBytes is the size of an upload.
	UploadMaxBytes int64
	// UploadTimeout is how long the body of an upload may take. Default 2 m: 8 MiB over a slow mobile network.
	UploadTimeout time.Duration
	// UploadsPerAttempt is how many uploads an attempt at a method takes.
	UploadsPerAttempt int
	// PublicURL is where wallets, banks and other people reach the API, without a slash at the end. Default
	// this machine, at the default port.
	PublicURL string
	// CallbackURL is where providers call back, without the id of the submission; "" means that nobody knows.
	CallbackURL string
	// Egress says which addresses customers may name for their servers.
	Egress outbound.Policy
	// DocsOff leaves out the documentation site.
	DocsOff bool
	// Mail reports whether mails can be sent.
	Mail bool
	// LongPollMax is the longest wait of a status request. Default 25 s.
	LongPollMax time.Duration
	// IdempotencyWait is how long a duplicate waits for the request under way. Default 20 s.
	IdempotencyWait time.Duration
	// DevJurisdiction is where private, loopback and link-local addresses are, in live organizations too. Default none:
	// they are unknown then, and sessions of sandbox organizations run in the US.
	DevJurisdiction rules.Jurisdiction
	// TrustedProxies (addresses or CIDR ranges) may name the client. Default none.
	TrustedProxies []string
	// ClientIPHeader is the only header in which they name it. Default rest.DefaultClientIPHeader.
	ClientIPHeader string
	// CDN names the CDN with trusted country headers: cloudflare, cloudfront, vercel, appengine or none. Default any of
	// them; the first header that is present decides.
	CDN string
}

// WithDefaults returns a copy with the defaults filled in.
func (c Config) WithDefaults() Config {
	c.SessionTTL = cmp.Or(c.SessionTTL, models.SessionTTLDefault)
	c.ReviewTimeout = cmp.Or(c.ReviewTimeout, models.ReviewTimeoutDefault)
	c.SandboxQuota = cmp.Or(c.SandboxQuota, models.SandboxQuotaDefault)
	c.LookupLimit = cmp.Or(c.LookupLimit, models.LookupLimitDefault)
	c.RiskRetention = cmp.Or(c.RiskRetention, models.RiskRetentionDefault)
	c.EndpointLimit = cmp.Or(c.EndpointLimit, models.EndpointLimitDefault)
	c.RateLimitSecret = cmp.Or(c.RateLimitSecret, models.RateLimitSecretDefault)
	c.RateLimitPublishable = cmp.Or(c.RateLimitPublishable, models.RateLimitPublishableDefault)
	c.RateLimitSession = cmp.Or(c.RateLimitSession, models.RateLimitSessionDefault)
	c.RateLimitAddress = cmp.Or(c.RateLimitAddress, models.RateLimitAddressDefault)
	c.RateLimitProvider = cmp.Or(c.RateLimitProvider, models.RateLimitProviderDefault)
	c.HandoffTokenTTL = cmp.Or(c.HandoffTokenTTL, models.HandoffTokenTTLDefault)
	c.HandoffReuseWindow = cmp.Or(c.HandoffReuseWindow, models.HandoffReuseWindowDefault)
	c.PingInterval = cmp.Or(c.PingInterval, 25*time.Second)
	c.MaxBody = cmp.Or(c.MaxBody, 1<<20)
	c.StartTimeout = cmp.Or(c.StartTimeout, time.Second)
	c.RequestTimeout = cmp.Or(c.RequestTimeout, 10*time.Second)
	c.UploadMaxBytes = cmp.Or(c.UploadMaxBytes, models.UploadMaxBytesDefault)
	c.UploadTimeout = cmp.Or(c.UploadTimeout, 2*time.Minute)
	c.UploadsPerAttempt = cmp.Or(c.UploadsPerAttempt, models.UploadsPerAttemptDefault)
	c.PublicURL = cmp.Or(c.PublicURL, "http://127.0.0.1:"+models.APIPortDefault)
	c.VerifyURL = cmp.Or(c.VerifyURL, c.PublicURL+page.Path)
	c.LongPollMax = cmp.Or(c.LongPollMax, 25*time.Second)
	c.IdempotencyWait = cmp.Or(c.IdempotencyWait, 20*time.Second)
	return c
}

// useCases returns the part of the configuration that the use cases need.
func (c Config) useCases(hosted models.HandoffURL) sessions.Config {
	return sessions.Config{
		SessionTTL: c.SessionTTL, ReviewTimeout: c.ReviewTimeout, SandboxQuota: c.SandboxQuota,
		LookupLimit: c.LookupLimit, RiskRetention: c.RiskRetention,
		HandoffTokenTTL: c.HandoffTokenTTL, HandoffReuseWindow: c.HandoffReuseWindow, DevJurisdiction: c.DevJurisdiction,
		HostedPage: hosted, UploadMaxBytes: c.UploadMaxBytes, UploadsPerAttempt: c.UploadsPerAttempt,
		AnswerURL: c.PublicURL + rest.PathMethods, Mail: c.Mail, SharingURL: c.VerifyURL + page.Sharing,
		GuardianURL: c.VerifyURL + page.Guardian,
	}
}

// kernel returns the part of the configuration that holds for every route.
func (c Config) kernel() rest.Config {
	return rest.Config{
		RateLimitSecret: c.RateLimitSecret, RateLimitPublishable: c.RateLimitPublishable,
		RateLimitSession: c.RateLimitSession, RateLimitAddress: c.RateLimitAddress, RateLimitProvider: c.RateLimitProvider,
		MaxBody: c.MaxBody, PublicURL: c.PublicURL, RequestTimeout: c.RequestTimeout, LongPollMax: c.LongPollMax,
		IdempotencyWait: c.IdempotencyWait, TrustedProxies: c.TrustedProxies, ClientIPHeader: c.ClientIPHeader, CDN: c.CDN,
	}
}
