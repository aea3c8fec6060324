-- +goose Up
-- Who sits where. A seat is open while ended_at is NULL; the clock may have ended it
-- before anybody writes so.
CREATE TABLE room_seats (
    id          TEXT     NOT NULL PRIMARY KEY,
    tablet_id   TEXT     REFERENCES tablets (id),
    venue_id    TEXT,
    session_id  TEXT,
    person_id   TEXT     REFERENCES persons (id) ON DELETE CASCADE,
    visit_id    TEXT,
    kind        TEXT     NOT NULL CHECK (kind IN ('tile', 'card', 'staff', 'visit')),
    token_hash  TEXT,
    began_at    DATETIME NOT NULL,
    last_act_at DATETIME NOT NULL,
    ended_at    DATETIME,
    why         TEXT     CHECK (why IN ('left', 'idle', 'moved', 'undone')),
    by_id       TEXT,
    ended_by_id TEXT,
    place_kind  TEXT     NOT NULL CHECK (place_kind IN ('', 'lesson', 'scene', 'quiz', 'live')),
    place_slug  TEXT     NOT NULL,
    place_step  BIGINT   NOT NULL CHECK (place_step >= 0),
    place_since DATETIME,
    push_seen   BIGINT   NOT NULL CHECK (push_seen >= 0),
    CHECK ((person_id IS NULL) <> (visit_id IS NULL)),
    CHECK ((kind = 'visit') = (person_id IS NULL)),
    CHECK ((ended_at IS NULL) = (why IS NULL)),
    CHECK ((tablet_id IS NULL) = (token_hash IS NOT NULL))
);
-- One open seat a tablet, and one tablet a person.
CREATE UNIQUE INDEX room_seats_tablet ON room_seats (tablet_id) WHERE ended_at IS NULL AND tablet_id IS NOT NULL;
CREATE UNIQUE INDEX room_seats_person ON room_seats (person_id) WHERE ended_at IS NULL AND tablet_id IS NOT NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX room_seats_token ON room_seats (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX room_seats_ended ON room_seats (ended_at, last_act_at);
CREATE INDEX room_seats_of ON room_seats (person_id);

-- What the room knows of a tablet beyond who sits there.
CREATE TABLE room_tablets (
    tablet_id  TEXT     NOT NULL PRIMARY KEY REFERENCES tablets (id),
    session_id TEXT,
    seen_at    DATETIME
);

-- Hands: one at a time a tablet.
CREATE TABLE room_calls (
    id           TEXT     NOT NULL PRIMARY KEY,
    tablet_id    TEXT     NOT NULL REFERENCES tablets (id),
    venue_id     TEXT     NOT NULL,
    session_id   TEXT     NOT NULL,
    seat_id      TEXT     REFERENCES room_seats (id) ON DELETE SET NULL,
    asked_at     DATETIME NOT NULL,
    answered_at  DATETIME,
    by_id        TEXT,
    cancelled_at DATETIME,
    CHECK (answered_at IS NULL OR cancelled_at IS NULL),
    CHECK ((answered_at IS NULL) = (by_id IS NULL))
);
CREATE UNIQUE INDEX room_calls_waiting ON room_calls (tablet_id) WHERE answered_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX room_calls_tablet ON room_calls (tablet_id, asked_at);
CREATE INDEX room_calls_asked ON room_calls (asked_at);

-- Where the trainer sends everybody: a version number a session.
CREATE TABLE room_pushes (
    session_id TEXT     NOT NULL,
    version    BIGINT   NOT NULL CHECK (version > 0),
    act_id     TEXT     NOT NULL,
    kind       TEXT     NOT NULL CHECK (kind IN ('lesson', 'scene', 'quiz', 'live')),
    slug       TEXT     NOT NULL,
    step       BIGINT   NOT NULL CHECK (step >= 0),
    url        TEXT     NOT NULL,
    at         DATETIME NOT NULL,
    by_id      TEXT     NOT NULL,
    PRIMARY KEY (session_id, version)
);
CREATE UNIQUE INDEX room_pushes_act ON room_pushes (act_id);
CREATE INDEX room_pushes_at ON room_pushes (at);
