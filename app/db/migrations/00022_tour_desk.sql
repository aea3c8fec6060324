-- +goose Up
-- What the desk works with. Each row's id is the id of its fact; both are written, and
-- taken back, in one transaction. A person's number stays here when she is erased (it
-- points to nobody then), so it is no foreign key; neither is who did it.
CREATE TABLE attendances (
    id            TEXT     NOT NULL PRIMARY KEY,
    session_id    TEXT     NOT NULL REFERENCES sessions (id),
    person_id     TEXT     NOT NULL,
    method        TEXT     NOT NULL CHECK (method IN ('card', 'staff', 'paper', 'live')),
    checked_in_at DATETIME NOT NULL,
    by_id         TEXT,
    retracted_at  DATETIME,
    retracted_by  TEXT,
    reason        TEXT     NOT NULL,
    CHECK ((retracted_at IS NULL) = (reason = ''))
);
-- At most one that counts for a person at a session, whatever two desks do at once.
CREATE UNIQUE INDEX attendances_once ON attendances (session_id, person_id) WHERE retracted_at IS NULL;
CREATE INDEX attendances_session ON attendances (session_id, checked_in_at, id);
CREATE INDEX attendances_person ON attendances (person_id);

CREATE TABLE head_counts (
    id           TEXT     NOT NULL PRIMARY KEY,
    session_id   TEXT     NOT NULL REFERENCES sessions (id),
    method       TEXT     NOT NULL CHECK (method IN ('tally', 'estimate')),
    heads        BIGINT   NOT NULL CHECK (heads >= 0),
    sixty        BIGINT   CHECK (sixty BETWEEN 0 AND heads),
    women        BIGINT   CHECK (women BETWEEN 0 AND heads),
    men          BIGINT   CHECK (men BETWEEN 0 AND heads),
    bands        TEXT     NOT NULL, -- JSON object of age band to heads
    at           DATETIME NOT NULL,
    by_id        TEXT,
    retracted_at DATETIME,
    retracted_by TEXT,
    reason       TEXT     NOT NULL,
    CHECK ((retracted_at IS NULL) = (reason = ''))
);
CREATE INDEX head_counts_session ON head_counts (session_id, at, id);

-- Scans that were not taken, for the desk to see why. tail is at most the last two
-- characters of what looked like a card.
CREATE TABLE desk_refusals (
    id         TEXT     NOT NULL PRIMARY KEY,
    session_id TEXT     NOT NULL REFERENCES sessions (id),
    tail       TEXT     NOT NULL CHECK (length(tail) <= 2),
    reason     TEXT     NOT NULL,
    at         DATETIME NOT NULL,
    by_id      TEXT
);
CREATE INDEX desk_refusals_session ON desk_refusals (session_id, at, id);
