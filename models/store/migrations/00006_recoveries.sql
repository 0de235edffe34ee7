-- +goose Up
-- What brings an endpoint all that it has not acknowledged; the cursor is the last event that was looked at.
CREATE TABLE webhook_recoveries (
    id             TEXT PRIMARY KEY,
    org_id         TEXT NOT NULL,
    endpoint_id    TEXT NOT NULL REFERENCES webhook_endpoints (id),
    since          BIGINT NOT NULL,
    until          BIGINT NOT NULL,
    status         TEXT NOT NULL,
    cursor_created BIGINT NOT NULL,
    cursor_id      TEXT NOT NULL,
    created        BIGINT NOT NULL,
    updated        BIGINT NOT NULL,
    completed_at   BIGINT
);
CREATE INDEX webhook_recoveries_by_endpoint ON webhook_recoveries (endpoint_id, created, id);
CREATE INDEX webhook_recoveries_running ON webhook_recoveries (updated) WHERE status = 'running';

-- The recovery that asked for an attempt.
ALTER TABLE webhook_deliveries ADD COLUMN recovery_id TEXT;
CREATE INDEX webhook_deliveries_by_recovery ON webhook_deliveries (recovery_id, status) WHERE recovery_id IS NOT NULL;

-- +goose Down
DROP INDEX webhook_deliveries_by_recovery;
ALTER TABLE webhook_deliveries DROP COLUMN recovery_id;
DROP TABLE webhook_recoveries;
