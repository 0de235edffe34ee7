-- +goose Up
-- Null where a process of the version before has written the row, which compares bytes.
ALTER TABLE idempotency_keys ADD COLUMN content TEXT;

-- +goose Down
ALTER TABLE idempotency_keys DROP COLUMN content;
