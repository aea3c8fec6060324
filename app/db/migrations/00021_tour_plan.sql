-- +goose Up
-- Tours with their stops, and sessions. A session without a stop is the venue's own
-- programme. first_day and last_day are local days, 2026-11-23; instants are UTC.
CREATE TABLE tours (
    id           TEXT     NOT NULL PRIMARY KEY,
    city_id      TEXT     NOT NULL REFERENCES cities (id),
    name         TEXT     NOT NULL CHECK (name <> ''),
    cancelled_at DATETIME,
    created_at   DATETIME NOT NULL,
    UNIQUE (city_id, name)
);

CREATE TABLE stops (
    id           TEXT     NOT NULL PRIMARY KEY,
    tour_id      TEXT     NOT NULL REFERENCES tours (id),
    city_id      TEXT     NOT NULL REFERENCES cities (id),
    name         TEXT     NOT NULL CHECK (name <> ''),
    first_day    TEXT     NOT NULL CHECK (length(first_day) = 10),
    last_day     TEXT     NOT NULL CHECK (last_day >= first_day),
    forms        TEXT     NOT NULL, -- JSON list of policy, exhibition, hands-on, visit, forum
    cancelled_at DATETIME,
    created_at   DATETIME NOT NULL,
    UNIQUE (tour_id, name)
);
CREATE INDEX stops_days ON stops (first_day, id);

CREATE TABLE stop_venues (
    stop_id  TEXT NOT NULL REFERENCES stops (id),
    venue_id TEXT NOT NULL REFERENCES venues (id),
    PRIMARY KEY (stop_id, venue_id)
);

CREATE TABLE stop_partners (
    stop_id    TEXT NOT NULL REFERENCES stops (id),
    partner_id TEXT NOT NULL REFERENCES partners (id),
    sends      TEXT NOT NULL,
    PRIMARY KEY (stop_id, partner_id)
);

CREATE TABLE sessions (
    id         TEXT     NOT NULL PRIMARY KEY,
    venue_id   TEXT     NOT NULL REFERENCES venues (id),
    stop_id    TEXT     REFERENCES stops (id),
    title      TEXT     NOT NULL CHECK (title <> ''),
    topics     TEXT     NOT NULL, -- JSON list of topic slugs, in the notice's order
    mode       TEXT     NOT NULL CHECK (mode IN ('site', 'live', 'both')),
    room       TEXT     NOT NULL,
    places     BIGINT   NOT NULL CHECK (places >= 0),
    trainer_id TEXT     REFERENCES staff (id),
    starts_at  DATETIME NOT NULL,
    ends_at    DATETIME NOT NULL,
    state      TEXT     NOT NULL CHECK (state IN ('planned', 'open', 'closed', 'cancelled')),
    opened_at  DATETIME,
    closed_at  DATETIME,
    created_at DATETIME NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX sessions_venue ON sessions (venue_id, starts_at, id);
CREATE INDEX sessions_start ON sessions (starts_at, id);
CREATE INDEX sessions_stop ON sessions (stop_id);
