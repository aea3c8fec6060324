-- +goose Up
-- Why somebody did what asks for a reason: a code.
ALTER TABLE audits ADD COLUMN reason TEXT NOT NULL DEFAULT '';
