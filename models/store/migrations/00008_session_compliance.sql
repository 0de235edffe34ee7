-- +goose Up
-- What the law asked of the session when it was created, and when the user consented to biometric processing.
ALTER TABLE sessions ADD COLUMN compliance TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN consented_at BIGINT;

-- +goose Down
ALTER TABLE sessions DROP COLUMN consented_at;
ALTER TABLE sessions DROP COLUMN compliance;
