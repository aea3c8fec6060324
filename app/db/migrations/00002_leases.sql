-- +goose Up
-- Which process does a piece of background work, until when by the database's clock.
CREATE TABLE leases (
    name       TEXT     NOT NULL PRIMARY KEY,
    holder     TEXT     NOT NULL,
    expires_at DATETIME NOT NULL
);

-- Rows written only to see whether the disk takes more; each is deleted again at once.
CREATE TABLE write_probes (
    id   TEXT NOT NULL PRIMARY KEY,
    fill TEXT NOT NULL
);
