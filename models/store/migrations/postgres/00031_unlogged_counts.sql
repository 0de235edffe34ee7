-- +goose Up
-- Counts are of no use after a day. Without a log, counting waits for no disk; a crash of the database empties the table.
ALTER TABLE risk_counts SET UNLOGGED;

-- +goose Down
ALTER TABLE risk_counts SET LOGGED;
