-- +goose Up
-- The pages that may show an organization's sessions in a frame.
CREATE TABLE embed_origins (
    org_id  TEXT NOT NULL,
    origin  TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (org_id, origin)
);

-- The origin of the page that created the session with a publishable key; empty where none was sent, NULL where a
-- secret key created it.
ALTER TABLE sessions ADD COLUMN page_origin TEXT;
-- The user's language, as a BCP 47 tag.
ALTER TABLE sessions ADD COLUMN locale TEXT;
-- The version of the text that the user consented to.
ALTER TABLE sessions ADD COLUMN consent_text_version TEXT;

-- +goose Down
ALTER TABLE sessions DROP COLUMN consent_text_version;
ALTER TABLE sessions DROP COLUMN locale;
ALTER TABLE sessions DROP COLUMN page_origin;
DROP TABLE embed_origins;
