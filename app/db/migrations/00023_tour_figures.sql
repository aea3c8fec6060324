-- +goose Up
-- Other numbers about a session or a stop; the id is the id of the fact. amount is
-- minutes given, pieces handed out, people reached or tablets there, as verb says.
CREATE TABLE figures (
    id           TEXT     NOT NULL PRIMARY KEY,
    session_id   TEXT     REFERENCES sessions (id),
    stop_id      TEXT     REFERENCES stops (id),
    verb         TEXT     NOT NULL CHECK (verb IN ('served', 'handed-out', 'reached', 'equipped')),
    amount       BIGINT   NOT NULL CHECK (amount >= 0),
    usable       BIGINT   NOT NULL CHECK (usable BETWEEN 0 AND amount),
    code         TEXT     NOT NULL,
    method       TEXT     NOT NULL,
    partner_id   TEXT     REFERENCES partners (id),
    at           DATETIME NOT NULL,
    by_id        TEXT,
    retracted_at DATETIME,
    retracted_by TEXT,
    reason       TEXT     NOT NULL,
    CHECK ((session_id IS NULL) <> (stop_id IS NULL)),
    CHECK ((retracted_at IS NULL) = (reason = ''))
);
CREATE INDEX figures_session ON figures (session_id, at, id);
CREATE INDEX figures_stop ON figures (stop_id, at, id);
