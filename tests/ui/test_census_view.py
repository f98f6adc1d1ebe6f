"""The look before the copy on the screen: folders with what becomes of them, findings with what to do, progress and a stop."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from mailsafi_wizard.engine import preflight
from mailsafi_wizard.events import LookFinished, LookProgress
from mailsafi_wizard.model import FolderCensus, MailboxCensus, Role
from mailsafi_wizard.ui.census_view import LookBar, becomes, days, problem_of
from mailsafi_wizard.ui.pages.migrate import MigratePage
from tests.ui.conftest import Hand


def looked(opened: Hand) -> MigratePage:
    page = opened.go("migrate")
    assert isinstance(page, MigratePage)
    opened.act()
    return page


def row_of(page: MigratePage, name: str) -> int:
    return next(i for i, f in enumerate(page.folders.model.rows) if f.name.endswith(name))


def test_a_folder_is_left_out_and_taken_along_again(opened: Hand) -> None:
    project = opened.window.project
    assert project is not None
    page = looked(opened)
    assert page.looking.isHidden()
    page.table.choose(0)
    page.tabs.setCurrentWidget(page.folders)
    whole = project.census()[0].messages
    for words, chosen, fewer in (("Leave this folder out", False, True), ("Take this folder along", True, False)):
        page.folders.table.choose(row_of(page, "Sent"))
        assert page.folders.choose.text() == words
        opened.click(page.folders.choose)
        opened.settle()
        sent = page.folders.model.rows[row_of(page, "Sent")]
        assert sent.chosen is chosen
        assert bool(sent.excluded_reason) is not chosen
        assert (project.census()[0].messages < whole) is fewer


def test_findings_are_shown_with_what_to_do_and_an_address_can_be_called_known(opened: Hand) -> None:
    project = opened.window.project
    assert project is not None
    page = looked(opened)
    census = project.census()[0]
    project._journal.put_census(
        census.mailbox_id, preflight.census_to_text(replace(census, quota_limit=1000, addresses=(("sales@example.co.ke", 41),)))
    )
    page.refresh()
    assert page.tabs.tabText(page.tabs.indexOf(page.findings)) == "Findings (2)"
    assert page.findings.summary.text() == "1 thing to mend before the copy · 1 to check"
    page.tabs.setCurrentWidget(page.findings)
    assert "What to do now: Give it at least" in page.findings.detail.toPlainText()
    assert page.findings.needless.isHidden()
    page.findings.table.choose(1)
    assert "41 messages were sent to sales@example.co.ke" in page.findings.detail.toPlainText()
    opened.click(page.findings.needless)
    assert project.known_addresses() == {"sales@example.co.ke"}
    assert page.findings.model.rowCount() == 1

    opened.click(page.findings.look)
    opened.settle()
    assert page.findings.model.rowCount() == 0
    assert page.findings.summary.text() == "Nothing stands in the way of the copy."


def test_the_bar_adds_up_all_mailboxes_and_asks_once_for_a_stop(hand: Hand) -> None:
    bar = LookBar()
    stops: list[int] = []
    bar.stop.connect(lambda: stops.append(1))
    bar.begin(3)
    bar.heard(
        [LookProgress(1, "a", "INBOX", 10, 100), LookProgress(2, "b", "INBOX", 41_000, 146_280), LookFinished(3, "c", 1, 1, 1)]
    )
    bar.heard([LookProgress(1, "a", "INBOX", 200, 100)])
    assert bar.words.text() == "1 of 3 mailboxes · listed 41,200 of 146,380 messages"
    bar.halt.click()
    bar.halt.click()
    assert stops == [1]


def test_a_folder_s_fate_in_words() -> None:
    usual = FolderCensus("Kazi", None, 1, 1, "Kazi")
    assert becomes(usual) == "Kazi"
    assert becomes(replace(usual, excluded_reason="not a mail folder")) == "left out: not a mail folder"
    assert becomes(replace(usual, problem="[NOPERM] no")) == "not to be opened: [NOPERM] no"
    every = replace(usual, role=Role.ALL, destination_name="Archive", elsewhere=5)
    assert becomes(every) == "Archive: only what is in no other folder"
    one = dt.date(2020, 1, 2)
    assert (days(one, one), days(one, dt.date(2021, 1, 2)), days(None, None)) == ("2020-01-02", "2020-01-02 – 2021-01-02", "")


def test_mailboxes_that_could_not_be_looked_at_are_named() -> None:
    assert problem_of([MailboxCensus(1)], {1: "a"}) is None
    problem = problem_of([MailboxCensus(1, error="The connection broke"), MailboxCensus(2)], {1: "amina@example.co.ke"})
    assert problem is not None
    assert problem.what == "1 mailbox could not be looked at: amina@example.co.ke"
    assert problem.detail == "The connection broke"
