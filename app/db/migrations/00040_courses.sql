-- +goose Up
-- One go of one person or visitor at one lesson. seen is a set of steps: bit n-1 is step n.
-- moved_at is the last act that changed anything; seconds grow with it until the end.
CREATE TABLE courses_runs (
    id             TEXT     NOT NULL PRIMARY KEY,
    person_id      TEXT     REFERENCES persons (id) ON DELETE CASCADE,
    visit_id       TEXT,
    lesson         TEXT     NOT NULL,
    edition        TEXT     NOT NULL,
    step           BIGINT   NOT NULL CHECK (step BETWEEN 1 AND 8),
    seen           BIGINT   NOT NULL CHECK (seen BETWEEN 0 AND 255),
    seconds        BIGINT   NOT NULL CHECK (seconds >= 0),
    read_aloud     BOOLEAN  NOT NULL,
    practice_later BOOLEAN  NOT NULL,
    quiz_later     BOOLEAN  NOT NULL,
    started_at     DATETIME NOT NULL,
    moved_at       DATETIME NOT NULL,
    finished_at    DATETIME,
    practised_at   DATETIME,
    answered_at    DATETIME,
    CHECK ((person_id IS NULL) <> (visit_id IS NULL)),
    CHECK (finished_at IS NULL OR seen % 32 = 31)
);
-- A lesson that is open is gone on with: on whichever tablet, there is one open run of it.
CREATE UNIQUE INDEX courses_runs_open_person ON courses_runs (person_id, lesson) WHERE finished_at IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX courses_runs_open_visit ON courses_runs (visit_id, lesson) WHERE finished_at IS NULL AND visit_id IS NOT NULL;
CREATE INDEX courses_runs_person ON courses_runs (person_id, moved_at);
CREATE INDEX courses_runs_visit ON courses_runs (visit_id, moved_at);

-- A second page of an open lesson brought a run ID of its own: it means the open run, for
-- ever, so that sending its acts again later begins nothing new.
CREATE TABLE courses_run_names (
    id     TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES courses_runs (id) ON DELETE CASCADE
);
CREATE INDEX courses_run_names_run ON courses_run_names (run_id);
