-- +goose Up
-- The trace (W3C traceparent) of the request or activity that fired the event; NULL without one.
ALTER TABLE events ADD COLUMN trace_parent TEXT;

-- +goose Down
ALTER TABLE events DROP COLUMN trace_parent;
