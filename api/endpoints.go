package api

import (
	"net/http"

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

func (hs *webhookHandlers) createEndpoint(c *call) (answer, error) {
	var in endpointInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	switch {
	case in.URL == nil:
		return answer{}, missing("url")
	case in.EnabledEvents == nil:
		return answer{}, missing("enabled_events")
	}
	edit, err := in.edit(c.live(), hs.egress)
	if err != nil {
		return answer{}, err
	}
	endpoint := models.WebhookEndpoint{
		OrgID: c.org().ID, Status: models.EndpointEnabled, Metadata: models.AsJSON(map[string]string{}),
	}
	if err := edit(&endpoint); err != nil {
		return answer{}, err
	}
	endpoint, secret, err := hs.store.CreateEndpoint(c.ctx, c.actor(), endpoint, hs.limit)
	if err != nil {
		return answer{}, err
	}
	object := showEndpoint(endpoint)
	object.Secret = secret
	return reply(http.StatusCreated, object)
}

func (hs *webhookHandlers) listEndpoints(c *call) (answer, error) {
	page := c.query.page()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, more, err := hs.store.Endpoints(c.ctx, c.org().ID, page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, showEndpoint)
}

func (hs *webhookHandlers) getEndpoint(c *call) (answer, error) {
	endpoint, err := hs.store.Endpoint(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showEndpoint(endpoint))
}

// updateEndpoint replaces the fields that are given, each as a whole, but for metadata, of which pairs are.
func (hs *webhookHandlers) updateEndpoint(c *call) (answer, error) {
	var in endpointInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	edit, err := in.edit(c.live(), hs.egress)
	if err != nil {
		return answer{}, err
	}
	endpoint, err := hs.store.UpdateEndpoint(c.ctx, c.org().ID, c.actor(), c.id(), edit)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showEndpoint(endpoint))
}

func (hs *webhookHandlers) deleteEndpoint(c *call) (answer, error) {
	if err := hs.store.DeleteEndpoint(c.ctx, c.org().ID, c.actor(), c.id()); err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, deletedObject{ID: c.id(), Object: objectEndpoint, Deleted: true})
}
