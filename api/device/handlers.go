// Package device serves the devices of users: the verification page, handoffs, and the live channel of a phone.
package device

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// Config holds the limits and durations of the live channel.
type Config struct {
	// PingInterval is how often a live channel checks that its phone is there.
	PingInterval time.Duration
	// RequestTimeout is how long a message may take.
	RequestTimeout time.Duration
	// MaxBody is the size of a submission in bytes.
	MaxBody int64
	// PageOrigin is the origin of the verification page, under which it reaches the API too.
	PageOrigin string
	// UploadsPerAttempt is how many uploads an attempt at a method takes.
	UploadsPerAttempt int
	// UploadMaxBytes is the size of an upload. UploadTimeout is how long its body may take, and UploadTail how long the
	// answer may take after that.
	UploadMaxBytes            int64
	UploadTimeout, UploadTail time.Duration
}

// Options are the parts of the Handlers. All are required.
type Options struct {
	Kernel   *rest.Kernel
	Store    *store.Store
	Sessions *sessions.Service
	Config   Config
	Log      *slog.Logger
	Registry prometheus.Registerer
}

// Handlers serves the devices of users: the verification page, and the phone that takes a session over. It is safe
// for concurrent use.
type Handlers struct {
	kernel    *rest.Kernel
	store     *store.Store
	sessions  *sessions.Service
	config    Config
	log       *slog.Logger
	followers *followers
	sockets   sockets
	uploading uploadGate
	open      prometheus.Gauge       // live channels
	messages  *prometheus.CounterVec // of live channels
}

// New returns the Handlers.
func New(o Options) (*Handlers, error) {
	hs := &Handlers{
		kernel: o.Kernel, store: o.Store, sessions: o.Sessions, config: o.Config, log: o.Log,
		followers: newFollowers(o.Store),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "stile_live_channels", Help: "Live channels that are open.",
		}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stile_live_messages_total", Help: "Messages of devices, by the code of the refusal, or ok.",
		}, []string{"type", "code"}),
	}
	return hs, errors.Join(o.Registry.Register(hs.open), o.Registry.Register(hs.messages))
}

// Routes returns the routes of the verification page and of handoffs. The live channel is not among them: OpenLive
// takes its requests.
func (hs *Handlers) Routes() []rest.Route {
	const session, replies = rest.PathVerify + "/:id", rest.PathMethods + "/:method/:route"
	return []rest.Route{
		rest.Get(session, rest.ForClientSecret, hs.getView),
		rest.Get(session+"/status", rest.ForAnybodyOrClientSecret, hs.getStatus, "wait"),
		rest.Post(session+"/open", rest.ForClientSecret, hs.openSession),
		rest.Post(session+"/consent", rest.ForClientSecret, hs.consent),
		rest.Post(session+"/events", rest.ForClientSecret, hs.reportTrouble),
		rest.Post(session+"/methods/:method", rest.ForClientSecret, hs.submitMethod).AsCreated(),
		rest.Post(session+"/methods/:method/begin", rest.ForClientSecret, hs.beginMethod),
		rest.Post(session+"/uploads", rest.ForClientSecret, hs.upload).Reading(hs.readUpload, "method").
			Headed(headerUploadComplete, headerUploadLength),
		rest.Get(session+"/uploads/:upload", rest.ForClientSecret, hs.getUpload),
		rest.Patch(session+"/uploads/:upload", rest.ForClientSecret, hs.continueUpload).Reading(hs.readUpload),
		rest.Get(replies, rest.ForAnybody, hs.takeReply, rest.AnyQuery),
		rest.Post(replies, rest.ForAnybody, hs.takeReply).Reading(hs.readReply, rest.AnyQuery),
		rest.Get(replies+"/:challenge", rest.ForAnybody, hs.takeReply, rest.AnyQuery),
		rest.Post(replies+"/:challenge", rest.ForAnybody, hs.takeReply).Reading(hs.readReply, rest.AnyQuery),
		rest.Post(session+"/vp_token", rest.ForClientSecret, hs.redeemVPToken),
		rest.Post(session+"/otp", rest.ForClientSecret, hs.sendOTP),
		rest.Post(session+"/otp/verify", rest.ForClientSecret, hs.verifyOTP),
		rest.Post(session+"/trust_reuse", rest.ForClientSecret, hs.share),
		rest.Post(session+"/cancel", rest.ForClientSecret, hs.giveUpSession),
		rest.Post(session+"/handoff", rest.ForDesktop, hs.mintHandoff),
		rest.Post(session+"/handoff/confirm", rest.ForDevice, hs.confirmHandoff),
		rest.Post(session+"/device/heartbeat", rest.ForDevice, hs.heartbeat),
		rest.Post(session+"/device/release", rest.ForClientSecret, hs.releaseDevice),
		rest.Post(rest.PathExchange, rest.ForAnybody, hs.exchangeHandoff),
		rest.Post(pathTrustLink, rest.ForAnybody, hs.showGrantLink),
		rest.Post(pathTrustLink+"/revoke", rest.ForAnybody, hs.followGrantLink),
		rest.Post(pathGuardian, rest.ForAnybody, hs.getGuardian),
		rest.Post(pathGuardian+"/proof", rest.ForAnybody, hs.proveGuardian),
		rest.Post(pathGuardian+"/decision", rest.ForAnybody, hs.decideGuardian),
		rest.Post(pathGuardian+"/withdraw", rest.ForAnybody, hs.withdrawGuardian),
		rest.Get(rest.PathLogos+"/:org", rest.ForAnybody, hs.getLogo, "v"),
		rest.Get(rest.PathLogos+"/:org/:choice", rest.ForAnybody, hs.getChoiceLogo, "v"),
	}
}

// pathTrustLink is where the page of a mail's link reads the link and follows it. The link's token is the credential,
// so the routes take no other. The page has the API's own origin: pages of other origins cannot read the answers.
const pathTrustLink = "/v1/trust_reuse/link"

// MessageTypes returns the types of the messages that a phone may send on its live channel.
func MessageTypes() []string { return append(slices.Sorted(maps.Keys(liveMessages)), "hello") }

// Followed returns how many requests and live channels wait for each session in this process.
func (hs *Handlers) Followed() map[string]int { return hs.followers.count() }

// Close ends live channels, and refuses new ones. It tolerates a second call. The kernel's Close is called after it.
func (hs *Handlers) Close() { hs.sockets.close() }

// Wait returns when the last live channel is closed, after Close and the kernel's Close.
func (hs *Handlers) Wait(ctx context.Context) error { return hs.sockets.wait(ctx) }
