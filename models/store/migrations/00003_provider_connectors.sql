-- +goose Up
CREATE TABLE provider_connectors (
    id                       TEXT PRIMARY KEY,
    org_id                   TEXT NOT NULL REFERENCES organizations (id),
    method                   TEXT NOT NULL,
    name                     TEXT,
    url                      TEXT NOT NULL,
    mode                     TEXT NOT NULL,
    timeout_seconds          BIGINT NOT NULL,
    callback_timeout_seconds BIGINT NOT NULL,
    status                   TEXT NOT NULL,
    secret_sealed            TEXT NOT NULL,
    deleted                  BOOLEAN NOT NULL,
    created                  BIGINT NOT NULL,
    updated                  BIGINT NOT NULL
);
CREATE INDEX provider_connectors_by_org ON provider_connectors (org_id, created, id);
CREATE UNIQUE INDEX provider_connectors_by_method ON provider_connectors (org_id, method) WHERE NOT deleted;

-- The connector that a submission is judged through, and when its provider promised a verdict.
ALTER TABLE submissions ADD COLUMN connector_id TEXT;
ALTER TABLE submissions ADD COLUMN promised_at BIGINT;

-- What verdicts have told of the session's risk; null while nobody has.
ALTER TABLE sessions ADD COLUMN risk TEXT;

-- +goose Down
ALTER TABLE sessions DROP COLUMN risk;
ALTER TABLE submissions DROP COLUMN promised_at;
ALTER TABLE submissions DROP COLUMN connector_id;
DROP TABLE provider_connectors;
