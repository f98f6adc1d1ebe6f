"""The test of all sign-ins on the screen: what was left alone is said, and can be tried; only the refused are tried again."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from mailsafi_wizard.model import NOT_TRIED, Mailbox, Secret, Side, SignInResult
from mailsafi_wizard.ui import sign_in_grid
from mailsafi_wizard.ui.pages.credentials import CredentialsPage, needs
from mailsafi_wizard.ui.problems import ProblemPanel
from mailsafi_wizard.ui.sign_in_grid import SignInPanel
from mailsafi_wizard.ui.widgets import Tone
from tests.ui.conftest import Hand

STRANGERS = 5  # mailboxes that neither server knows


def button(panel: SignInPanel, words: str) -> QPushButton:
    return next(b for b in panel.findChildren(QPushButton) if b.text() == words and b.isVisible())


def test_a_common_cause_is_said_and_the_others_are_tried_when_the_admin_wants_it(opened: Hand) -> None:
    project = opened.window.project
    assert project is not None
    project.add_mailboxes(Mailbox(f"nobody{n}@example.co.ke", f"nobody{n}", f"nobody{n}") for n in range(STRANGERS))
    right = {m.id: project.sign_in(m.id, Side.SOURCE) for m in project.mailboxes()}
    for box in project.mailboxes():
        project.set_secret(box.id, Side.SOURCE, Secret("wrong"))
        if right[box.id] is None:
            project.set_secret(box.id, Side.DESTINATION, Secret("wrong"))
    page = opened.go("credentials")
    assert isinstance(page, CredentialsPage)
    opened.act()
    results = project.sign_in_results()
    left = [r for r in results.values() if not r.tried]
    assert {r.side for r in left} == {Side.SOURCE}, "at MailSafi six were right, so the others there are only wrong"
    assert len(left) == STRANGERS
    (note,) = page.signs.findChildren(ProblemPanel)
    assert "5 mailboxes were not tried" in note.problem.what
    assert "no user name and password was right so far" in note.problem.remedy
    assert needs(project) == "11 sign-ins were refused"

    opened.click(button(page.signs, "Try the others all the same"))
    opened.settle()
    assert all(r.tried for r in project.sign_in_results().values())
    assert page.signs.notes.count() == 0

    for box in project.mailboxes():
        who = right[box.id]
        if who is not None:
            project.set_secret(box.id, Side.SOURCE, who.password)
    opened.click(button(page.signs, "Try the 16 refused ones again"))
    opened.settle()
    good = {pair for pair, r in project.sign_in_results().items() if r.ok}
    assert good == {(i, side) for i, who in right.items() if who is not None for side in Side}


def test_progress_is_told_and_a_stop_is_asked_for_once(hand: Hand) -> None:
    panel = SignInPanel()
    stops: list[int] = []
    panel.stop.connect(lambda: stops.append(1))
    panel.begin(600)
    panel.came([SignInResult(1, Side.SOURCE, True)] * 118)
    panel.came([SignInResult(1, Side.SOURCE, False, "x")] * 5)
    assert panel.count.text() == "123 of 600 sign-ins · 5 not in order"
    assert panel.bar.value() == 123
    panel.halt.click()
    panel.halt.click()
    assert stops == [1]
    panel.show_results({}, testing=False)
    assert panel.running.isHidden()
    assert panel.after.isHidden()


def test_a_cell_says_what_is_known_of_a_sign_in() -> None:
    refused = SignInResult(1, Side.SOURCE, False, "h refused the sign-in of jane", "Check the password.")
    left = SignInResult(2, Side.SOURCE, False, NOT_TRIED, "6 others were refused.")
    good = SignInResult(3, Side.SOURCE, True)
    cells = [
        (None, True, True),
        (None, False, True),
        (None, False, False),
        (good, False, True),
        (refused, False, True),
        (left, False, True),
    ]
    assert [sign_in_grid.words(*c) for c in cells] == [
        "Testing…", "Not tested", "No password", "Signed in", "h refused the sign-in of jane", "Not tried",
    ]  # fmt: skip
    assert [sign_in_grid.look(*c)[0] for c in cells] == [Tone.INFO, Tone.MUTED, Tone.MUTED, Tone.GOOD, Tone.BAD, Tone.MUTED]
    assert sign_in_grid.tip(left) == "Not tried. 6 others were refused."
    assert sign_in_grid.refused({(r.mailbox_id, r.side): r for r in (refused, left, good)}) == [(1, Side.SOURCE)]
