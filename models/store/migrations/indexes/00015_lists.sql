-- +goose Up
-- Each list with each of its filters, alone and in pairs, is read from its place on by one of these, and no row is
-- thrown away. docs/decisions/0032-lists-and-their-indexes.md has the rules by which they were chosen.

CREATE INDEX sessions_by_status ON sessions (org_id, status, created, id);
CREATE INDEX sessions_by_workflow ON sessions (org_id, workflow_id, created, id);
CREATE INDEX sessions_by_workflow_status ON sessions (org_id, workflow_id, status, created, id);
CREATE INDEX sessions_by_client ON sessions (org_id, client_reference_id, created, id)
    WHERE client_reference_id IS NOT NULL;
CREATE INDEX sessions_by_client_status ON sessions (org_id, client_reference_id, status, created, id)
    WHERE client_reference_id IS NOT NULL;
CREATE INDEX sessions_by_client_workflow ON sessions (org_id, client_reference_id, workflow_id, created, id)
    WHERE client_reference_id IS NOT NULL;
DROP INDEX sessions_by_reference;

CREATE INDEX sessions_reviewed_status ON sessions (org_id, review_status, status, created, id)
    WHERE review_status <> '';
CREATE INDEX sessions_reviewed_workflow ON sessions (org_id, review_status, workflow_id, created, id)
    WHERE review_status <> '';
CREATE INDEX sessions_reviewed_client ON sessions (org_id, review_status, client_reference_id, created, id)
    WHERE review_status <> '';

-- The list of reviews, whose condition is reviewListed, word for word.
CREATE INDEX reviews_by_status ON sessions (org_id, review_status, review_flagged_at, id)
    WHERE review_status <> '' AND (review_status NOT IN ('pending', 'escalated') OR completed_at IS NULL OR status = 'verified');
CREATE INDEX reviews_by_workflow ON sessions (org_id, review_status, workflow_id, review_flagged_at, id)
    WHERE review_status <> '' AND (review_status NOT IN ('pending', 'escalated') OR completed_at IS NULL OR status = 'verified');
CREATE INDEX reviews_by_jurisdiction ON sessions (org_id, review_status, jurisdiction, review_flagged_at, id)
    WHERE review_status <> '' AND (review_status NOT IN ('pending', 'escalated') OR completed_at IS NULL OR status = 'verified');
CREATE INDEX reviews_by_reviewer ON sessions (org_id, review_status, reviewer, review_flagged_at, id)
    WHERE review_status <> '' AND (review_status NOT IN ('pending', 'escalated') OR completed_at IS NULL OR status = 'verified');
CREATE INDEX reviews_by_workflow_jurisdiction ON sessions (org_id, review_status, workflow_id, jurisdiction, review_flagged_at, id)
    WHERE review_status <> '' AND (review_status NOT IN ('pending', 'escalated') OR completed_at IS NULL OR status = 'verified');
CREATE INDEX reviews_by_workflow_reviewer ON sessions (org_id, review_status, workflow_id, reviewer, review_flagged_at, id)
    WHERE review_status <> '' AND (review_status NOT IN ('pending', 'escalated') OR completed_at IS NULL OR status = 'verified');
CREATE INDEX reviews_by_jurisdiction_reviewer ON sessions (org_id, review_status, jurisdiction, reviewer, review_flagged_at, id)
    WHERE review_status <> '' AND (review_status NOT IN ('pending', 'escalated') OR completed_at IS NULL OR status = 'verified');

-- The sessions of a backtest.
CREATE INDEX sessions_ended_by_version ON sessions (org_id, workflow_id, workflow_version, created, id)
    WHERE completed_at IS NOT NULL;
CREATE INDEX sessions_ended_by_jurisdiction ON sessions (org_id, workflow_id, jurisdiction, created, id)
    WHERE completed_at IS NOT NULL;

CREATE INDEX events_by_type ON events (org_id, type, created, id);
CREATE INDEX events_of_session ON events (session_id, created, id) WHERE session_id IS NOT NULL;
DROP INDEX events_by_session;

CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (endpoint_id, status, created, id);
CREATE INDEX webhook_deliveries_by_status_type ON webhook_deliveries (endpoint_id, status, event_type, created, id);
CREATE INDEX webhook_deliveries_made_by_type ON webhook_deliveries (endpoint_id, event_type, created, id)
    WHERE (status <> 'pending' OR attempt = 1);
DROP INDEX webhook_deliveries_failed;

-- What is outstanding at an endpoint that is disabled or deleted.
CREATE INDEX webhook_deliveries_owed ON webhook_deliveries (endpoint_id) WHERE outstanding;

CREATE INDEX workflow_versions_by_workflow ON workflow_versions (workflow_id, created, id);
CREATE INDEX webhook_endpoints_kept ON webhook_endpoints (org_id, created, id) WHERE NOT deleted;
DROP INDEX webhook_endpoints_by_org;
CREATE INDEX provider_connectors_kept ON provider_connectors (org_id, created, id) WHERE NOT deleted;
DROP INDEX provider_connectors_by_org;

-- +goose Down
CREATE INDEX provider_connectors_by_org ON provider_connectors (org_id, created, id);
DROP INDEX provider_connectors_kept;
CREATE INDEX webhook_endpoints_by_org ON webhook_endpoints (org_id, created, id);
DROP INDEX webhook_endpoints_kept;
DROP INDEX workflow_versions_by_workflow;
DROP INDEX webhook_deliveries_owed;
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, created, id) WHERE status = 'failed';
DROP INDEX webhook_deliveries_made_by_type;
DROP INDEX webhook_deliveries_by_status_type;
DROP INDEX webhook_deliveries_by_status;
CREATE INDEX events_by_session ON events (session_id) WHERE session_id IS NOT NULL;
DROP INDEX events_of_session;
DROP INDEX events_by_type;
DROP INDEX sessions_ended_by_jurisdiction;
DROP INDEX sessions_ended_by_version;
DROP INDEX reviews_by_jurisdiction_reviewer;
DROP INDEX reviews_by_workflow_reviewer;
DROP INDEX reviews_by_workflow_jurisdiction;
DROP INDEX reviews_by_reviewer;
DROP INDEX reviews_by_jurisdiction;
DROP INDEX reviews_by_workflow;
DROP INDEX reviews_by_status;
DROP INDEX sessions_reviewed_client;
DROP INDEX sessions_reviewed_workflow;
DROP INDEX sessions_reviewed_status;
CREATE INDEX sessions_by_reference ON sessions (org_id, client_reference_id) WHERE client_reference_id IS NOT NULL;
DROP INDEX sessions_by_client_workflow;
DROP INDEX sessions_by_client_status;
DROP INDEX sessions_by_client;
DROP INDEX sessions_by_workflow_status;
DROP INDEX sessions_by_workflow;
DROP INDEX sessions_by_status;
