-- +goose Up
-- What counts, written once. No foreign keys: a fact outlives what it speaks of, and may
-- come from another node. node is where it was first taken in; origin_seq and
-- origin_hash are its seal there, for facts that came from elsewhere.
CREATE TABLE ledger_facts (
    id          TEXT     NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    verb        TEXT     NOT NULL CHECK (verb <> ''),
    person_id   TEXT,
    object      TEXT     NOT NULL CHECK (object LIKE '_%:_%'),
    edition     TEXT,
    session_id  TEXT,
    venue_id    TEXT,
    device_id   TEXT,
    by_id       TEXT,
    at          DATETIME NOT NULL,
    recorded_at DATETIME NOT NULL,
    run         TEXT,
    detail      TEXT     NOT NULL CHECK (length(detail) <= 4096),
    node        TEXT     NOT NULL,
    origin_seq  BIGINT,
    origin_hash TEXT,
    CHECK ((origin_seq IS NULL) = (origin_hash IS NULL))
);
CREATE INDEX ledger_facts_object ON ledger_facts (object, verb);
CREATE INDEX ledger_facts_session ON ledger_facts (session_id, verb) WHERE session_id IS NOT NULL;
CREATE INDEX ledger_facts_person ON ledger_facts (person_id, verb) WHERE person_id IS NOT NULL;
CREATE INDEX ledger_facts_run ON ledger_facts (run) WHERE run IS NOT NULL;
CREATE INDEX ledger_facts_at ON ledger_facts (at, id);

-- The place of each fact in this database: gapless from 1, each seal over the one before.
CREATE TABLE ledger_seals (
    seq     BIGINT NOT NULL PRIMARY KEY CHECK (seq > 0),
    fact_id TEXT   NOT NULL UNIQUE REFERENCES ledger_facts (id),
    node    TEXT   NOT NULL REFERENCES ledger_nodes (id),
    version BIGINT NOT NULL,
    prev    TEXT   NOT NULL CHECK (length(prev) = 64),
    hash    TEXT   NOT NULL UNIQUE CHECK (length(hash) = 64)
);

-- Facts that wait for their seal. A trigger fills it, so no fact can be left out.
CREATE TABLE ledger_unsealed (
    fact_id TEXT NOT NULL PRIMARY KEY
);

-- Facts that came under an ID already taken by another content. digest is over the
-- content, so the same refusal again only counts up.
CREATE TABLE ledger_refused (
    fact_id  TEXT     NOT NULL,
    digest   TEXT     NOT NULL,
    owner    TEXT     NOT NULL,
    content  TEXT     NOT NULL,
    times    BIGINT   NOT NULL CHECK (times > 0),
    first_at DATETIME NOT NULL,
    last_at  DATETIME NOT NULL,
    PRIMARY KEY (fact_id, digest)
);

-- What counts are made of: facts that nobody took back. A retraction is no such fact.
CREATE VIEW ledger_effective AS
SELECT f.id, f.verb, f.person_id, f.object, f.edition, f.session_id, f.venue_id, f.device_id, f.by_id,
       f.at, f.recorded_at, f.run, f.detail, f.node, f.origin_seq, f.origin_hash
FROM ledger_facts f
WHERE f.verb <> 'retracted'
  AND NOT EXISTS (SELECT 1 FROM ledger_facts r WHERE r.verb = 'retracted' AND r.object = 'fact:' || f.id);

-- +goose StatementBegin
CREATE TRIGGER ledger_facts_update BEFORE UPDATE ON ledger_facts
BEGIN SELECT RAISE(ABORT, 'ledger_facts: a fact is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_facts_delete BEFORE DELETE ON ledger_facts
BEGIN SELECT RAISE(ABORT, 'ledger_facts: a fact is never deleted'); END;
-- +goose StatementEnd
-- INSERT OR REPLACE deletes without asking the trigger above, so a taken ID is passed over.
-- +goose StatementBegin
CREATE TRIGGER ledger_facts_replace BEFORE INSERT ON ledger_facts
WHEN EXISTS (SELECT 1 FROM ledger_facts WHERE id = NEW.id)
BEGIN SELECT RAISE(IGNORE); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_facts_queue AFTER INSERT ON ledger_facts
BEGIN INSERT INTO ledger_unsealed (fact_id) VALUES (NEW.id); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_seals_update BEFORE UPDATE ON ledger_seals
BEGIN SELECT RAISE(ABORT, 'ledger_seals: a seal is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_seals_delete BEFORE DELETE ON ledger_seals
BEGIN SELECT RAISE(ABORT, 'ledger_seals: a seal is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_seals_replace BEFORE INSERT ON ledger_seals
WHEN EXISTS (SELECT 1 FROM ledger_seals WHERE seq = NEW.seq OR fact_id = NEW.fact_id OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'ledger_seals: a seal is never replaced'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_refused_delete BEFORE DELETE ON ledger_refused
BEGIN SELECT RAISE(ABORT, 'ledger_refused: a refusal is never deleted'); END;
-- +goose StatementEnd
