-- +goose Up
ALTER TABLE sessions ADD COLUMN review_status TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN review_node TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN review_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN reviewer TEXT;
ALTER TABLE sessions ADD COLUMN review_note TEXT;
ALTER TABLE sessions ADD COLUMN review_flagged_at BIGINT;
ALTER TABLE sessions ADD COLUMN review_decided_at BIGINT;
CREATE INDEX sessions_reviewed ON sessions (org_id, review_status, created, id) WHERE review_status <> '';

-- What was put into the executor, in order: the steps of a session give its state again.
CREATE TABLE session_steps (
    session_id TEXT NOT NULL REFERENCES sessions (id),
    seq        BIGINT NOT NULL,
    org_id     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    node       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    created    BIGINT NOT NULL,
    PRIMARY KEY (session_id, seq)
);

-- +goose Down
DROP TABLE session_steps;
DROP INDEX sessions_reviewed;
ALTER TABLE sessions DROP COLUMN review_decided_at;
ALTER TABLE sessions DROP COLUMN review_flagged_at;
ALTER TABLE sessions DROP COLUMN review_note;
ALTER TABLE sessions DROP COLUMN reviewer;
ALTER TABLE sessions DROP COLUMN review_reason;
ALTER TABLE sessions DROP COLUMN review_node;
ALTER TABLE sessions DROP COLUMN review_status;
