package device

import (
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

type troubleInput struct {
	Type *string `json:"type"`
}

// reportTrouble notes a fault of the user's device that the page reports, and answers with the view, which says whether
// to offer a phone.
func (hs *Handlers) reportTrouble(c *rest.Call) (rest.Answer, error) {
	var in troubleInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Type == nil {
		return rest.Answer{}, rest.Missing("type")
	}
	trouble, known := models.ParseHandoffReason(*in.Type)
	if !known {
		return rest.Answer{}, models.Invalid("type", "type must be one of %s", models.Listed(models.HandoffReasons))
	}
	session, err := hs.store.NoteHandoffReason(c.Ctx, c.Session.OrgID, c.Session.ID, trouble)
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.view(c, session)
}
