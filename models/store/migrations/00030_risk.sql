-- +goose Up
-- The score of identifiers that a merchant has passed. No row holds one of them.
CREATE TABLE risk_assessments (
    id            TEXT PRIMARY KEY,
    org_id        TEXT NOT NULL,
    session_id    TEXT,
    score         BIGINT NOT NULL,
    signals       TEXT NOT NULL,
    reasons       TEXT NOT NULL,
    details       TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    created       BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX risk_assessments_by_expiry ON risk_assessments (expires_at);

-- How often an organization has scored an identifier, in the hour and the day that began with the first time. The id is
-- a keyed hash of the organization and the identifier.
CREATE TABLE risk_counts (
    id         TEXT PRIMARY KEY,
    hour_at    BIGINT NOT NULL,
    hour_count BIGINT NOT NULL,
    day_at     BIGINT NOT NULL,
    day_count  BIGINT NOT NULL,
    -- Of a device: the beginnings of the keyed hashes of the e-mail addresses and phone numbers of its users of the day.
    emails     TEXT NOT NULL,
    phones     TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX risk_counts_by_expiry ON risk_counts (expires_at);

-- +goose Down
DROP TABLE risk_counts;
DROP TABLE risk_assessments;
