package api

import (
	"net/http"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules"
	"github.com/stile-id/stile/rules/graph"
)

// viewObject is what the verification page needs to know.
type viewObject struct {
	Object           string                `json:"object"`
	SessionID        string                `json:"session_id"`
	Type             models.SessionType    `json:"type"`
	Status           models.SessionStatus  `json:"status"`
	Merchant         merchantObject        `json:"merchant"`
	Methods          []methodObject        `json:"methods"`
	RequiresEmailOTP bool                  `json:"requires_email_otp"`
	ConsentRequired  bool                  `json:"consent_required"`
	OfferHandoff     bool                  `json:"offer_handoff"`
	HandoffReason    *string               `json:"handoff_reason"`
	Failure          *models.FailureObject `json:"failure"`
	Review           *struct{}             `json:"review"`
	ExpiresAt        models.Timestamp      `json:"expires_at"`
}

type merchantObject struct {
	Name    string  `json:"name"`
	LogoURL *string `json:"logo_url"`
	Color   *string `json:"color"`
}

type methodObject struct {
	Method       rules.Method `json:"method"`
	Status       string       `json:"status"`
	AttemptsLeft int          `json:"attempts_left"`
	Needs        []string     `json:"needs"`
}

// The statuses of a method. Exhausted is also what is not open: of a step that is over, or has not begun.
const (
	methodProcessing = "processing"
	methodPassed     = "passed"
	methodExhausted  = "exhausted"
)

func (a *API) view(c *call, s models.Session) (answer, error) {
	org, err := a.store.Across().Organization(c.ctx, s.OrgID)
	if err != nil {
		return answer{}, err
	}
	methods, err := a.methodsOf(c, s)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, viewObject{
		Object: "verification_view", SessionID: s.ID, Type: s.Type, Status: s.Status,
		Merchant: merchantObject{Name: org.Name}, Methods: methods,
		Failure: s.Public().Failure, ExpiresAt: s.ExpiresAt,
	})
}

// methodsOf tells of every method of the graph, in order, how it stands.
func (a *API) methodsOf(c *call, s models.Session) ([]methodObject, error) {
	g, err := a.store.SessionGraph(c.ctx, s)
	if err != nil {
		return nil, err
	}
	pending, err := a.store.PendingSubmissions(c.ctx, s.OrgID, s.ID)
	if err != nil {
		return nil, err
	}
	results, err := a.store.Results(c.ctx, s.OrgID, s.ID)
	if err != nil {
		return nil, err
	}
	offers := s.GraphState.V.Offers(g)
	methods := []methodObject{}
	for _, node := range g.Nodes {
		if node.Kind != graph.KindMethod {
			continue
		}
		methods = append(methods, methodObject{
			Method: node.Method, Status: methodStatus(node.ID, results[s.ID], pending, offers, s.Status),
			AttemptsLeft: s.GraphState.V.AttemptsLeft(g, node.ID), Needs: node.Method.Needs(),
		})
	}
	return methods, nil
}

func methodStatus(
	node string, results []models.Result, pending []models.Submission, offers []graph.Offer, session models.SessionStatus,
) string {
	switch {
	case slices.ContainsFunc(results, func(r models.Result) bool {
		return r.Node == node && r.Status == graph.OutcomePassed
	}):
		return methodPassed
	case session.Terminal():
		return methodExhausted
	case slices.ContainsFunc(pending, func(p models.Submission) bool { return p.Node == node }):
		return methodProcessing
	case slices.ContainsFunc(offers, func(o graph.Offer) bool { return o.Node == node }):
		return graph.OfferAvailable
	default:
		return methodExhausted
	}
}
