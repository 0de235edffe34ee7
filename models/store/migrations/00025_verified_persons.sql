-- +goose Up
-- People who have been verified. A person holds nothing but an id: the anchors find it, and the credentials belong to it.
CREATE TABLE verified_persons (
    id      TEXT PRIMARY KEY,
    created BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- The keyed hashes of a person's e-mail address, phone number or document. The first person with a hash keeps it.
CREATE TABLE person_anchors (
    kind      TEXT NOT NULL,
    hash      TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES verified_persons (id),
    created   BIGINT NOT NULL,
    PRIMARY KEY (kind, hash)
);
CREATE INDEX person_anchors_by_person ON person_anchors (person_id);

-- What a verified session proved. Nothing in a row can be turned back into the user's data.
CREATE TABLE credentials (
    id             TEXT PRIMARY KEY,
    org_id         TEXT NOT NULL,
    person_id      TEXT NOT NULL REFERENCES verified_persons (id),
    session_id     TEXT NOT NULL,
    -- The credential of another organization that this one was made from; NULL for a verification of its own.
    source_id      TEXT,
    hash           TEXT NOT NULL,
    email_hash     TEXT,
    method         TEXT NOT NULL,
    methods        TEXT NOT NULL,
    strength       TEXT NOT NULL,
    strength_rank  BIGINT NOT NULL,
    age_tier       TEXT NOT NULL,
    age_years      BIGINT NOT NULL,
    jurisdiction   TEXT NOT NULL,
    verified_at    BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    superseded_at  BIGINT,
    revoked_at     BIGINT,
    revoked_reason TEXT
);
CREATE INDEX credentials_by_person ON credentials (person_id, org_id) WHERE revoked_at IS NULL;
CREATE INDEX credentials_by_hash ON credentials (org_id, hash);
CREATE INDEX credentials_by_source ON credentials (source_id) WHERE source_id IS NOT NULL;
CREATE INDEX credentials_by_expiry ON credentials (expires_at);
-- For the sweep, which keeps a person with a credential.
CREATE INDEX credentials_of_person ON credentials (person_id);

ALTER TABLE sessions ADD COLUMN verified_person_id TEXT;
ALTER TABLE sessions ADD COLUMN credential_id TEXT;
ALTER TABLE sessions ADD COLUMN requires_email_otp BOOLEAN NOT NULL DEFAULT FALSE;
-- The merchant's conditions on an earlier verification, as JSON; NULL without any.
ALTER TABLE sessions ADD COLUMN reuse TEXT;

-- Whether the organization accepts verifications that other organizations have made.
ALTER TABLE organizations ADD COLUMN network_dedup BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE organizations DROP COLUMN network_dedup;
ALTER TABLE sessions DROP COLUMN reuse;
ALTER TABLE sessions DROP COLUMN requires_email_otp;
ALTER TABLE sessions DROP COLUMN credential_id;
ALTER TABLE sessions DROP COLUMN verified_person_id;
DROP TABLE credentials;
DROP TABLE person_anchors;
DROP TABLE verified_persons;
