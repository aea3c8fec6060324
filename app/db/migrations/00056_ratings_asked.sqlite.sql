-- +goose Up
-- Runs of lessons that were asked how it was, so that nobody is asked twice; forgotten
-- after two days. There is no answer here, no time but the day and, WITHOUT ROWID, no
-- order of coming: nothing leads from a person to what she said.
CREATE TABLE quiz_ratings_asked (
    asked TEXT NOT NULL PRIMARY KEY, -- a hash of run and lesson
    day   TEXT NOT NULL -- UTC, such as 2026-11-23
) WITHOUT ROWID;
