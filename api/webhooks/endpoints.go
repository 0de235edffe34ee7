package webhooks

import (
	"net/http"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
)

type endpointObject struct {
	ID            string                `json:"id"`
	Object        string                `json:"object"`
	URL           string                `json:"url"`
	EnabledEvents []models.EventType    `json:"enabled_events"`
	Status        models.EndpointStatus `json:"status"`
	Description   *string               `json:"description"`
	Metadata      map[string]string     `json:"metadata"`
	Created       models.Timestamp      `json:"created"`
	Updated       models.Timestamp      `json:"updated"`
	// OverlapUntil is when a rotation under way ends: until then the old secret signs.
	OverlapUntil *models.Timestamp `json:"overlap_until"`
	// DisabledReason and DisabledAt are null unless Stile disabled the endpoint.
	DisabledReason *models.DisabledReason `json:"disabled_reason"`
	DisabledAt     *models.Timestamp      `json:"disabled_at"`
	Secret         string                 `json:"secret,omitempty"` // only on create and rotate-secret
}

const objectEndpoint = "webhook_endpoint"

func showEndpoint(e models.WebhookEndpoint) endpointObject {
	object := endpointObject{
		ID: e.ID, Object: objectEndpoint, URL: e.URL, EnabledEvents: e.EnabledEvents.V, Status: e.Status,
		Description: e.Description, Metadata: e.Metadata.V, Created: e.Created, Updated: e.Updated,
		OverlapUntil: e.OverlapUntil,
	}
	if e.Status == models.EndpointDisabled { // a process of the version before leaves them when it enables
		object.DisabledReason, object.DisabledAt = e.DisabledReason, e.DisabledAt
	}
	return object
}

func (hs *Handlers) createEndpoint(c *rest.Call) (rest.Answer, error) {
	var in endpointInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	switch {
	case in.URL == nil:
		return rest.Answer{}, rest.Missing("url")
	case in.EnabledEvents == nil:
		return rest.Answer{}, rest.Missing("enabled_events")
	}
	edit, err := in.edit(c.Live(), hs.egress)
	if err != nil {
		return rest.Answer{}, err
	}
	endpoint := models.WebhookEndpoint{
		OrgID: c.Org().ID, Status: models.EndpointEnabled, Metadata: models.AsJSON(map[string]string{}),
	}
	if err := edit(&endpoint); err != nil {
		return rest.Answer{}, err
	}
	endpoint, secret, err := hs.store.CreateEndpoint(c.Ctx, c.Actor(), endpoint, hs.limit)
	if err != nil {
		return rest.Answer{}, err
	}
	object := showEndpoint(endpoint)
	object.Secret = secret
	return rest.Reply(http.StatusCreated, object)
}

func (hs *Handlers) listEndpoints(c *rest.Call) (rest.Answer, error) {
	page := c.Query.Page()
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, more, err := hs.store.Endpoints(c.Ctx, c.Org().ID, page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, showEndpoint)
}

func (hs *Handlers) getEndpoint(c *rest.Call) (rest.Answer, error) {
	endpoint, err := hs.store.Endpoint(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showEndpoint(endpoint))
}

// updateEndpoint replaces the fields that are given, each as a whole, but for metadata, of which pairs are.
func (hs *Handlers) updateEndpoint(c *rest.Call) (rest.Answer, error) {
	var in endpointInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	edit, err := in.edit(c.Live(), hs.egress)
	if err != nil {
		return rest.Answer{}, err
	}
	endpoint, err := hs.store.UpdateEndpoint(c.Ctx, c.Org().ID, c.Actor(), c.ID(), edit)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showEndpoint(endpoint))
}

func (hs *Handlers) deleteEndpoint(c *rest.Call) (rest.Answer, error) {
	if err := hs.store.DeleteEndpoint(c.Ctx, c.Org().ID, c.Actor(), c.ID()); err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, rest.DeletedObject{ID: c.ID(), Object: objectEndpoint, Deleted: true})
}
