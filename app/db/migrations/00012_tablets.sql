-- +goose Up
CREATE TABLE tablets (
    id           TEXT     NOT NULL PRIMARY KEY,
    venue_id     TEXT     NOT NULL,
    label        TEXT     NOT NULL CHECK (label <> ''),
    token_hash   TEXT     NOT NULL,
    last_seen_at DATETIME NOT NULL,
    revoked_at   DATETIME,
    created_at   DATETIME NOT NULL
);
CREATE UNIQUE INDEX tablets_token ON tablets (token_hash);
CREATE UNIQUE INDEX tablets_label ON tablets (venue_id, label) WHERE revoked_at IS NULL;

-- What stands in the QR code that a tablet scans to belong to a venue.
CREATE TABLE tablet_links (
    id         TEXT     NOT NULL PRIMARY KEY,
    venue_id   TEXT     NOT NULL,
    code_hash  TEXT     NOT NULL,
    by_id      TEXT     NOT NULL,
    places     BIGINT   NOT NULL CHECK (places > 0),
    used       BIGINT   NOT NULL CHECK (used >= 0 AND used <= places),
    expires_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX tablet_links_code ON tablet_links (code_hash);
