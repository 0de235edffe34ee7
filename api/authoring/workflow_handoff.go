package authoring

import (
	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/rules/graph"
)

type handoffInput struct {
	Enabled     *bool   `json:"enabled"`
	URLBase     *string `json:"url_base"`
	CompanyName *string `json:"company_name"`
	Confirm     *bool   `json:"confirm"`
}

type handoffObject struct {
	Enabled     bool    `json:"enabled"`
	URLBase     *string `json:"url_base"`
	CompanyName *string `json:"company_name"`
	Confirm     bool    `json:"confirm"`
}

// checkHandoff looks up whether the page that the preferences name is one that the organization has allowed.
func (hs *Handlers) checkHandoff(c *rest.Call, given *preferencesInput) error {
	if given == nil || given.Handoff == nil || given.Handoff.URLBase == nil {
		return nil
	}
	_, err := hs.sessions.AllowedPage(c.Ctx, c.Org(), "preferences.handoff.url_base", *given.Handoff.URLBase)
	return err
}

// apply writes the given fields on top of the defaults. The page has been checked.
func (in *handoffInput) apply(p *graph.Preferences) error {
	if in == nil {
		return nil
	}
	if err := models.CheckCompanyName("preferences.handoff.company_name", in.CompanyName); err != nil {
		return err
	}
	chosen := graph.DefaultHandoff()
	rest.Set(&chosen.Enabled, in.Enabled)
	rest.Set(&chosen.URLBase, in.URLBase)
	rest.Set(&chosen.CompanyName, in.CompanyName)
	rest.Set(&chosen.Confirm, in.Confirm)
	p.Handoff = &chosen
	return nil
}

func showHandoff(h graph.Handoff) handoffObject {
	return handoffObject{
		Enabled: h.Enabled, URLBase: rest.OrNull(h.URLBase), CompanyName: rest.OrNull(h.CompanyName), Confirm: h.Confirm,
	}
}
