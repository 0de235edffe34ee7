-- +goose Up
-- The keys that rows were sealed or hashed under, each with a proof: of an encryption key a value that it alone opens, of
-- the lookup key a digest. A process with other keys finds that out when it starts.
CREATE TABLE key_proofs (
    kind    TEXT NOT NULL,
    key_id  TEXT NOT NULL,
    proof   TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (kind, key_id)
);

-- What a process writes to find out whether writes succeed: a row each, of which none is kept for long.
CREATE TABLE write_probes (
    id      TEXT PRIMARY KEY,
    filler  TEXT NOT NULL,
    created BIGINT NOT NULL
);

-- +goose Down
DROP TABLE write_probes;
DROP TABLE key_proofs;
