package api

import (
	"github.com/stile-id/stile/models"
)

type troubleInput struct {
	Type *string `json:"type"`
}

// reportTrouble notes a fault of the user's device that the page reports, and answers with the view, which says whether
// to offer a phone.
func (hs *deviceHandlers) reportTrouble(c *call) (answer, error) {
	var in troubleInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Type == nil {
		return answer{}, missing("type")
	}
	trouble, known := models.ParseHandoffReason(*in.Type)
	if !known {
		return answer{}, models.Invalid("type", "type must be one of %s", models.Listed(models.HandoffReasons))
	}
	session, err := hs.store.NoteTrouble(c.ctx, c.session.OrgID, c.session.ID, trouble)
	if err != nil {
		return answer{}, err
	}
	return hs.view(c, session)
}
