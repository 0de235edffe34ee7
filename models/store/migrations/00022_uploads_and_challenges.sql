-- +goose Up
-- Files that a device sends for one attempt at a method. The content is sealed; the row goes with the verdict.
CREATE TABLE uploads (
    id         TEXT PRIMARY KEY,
    org_id     TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    node       TEXT NOT NULL,
    method     TEXT NOT NULL,
    attempt    BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    size       BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    content    TEXT NOT NULL
);
CREATE INDEX uploads_by_session ON uploads (session_id, node, attempt);
CREATE INDEX uploads_by_expiry ON uploads (expires_at);

-- What the server made before an attempt at a method, such as a nonce or a signed request. One submission uses it up.
CREATE TABLE method_challenges (
    id         TEXT PRIMARY KEY,
    org_id     TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    node       TEXT NOT NULL,
    method     TEXT NOT NULL,
    attempt    BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    content    TEXT NOT NULL
);
CREATE INDEX method_challenges_by_session ON method_challenges (session_id, node, attempt);
CREATE INDEX method_challenges_by_expiry ON method_challenges (expires_at);

-- How many a session has had in all: it is capped by challenges, and erases nothing where both are zero.
ALTER TABLE sessions ADD COLUMN uploads BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN challenges BIGINT NOT NULL DEFAULT 0;

-- Whether the transfer becomes an upload rather than a submission.
ALTER TABLE transfers ADD COLUMN upload BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE transfers DROP COLUMN upload;
ALTER TABLE sessions DROP COLUMN challenges;
ALTER TABLE sessions DROP COLUMN uploads;
DROP TABLE method_challenges;
DROP TABLE uploads;
