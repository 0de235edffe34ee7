package api

import (
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// merchantOptions are the parts of the Handlers. All are required.
type merchantOptions struct {
	Store    *store.Store
	Sessions *sessions.Service
	Orders   *sessions.Orders
	Secrets  *clientSecrets
	Registry prometheus.Registerer
	// VerifyURL is the base of the hosted page, which a session's url points to.
	VerifyURL string
}

// merchantHandlers serves what merchants ask about their sessions. It is safe for concurrent use.
type merchantHandlers struct {
	store     *store.Store
	sessions  *sessions.Service
	orders    *sessions.Orders
	secrets   *clientSecrets
	verifyURL string
	checked   *lru.Cache[check, answer]
	created   *prometheus.CounterVec
}

// newMerchant returns the Handlers.
func newMerchant(o merchantOptions) (*merchantHandlers, error) {
	hs := &merchantHandlers{
		store: o.Store, sessions: o.Sessions, orders: o.Orders, secrets: o.Secrets, verifyURL: o.VerifyURL,
		created: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stile_sessions_total", Help: "Sessions created, by the status they were born with.",
		}, []string{"status", "type", "country"}),
	}
	var err error
	if hs.checked, err = lru.New[check, answer](checkedSize); err != nil {
		return nil, err
	}
	return hs, o.Registry.Register(hs.created)
}

// Routes returns the routes of sessions, reviews, compliance, events and persons.
func (hs *merchantHandlers) Routes() []route {
	return []route{
		postRoute(pathSessions, forAnyKey, hs.createSession),
		getRoute(pathSessions, forSecretKey, hs.listSessions, sessionQuery()...),
		getRoute(pathSessions+"/:id", forSecretKey, hs.getSession, "expand", "explain"),
		postRoute(pathSessions+"/:id/cancel", forSecretKey, hs.cancelSession),
		postRoute(pathSessions+"/:id/review", forSecretKey, hs.decideReview),
		getRoute("/v1/reviews", forSecretKey, hs.listReviews, reviewQuery()...),

		getRoute("/v1/compliance/check", forSecretKey, hs.checkCompliance,
			"use_cases", "jurisdiction", "client_ip", "as_of", "explain"),
		postRoute("/v1/verified_person/lookup", forSecretKey, hs.lookUpPerson),

		getRoute("/v1/events", forSecretKey, hs.listEvents, eventQuery()...),
		getRoute("/v1/events/:id", forSecretKey, hs.getEvent),
		postRoute("/v1/events/:id/replay", forSecretKey, hs.replayEvent),
	}
}

func sessionQuery() []string {
	return append(pageQuery("status", "client_reference_id", "workflow_id", "review", "expand"), windowOf("created")...)
}

func reviewQuery() []string {
	return append(pageQuery("status", "workflow_id", "jurisdiction", "reviewer"), windowOf("flagged")...)
}

func eventQuery() []string { return append(pageQuery("type", "session"), windowOf("created")...) }
