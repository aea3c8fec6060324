-- +goose Up
-- Live classes. A class is the live side of one session and has its ID; it has a row from
-- the moment somebody first opened it. planned_from and planned_to are the session's own
-- times when it was opened: minutes are counted from a quarter of an hour before.
CREATE TABLE live_classes (
    id           TEXT     NOT NULL PRIMARY KEY REFERENCES sessions (id),
    venue_id     TEXT     NOT NULL REFERENCES venues (id),
    state        TEXT     NOT NULL CHECK (state IN ('open', 'closed')),
    lesson       TEXT     NOT NULL, -- slug of the lesson shown beside the picture, '' for none
    step         BIGINT   NOT NULL CHECK (step >= 0),
    version      BIGINT   NOT NULL CHECK (version > 0), -- grows with every change people see
    planned_from DATETIME NOT NULL,
    planned_to   DATETIME NOT NULL CHECK (planned_to > planned_from),
    opened_at    DATETIME NOT NULL,
    opened_by    TEXT     NOT NULL,
    closed_at    DATETIME,
    closed_by    TEXT,
    unsettled    BOOLEAN  NOT NULL, -- evidence has come that no fact counts yet
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX live_classes_venue ON live_classes (venue_id, state, opened_at, id);
CREATE INDEX live_classes_state ON live_classes (state, unsettled, id);

-- One device in one class: what its token names, and when it was last heard of. who is
-- the visit, seat or staff ID behind it and never leaves this table.
CREATE TABLE live_visits (
    ticket    TEXT     NOT NULL PRIMARY KEY, -- random; what LiveKit calls an identity
    class_id  TEXT     NOT NULL REFERENCES live_classes (id),
    role      TEXT     NOT NULL CHECK (role IN ('home', 'trainer')),
    who       TEXT     NOT NULL,
    person_id TEXT,
    joined_at DATETIME NOT NULL,
    seen_at   DATETIME NOT NULL,
    here      BOOLEAN  NOT NULL, -- false once it said that it left
    hears     BOOLEAN  NOT NULL, -- sound is playing and the page is in front
    UNIQUE (class_id, role, who)
);
CREATE INDEX live_visits_class ON live_visits (class_id, joined_at, ticket);
CREATE INDEX live_visits_person ON live_visits (person_id);
