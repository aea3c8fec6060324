-- +goose Up
-- A slip need not be a miss or a false alarm: on a drawn phone one may tap what is simply
-- not needed there. A check is part of its table, so the table is made anew.
CREATE TABLE practice_plays_next (
    id           TEXT     NOT NULL PRIMARY KEY,
    person_id    TEXT     REFERENCES persons (id) ON DELETE CASCADE,
    visit_id     TEXT,
    run          TEXT     NOT NULL, -- the lesson's run; '' outside a lesson
    scene        TEXT     NOT NULL,
    edition      TEXT     NOT NULL,
    mode         TEXT     NOT NULL CHECK (mode IN ('guided', 'unaided', 'changed')),
    skin         TEXT     NOT NULL,
    taps         TEXT     NOT NULL, -- JSON list
    length       BIGINT   NOT NULL CHECK (length >= 0),
    place        TEXT     NOT NULL, -- where the taps lead, for whoever looks from outside
    slips        BIGINT   NOT NULL CHECK (slips >= 0),
    misses       BIGINT   NOT NULL CHECK (misses >= 0),
    false_alarms BIGINT   NOT NULL CHECK (false_alarms >= 0),
    hints        BIGINT   NOT NULL CHECK (hints >= 0),
    stopped      TEXT     NOT NULL, -- the screen before the ending; '' while open
    seconds      BIGINT   NOT NULL CHECK (seconds >= 0),
    started_at   DATETIME NOT NULL,
    moved_at     DATETIME NOT NULL,
    done_at      DATETIME,
    left_at      DATETIME,
    fact_id      TEXT, -- of the fact that it was practised
    CHECK (misses + false_alarms <= slips),
    CHECK ((person_id IS NULL) <> (visit_id IS NULL)),
    CHECK ((done_at IS NULL) = (fact_id IS NULL)),
    CHECK (done_at IS NULL OR left_at IS NULL)
);
INSERT INTO practice_plays_next (id, person_id, visit_id, run, scene, edition, mode, skin, taps, length, place, slips, misses, false_alarms, hints, stopped, seconds, started_at, moved_at, done_at, left_at, fact_id)
SELECT id, person_id, visit_id, run, scene, edition, mode, skin, taps, length, place, slips, misses, false_alarms, hints, stopped, seconds, started_at, moved_at, done_at, left_at, fact_id FROM practice_plays;
DROP TABLE practice_plays;
ALTER TABLE practice_plays_next RENAME TO practice_plays;
CREATE UNIQUE INDEX practice_plays_open_person ON practice_plays (person_id, scene)
    WHERE done_at IS NULL AND left_at IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX practice_plays_open_visit ON practice_plays (visit_id, scene)
    WHERE done_at IS NULL AND left_at IS NULL AND visit_id IS NOT NULL;
CREATE INDEX practice_plays_person ON practice_plays (person_id, scene, moved_at);
CREATE INDEX practice_plays_visit ON practice_plays (visit_id, scene, moved_at);
