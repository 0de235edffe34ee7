-- +goose Up
-- Set while the address that told of places was that of the merchant's server.
ALTER TABLE sessions ADD COLUMN provisional BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE sessions DROP COLUMN provisional;
