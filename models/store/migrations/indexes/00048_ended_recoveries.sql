-- +goose Up
-- The order in which retention goes through the recoveries of all organizations.
CREATE INDEX webhook_recoveries_by_end ON webhook_recoveries (completed_at, id) WHERE completed_at IS NOT NULL;

-- +goose Down
DROP INDEX webhook_recoveries_by_end;
