-- +goose Up
-- The list of an endpoint's deliveries leaves out attempts that the schedule has in store.
CREATE INDEX webhook_deliveries_made ON webhook_deliveries (endpoint_id, created, id)
    WHERE (status <> 'pending' OR attempt = 1);
DROP INDEX webhook_deliveries_by_endpoint;

-- +goose Down
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, created, id);
DROP INDEX webhook_deliveries_made;
