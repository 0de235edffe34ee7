package merchant

import (
	"net/http"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func (hs *Handlers) listEvents(c *rest.Call) (rest.Answer, error) {
	page := c.Query.Page()
	filter := store.EventFilter{
		Type: models.EventType(c.Query.Text("type")), Session: c.Query.Text("session"), Created: c.Query.Window("created"),
	}
	if filter.Type != "" && !slices.Contains(models.FiredEventTypes(), filter.Type) {
		c.Query.Fail("type", "type must be one of %s", models.Listed(models.FiredEventTypes()))
	}
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	rows, pending, more, err := hs.store.Events(c.Ctx, c.Org().ID, filter, page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, func(e models.Event) models.EventObject {
		n := pending[e.ID]
		return e.Public(&n)
	})
}

func (hs *Handlers) getEvent(c *rest.Call) (rest.Answer, error) {
	event, pending, err := hs.store.Event(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, event.Public(&pending))
}

// replayEvent brings an event to all that are subscribed to it now, whether they have had it or not.
func (hs *Handlers) replayEvent(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	deliveries, err := hs.store.Replay(c.Ctx, c.Org().ID, c.Actor(), c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	for _, d := range deliveries {
		hs.orders.Redeliver(c.Ctx, d)
	}
	return hs.getEvent(c)
}
