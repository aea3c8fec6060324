-- +goose Up
-- The place of each audit line: gapless, each hash over the one before. Lines of long ago
-- are let go of behind a cut, which keeps the hash that the chain goes on from.
CREATE TABLE audit_seals (
    seq      BIGINT NOT NULL PRIMARY KEY CHECK (seq > 0),
    audit_id TEXT   NOT NULL UNIQUE,
    prev     TEXT   NOT NULL CHECK (length(prev) = 64),
    hash     TEXT   NOT NULL CHECK (length(hash) = 64)
);
CREATE TABLE audit_waiting (
    audit_id TEXT NOT NULL PRIMARY KEY
);
CREATE TABLE audit_cuts (
    seq  BIGINT   NOT NULL PRIMARY KEY CHECK (seq > 0),
    hash TEXT     NOT NULL CHECK (length(hash) = 64),
    at   DATETIME NOT NULL
);
INSERT INTO audit_waiting (audit_id) SELECT id FROM audits;

-- +goose StatementBegin
CREATE FUNCTION audits_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.audit_id = OLD.id AND s.seq <= (SELECT MAX(seq) FROM audit_cuts)) THEN
        RAISE EXCEPTION 'audits: a line is never deleted before its time';
    END IF;
    RETURN OLD;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audits_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO audit_waiting (audit_id) VALUES (NEW.id); RETURN NULL; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_seals_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.seq > COALESCE((SELECT MAX(seq) FROM audit_cuts), 0) THEN
        RAISE EXCEPTION 'audit_seals: a seal is never deleted before its time';
    END IF;
    RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audits_update BEFORE UPDATE ON audits FOR EACH ROW EXECUTE FUNCTION ledger_never();
CREATE TRIGGER audits_delete BEFORE DELETE ON audits FOR EACH ROW EXECUTE FUNCTION audits_delete();
CREATE TRIGGER audits_queue AFTER INSERT ON audits FOR EACH ROW EXECUTE FUNCTION audits_queue();
CREATE TRIGGER audit_seals_update BEFORE UPDATE ON audit_seals FOR EACH ROW EXECUTE FUNCTION ledger_never();
CREATE TRIGGER audit_seals_delete BEFORE DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_seals_delete();
