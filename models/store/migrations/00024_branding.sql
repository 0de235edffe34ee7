-- +goose Up
-- The looks of an organization for its users; NULL where it has none of its own.
ALTER TABLE organizations ADD COLUMN brand_name TEXT;
ALTER TABLE organizations ADD COLUMN brand_color TEXT;
-- The SHA-256 of the logo, in hexadecimal.
ALTER TABLE organizations ADD COLUMN logo_digest TEXT;

-- Apart from the organizations, which are read with every request. The content is written in base64.
CREATE TABLE logos (
    org_id     TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    digest     TEXT NOT NULL,
    content    TEXT NOT NULL
);

-- +goose Down
DROP TABLE logos;
ALTER TABLE organizations DROP COLUMN logo_digest;
ALTER TABLE organizations DROP COLUMN brand_color;
ALTER TABLE organizations DROP COLUMN brand_name;
