-- +goose Up
-- The list of an endpoint's deliveries leaves out attempts that the schedule has in store.
CREATE INDEX webhook_deliveries_made ON webhook_deliveries (endpoint_id, created, id)
    WHERE (status <> 'pending' OR attempt = 1);

-- +goose Down
DROP INDEX webhook_deliveries_made;
