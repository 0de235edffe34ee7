package api

import "net/http"

// rollbackWorkflow publishes an old version anew, as the next one. The draft stays as it is.
func (hs *authoringHandlers) rollbackWorkflow(c *call) (answer, error) {
	var in struct {
		Version *int    `json:"version"`
		Note    *string `json:"note"`
	}
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Version == nil {
		return answer{}, missing("version")
	}
	if err := checkText("note", in.Note, longestNote); err != nil {
		return answer{}, err
	}
	v, err := hs.store.RollbackWorkflow(c.ctx, c.org().ID, c.actor(), c.id(), *in.Version, in.Note)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusCreated, showPublished(v))
}
