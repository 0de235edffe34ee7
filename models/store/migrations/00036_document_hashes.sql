-- +goose Up
-- The keyed hash of the document that a method has seen; NULL without one.
ALTER TABLE results ADD COLUMN document_hash TEXT;

-- +goose Down
ALTER TABLE results DROP COLUMN document_hash;
