-- +goose Up
-- While a secret is rotated: the one that still signs, and until when.
ALTER TABLE webhook_endpoints ADD COLUMN old_secret_sealed TEXT;
ALTER TABLE webhook_endpoints ADD COLUMN overlap_until BIGINT;

-- +goose Down
ALTER TABLE webhook_endpoints DROP COLUMN overlap_until;
ALTER TABLE webhook_endpoints DROP COLUMN old_secret_sealed;
