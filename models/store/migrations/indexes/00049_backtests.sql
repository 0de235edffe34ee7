-- +goose Up
-- The sessions of a backtest with any of its filters. A backtest without a status reads each of them.
CREATE INDEX sessions_ended_by_version_status ON sessions (org_id, workflow_id, workflow_version, status, created, id)
    WHERE completed_at IS NOT NULL;
CREATE INDEX sessions_ended_by_jurisdiction_status ON sessions (org_id, workflow_id, jurisdiction, status, created, id)
    WHERE completed_at IS NOT NULL;
CREATE INDEX sessions_ended_by_all ON sessions (org_id, workflow_id, workflow_version, jurisdiction, status, created, id)
    WHERE completed_at IS NOT NULL;
DROP INDEX sessions_ended_by_version;
DROP INDEX sessions_ended_by_jurisdiction;

-- +goose Down
CREATE INDEX sessions_ended_by_jurisdiction ON sessions (org_id, workflow_id, jurisdiction, created, id)
    WHERE completed_at IS NOT NULL;
CREATE INDEX sessions_ended_by_version ON sessions (org_id, workflow_id, workflow_version, created, id)
    WHERE completed_at IS NOT NULL;
DROP INDEX sessions_ended_by_all;
DROP INDEX sessions_ended_by_jurisdiction_status;
DROP INDEX sessions_ended_by_version_status;
