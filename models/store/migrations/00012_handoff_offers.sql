-- +goose Up
-- Why the page offers the user to go on with a phone, and what counts towards that.
ALTER TABLE sessions ADD COLUMN handoff_reason TEXT;
ALTER TABLE sessions ADD COLUMN failed_scans BIGINT NOT NULL DEFAULT 0;

-- Where the links of an organization's handoffs may lead, besides the page of the installation.
CREATE TABLE handoff_urls (
    org_id  TEXT NOT NULL,
    url     TEXT NOT NULL,
    origin  TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (org_id, url)
);
CREATE INDEX handoff_urls_origin ON handoff_urls (origin);

-- +goose Down
DROP TABLE handoff_urls;
ALTER TABLE sessions DROP COLUMN failed_scans;
ALTER TABLE sessions DROP COLUMN handoff_reason;
