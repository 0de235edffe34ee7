package api

import (
	"net/http"
	"time"

	"github.com/stile-id/stile/models"
	"github.com/stile-id/stile/models/store"
)

type recoveryObject struct {
	ID         string                `json:"id"`
	Object     string                `json:"object"`
	EndpointID string                `json:"endpoint_id"`
	Status     models.RecoveryStatus `json:"status"`
	Since      models.Timestamp      `json:"since"`
	Until      models.Timestamp      `json:"until"`
	// Deliveries counts the attempts that it has asked for so far, by where they stand.
	Deliveries  map[models.DeliveryStatus]int `json:"deliveries"`
	Created     models.Timestamp              `json:"created"`
	CompletedAt *models.Timestamp             `json:"completed_at"`
}

func showRecovery(r models.Recovery, tally store.RecoveryTally) recoveryObject {
	deliveries := map[models.DeliveryStatus]int{}
	for _, status := range models.DeliveryStatuses() {
		deliveries[status] = tally[status]
	}
	return recoveryObject{
		ID: r.ID, Object: "webhook_recovery", EndpointID: r.EndpointID, Status: r.Status, Since: r.Since, Until: r.Until,
		Deliveries: deliveries, Created: r.Created, CompletedAt: r.CompletedAt,
	}
}

type recoveryInput struct {
	Since *int64 `json:"since"`
	Until *int64 `json:"until"`
}

// window reads what is to be recovered: up to now, where it does not say. What is yet to happen has not failed.
func (in recoveryInput) window(now time.Time) (since, until models.Timestamp, err error) {
	if in.Since == nil {
		return since, until, missing("since")
	}
	from, err := moment("since", in.Since)
	if err != nil {
		return since, until, err
	}
	if from.After(now) {
		return since, until, models.Invalid("since", "since must not be in the future")
	}
	to, err := moment("until", in.Until)
	if err != nil {
		return since, until, err
	}
	if to == nil || to.After(now) {
		to = models.AtPtr(now.Truncate(time.Second))
	}
	if to.Before(from.Time) {
		return since, until, models.Invalid("until", "until must not be before since")
	}
	return *from, *to, nil
}

// recoverEndpoint has everything redelivered that the endpoint has not acknowledged. Its answer does not wait for that.
func (hs *webhookHandlers) recoverEndpoint(c *call) (answer, error) {
	var in recoveryInput
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	since, until, err := in.window(hs.store.Now().Time)
	if err != nil {
		return answer{}, err
	}
	recovery, err := hs.store.CreateRecovery(c.ctx, c.org().ID, c.actor(), c.id(), since, until)
	if err != nil {
		return answer{}, err
	}
	hs.orders.Recover(c.ctx, recovery)
	return reply(http.StatusCreated, showRecovery(recovery, nil))
}

func (hs *webhookHandlers) listRecoveries(c *call) (answer, error) {
	page := c.query.page()
	if c.query.err != nil {
		return answer{}, c.query.err
	}
	endpoint, err := hs.store.Endpoint(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	rows, tallies, more, err := hs.store.Recoveries(c.ctx, c.org().ID, endpoint.ID, page)
	if err != nil {
		return answer{}, err
	}
	return listOf(c, rows, more, func(r models.Recovery) recoveryObject { return showRecovery(r, tallies[r.ID]) })
}

func (hs *webhookHandlers) getRecovery(c *call) (answer, error) {
	endpoint, err := hs.store.Endpoint(c.ctx, c.org().ID, c.id())
	if err != nil {
		return answer{}, err
	}
	recovery, tally, err := hs.store.Recovery(c.ctx, c.org().ID, endpoint.ID, c.param("recovery"))
	if err != nil {
		return answer{}, err
	}
	return reply(http.StatusOK, showRecovery(recovery, tally))
}
