-- +goose Up
-- A user's consent to share a verification with other organizations. A withdrawn consent stays until all grants that
-- rest on it are revoked, and then until its credential is deleted.
CREATE TABLE trust_consents (
    id             TEXT PRIMARY KEY,
    org_id         TEXT NOT NULL,
    person_id      TEXT NOT NULL,
    credential_id  TEXT NOT NULL,
    session_id     TEXT NOT NULL,
    created        BIGINT NOT NULL,
    revoked_at     BIGINT,
    revoked_reason TEXT,
    -- The last step of the run that revokes the grants; NULL if no grants are left to revoke.
    due_at         BIGINT
);
CREATE UNIQUE INDEX trust_consents_given ON trust_consents (credential_id) WHERE revoked_at IS NULL;
CREATE INDEX trust_consents_by_person ON trust_consents (person_id);
CREATE INDEX trust_consents_by_credential ON trust_consents (credential_id);
CREATE INDEX trust_consents_due ON trust_consents (due_at) WHERE due_at IS NOT NULL;

-- The use of a consented verification by another organization (org_id). The ledger keeps revoked grants.
CREATE TABLE trust_grants (
    id             TEXT PRIMARY KEY,
    org_id         TEXT NOT NULL,
    source_org_id  TEXT NOT NULL,
    person_id      TEXT NOT NULL,
    consent_id     TEXT NOT NULL,
    credential_id  TEXT NOT NULL,
    -- The copy of the credential that org_id has; NULL until the transaction of the grant ends.
    copy_id        TEXT,
    session_id     TEXT NOT NULL,
    method         TEXT NOT NULL,
    methods        TEXT NOT NULL,
    strength       TEXT NOT NULL,
    age_tier       TEXT NOT NULL,
    jurisdiction   TEXT NOT NULL,
    verified_at    BIGINT NOT NULL,
    created        BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    revoked_at     BIGINT,
    revoked_reason TEXT
);
CREATE UNIQUE INDEX trust_grants_active ON trust_grants (org_id, credential_id) WHERE revoked_at IS NULL;
CREATE INDEX trust_grants_by_org ON trust_grants (org_id, created, id);
CREATE INDEX trust_grants_active_by_org ON trust_grants (org_id, created, id) WHERE revoked_at IS NULL;
CREATE INDEX trust_grants_revoked_by_org ON trust_grants (org_id, created, id) WHERE revoked_at IS NOT NULL;
CREATE INDEX trust_grants_by_person ON trust_grants (org_id, person_id, created, id);
CREATE INDEX trust_grants_by_session ON trust_grants (org_id, session_id, created, id);
CREATE INDEX trust_grants_by_consent ON trust_grants (consent_id, id) WHERE revoked_at IS NULL;
CREATE INDEX trust_grants_by_copy ON trust_grants (copy_id) WHERE copy_id IS NOT NULL;

-- A person whose grant was revoked by the user or by the organization: the organization gets no other one.
CREATE TABLE trust_blocks (
    org_id    TEXT NOT NULL,
    person_id TEXT NOT NULL,
    created   BIGINT NOT NULL,
    PRIMARY KEY (org_id, person_id)
);
CREATE INDEX trust_blocks_by_person ON trust_blocks (person_id);

ALTER TABLE sessions ADD COLUMN trust_grant_id TEXT;

-- Under which conditions the organization accepts verifications that users share; 0 days is any age, [] all methods.
ALTER TABLE organizations ADD COLUMN trust_accept BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE organizations ADD COLUMN trust_max_age_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN trust_same_jurisdiction BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE organizations ADD COLUMN trust_methods TEXT NOT NULL DEFAULT '[]';
ALTER TABLE organizations ADD COLUMN trust_acknowledged_at BIGINT;

-- +goose Down
ALTER TABLE organizations DROP COLUMN trust_acknowledged_at;
ALTER TABLE organizations DROP COLUMN trust_methods;
ALTER TABLE organizations DROP COLUMN trust_same_jurisdiction;
ALTER TABLE organizations DROP COLUMN trust_max_age_days;
ALTER TABLE organizations DROP COLUMN trust_accept;
ALTER TABLE sessions DROP COLUMN trust_grant_id;
DROP TABLE trust_blocks;
DROP TABLE trust_grants;
DROP TABLE trust_consents;
