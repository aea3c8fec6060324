-- +goose Up
-- To what somebody said yes, by purpose: the card itself, a phone number for notices,
-- pictures. The proof is the fact; this is what holds now. asked_version is the newest
-- notice that she was asked about, so that nobody is asked twice.
CREATE TABLE consents (
    person_id     TEXT     NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    purpose       TEXT     NOT NULL CHECK (purpose IN ('card', 'phone', 'pictures')),
    version       TEXT     NOT NULL,
    medium        TEXT     NOT NULL CHECK (medium IN ('spoken', 'paper', 'self')),
    given_at      DATETIME NOT NULL,
    withdrawn_at  DATETIME,
    asked_version TEXT     NOT NULL,
    PRIMARY KEY (person_id, purpose)
);
CREATE INDEX consents_withdrawn ON consents (withdrawn_at) WHERE withdrawn_at IS NOT NULL;

INSERT INTO consents (person_id, purpose, version, medium, given_at, withdrawn_at, asked_version)
SELECT p.id, 'card', MIN(substr(f.object, 8)), CASE WHEN MIN(f.detail) LIKE '%"paper"%' THEN 'paper' ELSE 'spoken' END,
       MIN(f.at), NULL, MIN(substr(f.object, 8))
FROM persons p JOIN ledger_facts f ON f.person_id = p.id AND f.verb = 'consented'
GROUP BY p.id;

-- A phone number for notices of classes, sealed (AES-256-GCM, the row's person as
-- associated data) with a key from outside the database. lookup is a keyed hash, by which
-- a number is found again; tail are its last four digits.
CREATE TABLE phones (
    person_id  TEXT     NOT NULL PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
    key_id     BIGINT   NOT NULL,
    sealed     TEXT     NOT NULL,
    lookup     TEXT     NOT NULL,
    tail       TEXT     NOT NULL CHECK (length(tail) = 4),
    created_at DATETIME NOT NULL
);
CREATE INDEX phones_lookup ON phones (lookup);
CREATE INDEX phones_key ON phones (key_id, person_id);

-- Which keys numbers are sealed with: never a key, only what tells whether the key at
-- hand is the right one.
CREATE TABLE phone_keys (
    id         BIGINT   NOT NULL PRIMARY KEY CHECK (id > 0),
    proof      TEXT     NOT NULL,
    created_at DATETIME NOT NULL,
    retired_at DATETIME
);
