"""The tables of the project file and the steps from older forms to the present one. See docs/PROJECT_FILE.md."""

from __future__ import annotations

APPLICATION_ID = 0x4D53_4657  # "MSFW"

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE mailbox (
        id INTEGER PRIMARY KEY, address TEXT NOT NULL, source_user TEXT NOT NULL, destination_user TEXT NOT NULL,
        source_host TEXT NOT NULL DEFAULT '', user_root TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'new',
        problem TEXT NOT NULL DEFAULT '', hint TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '',
        UNIQUE (source_user, destination_user, source_host));
    CREATE TABLE folder (
        id INTEGER PRIMARY KEY, mailbox_id INTEGER NOT NULL REFERENCES mailbox (id),
        source BLOB NOT NULL, source_name TEXT NOT NULL, destination BLOB NOT NULL, destination_name TEXT NOT NULL,
        role TEXT NOT NULL DEFAULT '', excluded_reason TEXT NOT NULL DEFAULT '', renamed INTEGER NOT NULL DEFAULT 0,
        s_validity INTEGER, s_next INTEGER NOT NULL DEFAULT 1, s_claimed_next INTEGER, s_modseq INTEGER,
        s_count INTEGER NOT NULL DEFAULT 0, s_bytes INTEGER NOT NULL DEFAULT 0,
        d_validity INTEGER, d_next INTEGER NOT NULL DEFAULT 1, d_count INTEGER, d_modseq INTEGER,
        checked INTEGER NOT NULL DEFAULT 0,
        UNIQUE (mailbox_id, source));
    CREATE TABLE message (
        folder_id INTEGER NOT NULL REFERENCES folder (id), uid INTEGER NOT NULL, state INTEGER NOT NULL,
        size INTEGER NOT NULL, digest BLOB, key INTEGER NOT NULL DEFAULT 0, flags BLOB NOT NULL DEFAULT x'', date BLOB NOT NULL DEFAULT x'',
        d_uid INTEGER, seen INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (folder_id, uid)) WITHOUT ROWID;
    CREATE INDEX message_open ON message (folder_id, state) WHERE state IN (1, 5);
    CREATE TABLE foreign_message (
        folder_id INTEGER NOT NULL REFERENCES folder (id), uid INTEGER NOT NULL, size INTEGER NOT NULL, key INTEGER NOT NULL, digest BLOB,
        PRIMARY KEY (folder_id, uid)) WITHOUT ROWID;
    CREATE TABLE remark (
        mailbox_id INTEGER NOT NULL, folder TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (mailbox_id, folder, text)) WITHOUT ROWID;
    CREATE TABLE run (
        id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, messages INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
        outcome TEXT NOT NULL DEFAULT 'running');
    CREATE TABLE sign_in (
        mailbox_id INTEGER NOT NULL, side TEXT NOT NULL, ok INTEGER NOT NULL, cause TEXT NOT NULL, remedy TEXT NOT NULL, detail TEXT NOT NULL,
        PRIMARY KEY (mailbox_id, side)) WITHOUT ROWID;
    CREATE TABLE census (mailbox_id INTEGER PRIMARY KEY, facts TEXT NOT NULL);
    CREATE TABLE dns_snapshot (id INTEGER PRIMARY KEY, taken TEXT NOT NULL, facts TEXT NOT NULL);
    """,
    """
    CREATE TABLE secret (mailbox_id INTEGER NOT NULL, side TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (mailbox_id, side)) WITHOUT ROWID;
    """,
    """
    CREATE TABLE told (
        id INTEGER PRIMARY KEY, mailbox_id INTEGER NOT NULL, notice TEXT NOT NULL, language TEXT NOT NULL, address TEXT NOT NULL,
        state TEXT NOT NULL, at TEXT NOT NULL, message_id TEXT NOT NULL DEFAULT '', cause TEXT NOT NULL DEFAULT '',
        remedy TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '');
    CREATE INDEX told_notice ON told (notice, mailbox_id);
    """,
    """
    CREATE TABLE comparison (
        id INTEGER PRIMARY KEY, mailbox_id INTEGER NOT NULL, started TEXT NOT NULL, ended TEXT, depth TEXT NOT NULL, share REAL NOT NULL,
        least INTEGER NOT NULL, seed INTEGER NOT NULL, listed INTEGER NOT NULL DEFAULT 0, compared INTEGER NOT NULL DEFAULT 0,
        compared_bytes INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT 'running', problem TEXT NOT NULL DEFAULT '');
    CREATE INDEX comparison_of_mailbox ON comparison (mailbox_id, id);
    CREATE TABLE compared_to (
        comparison_id INTEGER NOT NULL, folder_id INTEGER NOT NULL, uid INTEGER NOT NULL, PRIMARY KEY (comparison_id, folder_id)) WITHOUT ROWID;
    CREATE TABLE difference (
        comparison_id INTEGER NOT NULL, folder TEXT NOT NULL, uid INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (comparison_id, folder, uid, kind)) WITHOUT ROWID;
    CREATE TABLE check_sheet (
        mailbox_id INTEGER PRIMARY KEY, made TEXT NOT NULL, spots TEXT NOT NULL, sent TEXT NOT NULL DEFAULT '', reminded TEXT NOT NULL DEFAULT '');
    CREATE TABLE sign_off (
        mailbox_id INTEGER PRIMARY KEY, who TEXT NOT NULL, at TEXT NOT NULL, how TEXT NOT NULL, words TEXT NOT NULL DEFAULT '');
    """,
    """
    CREATE TABLE tally (
        folder_id INTEGER PRIMARY KEY, copied INTEGER NOT NULL, present INTEGER NOT NULL, excluded INTEGER NOT NULL, failed INTEGER NOT NULL,
        confirmed INTEGER NOT NULL, removed INTEGER NOT NULL, bytes INTEGER NOT NULL, arrived INTEGER NOT NULL);
    CREATE TRIGGER tally_insert AFTER INSERT ON message BEGIN DELETE FROM tally WHERE folder_id = new.folder_id; END;
    CREATE TRIGGER tally_delete AFTER DELETE ON message BEGIN DELETE FROM tally WHERE folder_id = old.folder_id; END;
    CREATE TRIGGER tally_update AFTER UPDATE OF state, size, seen, gone ON message BEGIN DELETE FROM tally WHERE folder_id = new.folder_id; END;
    """,
)
VERSION = len(MIGRATIONS)
