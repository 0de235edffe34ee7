-- +goose Up
-- The parents and guardians that a child has asked for consent. Content holds the address, sealed, until the guardian
-- has decided, or the attempt or the session has ended; the links of the mails need no address. The row stays as the
-- record of the consent.
CREATE TABLE guardians (
    id           TEXT PRIMARY KEY,
    org_id       TEXT NOT NULL,
    session_id   TEXT NOT NULL REFERENCES sessions (id),
    node         TEXT NOT NULL,
    attempt      BIGINT NOT NULL,
    -- The newest challenge of the attempt, which the consent answers.
    challenge_id TEXT NOT NULL,
    status       TEXT NOT NULL,
    -- A keyed hash of session and address; empty once the address is erased.
    address_hash TEXT NOT NULL,
    content      TEXT,
    -- The session in which the guardian proves to be an adult, and how many there were.
    proof_id     TEXT,
    proofs       BIGINT NOT NULL DEFAULT 0,
    text         TEXT,
    text_version TEXT,
    -- When the guardian is reminded; NULL once that was done or is of no use.
    remind_at    BIGINT,
    created      BIGINT NOT NULL,
    decided_at   BIGINT,
    withdrawn_at BIGINT
);
CREATE INDEX guardians_by_session ON guardians (session_id, node, attempt);
CREATE INDEX guardians_by_reminder ON guardians (remind_at) WHERE remind_at IS NOT NULL;

-- The guardian whose age the session proves; NULL for the session of a user.
ALTER TABLE sessions ADD COLUMN guardian_id TEXT;

-- +goose Down
ALTER TABLE sessions DROP COLUMN guardian_id;
DROP TABLE guardians;
