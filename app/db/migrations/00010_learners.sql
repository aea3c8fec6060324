-- +goose Up
-- Learners: the least that works (privacy.md E.2). No ID number, face, birth date,
-- address, health or bank has a column here.
CREATE TABLE persons (
    id          TEXT     NOT NULL PRIMARY KEY,
    name        TEXT     NOT NULL,
    age_band    TEXT     NOT NULL CHECK (age_band IN ('', 'under-50', '50-59', '60-64', '65-69', '70-74', '75-79', '80-up')),
    sex         TEXT     NOT NULL CHECK (sex IN ('', 'female', 'male')),
    provisional BOOLEAN  NOT NULL,
    created_at  DATETIME NOT NULL
);
CREATE INDEX persons_name ON persons (name);

CREATE TABLE cards (
    number     TEXT     NOT NULL PRIMARY KEY CHECK (LENGTH(number) = 8),
    person_id  TEXT     NOT NULL REFERENCES persons (id),
    revoked_at DATETIME,
    created_at DATETIME NOT NULL
);
CREATE INDEX cards_person ON cards (person_id, created_at);

-- A printed stack of blank cards. Its numbers are nobody until they are issued.
CREATE TABLE card_sheets (
    id         TEXT     NOT NULL PRIMARY KEY,
    by_id      TEXT     NOT NULL,
    cards      BIGINT   NOT NULL CHECK (cards > 0),
    created_at DATETIME NOT NULL
);
CREATE INDEX card_sheets_created ON card_sheets (created_at, id);

CREATE TABLE sheet_cards (
    number   TEXT   NOT NULL PRIMARY KEY CHECK (LENGTH(number) = 8),
    sheet_id TEXT   NOT NULL REFERENCES card_sheets (id),
    position BIGINT NOT NULL
);
CREATE UNIQUE INDEX sheet_cards_position ON sheet_cards (sheet_id, position);

-- Acts that were done, so that the same one from two tabs at once has one effect.
CREATE TABLE people_acts (
    id TEXT     NOT NULL PRIMARY KEY,
    at DATETIME NOT NULL
);
CREATE INDEX people_acts_at ON people_acts (at, id);
