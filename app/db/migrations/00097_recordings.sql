-- +goose Up
-- The trainer's voice in a class, written down when she wants it and kept for who was
-- there. stopped_at is empty while it goes on; seen_at is when the recorder was last in the
-- room. The sound itself stands in files beside the database, one a part: a microphone
-- whose line was cut begins a new part. A mark says which step was shown from when on.
CREATE TABLE live_recordings (
    class_id   TEXT     NOT NULL PRIMARY KEY REFERENCES live_classes (id),
    by_id      TEXT     NOT NULL, -- the member of staff who began it
    begun_at   DATETIME NOT NULL,
    stopped_at DATETIME,
    seen_at    DATETIME,
    paused     BIGINT   NOT NULL CHECK (paused >= 0) -- milliseconds that lay between stopping and going on
);
CREATE INDEX live_recordings_begun ON live_recordings (begun_at, class_id);

CREATE TABLE live_recording_parts (
    class_id TEXT     NOT NULL REFERENCES live_recordings (class_id),
    number   BIGINT   NOT NULL CHECK (number > 0),
    begun_at DATETIME NOT NULL,
    millis   BIGINT   NOT NULL CHECK (millis >= 0), -- how long what is on the disk sounds
    bytes    BIGINT   NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (class_id, number)
);

CREATE TABLE live_recording_marks (
    class_id TEXT     NOT NULL REFERENCES live_recordings (class_id),
    at       DATETIME NOT NULL,
    lesson   TEXT     NOT NULL,
    step     BIGINT   NOT NULL CHECK (step > 0),
    PRIMARY KEY (class_id, at)
);
