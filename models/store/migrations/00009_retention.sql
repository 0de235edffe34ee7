-- +goose Up
-- When the contacts of an ended session are to be erased, and when they were. A session that ended without either has
-- been ended by a process that knows of neither: the sweep finds out when its contacts are due.
ALTER TABLE sessions ADD COLUMN erase_at BIGINT;
ALTER TABLE sessions ADD COLUMN erased_at BIGINT;
CREATE INDEX sessions_to_erase ON sessions (erase_at) WHERE completed_at IS NOT NULL AND erased_at IS NULL;

-- +goose Down
DROP INDEX sessions_to_erase;
ALTER TABLE sessions DROP COLUMN erased_at;
ALTER TABLE sessions DROP COLUMN erase_at;
