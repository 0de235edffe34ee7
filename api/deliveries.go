package api

import (
	"net/http"
	"slices"

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

// deliveriesPerPage is what the documentation promises of this list alone.
const deliveriesPerPage = 20

func (hs *webhookHandlers) listDeliveries(c *call) (answer, error) {
	page := c.query.pageOf(deliveriesPerPage)
	filter := store.DeliveryFilter{
		Status: models.DeliveryStatus(c.query.text("status")), EventType: models.EventType(c.query.text("event_type")),
	}
	filter.Made = filter.Status == ""
	if filter.Status != "" && !slices.Contains(models.DeliveryStatuses(), filter.Status) {
		c.query.fail("status", "status must be one of %s", models.Listed(models.DeliveryStatuses()))
	}
	if filter.EventType != "" && !slices.Contains(models.FiredEventTypes(), filter.EventType) {
		c.query.fail("event_type", "event_type must be one of %s", models.Listed(models.FiredEventTypes()))
	}
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	endpoint, err := hs.store.Endpoint(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	rows, more, err := hs.store.EndpointDeliveries(c.ctx, c.org().ID, endpoint.ID, filter, page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, showDelivery)
}

func (hs *webhookHandlers) getDelivery(c *call) (answer, error) {
	endpoint, err := hs.store.Endpoint(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	exchange, err := hs.store.Exchange(c.ctx, c.org().ID, endpoint.ID, c.param("delivery"))
	if err != nil {
		return answer{}, err
	}
	object, err := showExchange(exchange)
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, object)
}

// retryDelivery makes another attempt at once, in place of the one that the schedule has in store.
func (hs *webhookHandlers) retryDelivery(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	next, err := hs.store.Redeliver(c.ctx, c.org().ID, c.actor(), c.id(), c.param("delivery"))
	if err != nil {
		return answer{}, err
	}
	hs.orders.Redeliver(c.ctx, next)
	return reply(http.StatusCreated, showDelivery(next))
}

// testEndpoint sends an event that means nothing, so that a merchant sees a handler at work.
func (hs *webhookHandlers) testEndpoint(c *call) (answer, error) {
	if err := decode(c.body, &struct{}{}); err != nil {
		return answer{}, err
	}
	delivery, err := hs.store.TestEndpoint(c.ctx, c.org().ID, c.actor(), c.id())
	if err != nil {
		return answer{}, err
	}
	hs.orders.Redeliver(c.ctx, delivery)
	return reply(http.StatusCreated, showDelivery(delivery))
}
