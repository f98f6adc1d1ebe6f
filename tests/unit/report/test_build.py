"""Which sections there are, in which order, and that every text of them is in the language that was asked for."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from mailsafi_wizard import words
from mailsafi_wizard.report import ReportFacts, Shares, TimeLine, one_page
from mailsafi_wizard.report.build import LAST, ORDER
from tests.ui.reported import report_of


class Marked(gettext.NullTranslations):
    """A language in which every text stands in marks."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


@pytest.fixture
def _marked(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = words._opened

    def opened(language: str, folder: Path) -> words._Speech:
        return words._Speech("sw", Marked()) if language == "sw" else plain(language, folder)

    monkeypatch.setattr(words, "_opened", opened)


def texts(facts: ReportFacts) -> list[str]:
    """Everything of the report that is ours to say, and no server's, user's or company's word."""
    found = [facts.title, facts.outcome, facts.made, *(tile.name for tile in facts.tiles), *(name for name, _value in facts.about)]
    for section in facts.sections:
        found += [section.heading, *section.paragraphs, *(name for name, _value in section.glance)]
        for table in section.tables:
            found += [table.title, *(column.title for column in table.columns), *([table.empty] if table.empty else [])]
        for drawing in section.drawings:
            found += [drawing.title]
            if isinstance(drawing, Shares):
                found += [part.name for part in drawing.parts]
            elif isinstance(drawing, TimeLine):
                found += [*drawing.labels, *(step.name for step in drawing.steps), *(step.state for step in drawing.steps)]
    return found


@pytest.mark.usefixtures("_marked")
@pytest.mark.parametrize("bad", [False, True])
def test_the_language_reaches_every_text(bad: bool) -> None:
    with words.speaking("sw"):
        facts = report_of(6, bad, rehearsal=not bad)
        short = one_page(facts)
    assert facts.language == "sw"
    assert facts.banner.startswith("«")
    unsaid = [text for one in (facts, short) for text in texts(one) if "«" not in text]
    theirs = ("Keep the old server until", "Still open:", "What the look")  # spoken by `cutover`, which the sample stands in for
    assert [text for text in unsaid if not text.startswith(theirs)] == []
    assert "«" not in " ".join(texts(report_of(6, bad)))


def test_sections_stand_in_one_order() -> None:
    keys = [section.key for section in report_of(1, True).sections]
    assert keys == [key for key in (*ORDER, *LAST) if key in keys]
    assert len(keys) == len(set(keys)) == len((*ORDER, *LAST))


def test_names_of_tables_are_names_of_files() -> None:
    names = [table.name for section in report_of(6, True).sections for table in section.tables]
    assert len(names) == len(set(names))
    assert all(name.replace("-", "").isalpha() and name.isascii() for name in names)


def test_subjects_stand_there_only_by_choice() -> None:
    for bad in (False, True):
        table = next(t for s in report_of(6, bad).sections for t in s.tables if t.name == "failed")
        assert ("Subject" in [column.title for column in table.columns]) is bad  # the sample chooses them with its bad outcome
        assert any("عرض السعر" in cell for row in table.rows for cell in row) is bad
    plain = " ".join(p for s in report_of(6, False).sections for p in s.paragraphs)
    assert "no subject" in plain
