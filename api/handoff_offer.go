package api

import (
	"context"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

type troubleInput struct {
	Type *string `json:"type"`
}

// reportTrouble notes what the page says went wrong on the user's device, and answers whether to offer a phone.
func (a *API) reportTrouble(c *call) (answer, error) {
	var in troubleInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Type == nil {
		return answer{}, missing("type")
	}
	trouble, known := models.ParseHandoffReason(*in.Type)
	if !known {
		return answer{}, models.Invalid("type", "type must be one of %s", listed(models.HandoffReasons))
	}
	session, err := a.store.NoteTrouble(c.ctx, c.session.OrgID, c.session.ID, trouble)
	if err != nil {
		return answer{}, err
	}
	return a.view(c, session)
}

// offeredHandoff is why the page is to offer a phone; nil where it is not.
func (a *API) offeredHandoff(ctx context.Context, s models.Session, onPhone bool) (*models.HandoffReason, error) {
	reason := s.HandoffOffer(onPhone)
	if reason == nil {
		return nil, nil
	}
	wanted, err := a.handoffOf(ctx, s)
	if err != nil || !wanted.Enabled {
		return nil, err
	}
	return reason, nil
}

// handoffOf is how the session's workflow has sessions go on with a phone.
func (a *API) handoffOf(ctx context.Context, s models.Session) (graph.Handoff, error) {
	preferences, err := a.store.SessionPreferences(ctx, s)
	return preferences.HandoffOrDefault(), err
}
