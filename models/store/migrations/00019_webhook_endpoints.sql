-- +goose Up
-- The last rotation of a secret, so that a repeat of its request answers with the same secret.
ALTER TABLE webhook_endpoints ADD COLUMN rotation_id TEXT NOT NULL DEFAULT '';
ALTER TABLE provider_connectors ADD COLUMN rotation_id TEXT NOT NULL DEFAULT '';

-- Since when an endpoint's latest answer has been 410 Gone; a second one disables it, with the reason and the time.
ALTER TABLE webhook_endpoints ADD COLUMN gone_at BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN disabled_reason TEXT;
ALTER TABLE webhook_endpoints ADD COLUMN disabled_at BIGINT;

-- +goose Down
ALTER TABLE webhook_endpoints DROP COLUMN disabled_at;
ALTER TABLE webhook_endpoints DROP COLUMN disabled_reason;
ALTER TABLE webhook_endpoints DROP COLUMN gone_at;
ALTER TABLE provider_connectors DROP COLUMN rotation_id;
ALTER TABLE webhook_endpoints DROP COLUMN rotation_id;
