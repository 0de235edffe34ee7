-- +goose Up
-- How far the retention of a subject has come: the place of the last row that it has considered, when its pass over the
-- rows began, and the furthest place of any pass.
CREATE TABLE retention_marks (
    subject TEXT PRIMARY KEY,
    created BIGINT NOT NULL,
    id      TEXT NOT NULL,
    began   BIGINT NOT NULL,
    reached BIGINT NOT NULL
);

-- +goose Down
DROP TABLE retention_marks;
