-- +goose Up
-- The keyed hash of the one-time code that was mailed with a challenge, bound to the session and the challenge, and the
-- number of tries to enter it. code_hash is NULL if no code was mailed.
ALTER TABLE method_challenges ADD COLUMN code_hash TEXT;
ALTER TABLE method_challenges ADD COLUMN code_tries BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE method_challenges DROP COLUMN code_tries;
ALTER TABLE method_challenges DROP COLUMN code_hash;
