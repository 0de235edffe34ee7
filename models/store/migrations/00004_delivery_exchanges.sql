-- +goose Up
-- What an attempt sent, but for the body, which is the event; and the beginning of what it was answered. All null
-- while nothing has been sent.
ALTER TABLE webhook_deliveries ADD COLUMN sent_at BIGINT;
ALTER TABLE webhook_deliveries ADD COLUMN request_url TEXT;
ALTER TABLE webhook_deliveries ADD COLUMN request_headers TEXT;
ALTER TABLE webhook_deliveries ADD COLUMN response_sealed TEXT;
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, created, id) WHERE status = 'failed';

-- +goose Down
DROP INDEX webhook_deliveries_failed;
ALTER TABLE webhook_deliveries DROP COLUMN response_sealed;
ALTER TABLE webhook_deliveries DROP COLUMN request_headers;
ALTER TABLE webhook_deliveries DROP COLUMN request_url;
ALTER TABLE webhook_deliveries DROP COLUMN sent_at;
