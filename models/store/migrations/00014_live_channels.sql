-- +goose Up
-- The last socket that a device has opened, how far it says that it is, and what it is sending in chunks.
ALTER TABLE handoffs ADD COLUMN socket BIGINT NOT NULL DEFAULT 0;
ALTER TABLE handoffs ADD COLUMN phase TEXT;

CREATE TABLE transfers (
    handoff_id  TEXT PRIMARY KEY REFERENCES handoffs (id),
    org_id      TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    name        TEXT NOT NULL,
    method      TEXT NOT NULL,
    chunks      BIGINT NOT NULL,
    next        BIGINT NOT NULL,
    size        BIGINT NOT NULL,
    reserved_id TEXT NOT NULL,
    done_at     BIGINT,
    created     BIGINT NOT NULL
);

-- Sealed; gone with the submission that they become, or with the device's hold of the session.
CREATE TABLE transfer_chunks (
    handoff_id TEXT NOT NULL,
    org_id     TEXT NOT NULL,
    position   BIGINT NOT NULL,
    payload    TEXT NOT NULL,
    PRIMARY KEY (handoff_id, position)
);

-- +goose Down
DROP TABLE transfer_chunks;
DROP TABLE transfers;
ALTER TABLE handoffs DROP COLUMN phase;
ALTER TABLE handoffs DROP COLUMN socket;
