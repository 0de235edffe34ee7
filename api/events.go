package api

import (
	"net/http"
	"slices"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

func (hs *merchantHandlers) listEvents(c *call) (answer, error) {
	page := c.query.page()
	filter := store.EventFilter{
		Type: models.EventType(c.query.text("type")), Session: c.query.text("session"), Created: c.query.window("created"),
	}
	if filter.Type != "" && !slices.Contains(models.FiredEventTypes(), filter.Type) {
		c.query.fail("type", "type must be one of %s", models.Listed(models.FiredEventTypes()))
	}
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	rows, pending, more, err := hs.store.Events(c.ctx, c.org().ID, filter, page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, func(e models.Event) models.EventObject {
		n := pending[e.ID]
		return e.Public(&n)
	})
}

func (hs *merchantHandlers) getEvent(c *call) (answer, error) {
	event, pending, err := hs.store.Event(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, event.Public(&pending))
}

// replayEvent brings an event to all that are subscribed to it now, whether they have had it or not.
func (hs *merchantHandlers) replayEvent(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	deliveries, err := hs.store.Replay(c.ctx, c.org().ID, c.actor(), c.id())
	if err != nil {
		return answer{}, err
	}
	for _, d := range deliveries {
		hs.orders.Redeliver(c.ctx, d)
	}
	return hs.getEvent(c)
}
