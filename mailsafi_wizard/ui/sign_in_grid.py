"""The test of all sign-ins as it is seen: how far it is, what was left untried and why, and how each cell of the table reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mailsafi_wizard.model import Side, SignInResult
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Tone, box, column, label, progress_bar, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, ngettext, translated

SERVER_NAMES = {Side.SOURCE: N_("Old server"), Side.DESTINATION: N_("MailSafi")}
LEAST_BAR = 120  # points
Pair = tuple[int, Side]
Results = Mapping[Pair, SignInResult]


def words(result: SignInResult | None, testing: bool, has_secret: bool) -> str:
    """What a cell says of one mailbox on one side."""
    if result is None:
        return _("Testing…") if testing else (_("Not tested") if has_secret else _("No password"))
    return _("Signed in") if result.ok else translated(result.cause)


def look(result: SignInResult | None, testing: bool, has_secret: bool) -> tuple[Tone, str]:
    """Tone and icon of that cell."""
    if result is None:
        return (Tone.INFO, "refresh") if testing else (Tone.MUTED, "dash" if has_secret else "key")
    if result.ok:
        return Tone.GOOD, ""
    return (Tone.BAD, "") if result.tried else (Tone.MUTED, "dash")


def tip(result: SignInResult | None) -> str:
    """More about that cell."""
    return (
        "" if result is None or result.ok else " ".join(filter(None, (f"{translated(result.cause)}.", translated(result.remedy))))
    )


def refused(results: Results) -> list[Pair]:
    """Mailboxes and sides whose sign-in was tried and refused."""
    return [pair for pair, r in results.items() if r.tried and not r.ok]


def untried(results: Results) -> dict[Side, list[SignInResult]]:
    """What was left alone because the first ones showed a common cause, by side."""
    found = {side: [r for r in results.values() if r.side is side and not r.tried] for side in Side}
    return {side: rows for side, rows in found.items() if rows}


class SignInPanel(QWidget):
    """Above the table. Asks its page to try sign-ins (`wanted`) or to stop (`stop`); knows no project."""

    wanted = Signal(object, bool)  # list[Pair], and whether to go on although there is a common cause
    stop = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._total = self._came = self._good = 0
        self._refused: list[Pair] = []
        self._left_alone: set[frozenset[Pair]] = set()  # untried ones that the admin leaves so
        self.bar = progress_bar(_("Progress of the sign-ins"))
        self.count = label("", "small", "muted", wrap=False)
        self.halt = Button(_("Stop testing"), self._halt, icon="stop")
        self.bar.setMinimumWidth(theme().px(LEAST_BAR))
        self.running = box(WrapRow(self.bar, self.count, self.halt, spacing=M, grow=self.bar))
        self.again = Button("", lambda: self.wanted.emit(self._refused, False), icon="refresh")
        self.notes = column(spacing=S)
        self.after = box(column(self.notes, row(self.again, 1), spacing=S))
        self.setLayout(column(self.running, self.after, spacing=S))
        self.running.hide()
        self.after.hide()
        self.hide()  # or the page would leave a gap for it

    # --- while it runs

    def begin(self, total: int) -> None:
        """A test of ``total`` sign-ins begins."""
        self._total, self._came, self._good = total, 0, 0
        self._left_alone.clear()
        self.bar.setRange(0, max(1, total))
        self.halt.setEnabled(True)
        self.after.hide()
        self.running.show()
        self.show()
        self._say()

    def came(self, results: Sequence[SignInResult]) -> None:
        """Some more are known."""
        self._came += len(results)
        self._good += sum(r.ok for r in results)
        self._say()

    def _say(self) -> None:
        bad = self._came - self._good
        words = [_("{n} of {total} sign-ins").format(n=formats.count(self._came), total=formats.count(self._total))]
        if bad:
            words.append(_("{n} not in order").format(n=formats.count(bad)))
        self.bar.setValue(min(self._came, self._total))
        self.count.setText(" · ".join(words))

    def _halt(self) -> None:
        self.halt.setEnabled(False)
        self.stop.emit()

    # --- when it is over

    def show_results(self, results: Results, testing: bool) -> None:
        """What is left to do; nothing while a test runs."""
        if testing:
            return
        self.running.hide()
        self._refused = refused(results)
        while item := self.notes.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        left = untried(results)
        left = {side: rows for side, rows in left.items() if _pairs(rows) not in self._left_alone}
        for side, rows in left.items():
            self.notes.addWidget(self._note(side, rows))
        count = len(self._refused)
        self.again.setText(ngettext("Try the refused one again", "Try the {n} refused ones again", count).format(n=count))
        self.again.setVisible(count > 1)
        self.after.setVisible(bool(left) or count > 1)
        self.setVisible(bool(left) or count > 1)

    def _note(self, side: Side, rows: Sequence[SignInResult]) -> ProblemPanel:
        what = ngettext(
            "{server}: {n} mailbox was not tried, so that no account gets locked.",
            "{server}: {n} mailboxes were not tried, so that no account gets locked.",
            len(rows),
        ).format(server=_(SERVER_NAMES[side]), n=formats.count(len(rows)))
        pairs = [(r.mailbox_id, r.side) for r in rows]
        button = Button(_("Try the others all the same"), lambda: self.wanted.emit(pairs, True), icon="play")
        leave = Button(_("Leave them for now"), lambda: self._leave(rows, panel), kind="quiet")
        causes = " ".join(dict.fromkeys(translated(r.remedy) for r in rows))
        panel = ProblemPanel(Problem(what, remedy=causes, tone=Tone.WARN), button, leave, escape=leave)
        return panel

    def _leave(self, rows: Sequence[SignInResult], panel: ProblemPanel) -> None:
        self._left_alone.add(_pairs(rows))
        panel.hide()


def _pairs(rows: Sequence[SignInResult]) -> frozenset[Pair]:
    return frozenset((r.mailbox_id, r.side) for r in rows)
