-- +goose Up
-- The tally of a recovery's attempts, as JSON, once none of them can change any more.
ALTER TABLE webhook_recoveries ADD COLUMN tally TEXT;
CREATE INDEX webhook_recoveries_uncounted ON webhook_recoveries (completed_at)
    WHERE completed_at IS NOT NULL AND tally IS NULL;

-- +goose Down
DROP INDEX webhook_recoveries_uncounted;
ALTER TABLE webhook_recoveries DROP COLUMN tally;
