package stile

import (
	"context"
	"iter"
)

// Events reads the events of the organization.
type Events struct{ transport *transport }

// Retrieve returns an event.
func (r Events) Retrieve(ctx context.Context, id string, options ...Option) (*Event, error) {
	return send[Event](ctx, r.transport, get("/v1/events/{id}", id), options)
}

// List returns a page of the events.
func (r Events) List(ctx context.Context, params EventListParams, options ...Option) (*EventList, error) {
	return send[EventList](ctx, r.transport, get("/v1/events").with(params), options)
}

// All returns all events, page after page.
func (r Events) All(ctx context.Context, params EventListParams, options ...Option) iter.Seq2[*Event, error] {
	return all[Event](ctx, r.transport, get("/v1/events").with(params), options)
}

// Replay sends an event again to every endpoint that is subscribed to its type. Addition.
func (r Events) Replay(ctx context.Context, id string, options ...Option) (*Event, error) {
	return send[Event](ctx, r.transport, post("/v1/events/{id}/replay", id), options)
}
