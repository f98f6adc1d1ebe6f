"""From the first page to the last, as a person would go, against the rehearsal's servers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QDate

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.events import Summary
from mailsafi_wizard.model import Depth, Ledger, MailboxState, Side
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages.communicate import CommunicatePage
from mailsafi_wizard.ui.pages.credentials import CredentialsPage
from mailsafi_wizard.ui.pages.cutover import CutoverPage
from mailsafi_wizard.ui.pages.finish import FinishPage
from mailsafi_wizard.ui.pages.migrate import MigratePage
from mailsafi_wizard.ui.pages.prepare import PreparePage
from mailsafi_wizard.ui.pages.start import StartPage
from mailsafi_wizard.ui.pages.verify import VerifyPage
from mailsafi_wizard.ui.steps import StepState, current, states
from tests.ui.conftest import Hand


def test_a_new_project_is_filled_in_tested_copied_and_reported(hand: Hand, rehearsal: Rehearsal, tmp_path: Path) -> None:
    window = hand.window

    async def create() -> None:
        window.create_at(tmp_path / "acme.mailsafi")

    hand.run(create())
    project = window.project
    assert project is not None
    start = hand.page
    assert isinstance(start, StartPage)
    hand.write(start.name, "Acme Ltd")
    hand.write(start.domains, "example.co.ke")
    hand.write(start.help, "Njeri, +254 700 000000")
    start.cutover.setDate(QDate(2027, 1, 8))
    assert project.company.name == "Acme Ltd"
    assert project.company.domains == ("example.co.ke",)
    assert str(project.company.cutover) == "2027-01-08"

    hand.click(window.next)
    prepare = hand.page
    assert isinstance(prepare, PreparePage)
    project.ca_file = rehearsal.servers.ca_file
    for side, server in ((Side.SOURCE, rehearsal.servers.source), (Side.DESTINATION, rehearsal.servers.destination)):
        hand.write(prepare.cards[side].host, server.host)
        hand.write(prepare.cards[side].port, str(server.port))
    hand.act()
    assert project.endpoint(Side.SOURCE) == rehearsal.servers.source
    assert all(card.chip.text == "Ready" for card in prepare.cards.values())

    credentials = hand.go("credentials")
    assert isinstance(credentials, CredentialsPage)
    credentials.take(b"EmailAddress,UserName,Password\nnot an address,x,\nsame@example.co.ke,a,p\nsame@example.co.ke,a,p\n")
    assert credentials.list.editor.isVisibleTo(window)
    assert credentials.list.editor.model.errors == 2
    assert project.mailboxes() == ()
    credentials.take(rehearsal.list_file.read_bytes())
    assert len(project.mailboxes()) == 6
    hand.act()
    assert all(result.ok for result in project.sign_in_results().values())

    migrate = hand.go("migrate")
    assert isinstance(migrate, MigratePage)
    hand.act()  # look
    assert project.forecast() is not None
    hand.act()  # start
    hand.until(lambda: window.bridge.summary is not None and not project.running)
    assert project.ledger().complete
    assert migrate.facts["messages"].text == "2,080 of 2,080"

    verify = hand.go("verify")
    assert isinstance(verify, VerifyPage)
    verify.comparison.choices[Depth.EVERYTHING].setChecked(True)
    hand.act()
    assert verify.problem is None
    assert all(line.ledger.complete for line in verify.accounts.mailboxes.rows)
    verify.tabs.setCurrentWidget(verify.comparison)
    assert {line.verdict[0] for line in verify.comparison.lines.rows} == {"The same"}

    finish = hand.go("finish")
    assert isinstance(finish, FinishPage)
    report = tmp_path / "report.pdf"

    async def save() -> None:
        finish.save(report)

    hand.run(save())
    hand.settle()
    text = subprocess.run(["pdftotext", "-layout", str(report), "-"], capture_output=True, text=True, check=True).stdout
    assert "Acme Ltd" in text
    assert "all 2,080 messages" in text
    signs = [project.sign_in(mailbox.id, side) for mailbox in project.mailboxes() for side in Side]
    assert len(signs) == 12
    assert not any(who is None or who.password.reveal() in text for who in signs)


def test_pause_go_on_and_stop_keep_what_was_copied(tmp_path: Path, hand: Hand) -> None:
    with Rehearsal(tmp_path, bytes_per_second=400_000) as slow:

        async def show() -> None:
            hand.window.open_project(slow.project)

        hand.run(show())
        page = hand.go("migrate")
        assert isinstance(page, MigratePage)
        hand.act()  # look
        hand.act()  # start
        live = hand.window.bridge.live
        hand.until(lambda: any(box.messages_done > 20 for box in live.values()))
        hand.click(page.pause)
        hand.until(lambda: {box.state for box in live.values()} <= {MailboxState.PAUSED, MailboxState.DONE})
        hand.until(lambda: page.pause.text().replace("&", "") == "Go on")
        hand.click(page.pause)
        hand.until(lambda: any(box.state is MailboxState.COPYING for box in live.values()))
        hand.click(page.stop)
        hand.until(lambda: not slow.project.running)
        kept = slow.project.ledger().copied
        assert 20 < kept < 2080
        assert not slow.project.ledger().complete
        hand.window.close_project()


def test_a_server_that_is_not_there_names_one_cause_and_one_remedy(opened: Hand) -> None:
    page = opened.go("prepare")
    assert isinstance(page, PreparePage)
    opened.write(page.cards[Side.SOURCE].port, "1")
    opened.act()
    ladder = page.cards[Side.SOURCE].ladder.ladder
    assert ladder is not None
    assert ladder.failed is not None
    assert ladder.failed.cause
    assert ladder.failed.remedy
    assert page.cards[Side.SOURCE].chip.text == "Needs you"


def test_notices_are_shown_for_any_user_and_saved(opened: Hand, tmp_path: Path) -> None:
    page = opened.go("communicate")
    assert isinstance(page, CommunicatePage)
    page.user.setCurrentIndex(3)
    page.user.activated.emit(3)
    assert page.shown_user.address in page.plain.toPlainText()
    page.language.setCurrentIndex(1)
    page.language.activated.emit(1)
    assert page.plain.toPlainText().startswith("Habari")

    async def save() -> None:
        page.save(tmp_path)

    opened.run(save())
    opened.settle()
    assert len(list((tmp_path / "announcement").glob("*.eml"))) == 6
    assert page.model.rows[0].entry is not None
    assert page.model.rows[0].entry.state.value == "done"


def test_the_records_are_asked_of_the_rehearsals_own_name_server(opened: Hand) -> None:
    page = opened.go("cutover")
    assert isinstance(page, CutoverPage)
    opened.act()
    assert [seen.view.server for seen in page.model.rows] == list(opened.window.project.resolvers if opened.window.project else ())
    assert page.model.rows[0].words == "10 mail.example.co.ke"


def test_a_project_opens_where_work_waits(opened: Hand) -> None:
    window = opened.window
    assert window.project is not None
    now = states(window.steps, window.project)
    assert now[0] is StepState.DONE
    assert window.shown == current(now) == 1


@pytest.mark.parametrize("content", [b"", b"not a project at all", b"SQLite format 3\0" + b"x" * 90])
def test_a_file_that_is_no_project_is_told_in_place(hand: Hand, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.mailsafi"
    path.write_bytes(content)
    hand.window.open_at(path)
    if content:
        assert hand.window.project is None
        assert path.read_bytes() == content
    else:
        assert hand.window.project is not None  # one whose creation was cut off by a power cut


def test_the_port_for_sending_is_kept_when_it_is_one(opened: Hand) -> None:
    window = opened.window
    window.show_step(0)
    page = opened.page
    assert isinstance(page, StartPage)
    assert window.project is not None
    assert page.values["smtp_port"].text() == "587"
    opened.write(page.values["smtp_port"], "465")
    assert window.project.company.mailsafi.smtp_port == 465
    for wrong in ("many", "0", "70000", "²"):
        opened.write(page.values["smtp_port"], wrong)
        assert "from 1 to 65535" in page.notes["smtp"].text()
        assert window.project.company.mailsafi.smtp_port == 465
    opened.write(page.values["smtp_port"], "")
    assert window.project.company.mailsafi.smtp_port == 0


def test_pages_of_a_project_that_was_closed_are_silent(hand: Hand, rehearsal: Rehearsal, tmp_path: Path) -> None:
    async def show(project: MigrationProject) -> None:
        hand.window.open_project(project)

    hand.run(show(MigrationProject.create(tmp_path / "First.mailsafi")))
    for key in ("migrate", "verify", "cutover"):
        hand.go(key)
    hand.run(show(rehearsal.project))
    hand.settle()

    async def tell() -> None:
        hand.window.bridge.remarked.emit(())
        hand.window.bridge.run_ended.emit(Summary(Ledger(), 4, 1.0))

    hand.run(tell())  # an error in there fails the test by itself
    assert hand.page.problem is None
    hand.window.close_project()
