-- +goose Up
-- The format, the type and the issuing country of the digital credential that was verified, in JSON; NULL for none.
ALTER TABLE results ADD COLUMN credential TEXT;

-- +goose Down
ALTER TABLE results DROP COLUMN credential;
