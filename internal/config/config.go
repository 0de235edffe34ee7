// Package config reads and checks the environment variables of Stile at the start of a process.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stile-id/stile/internal/mail"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/vision"
)

// Config holds the settings of a process. Every duration and limit has the documented default.
type Config struct {
	DatabaseURL    string // DATABASE_URL: postgres://… or sqlite:PATH
	EncryptionKeys string // STILE_ENCRYPTION_KEYS: id:base64,… of 32 bytes; the first one seals
	LookupKey      string // STILE_LOOKUP_KEY: base64 of 32 bytes; never rotated

	TemporalAddress   string // TEMPORAL_ADDRESS: host:port
	TemporalNamespace string // TEMPORAL_NAMESPACE
	TemporalAPIKey    string // TEMPORAL_API_KEY
	TemporalTLS       bool   // TEMPORAL_TLS: also on if an API key is set
	TemporalTLSCert   string // TEMPORAL_TLS_CLIENT_CERT_PATH
	TemporalTLSKey    string // TEMPORAL_TLS_CLIENT_KEY_PATH
	TemporalTLSCA     string // TEMPORAL_TLS_SERVER_CA_CERT_PATH
	OperatorToken     string // STILE_OPERATOR_TOKEN: token of /codec/decode for Temporal UI; empty closes it
	WorkerBuildID     string // STILE_WORKER_BUILD_ID: turns Worker Versioning on

	Listen          string         // STILE_LISTEN: address of the API
	WorkerListen    string         // STILE_WORKER_LISTEN: address of a worker's health and metrics
	VerifyURL       string         // STILE_VERIFY_URL: base of the hosted verification page; empty means this process
	APIURL          string         // STILE_API_URL: base of the API for callbacks; empty means this process
	TrustedProxies  []string       // STILE_TRUSTED_PROXIES: CIDRs with trusted client and country headers
	ClientIPHeader  string         // STILE_CLIENT_IP_HEADER: their client header; empty means X-Forwarded-For
	CDN             string         // STILE_CDN: the CDN with trusted country headers; empty means any
	RulesDir        string         // STILE_RULES_DIR: folder of compliance rules; empty means the shipped rules
	GeoIPDB         []string       // STILE_GEOIP_DB: files in MaxMind's format; empty means the built-in one
	RiskFile        string         // STILE_RISK_FILE: weights of the signals of risk; empty means the shipped ones
	RiskMX          bool           // STILE_RISK_MX: look the mail servers of e-mail addresses up
	ASNDB           string         // STILE_ASN_DB: autonomous systems in MaxMind's format; empty means the built-in list
	NetworksDir     string         // STILE_NETWORKS_DIR: folder with lists of networks; empty means none
	BanksFile       string         // STILE_BANKS_FILE: the banks of open_banking; empty means none
	EgressAllow     []netip.Prefix // STILE_EGRESS_ALLOW: private CIDRs that webhooks and provider requests may reach
	EgressProxy     *url.URL       // STILE_EGRESS_PROXY: the HTTP proxy for both
	TurnstileURL    string         // STILE_TURNSTILE_URL: where tokens are checked
	TurnstileSecret string         // STILE_TURNSTILE_SECRET: of the site; empty means that no captcha_token can be checked
	SMTP            *mail.Server   // STILE_SMTP_URL: the server that delivers mails; nil means that none can be sent
	MailFrom        string         // STILE_MAIL_FROM: the sender's address
	CarriersFile    string         // STILE_CARRIERS_FILE: mobile operators of carrier_lookup; empty means none
	DocumentFile    string         // STILE_DOCUMENT_FILE: limits of document_capture; empty means the defaults
	StudentFile     string         // STILE_STUDENT_FILE: settings of the method student; empty means none
	CSCADir         string         // STILE_CSCA_DIR: folder of authorities of nfc_passport; empty means none
	TrustDir        string         // STILE_TRUST_DIR: folder of trusted issuers of wallet credentials; empty means none
	VerifierKeyFile string         // STILE_VERIFIER_KEY_FILE: the key that signs requests to wallets; empty means none
	VerifierCert    string         // STILE_VERIFIER_CERTIFICATE_FILE: its certificates
	VerifierScheme  string         // STILE_VERIFIER_CLIENT_ID_SCHEME: x509_hash or x509_san_dns
	VerifierPlain   bool           // STILE_VERIFIER_RESPONSES: whether wallets answer without encryption
	WalletLink      string         // STILE_WALLET_LINK: the scheme of links that open a wallet
	VisionURL       string         // STILE_VISION_URL: an operator's vision process; empty means that workers start one
	VisionOff       bool           // STILE_VISION_URL is off: no pictures are read
	VisionText      string         // STILE_VISION_TEXT: path of a tesseract, auto or off
	VisionModels    string         // STILE_VISION_MODELS: folder of the models that measure faces
	VisionEmbedding string         // STILE_VISION_EMBEDDING: the model that compares faces, or off
	DocsOff         bool           // STILE_DOCS is off: the API serves no documentation
	StartDelayOff   bool           // STILE_START_DELAY is off: the run of a session begins with its creation
	LogLevel        string         // STILE_LOG_LEVEL: debug, info, warn or error

	TraceEndpoint string            // OTEL_EXPORTER_OTLP_ENDPOINT: the collector of traces; empty means none
	TraceHeaders  map[string]string // OTEL_EXPORTER_OTLP_HEADERS: what it asks for, such as a key
	TraceService  string            // OTEL_SERVICE_NAME: the name of the process in traces
	TraceRatio    float64           // STILE_TRACE_RATIO: the share of traces that are sent

	// DevJurisdiction is the place of private and loopback addresses. Read leaves it empty: only stile-dev sets it,
	// from STILE_DEV_JURISDICTION.
	DevJurisdiction string

	SessionTTL           time.Duration   // STILE_SESSION_TTL
	ReviewTimeout        time.Duration   // STILE_REVIEW_TIMEOUT: how long a review may wait for its decision
	HandoffTokenTTL      time.Duration   // STILE_HANDOFF_TOKEN_TTL
	HandoffReuseWindow   time.Duration   // STILE_HANDOFF_REUSE_WINDOW: how long a repeated request returns the same token
	DeviceIdleTimeout    time.Duration   // STILE_DEVICE_IDLE_TIMEOUT: how long a session's phone may stay silent
	WebhookRetrySchedule []time.Duration // STILE_WEBHOOK_RETRY_SCHEDULE
	WebhookTimeout       time.Duration   // STILE_WEBHOOK_TIMEOUT
	SimulatedDelay       time.Duration   // STILE_SIMULATED_DELAY: how long {"simulate": "slow"} takes
	ProviderPatience     time.Duration   // STILE_PROVIDER_PATIENCE: how long requests to a provider are repeated
	DrainDelay           time.Duration   // STILE_DRAIN_DELAY: how long the API serves on after SIGTERM, unready
	ShutdownTimeout      time.Duration   // STILE_SHUTDOWN_TIMEOUT: how long requests may finish after SIGTERM
	SweepInterval        time.Duration   // STILE_SWEEP_INTERVAL
	SweepAfter           time.Duration   // STILE_SWEEP_AFTER: how long work must be overdue to count as lost
	SweepRecheck         time.Duration   // STILE_SWEEP_RECHECK: how often a session that waits for its run signals it
	RiskRetention        time.Duration   // STILE_RISK_RETENTION: how long an assessment of risk can be retrieved
	EventRetention       time.Duration   // STILE_EVENT_RETENTION: age at which events and their deliveries go; 0 is never
	HistoryRetention     time.Duration   // STILE_HISTORY_RETENTION: time after a session's end at which its history goes
	AuditRetention       time.Duration   // STILE_AUDIT_RETENTION: age at which audit entries go; 0 is never
	IdempotencyLease     time.Duration   // STILE_IDEMPOTENCY_LEASE: how long a request that never ends keeps its key
	VisionTimeout        time.Duration   // STILE_VISION_TIMEOUT: how long a picture may take to be read

	SandboxQuota         int // STILE_SANDBOX_QUOTA: sessions per calendar month
	LookupLimit          int // STILE_LOOKUP_LIMIT: lookups of persons per organization and minute
	EndpointLimit        int // STILE_WEBHOOK_ENDPOINTS: webhook endpoints of an organization
	RateLimitSecret      int // STILE_RATE_LIMIT_SECRET: requests per minute and secret key
	RateLimitPublishable int // STILE_RATE_LIMIT_PUBLISHABLE: … and publishable key
	RateLimitSession     int // STILE_RATE_LIMIT_SESSION: … and session, by client secret
	RateLimitAddress     int // STILE_RATE_LIMIT_ADDRESS: … and address, without a credential
	RateLimitProvider    int // STILE_RATE_LIMIT_PROVIDER: … and address, for the callbacks of providers
	UploadMaxBytes       int // STILE_UPLOAD_MAX_BYTES: size of an upload
	UploadsPerAttempt    int // STILE_UPLOADS_PER_ATTEMPT: uploads for one attempt at a method
	DatabaseConnections  int // STILE_DATABASE_CONNECTIONS: most open connections
	ListConcurrency      int // STILE_LIST_CONCURRENCY: lists that are read at once
	WebhookConcurrency   int // STILE_WEBHOOK_CONCURRENCY: attempts under way at once per endpoint and worker
	ProviderConcurrency  int // STILE_PROVIDER_CONCURRENCY: requests under way at once per provider connector and worker
	VisionWorkers        int // STILE_VISION_WORKERS: pictures that are read at once; 0 means one per processor, up to 4
	VisionMemory         int // STILE_VISION_MEMORY: most memory of a worker of the vision process, in MiB
}

// VisionModelsDefault is the default of STILE_VISION_MODELS.
const VisionModelsDefault = "/var/lib/stile/models"

// TemporalAddressDefault is the default of TEMPORAL_ADDRESS.
const TemporalAddressDefault = "127.0.0.1:7233"

// turnstileURL is where Cloudflare checks tokens of Turnstile.
const turnstileURL = "https://challenges.cloudflare.com/turnstile/v0/siteverify"

// FromEnvironment reads the process environment. The error names every invalid variable.
func FromEnvironment() (Config, error) { return Read(os.Getenv) }

// Read reads variables through get, which returns "" for an unset variable.
func Read(get func(name string) string) (Config, error) {
	r := &reader{get: get}
	c := Config{
		DatabaseURL:    get("DATABASE_URL"),
		EncryptionKeys: get("STILE_ENCRYPTION_KEYS"), LookupKey: get("STILE_LOOKUP_KEY"),

		TemporalAddress:   r.text("TEMPORAL_ADDRESS", TemporalAddressDefault),
		TemporalNamespace: r.text("TEMPORAL_NAMESPACE", "default"),
		TemporalAPIKey:    get("TEMPORAL_API_KEY"), TemporalTLS: r.flag("TEMPORAL_TLS"),
		TemporalTLSCert: get("TEMPORAL_TLS_CLIENT_CERT_PATH"), TemporalTLSKey: get("TEMPORAL_TLS_CLIENT_KEY_PATH"),
		TemporalTLSCA: get("TEMPORAL_TLS_SERVER_CA_CERT_PATH"), OperatorToken: get("STILE_OPERATOR_TOKEN"),
		WorkerBuildID: r.buildID("STILE_WORKER_BUILD_ID"),

		Listen: r.text("STILE_LISTEN", ":"+models.APIPortDefault), WorkerListen: r.text("STILE_WORKER_LISTEN", ":9090"),
		VerifyURL: r.webURL("STILE_VERIFY_URL"), APIURL: r.webURL("STILE_API_URL"),
		EgressAllow:     r.prefixes("STILE_EGRESS_ALLOW"),
		EgressProxy:     r.proxy("STILE_EGRESS_PROXY"),
		TurnstileURL:    cmp.Or(r.webURL("STILE_TURNSTILE_URL"), turnstileURL),
		TurnstileSecret: get("STILE_TURNSTILE_SECRET"),
		SMTP:            r.mailServer("STILE_SMTP_URL"), MailFrom: r.mailFrom("STILE_MAIL_FROM", "STILE_SMTP_URL"),
		LogLevel:       r.oneOf("STILE_LOG_LEVEL", "info", "debug", "warn", "error"),
		TrustedProxies: list(get("STILE_TRUSTED_PROXIES")), ClientIPHeader: get("STILE_CLIENT_IP_HEADER"),
		CDN: get("STILE_CDN"), RiskMX: r.flag("STILE_RISK_MX"), DocsOff: r.oneOf("STILE_DOCS", "on", "off") == "off",
		StartDelayOff: r.oneOf("STILE_START_DELAY", "on", "off") == "off",

		SessionTTL:           r.duration("STILE_SESSION_TTL", models.SessionTTLDefault),
		ReviewTimeout:        r.duration("STILE_REVIEW_TIMEOUT", models.ReviewTimeoutDefault),
		HandoffTokenTTL:      r.duration("STILE_HANDOFF_TOKEN_TTL", models.HandoffTokenTTLDefault),
		HandoffReuseWindow:   r.duration("STILE_HANDOFF_REUSE_WINDOW", models.HandoffReuseWindowDefault),
		DeviceIdleTimeout:    r.duration("STILE_DEVICE_IDLE_TIMEOUT", models.DeviceIdleTimeoutDefault),
		WebhookRetrySchedule: r.durations("STILE_WEBHOOK_RETRY_SCHEDULE", "5m,30m,2h,8h"),
		WebhookTimeout:       r.duration("STILE_WEBHOOK_TIMEOUT", 30*time.Second),
		SimulatedDelay:       r.duration("STILE_SIMULATED_DELAY", models.SimulatedDelayDefault),
		ProviderPatience:     r.duration("STILE_PROVIDER_PATIENCE", models.ProviderPatienceDefault),
		DrainDelay:           r.delay("STILE_DRAIN_DELAY", 5*time.Second),
		ShutdownTimeout:      r.duration("STILE_SHUTDOWN_TIMEOUT", 35*time.Second),
		SweepInterval:        r.duration("STILE_SWEEP_INTERVAL", models.SweepIntervalDefault),
		SweepAfter:           r.duration("STILE_SWEEP_AFTER", models.SweepAfterDefault),
		SweepRecheck:         r.duration("STILE_SWEEP_RECHECK", models.SweepRecheckDefault),
		SandboxQuota:         r.number("STILE_SANDBOX_QUOTA", models.SandboxQuotaDefault),
		LookupLimit:          r.number("STILE_LOOKUP_LIMIT", models.LookupLimitDefault),
		EndpointLimit:        r.number("STILE_WEBHOOK_ENDPOINTS", models.EndpointLimitDefault),
		RateLimitSecret:      r.number("STILE_RATE_LIMIT_SECRET", models.RateLimitSecretDefault),
		RateLimitPublishable: r.number("STILE_RATE_LIMIT_PUBLISHABLE", models.RateLimitPublishableDefault),
		RateLimitSession:     r.number("STILE_RATE_LIMIT_SESSION", models.RateLimitSessionDefault),
		RateLimitAddress:     r.number("STILE_RATE_LIMIT_ADDRESS", models.RateLimitAddressDefault),
		RateLimitProvider:    r.number("STILE_RATE_LIMIT_PROVIDER", models.RateLimitProviderDefault),
		UploadMaxBytes:       r.number("STILE_UPLOAD_MAX_BYTES", models.UploadMaxBytesDefault),
		UploadsPerAttempt:    r.number("STILE_UPLOADS_PER_ATTEMPT", models.UploadsPerAttemptDefault),
		DatabaseConnections:  r.number("STILE_DATABASE_CONNECTIONS", models.DatabaseConnectionsDefault),
		ListConcurrency:      r.number("STILE_LIST_CONCURRENCY", models.ListConcurrencyDefault),
		WebhookConcurrency:   r.number("STILE_WEBHOOK_CONCURRENCY", models.WebhookConcurrencyDefault),
		ProviderConcurrency:  r.number("STILE_PROVIDER_CONCURRENCY", models.ProviderConcurrencyDefault),
	}
	c.readRetention(r)
	c.readPaths(get)
	c.readVerifier(r)
	c.readVision(r)
	c.readTracing(r)
	c.TemporalTLS = c.TemporalTLS || c.TemporalAPIKey != "" || c.TemporalTLSCert != "" || c.TemporalTLSCA != ""
	return c, errors.Join(r.faults...)
}

// readRetention reads for how long rows are kept.
func (c *Config) readRetention(r *reader) {
	c.RiskRetention = r.duration("STILE_RISK_RETENTION", models.RiskRetentionDefault)
	c.EventRetention = r.window("STILE_EVENT_RETENTION", models.EventRetentionDefault)
	c.HistoryRetention = r.window("STILE_HISTORY_RETENTION", models.HistoryRetentionDefault)
	c.AuditRetention = r.window("STILE_AUDIT_RETENTION", models.AuditRetentionDefault)
	c.IdempotencyLease = r.duration("STILE_IDEMPOTENCY_LEASE", models.IdempotencyLeaseDefault)
}

// readPaths reads the variables that name files and folders.
func (c *Config) readPaths(get func(name string) string) {
	c.RulesDir, c.GeoIPDB = get("STILE_RULES_DIR"), list(get("STILE_GEOIP_DB"))
	c.RiskFile, c.ASNDB, c.NetworksDir = get("STILE_RISK_FILE"), get("STILE_ASN_DB"), get("STILE_NETWORKS_DIR")
	c.BanksFile, c.CarriersFile = get("STILE_BANKS_FILE"), get("STILE_CARRIERS_FILE")
	c.StudentFile, c.TrustDir = get("STILE_STUDENT_FILE"), get("STILE_TRUST_DIR")
	c.CSCADir, c.DocumentFile = get("STILE_CSCA_DIR"), get("STILE_DOCUMENT_FILE")
	c.VerifierKeyFile, c.VerifierCert = get("STILE_VERIFIER_KEY_FILE"), get("STILE_VERIFIER_CERTIFICATE_FILE")
}

// readVerifier reads the variables of the requests to wallets.
func (c *Config) readVerifier(r *reader) {
	c.VerifierScheme = r.oneOf("STILE_VERIFIER_CLIENT_ID_SCHEME", "x509_hash", "x509_san_dns")
	c.VerifierPlain = r.oneOf("STILE_VERIFIER_RESPONSES", "encrypted", "plain") == "plain"
	c.WalletLink = r.text("STILE_WALLET_LINK", "openid4vp")
}

// readTracing reads the variables of traces. Those of OpenTelemetry have the names and forms of its specification.
func (c *Config) readTracing(r *reader) {
	c.TraceEndpoint, c.TraceService = r.webURL("OTEL_EXPORTER_OTLP_ENDPOINT"), r.text("OTEL_SERVICE_NAME", "stile")
	c.TraceHeaders = r.headers("OTEL_EXPORTER_OTLP_HEADERS")
	c.TraceRatio = r.share("STILE_TRACE_RATIO", 1)
}

// readVision reads the variables of the vision process.
func (c *Config) readVision(r *reader) {
	switch c.VisionURL = r.get("STILE_VISION_URL"); {
	case c.VisionURL == "off":
		c.VisionURL, c.VisionOff = "", true
	case c.VisionURL != "":
		if _, _, err := vision.ParseURL(c.VisionURL); err != nil {
			r.faults = append(r.faults, fmt.Errorf("STILE_VISION_URL %w, or off", err))
		}
	}
	c.VisionText = r.get("STILE_VISION_TEXT")
	if t := c.VisionText; t != "" && t != "auto" && t != "off" && !filepath.IsAbs(t) {
		r.wrong("STILE_VISION_TEXT", "auto, off, or the absolute path of a tesseract")
	}
	if c.VisionModels = cmp.Or(r.get("STILE_VISION_MODELS"), VisionModelsDefault); !filepath.IsAbs(c.VisionModels) {
		r.wrong("STILE_VISION_MODELS", "the absolute path of a folder")
	}
	c.VisionEmbedding = cmp.Or(r.get("STILE_VISION_EMBEDDING"), vision.EmbeddingDefault)
	if all := vision.EmbeddingSettings(); !slices.Contains(all, c.VisionEmbedding) {
		r.wrong("STILE_VISION_EMBEDDING", "one of "+strings.Join(all, ", "))
	}
	if r.get("STILE_VISION_WORKERS") != "" {
		c.VisionWorkers = r.number("STILE_VISION_WORKERS", 1)
	}
	c.VisionMemory = r.number("STILE_VISION_MEMORY", vision.MemoryDefault)
	if c.VisionMemory < vision.MemoryLeast {
		r.wrong("STILE_VISION_MEMORY", fmt.Sprintf("at least %d, in MiB", vision.MemoryLeast))
	}
	if c.VisionTimeout = r.duration("STILE_VISION_TIMEOUT", vision.TimeDefault); c.VisionTimeout < time.Second {
		r.wrong("STILE_VISION_TIMEOUT", "at least 1s")
	}
}

// Require returns an error that names those of the variables that are not set.
func (c Config) Require(names ...string) error {
	values := map[string]string{
		"DATABASE_URL": c.DatabaseURL, "STILE_ENCRYPTION_KEYS": c.EncryptionKeys, "STILE_LOOKUP_KEY": c.LookupKey,
	}
	var faults []error
	for _, name := range names {
		if values[name] == "" {
			faults = append(faults, fmt.Errorf("%s is not set", name))
		}
	}
	return errors.Join(faults...)
}

// reader collects all faults, so that an operator sees them at once.
type reader struct {
	get    func(string) string
	faults []error
}

func (r *reader) wrong(name, want string) {
	r.faults = append(r.faults, fmt.Errorf("%s must be %s, not %q", name, want, r.get(name)))
}

// buildID is the form of a build id: Temporal reserves the colon.
var buildID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

func (r *reader) buildID(name string) string {
	value := r.get(name)
	if value != "" && !buildID.MatchString(value) {
		r.wrong(name, `up to 100 letters, digits, ".", "-" and "_", such as "1.5.0"`)
	}
	return value
}

func (r *reader) text(name, otherwise string) string {
	if value := r.get(name); value != "" {
		return value
	}
	return otherwise
}

// webURL reads a base URL, without its trailing slash; "" if the variable is not set.
func (r *reader) webURL(name string) string {
	value := r.get(name)
	if value == "" {
		return ""
	}
	parsed, err := models.ParseWebURL(name, value)
	switch {
	case err != nil:
		r.faults = append(r.faults, models.Explain(err))
	case parsed.RawQuery != "" || parsed.Fragment != "":
		r.wrong(name, `a URL such as "https://id.example.com"`)
	}
	return strings.TrimSuffix(value, "/")
}

func (r *reader) prefixes(name string) []netip.Prefix {
	var prefixes []netip.Prefix
	for _, part := range list(r.get(name)) {
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			r.wrong(name, `a list of CIDRs, such as "10.1.0.0/16,fd00::/8"`)
			return nil
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes
}

func (r *reader) proxy(name string) *url.URL {
	text := r.webURL(name)
	if text == "" {
		return nil
	}
	parsed, _ := url.Parse(text) // webURL has checked it
	return parsed
}

// mailServer reads the URL of a mail server. Its error does not repeat the value, which may hold a password.
func (r *reader) mailServer(name string) *mail.Server {
	value := r.get(name)
	if value == "" {
		return nil
	}
	server, err := mail.ParseServer(value)
	if err != nil {
		r.faults = append(r.faults,
			fmt.Errorf(`%s must be a URL such as "smtp://user:password@mail.example.com:587": %w`, name, err))
		return nil
	}
	return &server
}

// mailFrom reads the sender's address, which must be set if the variable of the mail server is.
func (r *reader) mailFrom(name, server string) string {
	value := r.get(name)
	if value == "" {
		if r.get(server) != "" {
			r.faults = append(r.faults, fmt.Errorf("%s must be set with %s: it is the sender of mails", name, server))
		}
		return ""
	}
	from, err := mail.ParseFrom(value)
	if err != nil {
		r.wrong(name, `an e-mail address such as "verify@id.example.com"`)
	}
	return from
}

func (r *reader) flag(name string) bool {
	value, err := strconv.ParseBool(r.text(name, "false"))
	if err != nil {
		r.wrong(name, "true or false")
	}
	return value
}

func (r *reader) oneOf(name, otherwise string, others ...string) string {
	value := r.text(name, otherwise)
	for _, allowed := range append(others, otherwise) {
		if value == allowed {
			return value
		}
	}
	r.wrong(name, "one of "+strings.Join(append(others, otherwise), ", "))
	return otherwise
}

func (r *reader) number(name string, otherwise int) int {
	value, err := strconv.Atoi(r.text(name, strconv.Itoa(otherwise)))
	if err != nil || value < 1 {
		r.wrong(name, "a whole number above 0")
	}
	return value
}

// share reads a number from 0 to 1.
func (r *reader) share(name string, otherwise float64) float64 {
	text := r.get(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !(value >= 0 && value <= 1) {
		r.wrong(name, "a number from 0 to 1")
	}
	return value
}

// headers reads a list of name=value with percent-encoded values. Its error does not repeat them, because they may hold
// a key.
func (r *reader) headers(name string) map[string]string {
	headers := map[string]string{}
	for _, pair := range list(r.get(name)) {
		header, value, given := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		if header = strings.TrimSpace(header); !given || header == "" || err != nil {
			r.faults = append(r.faults, fmt.Errorf(`%s must be a list such as "name=value,other=value"`, name))
			return nil
		}
		headers[header] = decoded
	}
	return headers
}

func (r *reader) duration(name string, otherwise time.Duration) time.Duration {
	value, err := time.ParseDuration(r.text(name, otherwise.String()))
	if err != nil || value <= 0 {
		r.wrong(name, `a duration above 0, such as "90s" or "24h"`)
	}
	return value
}

// leastWindow is the shortest time for which rows can be kept.
const leastWindow = 24 * time.Hour

// window reads for how long rows are kept; 0 is for good, which the variable calls off.
func (r *reader) window(name string, otherwise time.Duration) time.Duration {
	text := r.text(name, otherwise.String())
	if text == "off" {
		return 0
	}
	value, err := time.ParseDuration(text)
	if err != nil || value < leastWindow {
		r.wrong(name, `a duration of at least "24h", or "off"`)
	}
	return value
}

// delay reads a duration that may be 0.
func (r *reader) delay(name string, otherwise time.Duration) time.Duration {
	value, err := time.ParseDuration(r.text(name, otherwise.String()))
	if err != nil || value < 0 {
		r.wrong(name, `a duration such as "5s", or "0s" for none`)
	}
	return value
}

func (r *reader) durations(name, otherwise string) []time.Duration {
	var values []time.Duration
	for _, part := range list(r.text(name, otherwise)) {
		value, err := time.ParseDuration(part)
		if err != nil || value <= 0 {
			r.wrong(name, `a list of durations above 0, such as "5m,30m"`)
			return nil
		}
		values = append(values, value)
	}
	return values
}

func list(s string) []string {
	var parts []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
