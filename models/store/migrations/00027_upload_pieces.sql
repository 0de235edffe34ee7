-- +goose Up
-- Whether the whole content has arrived. Until then it is in upload_pieces, and size is the number of bytes there.
ALTER TABLE uploads ADD COLUMN complete BOOLEAN NOT NULL DEFAULT TRUE;
-- The size that the device has announced.
ALTER TABLE uploads ADD COLUMN length BIGINT;

-- The sealed pieces of incomplete uploads. The id is that of the upload with the position of the first byte.
CREATE TABLE upload_pieces (
    id         TEXT PRIMARY KEY,
    upload_id  TEXT NOT NULL,
    org_id     TEXT NOT NULL,
    session_id TEXT NOT NULL,
    node       TEXT NOT NULL,
    attempt    BIGINT NOT NULL,
    start      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    content    TEXT NOT NULL
);
CREATE INDEX upload_pieces_by_upload ON upload_pieces (upload_id, start);
CREATE INDEX upload_pieces_by_session ON upload_pieces (session_id, node, attempt);
CREATE INDEX upload_pieces_by_expiry ON upload_pieces (expires_at);

-- +goose Down
DROP TABLE upload_pieces;
DELETE FROM uploads WHERE NOT complete;
ALTER TABLE uploads DROP COLUMN length;
ALTER TABLE uploads DROP COLUMN complete;
