"""The report's sections on the end: sheets, credentials, the old server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from mailsafi_wizard.report import credentials_table, finish_sections, write_table

NOON = dt.datetime(2026, 12, 4, 9, 0, tzinfo=dt.UTC)
CREDENTIALS = [
    ("Password", "=cmd()", "mail.old.example", "Change it.", NOON),
    ("Password", "ali", "mail.old.example", "Change it.", None),
]


def test_each_section_says_what_is_and_what_is_not_yet() -> None:
    sheets, credentials, closing = finish_sections(
        [("a@x.ke", NOON, "sw", "mail"), ("b@x.ke", None, "", "")],
        CREDENTIALS,
        lambda show: (f"Until {show(NOON)}.", "Still open: x"),
        (NOON, 1),
        "Africa/Nairobi",
    )
    assert sheets.tables[0].rows == (("a@x.ke", "2026-12-04 12:00 EAT", "Kiswahili", "mail file"), ("b@x.ke", "not yet", "", ""))
    assert [row[4] for row in credentials.tables[0].rows] == ["2026-12-04 12:00 EAT", "not yet"]
    assert "1 sealed password went out" in credentials.paragraphs[0]
    assert closing.paragraphs == ("Until 2026-12-04 12:00 EAT.", "Still open: x")


def test_secrets_that_were_not_erased_are_not_called_so() -> None:
    _sheets, credentials, _closing = finish_sections([], [], lambda _show: (), None, "UTC")
    assert "have not been erased" in credentials.paragraphs[0]
    assert credentials.tables[0].empty
    _sheets, credentials, _closing = finish_sections([], [], lambda _show: (), (NOON, 0), "UTC")
    assert "none had been written" in credentials.paragraphs[0]


def test_the_list_as_a_file_has_no_formula_in_it(tmp_path: Path) -> None:
    write_table(credentials_table(CREDENTIALS, "UTC"), tmp_path / "list.csv")
    text = (tmp_path / "list.csv").read_text("utf-8-sig")
    assert "'=cmd()" in text
    assert text.splitlines()[2].endswith("not yet")
    assert not list(tmp_path.glob("*.part"))
