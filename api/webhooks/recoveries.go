package webhooks

import (
	"net/http"
	"time"

	"github.com/stile-id/stile/api/rest"
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

// window reads the time to recover, which ends now unless until is earlier. A time in the future has no failures.
func (in recoveryInput) window(now time.Time) (since, until models.Timestamp, err error) {
	if in.Since == nil {
		return since, until, rest.Missing("since")
	}
	from, err := rest.Moment("since", in.Since)
	if err != nil {
		return since, until, err
	}
	if from.After(now) {
		return since, until, models.Invalid("since", "since must not be in the future")
	}
	to, err := rest.Moment("until", in.Until)
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
func (hs *Handlers) recoverEndpoint(c *rest.Call) (rest.Answer, error) {
	var in recoveryInput
	if err := rest.Decode(c.Body, &in); err != nil {
		return rest.Answer{}, err
	}
	since, until, err := in.window(hs.store.Now().Time)
	if err != nil {
		return rest.Answer{}, err
	}
	recovery, err := hs.store.CreateRecovery(c.Ctx, c.Org().ID, c.Actor(), c.ID(), since, until)
	if err != nil {
		return rest.Answer{}, err
	}
	hs.orders.Recover(c.Ctx, recovery)
	return rest.Reply(http.StatusCreated, showRecovery(recovery, nil))
}

func (hs *Handlers) listRecoveries(c *rest.Call) (rest.Answer, error) {
	page := c.Query.Page()
	if c.Query.Err != nil {
		return rest.Answer{}, c.Query.Err
	}
	endpoint, err := hs.store.Endpoint(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	rows, tallies, more, err := hs.store.Recoveries(c.Ctx, c.Org().ID, endpoint.ID, page)
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.ListOf(c, rows, more, func(r models.Recovery) recoveryObject { return showRecovery(r, tallies[r.ID]) })
}

func (hs *Handlers) getRecovery(c *rest.Call) (rest.Answer, error) {
	endpoint, err := hs.store.Endpoint(c.Ctx, c.Org().ID, c.ID())
	if err != nil {
		return rest.Answer{}, err
	}
	recovery, tally, err := hs.store.Recovery(c.Ctx, c.Org().ID, endpoint.ID, c.Param("recovery"))
	if err != nil {
		return rest.Answer{}, err
	}
	return rest.Reply(http.StatusOK, showRecovery(recovery, tally))
}
