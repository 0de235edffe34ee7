-- +goose Up
-- Types that PostgreSQL and SQLite both keep as meant: TEXT (also for JSON), BIGINT (times in microseconds UTC), BOOLEAN.

CREATE TABLE organizations (
    id                         TEXT PRIMARY KEY,
    name                       TEXT NOT NULL,
    sandbox                    BOOLEAN NOT NULL,
    publishable_create_blocked BOOLEAN NOT NULL,
    created                    BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    org_id     TEXT NOT NULL REFERENCES organizations (id),
    kind       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    hint       TEXT NOT NULL,
    created    BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX api_keys_by_org ON api_keys (org_id, created, id);

CREATE TABLE audit_log (
    id      TEXT PRIMARY KEY,
    org_id  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    target  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX audit_log_by_org ON audit_log (org_id, created, id);

-- Sessions created per organization and calendar month (UTC, "2026-11"): the sandbox quota.
CREATE TABLE monthly_usage (
    org_id   TEXT NOT NULL,
    month    TEXT NOT NULL,
    sessions BIGINT NOT NULL,
    PRIMARY KEY (org_id, month)
);

CREATE TABLE signing_keys (
    id      TEXT PRIMARY KEY,
    sealed  TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE workflows (
    id                TEXT PRIMARY KEY,
    org_id            TEXT NOT NULL REFERENCES organizations (id),
    name              TEXT NOT NULL,
    definition        TEXT NOT NULL,
    published_version BIGINT,
    created           BIGINT NOT NULL,
    updated           BIGINT NOT NULL
);
CREATE INDEX workflows_by_org ON workflows (org_id, created, id);

CREATE TABLE workflow_versions (
    id          TEXT PRIMARY KEY,
    org_id      TEXT NOT NULL,
    workflow_id TEXT NOT NULL REFERENCES workflows (id),
    version     BIGINT NOT NULL,
    definition  TEXT NOT NULL,
    compiled    TEXT NOT NULL,
    note        TEXT,
    author      TEXT,
    created     BIGINT NOT NULL,
    UNIQUE (workflow_id, version)
);

CREATE TABLE graphs (
    id      TEXT PRIMARY KEY,
    org_id  TEXT NOT NULL,
    body    TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE sessions (
    id                  TEXT PRIMARY KEY,
    org_id              TEXT NOT NULL REFERENCES organizations (id),
    type                TEXT NOT NULL,
    status              TEXT NOT NULL,
    workflow_id         TEXT NOT NULL,
    workflow_version    BIGINT NOT NULL,
    graph_id            TEXT NOT NULL REFERENCES graphs (id),
    graph_state         TEXT NOT NULL,
    methods             TEXT NOT NULL,
    use_case            TEXT NOT NULL,
    age_tier            TEXT NOT NULL,
    rule_version        TEXT NOT NULL,
    jurisdiction        TEXT NOT NULL,
    jurisdiction_source TEXT NOT NULL,
    client_reference_id TEXT,
    metadata            TEXT NOT NULL,
    return_url          TEXT,
    cancel_url          TEXT,
    email_sealed        TEXT,
    email_lookup        TEXT,
    phone_sealed        TEXT,
    phone_lookup        TEXT,
    verification_path   TEXT,
    failure_code        TEXT,
    revision            BIGINT NOT NULL,
    submissions         BIGINT NOT NULL,
    in_flight           BIGINT NOT NULL,
    nudge_at            BIGINT,
    created             BIGINT NOT NULL,
    updated             BIGINT NOT NULL,
    expires_at          BIGINT NOT NULL,
    completed_at        BIGINT
);
CREATE INDEX sessions_by_org ON sessions (org_id, created, id);
CREATE INDEX sessions_by_reference ON sessions (org_id, client_reference_id) WHERE client_reference_id IS NOT NULL;
CREATE INDEX sessions_to_nudge ON sessions (nudge_at) WHERE nudge_at IS NOT NULL;
CREATE INDEX sessions_to_expire ON sessions (expires_at) WHERE completed_at IS NULL;

CREATE TABLE session_transitions (
    session_id  TEXT NOT NULL REFERENCES sessions (id),
    id          TEXT NOT NULL,
    org_id      TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status   TEXT NOT NULL,
    event_id    TEXT,
    created     BIGINT NOT NULL,
    PRIMARY KEY (session_id, id)
);

CREATE TABLE submissions (
    id          TEXT PRIMARY KEY,
    org_id      TEXT NOT NULL,
    session_id  TEXT NOT NULL REFERENCES sessions (id),
    node        TEXT NOT NULL,
    method      TEXT NOT NULL,
    attempt     BIGINT NOT NULL,
    payload     TEXT,
    fingerprint TEXT NOT NULL,
    ready_at    BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    UNIQUE (session_id, node, attempt)
);

CREATE TABLE results (
    id           TEXT PRIMARY KEY,
    org_id       TEXT NOT NULL,
    session_id   TEXT NOT NULL REFERENCES sessions (id),
    node         TEXT NOT NULL,
    method       TEXT NOT NULL,
    attempt      BIGINT NOT NULL,
    status       TEXT NOT NULL,
    age_tier     TEXT,
    reason_codes TEXT NOT NULL,
    checks       TEXT NOT NULL,
    provider     TEXT,
    created      BIGINT NOT NULL,
    UNIQUE (session_id, node, attempt)
);

CREATE TABLE events (
    id         TEXT PRIMARY KEY,
    org_id     TEXT NOT NULL,
    type       TEXT NOT NULL,
    session_id TEXT,
    data       TEXT NOT NULL,
    created    BIGINT NOT NULL
);
CREATE INDEX events_by_org ON events (org_id, created, id);
CREATE INDEX events_by_session ON events (session_id) WHERE session_id IS NOT NULL;

CREATE TABLE webhook_endpoints (
    id             TEXT PRIMARY KEY,
    org_id         TEXT NOT NULL REFERENCES organizations (id),
    url            TEXT NOT NULL,
    enabled_events TEXT NOT NULL,
    status         TEXT NOT NULL,
    description    TEXT,
    metadata       TEXT NOT NULL,
    secret_sealed  TEXT NOT NULL,
    deleted        BOOLEAN NOT NULL,
    created        BIGINT NOT NULL,
    updated        BIGINT NOT NULL
);
CREATE INDEX webhook_endpoints_by_org ON webhook_endpoints (org_id, created, id);

CREATE TABLE webhook_deliveries (
    id              TEXT PRIMARY KEY,
    org_id          TEXT NOT NULL,
    endpoint_id     TEXT NOT NULL REFERENCES webhook_endpoints (id),
    event_id        TEXT NOT NULL REFERENCES events (id),
    event_type      TEXT NOT NULL,
    session_id      TEXT,
    attempt         BIGINT NOT NULL,
    status          TEXT NOT NULL,
    response_status BIGINT,
    error           TEXT,
    duration_ms     BIGINT,
    due_at          BIGINT NOT NULL,
    next_attempt_at BIGINT,
    outstanding     BOOLEAN NOT NULL,
    created         BIGINT NOT NULL,
    completed_at    BIGINT,
    UNIQUE (event_id, endpoint_id, attempt)
);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, created, id);
CREATE UNIQUE INDEX webhook_deliveries_outstanding ON webhook_deliveries (event_id, endpoint_id) WHERE outstanding;
CREATE INDEX webhook_deliveries_by_session ON webhook_deliveries (session_id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE status = 'pending';

CREATE TABLE idempotency_keys (
    scope           TEXT NOT NULL,
    key_hash        TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    resource_id     TEXT NOT NULL,
    claim           TEXT NOT NULL,
    leased_until    BIGINT NOT NULL,
    response_status BIGINT,
    response_sealed TEXT,
    created         BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    PRIMARY KEY (scope, key_hash)
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

CREATE TABLE rate_windows (
    bucket TEXT NOT NULL,
    minute BIGINT NOT NULL,
    count  BIGINT NOT NULL,
    PRIMARY KEY (bucket, minute)
);
CREATE INDEX rate_windows_by_minute ON rate_windows (minute);

-- +goose Down
DROP TABLE rate_windows;
DROP TABLE idempotency_keys;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
DROP TABLE events;
DROP TABLE results;
DROP TABLE submissions;
DROP TABLE session_transitions;
DROP TABLE sessions;
DROP TABLE graphs;
DROP TABLE workflow_versions;
DROP TABLE workflows;
DROP TABLE signing_keys;
DROP TABLE monthly_usage;
DROP TABLE audit_log;
DROP TABLE api_keys;
DROP TABLE organizations;
