-- +goose Up
-- A node is one database, not one process. Its ID is made here, once; facts that this
-- database takes in carry it. A restored copy closes the old node at its last seal and
-- opens a new one. At most one is open.
CREATE TABLE ledger_nodes (
    id          TEXT     NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    open        BOOLEAN  NOT NULL,
    started_at  DATETIME NOT NULL,
    closed_at   DATETIME,
    closed_seq  BIGINT,
    closed_hash TEXT,
    CHECK (open = (closed_at IS NULL)),
    CHECK ((closed_seq IS NULL) = (closed_hash IS NULL))
);
CREATE UNIQUE INDEX ledger_nodes_open ON ledger_nodes (open) WHERE open;

INSERT INTO ledger_nodes (id, open, started_at)
VALUES (CAST(gen_random_uuid() AS TEXT), TRUE, date_trunc('milliseconds', clock_timestamp()));
