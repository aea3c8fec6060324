-- +goose Up
-- Two cards of one person, as the `linked` facts say: what is needed at once at the desk.
-- The lower number stands first. Both are random numbers, which counts are made of and
-- which outlive the people: no foreign keys.
CREATE TABLE person_links (
    id        TEXT     NOT NULL PRIMARY KEY,
    person_id TEXT     NOT NULL,
    other_id  TEXT     NOT NULL,
    reason    TEXT     NOT NULL CHECK (reason <> ''),
    linked_at DATETIME NOT NULL,
    by_id     TEXT,
    undone_at DATETIME,
    CHECK (person_id < other_id)
);
CREATE UNIQUE INDEX person_links_once ON person_links (person_id, other_id) WHERE undone_at IS NULL;
CREATE INDEX person_links_other ON person_links (other_id);
