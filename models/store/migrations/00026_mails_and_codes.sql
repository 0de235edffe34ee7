-- +goose Up
-- Mails to users. The content, with the address, is sealed, and is erased when the mail was sent or given up. A mail is
-- given up at expires_at. One worker at a time holds a pending mail, until lease_until; due_at is when the sweep takes
-- its run for lost.
CREATE TABLE mails (
    id          TEXT PRIMARY KEY,
    org_id      TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    status      TEXT NOT NULL,
    content     TEXT,
    attempts    BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    settled_at  BIGINT
);
CREATE INDEX mails_by_due ON mails (due_at) WHERE settled_at IS NULL;
CREATE INDEX mails_by_settled ON mails (settled_at) WHERE settled_at IS NOT NULL;

-- The last one-time code that was mailed for a session. Only a keyed hash of the code is kept, bound to the session, the
-- code's id and the address; the address is sealed. The row goes with the proof, and with the end of the session.
CREATE TABLE email_codes (
    session_id   TEXT PRIMARY KEY REFERENCES sessions (id),
    org_id       TEXT NOT NULL,
    id           TEXT NOT NULL,
    email_sealed TEXT NOT NULL,
    code_hash    TEXT NOT NULL,
    tries        BIGINT NOT NULL,
    created      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX email_codes_by_expiry ON email_codes (expires_at);

-- The codes that were mailed for the session, when its user proved an address, and whether that was another than the
-- merchant's, which bars every reuse.
ALTER TABLE sessions ADD COLUMN email_codes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN email_proven_at BIGINT;
ALTER TABLE sessions ADD COLUMN email_changed BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE sessions DROP COLUMN email_changed;
ALTER TABLE sessions DROP COLUMN email_proven_at;
ALTER TABLE sessions DROP COLUMN email_codes;
DROP TABLE email_codes;
DROP TABLE mails;
