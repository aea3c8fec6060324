-- +goose Up
-- How somebody likes the pages, wherever she sits: the size of the text (1 to 3), the
-- patience with a finger (1 usual, 2 patient), the voice's speed in hundredths. 0 is what
-- she has not said. One row a person.
CREATE TABLE people_comfort (
    person_id  TEXT     NOT NULL PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
    size       BIGINT   NOT NULL CHECK (size BETWEEN 0 AND 3),
    touch      BIGINT   NOT NULL CHECK (touch BETWEEN 0 AND 2),
    voice      BIGINT   NOT NULL CHECK (voice BETWEEN 0 AND 120),
    changed_at DATETIME NOT NULL
);
