-- +goose Up
-- Sign-ins of browsers. The token itself is in the cookie only; here is its hash. data is
-- base64 of what the sign-in knows.
CREATE TABLE web_sessions (
    token_hash TEXT     NOT NULL PRIMARY KEY,
    data       TEXT     NOT NULL,
    expires_at DATETIME NOT NULL
);
CREATE INDEX web_sessions_expires ON web_sessions (expires_at);
