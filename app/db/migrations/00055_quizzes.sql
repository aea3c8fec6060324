-- +goose Up
-- One go of one person or visitor at one quiz. questions is what she was asked, word for
-- word in every language, so that mending the bank changes no attempt; given is what she
-- answered, in order. It is open until each question has its right answer, and then never
-- changes.
CREATE TABLE quiz_attempts (
    id         TEXT     NOT NULL PRIMARY KEY,
    person_id  TEXT     REFERENCES persons (id) ON DELETE CASCADE,
    visit_id   TEXT,
    run        TEXT     NOT NULL, -- the lesson's run; '' outside a lesson
    quiz       TEXT     NOT NULL,
    edition    TEXT     NOT NULL,
    seed       BIGINT   NOT NULL, -- what the questions were drawn with
    questions  TEXT     NOT NULL, -- JSON list
    given      TEXT     NOT NULL, -- JSON list
    length     BIGINT   NOT NULL CHECK (length >= 0), -- of given
    first_try  BOOLEAN  NOT NULL, -- her first attempt at this quiz
    started_at DATETIME NOT NULL,
    moved_at   DATETIME NOT NULL,
    done_at    DATETIME,
    fact_id    TEXT, -- of the fact that it was handed in
    CHECK ((person_id IS NULL) <> (visit_id IS NULL)),
    CHECK ((done_at IS NULL) = (fact_id IS NULL))
);
CREATE UNIQUE INDEX quiz_attempts_open_person ON quiz_attempts (person_id, quiz) WHERE done_at IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX quiz_attempts_open_visit ON quiz_attempts (visit_id, quiz) WHERE done_at IS NULL AND visit_id IS NOT NULL;
CREATE INDEX quiz_attempts_person ON quiz_attempts (person_id, quiz, moved_at);
CREATE INDEX quiz_attempts_visit ON quiz_attempts (visit_id, quiz, moved_at);
