"""How much a page asks of the project file must not grow with the number of messages or mailboxes: what it asks is counted, not timed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages.verify import VerifyPage
from tests.bench import big_project
from tests.bench.big_project import Size
from tests.ui.conftest import Hand

SMALL, MORE_MAIL, MORE_BOXES = Size(4, 12, 300), Size(4, 12, 3_000), Size(12, 12, 900)
MOST = 450  # statements of one page; the plan asks for some twenty notes each time it is looked at


def asked(hand: Hand, path: Path, size: Size) -> dict[str, Counter[str]]:
    """By page: what it asked when it was opened for the second time in a new life of the program."""
    big_project.make(path, size)
    project = MigrationProject.open(path)
    found: dict[str, Counter[str]] = {}
    heard: list[str] = []

    async def show() -> None:
        hand.window.open_project(project)

    hand.run(show())
    hand.settle()
    project._journal.connection().set_trace_callback(heard.append)
    for step in hand.window.steps:
        hand.go(step.key)
        heard.clear()
        hand.go(step.key)
        found[step.key] = Counter(text.split(" WHERE ")[0] for text in heard)
    hand.window.close_project()
    return found


@pytest.mark.parametrize("larger", [MORE_MAIL, MORE_BOXES])
def test_a_page_asks_the_same_of_a_large_project(hand: Hand, tmp_path: Path, larger: Size) -> None:
    few, many = asked(hand, tmp_path / "small.mailsafi", SMALL), asked(hand, tmp_path / "large.mailsafi", larger)
    for key, small in few.items():
        large = many[key]
        assert large.total() <= small.total() + 5, (key, large - small)
        assert large.total() <= MOST, key


def test_no_page_looks_through_all_messages(hand: Hand, tmp_path: Path) -> None:
    """Sums come from the tallies, failures by their index; only the way down to one folder reads messages."""
    for key, found in asked(hand, tmp_path / "p.mailsafi", SMALL).items():
        scans = [text for text in found if "sum(m." in text and not text.startswith("SELECT f.mailbox_id, f.id")]
        assert scans == [], key


def test_failures_are_found_by_their_index(tmp_path: Path) -> None:
    big_project.make(tmp_path / "p.mailsafi", SMALL)
    project = MigrationProject.open(tmp_path / "p.mailsafi")
    heard: list[str] = []
    project._journal.connection().set_trace_callback(heard.append)
    found = project.failures()
    project._journal.connection().set_trace_callback(None)
    plan = project._journal.rows(f"EXPLAIN QUERY PLAN {heard[-1]}")
    assert any("message_open" in str(row[3]) for row in plan), plan
    assert len(found) == project.ledger().failed
    project.close()


def verify_of_many(hand: Hand, tmp_path: Path) -> VerifyPage:
    big_project.make(tmp_path / "p.mailsafi", SMALL)
    project = MigrationProject.open(tmp_path / "p.mailsafi")

    async def show() -> None:
        hand.window.open_project(project)

    hand.run(show())
    page = hand.go("verify")
    assert isinstance(page, VerifyPage)
    return page


def test_only_the_part_of_verify_that_is_seen_is_made(hand: Hand, tmp_path: Path) -> None:
    page = verify_of_many(hand, tmp_path)
    assert page.accounts.mailboxes.rowCount() == 4
    assert page.comparison.lines.rowCount() == page.signoff.users.rowCount() == 0
    page.tabs.setCurrentWidget(page.comparison)
    assert page.comparison.lines.rowCount() == 4
    page.tabs.setCurrentWidget(page.signoff)
    assert page.signoff.users.rowCount() == 4


def test_a_table_of_many_rows_is_sorted_by_what_its_column_means_and_again_when_a_row_changes(hand: Hand, tmp_path: Path) -> None:
    page = verify_of_many(hand, tmp_path)
    table, model = page.accounts.table, page.accounts.mailboxes
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    shown = [model.row(table.filter.mapToSource(table.filter.index(n, 0)).row()).ledger.source for n in range(4)]
    assert shown == sorted(shown, reverse=True)
    first = model.row(table.filter.mapToSource(table.filter.index(0, 0)).row())
    emptied = type(first)(first.mailbox, type(first.ledger)())
    model.update_rows([emptied])
    last = model.row(table.filter.mapToSource(table.filter.index(3, 0)).row())
    assert last == emptied
