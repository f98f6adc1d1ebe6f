"""The look before the copy as it is seen: how far it is, each mailbox's folders with what becomes of them, and what the looks brought up.

Three widgets for a page; none of them knows the project. They show the model's facts and tell by signals what the admin wants.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from mailsafi_wizard.events import LookFinished, LookProgress
from mailsafi_wizard.model import Finding, FolderCensus, MailboxCensus, Role, Weight
from mailsafi_wizard.report.findings import WEIGHTS
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.problems import Problem, Words
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import LEAST_ROWS, Table
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Tone, column, label, progress_bar
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, ngettext, translated

ROLES = {
    Role.INBOX: N_("Inbox"),
    Role.SENT: N_("Sent mail"),
    Role.DRAFTS: N_("Drafts"),
    Role.TRASH: N_("Deleted"),
    Role.JUNK: N_("Junk"),
    Role.ARCHIVE: N_("Archive"),
    Role.ALL: N_("All mail"),
    Role.FLAGGED: N_("Starred"),
    Role.IMPORTANT: N_("Important"),
}
LEAST_BAR = 120  # points
TONES = {Weight.BAD: Tone.BAD, Weight.CHECK: Tone.WARN, Weight.NOTE: Tone.INFO}


class LookBar(QWidget):
    """How far the look is. `stop` is emitted once when the admin ends it."""

    stop = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mailboxes = self._finished = 0
        self._counts: dict[int, tuple[int, int]] = {}
        self.bar = progress_bar(_("Progress of the look"))
        self.words = label("", "small", "muted", wrap=False)
        self.halt = Button(_("Stop looking"), self._halt, icon="stop")
        self.bar.setMinimumWidth(theme().px(LEAST_BAR))
        self.setLayout(WrapRow(self.bar, self.words, self.halt, spacing=M, grow=self.bar))
        self.hide()

    def begin(self, mailboxes: int) -> None:
        self._mailboxes, self._finished = mailboxes, 0
        self._counts.clear()
        self.bar.setRange(0, max(1, mailboxes))
        self.halt.setEnabled(True)
        self._say()
        self.show()

    def heard(self, events: Sequence[LookProgress | LookFinished]) -> None:
        for event in events:
            if isinstance(event, LookProgress):
                self._counts[event.mailbox_id] = event.listed, event.total
            else:
                self._finished += 1
        self._say()

    def _say(self) -> None:
        listed, total = (sum(counts[i] for counts in self._counts.values()) for i in range(2))
        self.bar.setValue(min(self._finished, self._mailboxes))
        words = [_("{n} of {total} mailboxes").format(n=formats.count(self._finished), total=formats.count(self._mailboxes))]
        if total:
            words.append(_("listed {n} of {total} messages").format(n=formats.count(listed), total=formats.count(total)))
        self.words.setText(" · ".join(words))

    def _halt(self) -> None:
        self.halt.setEnabled(False)
        self.stop.emit()


def becomes(folder: FolderCensus) -> str:
    """What becomes of a folder at the destination, in words."""
    if folder.excluded_reason:
        return _("left out: {why}").format(why=translated(folder.excluded_reason))
    if folder.problem:
        return _("not to be opened: {why}").format(why=translated(folder.problem))
    if folder.elsewhere:
        return _("{name}: only what is in no other folder").format(name=folder.destination_name)
    return folder.destination_name


def days(oldest: dt.date | None, newest: dt.date | None) -> str:
    """ "2011-03-04 – 2026-11-20", one day only where both are the same."""
    if oldest is None or newest is None:
        return ""
    return oldest.isoformat() if oldest == newest else f"{oldest.isoformat()} – {newest.isoformat()}"


def _role(folder: FolderCensus) -> str:
    return _(ROLES[folder.role]) if folder.role else ""


def _folder_columns() -> list[Column[FolderCensus]]:
    return [
        Column(_("Folder"), lambda f: f.name, stretch=True, tip=lambda f: f.name),
        Column(_("Becomes"), becomes, stretch=True, tip=becomes),
        Column(_("Use"), _role, yields=2),
        Column(_("Messages"), lambda f: formats.count(f.messages), sort=lambda f: f.messages, numeric=True),
        Column(_("Size"), lambda f: formats.size(f.bytes) if f.bytes else "", sort=lambda f: f.bytes, numeric=True, yields=1),
        Column(_("From – to"), lambda f: days(f.oldest, f.newest), sort=lambda f: f.newest or dt.date.min, yields=3),
        Column(
            _("Largest"), lambda f: formats.size(f.largest) if f.largest else "", sort=lambda f: f.largest, numeric=True, yields=4
        ),
    ]


class FolderPlan(QWidget):
    """The folders of one mailbox. `chosen` tells (mailbox, raw name, True to take it along, False to leave it out)."""

    chosen = Signal(int, str, object)

    def __init__(self, words: QLabel, *buttons: Button) -> None:
        """``words`` and ``buttons``: what the page wants to have over the table."""
        super().__init__()
        self._mailbox_id = 0
        self._locked = False
        self.model: RowsModel[FolderCensus] = RowsModel(_folder_columns(), key=lambda f: (f.raw_name, f.name))
        self.table: Table[FolderCensus] = Table(
            _("Folders of the chosen mailbox"), self.model, _("The look at this mailbox shows its folders here.")
        )
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._offer())
        self.choose = Button("", self._choose, kind="quiet")
        above = WrapRow(words, *buttons, self.choose, grow=words)
        _modest(self.table)
        layout = column(above, self.table, spacing=S, margins=(0, S, 0, 0))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._offer()

    def show_mailbox(self, census: MailboxCensus | None, locked: bool) -> None:
        """``locked``: nothing can be chosen now, because a copy or a look is under way."""
        self._mailbox_id, self._locked = census.mailbox_id if census else 0, locked
        before = self.model.rowCount()
        self.model.show_rows(census.folders if census else ())
        if self.model.rowCount() != before:
            self.table.fit()
        self._offer()

    def _offer(self) -> None:
        folder = self.table.chosen
        self.choose.setVisible(folder is not None and not self._locked and bool(folder.raw_name))
        if folder is not None:
            out = bool(folder.excluded_reason)
            self.choose.be(_("Take this folder along") if out else _("Leave this folder out"), "check" if out else "dash")

    def _choose(self) -> None:
        folder = self.table.chosen
        if folder is not None:
            self.chosen.emit(self._mailbox_id, folder.raw_name, bool(folder.excluded_reason))


def _finding_columns() -> list[Column[Finding]]:
    return [
        Column(_("Weight"), lambda f: _(WEIGHTS[f.weight]), state=lambda f: (TONES[f.weight], ""), sort=lambda f: list(Weight).index(f.weight)),
        Column(_("Mailbox"), lambda f: f.mailbox or _("the company")),
        Column(_("What was found"), lambda f: f.what, stretch=True, tip=lambda f: f"{f.what}\n{f.todo}"),
    ]  # fmt: skip


class FindingsView(QWidget):
    """What the looks brought up; the chosen one is shown whole, with what to do now. `known` tells an address that needs no mailbox."""

    known = Signal(str)
    again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model: RowsModel[Finding] = RowsModel(_finding_columns(), key=lambda f: (f.kind, f.mailbox, f.what))
        self.table: Table[Finding] = Table(_("What the look found"), self.model)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_chosen())
        self.summary = label("", tone="muted")
        self.needless = Button(_("It needs no mailbox"), self._tell_known, kind="quiet", icon="check")
        self.look = Button(_("Look again"), self.again.emit, kind="quiet", icon="search")
        top = WrapRow(self.summary, self.needless, self.look, grow=self.summary)
        self.detail = Words("", _("The chosen finding, and what to do now"))
        layout = column(
            top, self.table, self.detail, 0, spacing=S, margins=(0, S, 0, 0)
        )  # the last takes the room where the table is not
        layout.setStretch(1, 1)
        self.setLayout(layout)
        _modest(self.table)
        theme().changed.connect(self._worn)
        self._worn()
        self._show_chosen()

    def _worn(self) -> None:
        """Three lines in the letters of now."""
        self.detail.ensurePolished()
        self.detail.setFixedHeight(3 * self.detail.fontMetrics().lineSpacing() + theme().px(30))

    def show_findings(self, found: Sequence[Finding], looked: bool) -> None:
        """``looked``: there was a look at all."""
        before = self.model.rows
        self.model.show_rows(dict.fromkeys(found))
        if self.model.rows != before:
            self.table.fit()
            if self.model.rowCount() and self.table.chosen is None:
                self.table.choose(0)
        self.table.setVisible(bool(found))
        self.summary.setText(_summary(found) if looked else _("No mailbox was looked at yet."))
        self._show_chosen()

    def lock(self, locked: bool) -> None:
        """``locked``: no look can be taken now."""
        self.look.setEnabled(not locked)

    def _show_chosen(self) -> None:
        chosen = self.table.chosen
        self.detail.setVisible(chosen is not None)
        self.needless.setVisible(chosen is not None and bool(chosen.subject))
        if chosen is not None:
            self.detail.setPlainText("\n".join((chosen.what, _("What to do now: {todo}").format(todo=chosen.todo))))

    def _tell_known(self) -> None:
        chosen = self.table.chosen
        if chosen is not None and chosen.subject:
            self.known.emit(chosen.subject)


def _modest(table: Table[Any]) -> None:
    """Takes the height that is left, and asks for little: the page need not scroll for it on a small screen."""
    table.ask_for_rows(LEAST_ROWS)


def _summary(found: Sequence[Finding]) -> str:
    if not found:
        return _("Nothing stands in the way of the copy.")
    counts: Mapping[Weight, int] = {weight: sum(f.weight is weight for f in found) for weight in Weight}
    texts = []
    if counts[Weight.BAD]:
        text = ngettext("{n} thing to mend before the copy", "{n} things to mend before the copy", counts[Weight.BAD])
        texts.append(text.format(n=counts[Weight.BAD]))
    if counts[Weight.CHECK]:
        texts.append(ngettext("{n} to check", "{n} to check", counts[Weight.CHECK]).format(n=counts[Weight.CHECK]))
    if counts[Weight.NOTE]:
        texts.append(ngettext("{n} to know", "{n} to know", counts[Weight.NOTE]).format(n=counts[Weight.NOTE]))
    return " · ".join(texts)


def problem_of(census: Sequence[MailboxCensus], addresses: Mapping[int, str]) -> Problem | None:
    """Which mailboxes could not be looked at; None where all could."""
    wrong = [c for c in census if c.error]
    if not wrong:
        return None
    names = ", ".join(addresses.get(c.mailbox_id, "") for c in wrong[:5])
    what = ngettext("{n} mailbox could not be looked at: {names}", "{n} mailboxes could not be looked at: {names}", len(wrong))
    causes = "\n".join(dict.fromkeys(translated(c.error) for c in wrong))
    remedy = _("Test the sign-ins in the step Credentials, then look again.")
    return Problem(what.format(n=formats.count(len(wrong)), names=names), remedy=remedy, detail=causes)
