-- +goose Up
-- Files that went out to another installation or came in from one: what they carried and
-- how far the sender's chain of seals reached. One that came in and has no done_at was cut
-- off and is read again. trouble says why a file was not taken.
CREATE TABLE exchange_files (
    id         TEXT     NOT NULL PRIMARY KEY,
    way        TEXT     NOT NULL CHECK (way IN ('wrote', 'read')),
    node       TEXT     NOT NULL,
    seq        BIGINT   NOT NULL CHECK (seq >= 0),
    hash       TEXT     NOT NULL,
    began_at   DATETIME NOT NULL,
    done_at    DATETIME,
    by_id      TEXT,
    facts      BIGINT   NOT NULL,
    people     BIGINT   NOT NULL,
    linked     BIGINT   NOT NULL,
    erased     BIGINT   NOT NULL,
    withdrawn  BIGINT   NOT NULL,
    left_out   BIGINT   NOT NULL,
    refused    BIGINT   NOT NULL,
    trouble    TEXT     NOT NULL CHECK (trouble IN ('', 'forked'))
);
CREATE INDEX exchange_files_began ON exchange_files (began_at, id);
CREATE INDEX exchange_files_node ON exchange_files (node, seq);
