package stile

import (
	"context"
	"iter"
	"maps"
	"slices"
)

// Lists have two methods. The one named List returns a page. The one named All returns an iterator over all objects
// from the page on, which requests page after page:
//
//	for session, err := range client.VerificationSessions.All(ctx, params) {
//
// An error ends the iteration. Objects come newest first, with EndingBefore oldest first.

// listed is an object of a list. Its cursor is its id, or that of its session.
type listed interface{ cursor() string }

func (e Event) cursor() string               { return e.ID }
func (p ProviderConnector) cursor() string   { return p.ID }
func (r Review) cursor() string              { return r.SessionID }
func (g TrustGrant) cursor() string          { return g.ID }
func (s VerificationSession) cursor() string { return s.ID }
func (d WebhookDelivery) cursor() string     { return d.ID }
func (e WebhookEndpoint) cursor() string     { return e.ID }
func (r WebhookRecovery) cursor() string     { return r.ID }
func (w Workflow) cursor() string            { return w.ID }
func (v WorkflowVersion) cursor() string     { return v.ID }

// all returns the objects of a list, from the page of the call on.
func all[Item listed](ctx context.Context, t *transport, c call, options []Option) iter.Seq2[*Item, error] {
	type page struct {
		HasMore bool   `json:"has_more"`
		Data    []Item `json:"data"`
	}
	return func(yield func(*Item, error) bool) {
		next := c
		for {
			page, err := send[page](ctx, t, next, options)
			if err != nil {
				yield(nil, err)
				return
			}
			if c.query.Has("ending_before") {
				slices.Reverse(page.Data)
			}
			for i := range page.Data {
				if !yield(&page.Data[i], nil) {
					return
				}
			}
			if !page.HasMore || len(page.Data) == 0 {
				return
			}
			next = c.after(page.Data[len(page.Data)-1].cursor())
		}
	}
}

// after returns the call for the page after an object, in the direction of the call.
func (c call) after(cursor string) call {
	name := "starting_after"
	if c.query.Has("ending_before") {
		name = "ending_before"
	}
	c.query = maps.Clone(c.query)
	c.query.Set(name, cursor)
	return c
}
