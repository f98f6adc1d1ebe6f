"""docs/PROJECT_FILE.md names every table and column there is."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from mailsafi_wizard.store.schema import APPLICATION_ID, MIGRATIONS, VERSION

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "PROJECT_FILE.md"


def test_the_document_names_every_table_and_column() -> None:
    text = DOCUMENT.read_text("utf-8")
    words = set(re.findall(r"`([^`]+)`", text))
    db = sqlite3.connect(":memory:")
    for script in MIGRATIONS:
        db.executescript(script)
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert len(tables) > 5
    for table in tables:
        assert table in words, table
        columns = [row[1] for row in db.execute(f"SELECT * FROM pragma_table_info('{table}')")]
        assert [column for column in columns if column not in words and (table, column) != ("note", "value")] == [], table
    db.close()


def test_the_document_has_the_right_marks() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert f"0x{APPLICATION_ID:08X}" in text
    assert f"now {VERSION} " in text
