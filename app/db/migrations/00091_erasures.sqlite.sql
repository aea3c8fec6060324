-- +goose Up
-- Who asked to be erased, and until when that can be undone. The person's number stays
-- and is nobody's once it is done.
CREATE TABLE erasures (
    id        TEXT     NOT NULL PRIMARY KEY,
    person_id TEXT     NOT NULL,
    reason    TEXT     NOT NULL CHECK (reason IN ('asked', 'desk', 'heirs', 'withdrew', 'expired', 'replayed')),
    asked_at  DATETIME NOT NULL,
    due_at    DATETIME NOT NULL,
    by_id     TEXT,
    undone_at DATETIME,
    done_at   DATETIME,
    CHECK (undone_at IS NULL OR done_at IS NULL)
);
CREATE UNIQUE INDEX erasures_open ON erasures (person_id) WHERE undone_at IS NULL AND done_at IS NULL;
CREATE INDEX erasures_due ON erasures (due_at) WHERE undone_at IS NULL AND done_at IS NULL;

-- What somebody asked for at the desk, and by which day it must be answered (15 working
-- days). asked_by is herself, somebody with her word, or an heir (PIPL art. 49).
CREATE TABLE person_requests (
    id          TEXT     NOT NULL PRIMARY KEY,
    person_id   TEXT     NOT NULL,
    kind        TEXT     NOT NULL CHECK (kind IN ('read', 'copy', 'correct', 'withdraw', 'erase')),
    asked_by    TEXT     NOT NULL CHECK (asked_by IN ('self', 'proxy', 'heir')),
    received_at DATETIME NOT NULL,
    due_on      TEXT     NOT NULL CHECK (length(due_on) = 10),
    by_id       TEXT     NOT NULL,
    done_at     DATETIME,
    done_by     TEXT,
    outcome     TEXT     NOT NULL CHECK (outcome IN ('', 'granted', 'refused')),
    CHECK ((done_at IS NULL) = (outcome = ''))
);
CREATE INDEX person_requests_open ON person_requests (due_on, id) WHERE done_at IS NULL;
CREATE INDEX person_requests_person ON person_requests (person_id, received_at);

-- A number that was erased is nobody's for ever.
-- +goose StatementBegin
CREATE TRIGGER persons_erased BEFORE INSERT ON persons
WHEN EXISTS (SELECT 1 FROM ledger_facts WHERE person_id = NEW.id AND verb = 'erased' AND object = 'person:' || NEW.id)
BEGIN SELECT RAISE(ABORT, 'persons: this number was erased'); END;
-- +goose StatementEnd
