-- +goose Up
-- How often somebody was wrong lately, per card, tablet, login or address.
CREATE TABLE waits (
    name    TEXT     NOT NULL PRIMARY KEY,
    misses  BIGINT   NOT NULL CHECK (misses > 0),
    until   DATETIME NOT NULL,
    last_at DATETIME NOT NULL
);
CREATE INDEX waits_last ON waits (last_at, name);

-- Who looked at or changed what concerns people: IDs only, kept 180 days and longer.
CREATE TABLE audits (
    id        TEXT     NOT NULL PRIMARY KEY,
    at        DATETIME NOT NULL,
    staff_id  TEXT,
    tablet_id TEXT,
    act       TEXT     NOT NULL,
    object    TEXT     NOT NULL
);
CREATE INDEX audits_at ON audits (at, id);
CREATE INDEX audits_object ON audits (object, at);
