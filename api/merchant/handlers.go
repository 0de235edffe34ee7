// Package merchant serves the API of merchants about verification: sessions, reviews, compliance, events, persons
// and trust reuse.
package merchant

import (
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models/store"
	"github.com/stile-id/stile/sessions"
)

// Options are the parts of the Handlers. All but Captcha are required.
type Options struct {
	Store    *store.Store
	Sessions *sessions.Service
	Orders   *sessions.Orders
	Secrets  *rest.ClientSecrets
	Registry prometheus.Registerer
	// VPTokens reads the tokens of earlier verifications.
	VPTokens *rest.VPTokens
	// VerifyURL is the base of the hosted page, which a session's url points to.
	VerifyURL string
	// Captcha checks tokens of captchas; nil if none can be checked.
	Captcha Captcha
}

// Handlers serves the merchant's routes about verification. It is safe for concurrent use.
type Handlers struct {
	store     *store.Store
	sessions  *sessions.Service
	orders    *sessions.Orders
	secrets   *rest.ClientSecrets
	vpTokens  *rest.VPTokens
	verifyURL string
	checked   *lru.Cache[complianceCheck, rest.Answer]
	created   *prometheus.CounterVec
	captcha   Captcha
}

// New returns the Handlers.
func New(o Options) (*Handlers, error) {
	hs := &Handlers{
		store: o.Store, sessions: o.Sessions, orders: o.Orders, secrets: o.Secrets, verifyURL: o.VerifyURL,
		vpTokens: o.VPTokens,
		captcha:  o.Captcha,
		created: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stile_sessions_total", Help: "Sessions created, by the status they were born with.",
		}, []string{"status", "type", "country"}),
	}
	var err error
	if hs.checked, err = lru.New[complianceCheck, rest.Answer](checkedSize); err != nil {
		return nil, err
	}
	return hs, o.Registry.Register(hs.created)
}

// Routes returns the routes of sessions, reviews, compliance, events, persons, risk and trust reuse.
func (hs *Handlers) Routes() []rest.Route {
	return slices.Concat([]rest.Route{
		rest.Post(rest.PathSessions, rest.ForAnyKey, hs.createSession),
		rest.Get(rest.PathSessions, rest.ForSecretKey, hs.listSessions, sessionQuery()...),
		rest.Get(rest.PathSessions+"/:id", rest.ForSecretKey, hs.getSession, "expand", "explain"),
		rest.Post(rest.PathSessions+"/:id/cancel", rest.ForSecretKey, hs.cancelSession),
		rest.Delete(rest.PathSessions+"/:id/biometrics", hs.deleteBiometrics),
		rest.Post(rest.PathSessions+"/:id/review", rest.ForSecretKey, hs.decideReview),
		rest.Get("/v1/reviews", rest.ForSecretKey, hs.listReviews, reviewQuery()...),

		rest.Get("/v1/compliance/check", rest.ForSecretKey, hs.checkCompliance,
			"use_cases", "jurisdiction", "client_ip", "as_of", "explain"),
		rest.Post("/v1/verified_person/lookup", rest.ForSecretKey, hs.lookUpPerson),
		rest.Post("/v1/risk/score", rest.ForSecretKey, hs.scoreRisk),
		rest.Get("/v1/risk/:id", rest.ForSecretKey, hs.getRisk),

		rest.Get(pathOrganization, rest.ForSecretKey, hs.getOrganization),
		rest.Get(pathEmbedOrigins, rest.ForSecretKey, hs.getEmbedOrigins),
		rest.Post(pathEmbedOrigins, rest.ForSecretKey, hs.changeEmbedOrigins),

		rest.Get(pathTrustPolicy, rest.ForSecretKey, hs.getTrustPolicy),
		rest.Get(pathTrustGrants, rest.ForSecretKey, hs.listTrustGrants, grantQuery()...),
		rest.Get(pathTrustGrants+"/:id", rest.ForSecretKey, hs.getTrustGrant),
		rest.Post(pathTrustGrants+"/:id/revoke", rest.ForSecretKey, hs.revokeTrustGrant),

		rest.Get("/v1/events", rest.ForSecretKey, hs.listEvents, eventQuery()...),
		rest.Get("/v1/events/:id", rest.ForSecretKey, hs.getEvent),
		rest.Post("/v1/events/:id/replay", rest.ForSecretKey, hs.replayEvent),
	}, rest.Updates(pathOrganization, hs.updateOrganization), rest.Updates(pathTrustPolicy, hs.updateTrustPolicy))
}

// The paths of the settings of the caller's organization, and of the verifications that users share with it.
const (
	pathOrganization = "/v1/organization"
	pathTrustPolicy  = "/v1/trust_reuse/policy"
	pathTrustGrants  = "/v1/trust_reuse/grants"
)

func sessionQuery() []string {
	filters := rest.PageQuery("status", "client_reference_id", "workflow_id", "review", "expand")
	return append(filters, rest.WindowOf("created")...)
}

func reviewQuery() []string {
	return append(rest.PageQuery("status", "workflow_id", "jurisdiction", "reviewer"), rest.WindowOf("flagged")...)
}

func grantQuery() []string {
	return append(rest.PageQuery("status", "verified_person_id", "session_id"), rest.WindowOf("created")...)
}

func eventQuery() []string {
	return append(rest.PageQuery("type", "session"), rest.WindowOf("created")...)
}
