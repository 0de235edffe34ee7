package webhooks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/internal/outbound"
	"github.com/stile-id/stile/models"
)

// endpointInput holds the fields of an endpoint.
type endpointInput struct {
	URL           *string            `json:"url"`
	EnabledEvents []string           `json:"enabled_events"`
	Status        *string            `json:"status"`
	Description   rest.Clearable     `json:"description"`
	Metadata      rest.MetadataInput `json:"metadata"`
}

// edit checks the given fields, and returns a function that writes them into an endpoint.
func (in endpointInput) edit(live bool, egress outbound.Policy) (func(*models.WebhookEndpoint) error, error) {
	events, eventsErr := in.events()
	err := cmp.Or(rest.CheckServerURL(in.URL, live, egress), eventsErr, rest.CheckStatus(in.Status),
		rest.CheckText("description", in.Description.Text, rest.LongestDescription))
	if err != nil {
		return nil, err
	}
	return func(e *models.WebhookEndpoint) (err error) {
		if in.URL != nil {
			e.URL = *in.URL
		}
		if in.EnabledEvents != nil {
			e.EnabledEvents = models.AsJSON(events)
		}
		if in.Status != nil {
			e.Status = models.EndpointStatus(*in.Status)
		}
		in.Description.Apply(&e.Description)
		e.Metadata.V, err = in.Metadata.Update(e.Metadata.V)
		return err
	}, nil
}

func (in endpointInput) events() ([]models.EventType, error) {
	if in.EnabledEvents == nil {
		return nil, nil
	}
	if len(in.EnabledEvents) == 0 {
		return nil, models.Invalid("enabled_events", `enabled_events must not be empty. Use ["*"] for all events`)
	}
	events := make([]models.EventType, 0, len(in.EnabledEvents))
	for i, name := range in.EnabledEvents {
		event, path := models.EventType(name), fmt.Sprintf("enabled_events[%d]", i)
		switch {
		case event == models.AllEvents && len(in.EnabledEvents) > 1:
			return nil, models.Invalid(path, `"*" stands for all events and must stand alone`)
		case event != models.AllEvents && !slices.Contains(models.EventTypes(), event):
			return nil, models.Invalid(path, "%s is not a known event type", path)
		case slices.Contains(events, event):
			return nil, models.Invalid(path, "%s appears more than once", path)
		}
		events = append(events, event)
	}
	return events, nil
}
