-- +goose Up
-- Runs of lessons that were asked how it was, so that nobody is asked twice; forgotten
-- every day. There is no answer here, no time, and it is written in a transaction of its own,
-- so nothing leads from a person to what she said.
CREATE TABLE quiz_ratings_asked (
    asked TEXT NOT NULL PRIMARY KEY -- a hash of run and lesson
);
