-- +goose Up
-- The level of risk from which the verified session is flagged for review; empty flags it at none.
ALTER TABLE sessions ADD COLUMN flag_at TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE sessions DROP COLUMN flag_at;
