-- +goose Up
-- When an API key was first found past its end. It never works again, whatever becomes of the clock.
ALTER TABLE api_keys ADD COLUMN ended_at BIGINT;

-- +goose Down
ALTER TABLE api_keys DROP COLUMN ended_at;
