-- +goose Up
-- The deliveries of the endpoint that were created until then are closed in batches; NULL if none is left to close.
ALTER TABLE webhook_endpoints ADD COLUMN closing_until BIGINT;
CREATE INDEX webhook_endpoints_closing ON webhook_endpoints (closing_until) WHERE closing_until IS NOT NULL;

-- +goose Down
DROP INDEX webhook_endpoints_closing;
ALTER TABLE webhook_endpoints DROP COLUMN closing_until;
