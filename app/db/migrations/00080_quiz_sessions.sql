-- +goose Up
-- In which session an attempt's last answer was given, so that its trainer sees while it
-- runs who is stuck where; NULL outside one, and for attempts from before.
ALTER TABLE quiz_attempts ADD COLUMN session_id TEXT;
CREATE INDEX quiz_attempts_session ON quiz_attempts (session_id, moved_at);
