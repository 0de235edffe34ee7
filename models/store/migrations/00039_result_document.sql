-- +goose Up
-- The type, the issuing country and the expiry of the physical document that was read, in JSON; NULL for none.
ALTER TABLE results ADD COLUMN document TEXT;

-- +goose Down
ALTER TABLE results DROP COLUMN document;
