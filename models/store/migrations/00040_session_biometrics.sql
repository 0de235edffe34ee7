-- +goose Up
-- Portraits of verified documents and templates of faces, sealed: a portrait until its match, a template until the end
-- of its session, or of the retention of the session's rule.
CREATE TABLE session_biometrics (
    id         TEXT PRIMARY KEY,
    org_id     TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    kind       TEXT NOT NULL,
    method     TEXT NOT NULL,
    created    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    content    TEXT NOT NULL
);
CREATE INDEX session_biometrics_by_session ON session_biometrics (session_id);
CREATE INDEX session_biometrics_by_expiry ON session_biometrics (expires_at);

-- How many rows a session has had, so that one without any pays no statement, and whether it has a portrait now.
ALTER TABLE sessions ADD COLUMN biometrics BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN has_portrait BOOLEAN NOT NULL DEFAULT FALSE;

-- How a face was judged, in JSON: models, number of frames, thresholds. It has no biometric data; NULL for none.
ALTER TABLE results ADD COLUMN biometric TEXT;

-- +goose Down
ALTER TABLE results DROP COLUMN biometric;
ALTER TABLE sessions DROP COLUMN has_portrait;
ALTER TABLE sessions DROP COLUMN biometrics;
DROP TABLE session_biometrics;
