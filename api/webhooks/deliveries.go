package webhooks

import (
	"net/http"
	"slices"

	"github.com/stile-id/stile/api/rest"
	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

type deliveryObject struct {
	ID             string                `json:"id"`
	Object         string                `json:"object"`
	EndpointID     string                `json:"endpoint_id"`
	EventID        string                `json:"event_id"`
	EventType      models.EventType      `json:"event_type"`
	Attempt        int                   `json:"attempt"`
	Status         models.DeliveryStatus `json:"status"`
	ResponseStatus *int                  `json:"response_status"`
	Error          *string               `json:"error"`
	DurationMS     *int64                `json:"duration_ms"`
	NextAttemptAt  *models.Timestamp     `json:"next_attempt_at"`
	Created        models.Timestamp      `json:"created"`
}

// exchangeObject is a delivery as it is retrieved.
type exchangeObject struct {
	deliveryObject
	Request  *deliveryRequest  `json:"request"`  // null while nothing has been sent
	Response *deliveryResponse `json:"response"` // null where nothing was answered
}

type deliveryRequest struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"` // text, since the signature is over these very bytes
}

type deliveryResponse struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

func showDelivery(d models.Delivery) deliveryObject {
	return deliveryObject{
		ID: d.ID, Object: "webhook_delivery", EndpointID: d.EndpointID, EventID: d.EventID, EventType: d.EventType,
		Attempt: d.Attempt, Status: d.Status, ResponseStatus: d.ResponseStatus, Error: d.Error,
		DurationMS: d.DurationMS, NextAttemptAt: d.NextAttemptAt, Created: d.Created,
	}
}

func showExchange(e store.Exchange) (exchangeObject, error) {
	object := exchangeObject{deliveryObject: showDelivery(e.Delivery)}
	if e.Sent != nil {
		body, err := e.Event.Body()
		if err != nil {
			return object, err
		}
		object.Request = &deliveryRequest{URL: e.Sent.URL, Headers: e.Sent.Headers, Body: string(body)}
	}
	if e.Delivery.ResponseStatus != nil {
		object.Response = &deliveryResponse{Status: *e.Delivery.ResponseStatus, Body: e.Body}
	}
	return object, nil
}

// deliveriesPerPage is the documented default of this list; other lists have 10.
const deliveriesPerPage = 20

func (hs *Handlers) listDeliveries(c *rest.Call) (rest.Answer, error) {
	page := c.Query.PageOf(deliveriesPerPage)
	filter := store.DeliveryFilter{
		Status: models.DeliveryStatus(c.Query.Text("status")), EventType: models.EventType(c.Query.Text("event_type")),
	}
	filter.Made = filter.Status == ""
	if filter.Status != "" && !slices.Contains(models.DeliveryStatuses(), filter.Status) {
		c.Query.Fail("status", "status must be one of %s", models.Listed(models.DeliveryStatuses()))
	}
	if filter.EventType != "" && !slices.Contains(models.FiredEventTypes(), filter.EventType) {
		c.Query.Fail("event_type", "event_type must be one of %s", models.Listed(models.FiredEventTypes()))
	}
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	endpoint, err := hs.store.Endpoint(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	rows, more, err := hs.store.EndpointDeliveries(c.Ctx, c.Org().ID, endpoint.ID, filter, page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, showDelivery)
}

func (hs *Handlers) getDelivery(c *rest.Call) (rest.Answer, error) {
	endpoint, err := hs.store.Endpoint(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	exchange, err := hs.store.Exchange(c.Ctx, c.Org().ID, endpoint.ID, c.Param("delivery"))
	if err != nil {
		return rest.Answer{}, err
	}
	object, err := showExchange(exchange)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, object)
}

// retryDelivery makes another attempt at once, in place of the one that the schedule has in store.
func (hs *Handlers) retryDelivery(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	next, err := hs.store.Redeliver(c.Ctx, c.Org().ID, c.Actor(), c.ID(), c.Param("delivery"))
	if err != nil {
		return rest.Answer{}, err
	}
	hs.orders.Redeliver(c.Ctx, next)
	return rest.Reply(http.StatusCreated, showDelivery(next))
}

// testEndpoint sends an event that means nothing, so that a merchant sees a handler at work.
func (hs *Handlers) testEndpoint(c *rest.Call) (rest.Answer, error) {
	if err := rest.Decode(c.Body, &struct{}{}); err != nil {
		return rest.Answer{}, err
	}
	delivery, err := hs.store.TestEndpoint(c.Ctx, c.Org().ID, c.Actor(), c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	hs.orders.Redeliver(c.Ctx, delivery)
	return rest.Reply(http.StatusCreated, showDelivery(delivery))
}
