-- +goose Up
-- What was reported about who was in a class, as it was reported. Minutes are derived
-- from it and can be derived anew; nothing here is changed.
CREATE TABLE live_evidence (
    id       TEXT     NOT NULL PRIMARY KEY, -- a webhook's own ID, else one of ours
    class_id TEXT     NOT NULL REFERENCES live_classes (id),
    source   TEXT     NOT NULL CHECK (source IN ('webhook', 'poll', 'heartbeat', 'act')),
    kind     TEXT     NOT NULL,
    sid      TEXT     NOT NULL, -- the media server's ID of one connection, '' for none
    room_sid TEXT     NOT NULL, -- changes when the media server was started again
    ticket   TEXT     NOT NULL, -- whose connection, as in live_visits
    at       DATETIME NOT NULL,
    data     TEXT     NOT NULL -- JSON
);
CREATE INDEX live_evidence_class ON live_evidence (class_id, at, id);

-- Webhooks as they came, stored before anything else is done with them.
CREATE TABLE live_webhooks (
    id          TEXT     NOT NULL PRIMARY KEY,
    body        TEXT     NOT NULL,
    received_at DATETIME NOT NULL,
    folded_at   DATETIME
);
CREATE INDEX live_webhooks_unfolded ON live_webhooks (folded_at, received_at, id);

-- Which attended fact stands for whom, so that it is mended and not doubled. who is a
-- person's number, or a visitor's identity.
CREATE TABLE live_attendances (
    class_id  TEXT    NOT NULL REFERENCES live_classes (id),
    who       TEXT    NOT NULL,
    person_id TEXT,
    version   BIGINT  NOT NULL CHECK (version > 0),
    fact_id   TEXT    NOT NULL, -- '' while none stands
    minutes   BIGINT  NOT NULL CHECK (minutes >= 0),
    confirmed BIGINT  NOT NULL CHECK (confirmed BETWEEN 0 AND minutes),
    marked    TEXT    NOT NULL CHECK (marked IN ('confirmed', 'reconciled', 'estimated')),
    PRIMARY KEY (class_id, who)
);
