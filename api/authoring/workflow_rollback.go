package authoring

import "github.com/stile-id/stile/api/rest"

// rollbackWorkflow publishes an old version anew, as the next one. The draft stays as it is.
func (hs *Handlers) rollbackWorkflow(c *rest.Call) (rest.Answer, error) {
	var in struct {
		Version *int    `json:"version"`
		Note    *string `json:"note"`
	}
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	if in.Version == nil {
		return rest.Answer{}, rest.Missing("version")
	}
	if err := rest.CheckText("note", in.Note, longestNote); err != nil {
		return rest.Answer{}, err
	}
	v, err := hs.store.RollbackWorkflow(c.Ctx, c.Org().ID, c.Actor(), c.ID(), *in.Version, in.Note)
	if err != nil {
		return rest.Answer{}, err
	}
	return hs.published(c, v)
}
