package sessions

import (
	"context"

	"github.com/stile-id/stile/methods"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

// Standing is how a session stands with a method before the next attempt.
type Standing = methods.Standing

// StandingAt returns how a session stands with the method of a node. Results are those of the session, oldest first.
func StandingAt(s models.Session, node string, results []models.Result) Standing {
	standing := Standing{Challenges: s.Challenges, Portrait: s.HasPortrait}
	for _, result := range results {
		if result.Node == node && result.Status == graph.OutcomeRequiresInput {
			standing.Reasons = append(standing.Reasons, result.ReasonCodes.V...)
		}
	}
	return standing
}

// standing reads how a session stands with the method of an offer.
func (s *Service) standing(ctx context.Context, session models.Session, offer graph.Offer) (Standing, error) {
	if session.Submissions == 0 {
		return StandingAt(session, offer.Node, nil), nil
	}
	results, err := s.store.Results(ctx, session.OrgID, session.ID)
	return StandingAt(session, offer.Node, results[session.ID]), err
}

// open refuses an upload for a method that the session's history closes. Errors: CodeParameterInvalid of method.
func (s *Service) open(ctx context.Context, session models.Session, offer graph.Offer, m methods.Method) error {
	if m.Closed == nil {
		return nil
	}
	standing, err := s.standing(ctx, session, offer)
	if err != nil {
		return err
	}
	return shut(m, standing)
}

// shut returns the refusal of a method that the session's history closes. Errors: CodeParameterInvalid of method.
func shut(m methods.Method, standing Standing) error {
	if m.Closed == nil {
		return nil
	}
	if reason := m.Closed(standing); reason != "" {
		return models.Invalid("method", "%s is not available: %s", m.Name, reason)
	}
	return nil
}
