package device

import (
	"context"
	"net/http"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
	"github.com/stile-id/stile/sessions"
)

// viewObject is the session as the verification page shows it.
type viewObject struct {
	Object    string               `json:"object"`
	SessionID string               `json:"session_id"`
	Type      models.SessionType   `json:"type"`
	Status    models.SessionStatus `json:"status"`
	// Sandbox reports whether the page may simulate outcomes.
	Sandbox  bool           `json:"sandbox"`
	Merchant merchantObject `json:"merchant"`
	AgeTier  rules.AgeTier  `json:"age_tier"`
	// Jurisdiction is null until the place of the user is known.
	Jurisdiction     *rules.Jurisdiction `json:"jurisdiction"`
	Locale           *string             `json:"locale"`
	ReturnURL        *string             `json:"return_url"`
	CancelURL        *string             `json:"cancel_url"`
	VerificationPath *string             `json:"verification_path"`
	DataRetention    retentionObject     `json:"data_retention"`
	Methods          []methodObject      `json:"methods"`
	RequiresEmailOTP bool                `json:"requires_email_otp"`
	ConsentRequired  bool                `json:"consent_required"`
	// BiometricConsent is the text to consent to; null unless ConsentRequired.
	BiometricConsent *consentTextObject    `json:"biometric_consent"`
	OfferHandoff     bool                  `json:"offer_handoff"`
	HandoffReason    *models.HandoffReason `json:"handoff_reason"`
	// HandoffChoices are the numbers from which the user of a phone is to pick the one that the desktop shows.
	HandoffChoices []int                 `json:"handoff_choices"`
	Failure        *models.FailureObject `json:"failure"`
	Review         *viewReview           `json:"review"`
	ExpiresAt      models.Timestamp      `json:"expires_at"`
}

// viewReview tells the user that the session is in review, without the reviewer and the reason.
type viewReview struct {
	Status models.ReviewStatus `json:"status"`
}

func showViewReview(r models.Review) *viewReview {
	if r.Status == "" {
		return nil
	}
	return &viewReview{Status: r.Status}
}

type merchantObject struct {
	Name    string  `json:"name"`
	LogoURL *string `json:"logo_url"`
	Color   *string `json:"color"`
}

// retentionObject holds the retention of the session's rule in days; null means erased at completion.
type retentionObject struct {
	Data      *int `json:"data_retention_days"`
	Images    *int `json:"document_image_retention_days"`
	Biometric *int `json:"biometric_retention_days"`
}

func showRetention(c models.ComplianceResult) retentionObject {
	return retentionObject{c.DataRetentionDays, c.DocumentImageRetentionDays, c.BiometricRetentionDays}
}

type consentTextObject struct {
	Text    string `json:"text"`
	Version string `json:"version"`
}

func showConsentText(s models.Session, merchant string) *consentTextObject {
	if !asksConsent(s) {
		return nil
	}
	return &consentTextObject{sessions.ConsentText(s, merchant), sessions.ConsentTextVersion}
}

type methodObject struct {
	Method       rules.Method `json:"method"`
	Status       string       `json:"status"`
	Attempts     int          `json:"attempts"`
	AttemptsLeft int          `json:"attempts_left"`
	Needs        []string     `json:"needs"`
	// DocumentTypes are the accepted documents; empty where the workflow accepts any, or the method takes none.
	DocumentTypes []string `json:"document_types"`
	// LivenessStrategy is null where the workflow leaves it to the method.
	LivenessStrategy *string `json:"liveness_strategy"`
	// LastAttempt says why the last attempt did not pass; null where there was none, or it passed.
	LastAttempt *lastAttemptObject `json:"last_attempt"`
	// UnavailableReason says why the method cannot be used; null unless its status is unavailable.
	UnavailableReason *string `json:"unavailable_reason"`
}

type lastAttemptObject struct {
	Status      graph.Outcome         `json:"status"`
	ReasonCodes []rules.ReasonCode    `json:"reason_codes"`
	Reasons     []models.ReasonObject `json:"reasons"`
}

func lastAttempt(node string, results []models.Result) *lastAttemptObject {
	for _, result := range slices.Backward(results) {
		if result.Node != node {
			continue
		}
		if result.Status == graph.OutcomePassed {
			return nil
		}
		public := result.Public()
		return &lastAttemptObject{Status: result.Status, ReasonCodes: public.ReasonCodes, Reasons: public.Reasons}
	}
	return nil
}

// The statuses of a method; the one besides is that of its offer.
const (
	methodProcessing = "processing"
	methodPassed     = "passed"
	methodExhausted  = "exhausted" // its attempts are used up
	methodUpcoming   = "upcoming"  // its step has not begun, and still can
	methodSkipped    = "skipped"   // its step is over without it, or cannot come any more
)

func (hs *Handlers) view(c *rest.Call, s models.Session) (rest.Answer, error) {
	t, err := hs.standingOf(c.Ctx, s)
	if err != nil {
		return rest.Answer{}, err
	}
	object, err := hs.viewOf(c.Ctx, t, c.Handoff)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, object)
}

// viewOf returns the view for the desktop, or for the phone of a handoff.
func (hs *Handlers) viewOf(ctx context.Context, t standing, phone models.Handoff) (viewObject, error) {
	s := t.session
	org, err := hs.store.Across().Organization(ctx, s.OrgID)
	if err != nil {
		return viewObject{}, err
	}
	offered, err := hs.sessions.HandoffOffer(ctx, s, phone.ID != "")
	if err != nil {
		return viewObject{}, err
	}
	public := s.Public()
	return viewObject{
		Object: "verification_view", SessionID: s.ID, Type: s.Type, Status: s.Status, Sandbox: org.Sandbox,
		Merchant: merchantObject{Name: org.Name}, AgeTier: s.AgeTier, Jurisdiction: placeOf(s), Locale: s.Locale,
		ReturnURL: s.ReturnURL, CancelURL: s.CancelURL, VerificationPath: s.VerificationPath,
		DataRetention: showRetention(public.Compliance), Methods: t.methods(), ConsentRequired: asksConsent(s),
		BiometricConsent: showConsentText(s, org.Name), OfferHandoff: offered != nil, HandoffReason: offered,
		HandoffChoices: toChoose(phone), Failure: public.Failure, Review: showViewReview(s.Review), ExpiresAt: s.ExpiresAt,
	}, nil
}

// placeOf returns the jurisdiction of the session; nil while it is that of the merchant's server.
func placeOf(s models.Session) *rules.Jurisdiction {
	if s.Provisional {
		return nil
	}
	return &s.Jurisdiction
}

// asksConsent reports whether a biometric step of the session may come that needs the user's consent.
func asksConsent(s models.Session) bool {
	return s.AwaitsConsent() && !s.Status.Terminal() && slices.ContainsFunc(s.Methods.V, rules.Method.Biometric)
}

// standing holds the rows from which the statuses of a session's methods follow.
type standing struct {
	session models.Session
	graph   graph.Graph
	pending []models.Submission
	results []models.Result
	// unavailable are the methods that the session's organization cannot use now, each with the reason.
	unavailable map[rules.Method]string
}

func (hs *Handlers) standingOf(ctx context.Context, s models.Session) (t standing, err error) {
	t.session = s
	if t.graph, err = hs.store.SessionGraph(ctx, s); err != nil {
		return t, err
	}
	if t.pending, err = hs.store.PendingSubmissions(ctx, s.OrgID, s.ID); err != nil {
		return t, err
	}
	results, err := hs.store.Results(ctx, s.OrgID, s.ID)
	if t.results = results[s.ID]; err != nil || s.Status.Terminal() {
		return t, err
	}
	t.unavailable, err = hs.sessions.Unavailable(ctx, s.OrgID, s.Methods.V)
	return t, err
}

// methods tells of every method of the graph, in order, how it stands.
func (t standing) methods() []methodObject {
	methods := []methodObject{}
	for _, node := range t.graph.Nodes {
		if node.Kind == graph.KindMethod {
			methods = append(methods, t.method(node))
		}
	}
	return methods
}

func (t standing) method(node graph.Node) methodObject {
	shown := methodObject{
		Method: node.Method, Status: t.of(node.ID), Attempts: node.AttemptsAllowed(),
		AttemptsLeft: t.attemptsLeft(node.ID), Needs: node.Method.Needs(),
		DocumentTypes:    append([]string{}, node.Options.DocumentTypes...),
		LivenessStrategy: rest.OrNull(node.Options.LivenessStrategy),
		LastAttempt:      lastAttempt(node.ID, t.results),
	}
	reason := t.unavailable[node.Method]
	if reason != "" && (shown.Status == graph.OfferAvailable || shown.Status == methodUpcoming) {
		shown.Status, shown.UnavailableReason = rest.MethodUnavailable, &reason
	}
	return shown
}

func (t standing) attemptsLeft(node string) int {
	return t.session.GraphState.V.AttemptsLeft(t.graph, node)
}

func (t standing) of(node string) string {
	switch {
	case t.hasPassed(node):
		return methodPassed
	case t.attemptsLeft(node) == 0:
		return methodExhausted
	case t.session.Status.Terminal():
		return methodSkipped
	case slices.ContainsFunc(t.pending, func(p models.Submission) bool { return p.Node == node }):
		return methodProcessing
	case t.offers(node):
		return graph.OfferAvailable
	case slices.Contains(t.session.GraphState.V.Upcoming(t.graph), node):
		return methodUpcoming
	default:
		return methodSkipped
	}
}

func (t standing) offers(node string) bool {
	return slices.ContainsFunc(t.session.GraphState.V.Offers(t.graph), func(o graph.Offer) bool { return o.Node == node })
}

func (t standing) hasPassed(node string) bool {
	return slices.ContainsFunc(t.results, func(r models.Result) bool {
		return r.Node == node && r.Status == graph.OutcomePassed
	})
}
