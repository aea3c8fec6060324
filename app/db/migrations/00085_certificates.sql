-- +goose Up
-- One certificate of one person for one topic. It carries no name: what is shown of her is
-- read from her own row, and when that is erased the certificate says so. There is at most
-- one valid certificate of a person for a topic.
CREATE TABLE certificates (
    id            TEXT     NOT NULL PRIMARY KEY,
    code          TEXT     NOT NULL UNIQUE, -- printed; ten characters of the cards' alphabet
    person_id     TEXT     NOT NULL, -- outlives her row, as facts do
    topic         TEXT     NOT NULL,
    rule          TEXT     NOT NULL, -- the version of the rule that was met
    attendance    BIGINT   NOT NULL CHECK (attendance >= 0), -- sessions the organizer asked for; 0 when none
    city          TEXT     NOT NULL, -- the issuing city's name
    session_id    TEXT     NOT NULL, -- where it was issued
    venue_id      TEXT     NOT NULL,
    issued_at     DATETIME NOT NULL,
    issued_by     TEXT     NOT NULL,
    fact_id       TEXT     NOT NULL,
    revoked_at    DATETIME,
    revoked_by    TEXT,
    revoke_reason TEXT     NOT NULL -- '' while it is valid
);
CREATE UNIQUE INDEX certificates_valid ON certificates (person_id, topic) WHERE revoked_at IS NULL;
CREATE INDEX certificates_session ON certificates (session_id, issued_at);
