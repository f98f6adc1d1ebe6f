"""Sheets sent from here: the question before somebody gets one twice, the progress, and what became of it. What was sent is asked of the project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.message import EmailMessage

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.project.mailing_sheets import NotTested, SheetKind
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.sending_line import SendingLine
from mailsafi_wizard.ui.theme import S
from mailsafi_wizard.ui.widgets import Button, Tone, column
from mailsafi_wizard.words import N_, _, ngettext, translated

Drafts = Sequence[tuple[Mailbox, EmailMessage]]
BY_MAIL = ("sent", N_("Send by mail from here"))  # among the forms in which sheets are saved, and how the project names it
LOOK_EVERY = 200  # milliseconds, while sheets are sent


class Mailing(QWidget):
    """Belongs to its page, through which all slow work goes. ``sent(kind, mailboxes, language)`` is called with those that surely have it now."""

    def __init__(self, page: Page, sent: Callable[[SheetKind, Sequence[Mailbox], str], object]) -> None:
        super().__init__()
        self._page, self._project, self._sent = page, page.project, sent
        self._kind, self._language = SheetKind.CHECK, "en"
        self._make: Callable[[Sequence[Mailbox]], Drafts] = lambda _boxes: ()
        self._boxes: Sequence[Mailbox] = ()
        self._heard: list[Told] = []
        self.working = SendingLine(self._project.stop_sending)
        self.question = column()
        self.setLayout(column(self.working, self.question, spacing=S))
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._tell)
        page.changed.connect(self._look_whether_over)
        self.working.hide()

    def send(self, kind: SheetKind, language: str, boxes: Sequence[Mailbox], make: Callable[[Sequence[Mailbox]], Drafts]) -> None:
        """To each of ``boxes``; where some have such a sheet already, only after a yes. ``make`` is called on a thread."""
        self._clear()
        self._kind, self._language, self._boxes, self._make = kind, language, boxes, make
        if not self._project.sending_tested:
            self._page.fail(NotTested())
            return
        have = self._project.have_sheet(kind)
        others = [one for one in boxes if one.address.lower() not in have]
        if len(others) == len(boxes):
            self._start(boxes)
        else:
            self._ask(len(boxes) - len(others), others)

    def _ask(self, have: int, others: Sequence[Mailbox]) -> None:
        what = ngettext(
            "{n} user has this sheet already, or may have it. Send it again?",
            "{n} users have this sheet already, or may have it. Send it again?",
            have,
        )
        self.no = Button(_("No"), self._clear)
        buttons = [self.no]
        if others:
            rest = ngettext("Send to the other user", "Send to the other {n} users", len(others))
            buttons.append(Button(rest.format(n=len(others)), lambda: self._start(others), icon="mail"))
        buttons.append(Button(_("Yes, send it to all again"), lambda: self._start(self._boxes), icon="mail"))
        panel = ProblemPanel(Problem(what.format(n=have), tone=Tone.WARN), *buttons, escape=self.no)
        self.question.addWidget(panel)
        panel.read_aloud()
        self.no.setFocus()

    def _clear(self) -> None:
        while item := self.question.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()

    def _start(self, boxes: Sequence[Mailbox]) -> None:
        self._clear()
        project, kind, language, make = self._project, self._kind, self._language, self._make
        heard: list[Told] = []
        self._boxes, self._heard = boxes, heard
        self._timer.start()
        self._page.work(
            _("Sending the sheets…"), lambda: project.mail_sheets(kind, language, make(boxes), heard.append), self._ended
        )
        self._tell()

    def _tell(self) -> None:
        self.working.tell(len({one.address.lower() for one in list(self._heard)}), len(self._boxes))
        self.working.setVisible(self._timer.isActive())

    def _look_whether_over(self) -> None:
        """The page says when its work is over, well or not."""
        if self._timer.isActive() and not self._page.busy:
            self._timer.stop()
            self.working.be_ready()
            self.working.hide()
            self._keep()

    def _keep(self) -> None:
        got = {one.address.lower() for one in self._heard if one.state is ToldState.SENT}
        if done := [one for one in self._boxes if one.address.lower() in got]:
            self._page.tried(lambda: self._sent(self._kind, done, self._language))

    def _ended(self, to_the_end: bool) -> None:
        last = {one.address.lower(): one for one in self._heard}
        failed = [one for one in last.values() if one.state is not ToldState.SENT]
        sent = len(last) - len(failed)
        text = ngettext("The sheet was sent to {n} user.", "The sheets were sent to {n} users.", sent).format(n=formats.count(sent))
        self._page.told.emit(text if to_the_end else _("Stopped. {text}").format(text=text))
        if failed:
            what = ngettext("{n} user has not surely got the sheet.", "{n} users have not surely got the sheet.", len(failed))
            first = failed[0]
            why = f"{first.address}: {translated(first.cause)}. {translated(first.remedy)}"
            self._page.show_problem(Problem(what.format(n=len(failed)), why, detail=first.detail, tone=Tone.WARN))
