-- +goose Up
-- Attempts to take a session from the desktop to a phone. Of a token and of a device only digests are kept.
CREATE TABLE handoffs (
    id           TEXT PRIMARY KEY,
    org_id       TEXT NOT NULL,
    session_id   TEXT NOT NULL REFERENCES sessions (id),
    token_hash   TEXT NOT NULL UNIQUE,
    created      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    choices      TEXT NOT NULL,
    minted_in    TEXT,
    claimed_at   BIGINT,
    device       TEXT,
    confirmed_at BIGINT,
    ended_at     BIGINT
);
CREATE INDEX handoffs_by_session ON handoffs (session_id, created);

ALTER TABLE sessions ADD COLUMN attempt_id TEXT;
ALTER TABLE sessions ADD COLUMN device_locked_at BIGINT;
ALTER TABLE sessions ADD COLUMN device_seen_at BIGINT;

-- +goose Down
ALTER TABLE sessions DROP COLUMN device_seen_at;
ALTER TABLE sessions DROP COLUMN device_locked_at;
ALTER TABLE sessions DROP COLUMN attempt_id;
DROP TABLE handoffs;
