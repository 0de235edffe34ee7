-- +goose Up
-- Where an order goes, and where the user's address was when the session was created. The address itself is not kept.
ALTER TABLE sessions ADD COLUMN delivery_jurisdiction TEXT;
ALTER TABLE sessions ADD COLUMN ip_jurisdiction TEXT;

-- +goose Down
ALTER TABLE sessions DROP COLUMN ip_jurisdiction;
ALTER TABLE sessions DROP COLUMN delivery_jurisdiction;
