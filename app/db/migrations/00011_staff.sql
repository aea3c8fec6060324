-- +goose Up
CREATE TABLE staff (
    id             TEXT     NOT NULL PRIMARY KEY,
    login          TEXT     NOT NULL,
    name           TEXT     NOT NULL,
    password_hash  TEXT     NOT NULL,
    totp_secret    TEXT     NOT NULL,
    totp_since     DATETIME,
    totp_step      BIGINT   NOT NULL,
    epoch          BIGINT   NOT NULL,
    deactivated_at DATETIME,
    signed_in_at   DATETIME,
    created_at     DATETIME NOT NULL,
    CHECK (totp_since IS NULL OR totp_secret <> '')
);
CREATE UNIQUE INDEX staff_login ON staff (login);

-- Cities and venues belong to a higher floor: place_id carries no foreign key.
CREATE TABLE staff_grants (
    id         TEXT     NOT NULL PRIMARY KEY,
    staff_id   TEXT     NOT NULL REFERENCES staff (id),
    role       TEXT     NOT NULL CHECK (role IN ('admin', 'organizer', 'trainer', 'helper', 'observer')),
    place_kind TEXT     NOT NULL CHECK (place_kind IN ('installation', 'city', 'venue')),
    place_id   TEXT     NOT NULL,
    created_at DATETIME NOT NULL,
    CHECK ((place_kind = 'installation') = (place_id = ''))
);
CREATE UNIQUE INDEX staff_grants_once ON staff_grants (staff_id, role, place_kind, place_id);

-- Recovery codes for a lost phone: hashed like passwords, each works once.
CREATE TABLE staff_codes (
    id       TEXT     NOT NULL PRIMARY KEY,
    staff_id TEXT     NOT NULL REFERENCES staff (id),
    hash     TEXT     NOT NULL,
    used_at  DATETIME
);
CREATE INDEX staff_codes_staff ON staff_codes (staff_id, id);

-- One-time links: the first administrator, an invitation, a forgotten password.
CREATE TABLE staff_links (
    id         TEXT     NOT NULL PRIMARY KEY,
    kind       TEXT     NOT NULL CHECK (kind IN ('first', 'invite', 'reset')),
    staff_id   TEXT     REFERENCES staff (id),
    token_hash TEXT     NOT NULL,
    by_id      TEXT,
    expires_at DATETIME NOT NULL,
    used_at    DATETIME,
    created_at DATETIME NOT NULL,
    CHECK ((kind = 'first') = (staff_id IS NULL))
);
CREATE UNIQUE INDEX staff_links_token ON staff_links (token_hash);
CREATE INDEX staff_links_staff ON staff_links (staff_id, created_at);
