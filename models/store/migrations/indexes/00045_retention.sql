-- +goose Up
-- The order in which retention goes through the rows of all organizations.
CREATE INDEX events_by_time ON events (created, id);
CREATE INDEX audit_log_by_time ON audit_log (created, id);
CREATE INDEX sessions_by_end ON sessions (completed_at, id) WHERE completed_at IS NOT NULL;

-- +goose Down
DROP INDEX sessions_by_end;
DROP INDEX audit_log_by_time;
DROP INDEX events_by_time;
