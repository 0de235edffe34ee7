-- +goose Up
-- What led to the rules of sessions: immutable, and shared by the sessions for which it came out the same.
CREATE TABLE explanations (
    id      TEXT PRIMARY KEY,
    org_id  TEXT NOT NULL,
    body    TEXT NOT NULL,
    created BIGINT NOT NULL
);
ALTER TABLE sessions ADD COLUMN explanation_id TEXT;

-- +goose Down
ALTER TABLE sessions DROP COLUMN explanation_id;
DROP TABLE explanations;
