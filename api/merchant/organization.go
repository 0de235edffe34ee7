package merchant

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

// organizationObject is the caller's organization with its settings.
type organizationObject struct {
	ID           string           `json:"id"`
	Object       string           `json:"object"`
	Name         string           `json:"name"`
	Sandbox      bool             `json:"sandbox"`
	NetworkDedup bool             `json:"network_dedup"`
	Created      models.Timestamp `json:"created"`
}

func showOrganization(o models.Organization) (rest.Answer, error) {
	return rest.Reply(http.StatusOK, organizationObject{
		ID: o.ID, Object: "organization", Name: o.Name, Sandbox: o.Sandbox, NetworkDedup: o.NetworkDedup, Created: o.Created,
	})
}

func (hs *Handlers) getOrganization(c *rest.Call) (rest.Answer, error) {
	org, err := hs.store.Organization(c.Ctx, c.Org().ID)
	if err != nil {
		return rest.Answer{}, err
	}
	return showOrganization(org)
}

type organizationInput struct {
	NetworkDedup *bool `json:"network_dedup"`
}

// updateOrganization changes the settings that are given.
func (hs *Handlers) updateOrganization(c *rest.Call) (rest.Answer, error) {
	var in organizationInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	org, err := hs.store.ChangeSettings(c.Ctx, c.Org().ID, c.Actor(), store.SettingsChange{NetworkDedup: in.NetworkDedup})
	if err != nil {
		return rest.Answer{}, err
	}
	return showOrganization(org)
}
