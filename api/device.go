package api

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// deviceConfig holds the limits and durations of the live channel.
type deviceConfig struct {
	// PingInterval is how often a live channel checks that its phone is there.
	PingInterval time.Duration
	// RequestTimeout is how long a message may take.
	RequestTimeout time.Duration
	// MaxBody is the size of a submission in bytes.
	MaxBody int64
}

// deviceOptions are the parts of the Handlers. All are required.
type deviceOptions struct {
	Kernel   *Kernel
	Store    *store.Store
	Sessions *sessions.Service
	Config   deviceConfig
	Log      *slog.Logger
	Registry prometheus.Registerer
}

// deviceHandlers serves the devices of users: the verification page, and the phone that takes a session over. It is safe
// for concurrent use.
type deviceHandlers struct {
	kernel    *Kernel
	store     *store.Store
	sessions  *sessions.Service
	config    deviceConfig
	log       *slog.Logger
	followers *followers
	sockets   sockets
	open      prometheus.Gauge       // live channels
	messages  *prometheus.CounterVec // of live channels
}

// newDevice returns the Handlers.
func newDevice(o deviceOptions) (*deviceHandlers, error) {
	hs := &deviceHandlers{
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

// Routes returns the routes of the verification page and of handoffs. The live channel is not among them: OpenLive takes
// its requests.
func (hs *deviceHandlers) Routes() []route {
	const session = pathVerify + "/:id"
	return []route{
		getRoute(session, forClientSecret, hs.getView),
		getRoute(session+"/status", forAnybodyOrClientSecret, hs.getStatus, "wait"),
		postRoute(session+"/open", forClientSecret, hs.openSession),
		postRoute(session+"/consent", forClientSecret, hs.consent),
		postRoute(session+"/events", forClientSecret, hs.reportTrouble),
		postRoute(session+"/methods/:method", forClientSecret, hs.submitMethod),
		postRoute(session+"/cancel", forClientSecret, hs.giveUpSession),
		postRoute(session+"/handoff", forDesktop, hs.mintHandoff),
		postRoute(session+"/handoff/confirm", forDevice, hs.confirmHandoff),
		postRoute(session+"/device/heartbeat", forDevice, hs.heartbeat),
		postRoute(session+"/device/release", forClientSecret, hs.releaseDevice),
		postRoute(pathExchange, forAnybody, hs.exchangeHandoff),
	}
}

// MessageTypes returns the types of the messages that a phone may send on its live channel.
func MessageTypes() []string { return append(slices.Sorted(maps.Keys(liveMessages)), "hello") }

// Followed returns how many requests and live channels wait for each session in this process.
func (hs *deviceHandlers) Followed() map[string]int { return hs.followers.count() }

// Close ends live channels, and refuses new ones. It tolerates a second call. The kernel's Close is called after it.
func (hs *deviceHandlers) Close() { hs.sockets.close() }

// Wait returns when the last live channel is closed, after Close and the kernel's Close.
func (hs *deviceHandlers) Wait(ctx context.Context) error { return hs.sockets.wait(ctx) }
