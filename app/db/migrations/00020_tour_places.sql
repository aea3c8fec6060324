-- +goose Up
-- Where people learn, and who helps. Nothing here is deleted: what is no longer used is
-- retired, because facts and old sessions point to it.
CREATE TABLE cities (
    id         TEXT     NOT NULL PRIMARY KEY,
    name       TEXT     NOT NULL UNIQUE CHECK (name <> ''),
    province   TEXT     NOT NULL,
    retired_at DATETIME,
    created_at DATETIME NOT NULL
);

CREATE TABLE venues (
    id         TEXT     NOT NULL PRIMARY KEY,
    city_id    TEXT     NOT NULL REFERENCES cities (id),
    name       TEXT     NOT NULL CHECK (name <> ''),
    kind       TEXT     NOT NULL CHECK (kind IN ('center', 'store', 'community', 'other')),
    district   TEXT     NOT NULL,
    places     BIGINT   NOT NULL CHECK (places >= 0),
    retired_at DATETIME,
    created_at DATETIME NOT NULL,
    UNIQUE (city_id, name)
);

CREATE TABLE partners (
    id         TEXT     NOT NULL PRIMARY KEY,
    city_id    TEXT     NOT NULL REFERENCES cities (id),
    name       TEXT     NOT NULL CHECK (name <> ''),
    kind       TEXT     NOT NULL CHECK (kind IN ('enterprise', 'school', 'society', 'authority', 'community', 'other')),
    retired_at DATETIME,
    created_at DATETIME NOT NULL,
    UNIQUE (city_id, name)
);
