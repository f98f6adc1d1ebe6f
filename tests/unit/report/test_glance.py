"""The report on one page says what the whole one says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsafi_wizard.report import Column, Kind, Section, Table, one_page
from tests.ui.reported import report_of


@pytest.mark.parametrize("bad", [False, True])
def test_every_line_is_one_of_the_whole_report(bad: bool) -> None:
    facts = report_of(6, bad)
    short = one_page(facts)
    assert (short.outcome, short.done, short.banner, short.tiles) == (facts.outcome, facts.done, facts.banner, facts.tiles)
    (section,) = short.sections
    lines = {row[0]: row[1] for row in section.tables[0].rows}
    assert lines == {name: value for whole in facts.sections for name, value in whole.glance}
    assert lines["Could not be copied"] == ("48" if bad else "none")
    assert lines["Sign-offs"] == f"{2 if bad else 6} of 6 users have said that their mail is there."
    assert [t.title for t in section.tables] == (["At a glance", "Failed", "Left out"] if bad else ["At a glance", "Left out"])


def test_reasons_are_summed_where_there_are_many() -> None:
    columns = (Column("Why"), Column("Messages", Kind.COUNT))
    table = Table("failed-reasons", "The reasons", columns, tuple((f"reason {n}", n) for n in range(9, 0, -1)))
    facts = replace(report_of(1, False), sections=(Section("failed", "Failed", (), (table,)),))
    rows = one_page(facts).sections[0].tables[1].values
    assert [row[0] for row in rows[:4]] == ["reason 9", "reason 8", "reason 7", "reason 6"]
    assert rows[4:] == (("and 5 more reasons", 15),)
