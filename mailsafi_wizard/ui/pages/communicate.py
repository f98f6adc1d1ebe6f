"""Step 3, Communicate: a notice for each date of the plan, seen as any user will get it, in words of one's own, sent or saved as mail files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QSplitter

from mailsafi_wizard import notices
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.model.plan import PlanEntry, PlanState
from mailsafi_wizard.model.telling import ToldState
from mailsafi_wizard.notices import Draft, Finding, Notice, NoticeError
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.telling_users import Standing
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import ask, formats, kept, leaves, notice_paper, plan_card
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.notice_look import NoticeLook
from mailsafi_wizard.ui.notice_send import SendPart
from mailsafi_wizard.ui.notice_words import NoticeWords
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.tabs import Tabs
from mailsafi_wizard.ui.theme import XL, M, theme
from mailsafi_wizard.ui.widgets import Tone
from mailsafi_wizard.words import N_, _, ngettext

RESET = "reset-password"  # the one notice that belongs to no day
_STATES = {
    PlanState.DUE: (N_("Due today"), Tone.WARN, "flag"),
    PlanState.LATE: (N_("Late"), Tone.BAD, "alert"),
    PlanState.AHEAD: (N_("Ahead"), Tone.MUTED, "calendar"),
}


def applies(project: MigrationProject) -> bool:
    return bool(project.company.name and project.company.cutover)


def done(project: MigrationProject) -> bool:
    """The announcement was sent or saved and no other notice has its day; those of later days don't hold up the next step."""
    told = kept.marked(project, "notice.announcement") is not None or project.notice_standing("announcement").all_sent
    return told and not _due(project)


def needs(project: MigrationProject) -> str:
    due = _due(project)
    return _("{notice} is due").format(notice=_(notices.KINDS[due[0]])) if due and project.mailboxes() else ""


def _due(project: MigrationProject) -> list[str]:
    waiting = (PlanState.DUE, PlanState.LATE)
    return [e.task.notice for e in plan_card.entries(project) if e.task.notice and e.state in waiting]


@dataclass(frozen=True)
class NoticeRow:
    """One notice, its place in the plan (None for one that belongs to no day), and how it stands."""

    kind: str
    entry: PlanEntry | None
    sent: int = 0
    people: int = 0
    perhaps: int = 0
    saved: bool = False
    when: dt.date | None = None

    @property
    def waiting(self) -> bool:
        return self.entry is not None and self.entry.state in (PlanState.DUE, PlanState.LATE)


def _state_words(line: NoticeRow) -> str:
    day = formats.short_day(line.when) if line.when else ""
    if line.sent and line.sent == line.people:
        return _("Sent {day}").format(day=day)
    if line.sent or line.perhaps:
        return _("{n} of {all} sent").format(n=line.sent, all=line.people)
    if line.saved:
        return _("Saved {day}").format(day=day)
    if line.entry is None:
        return _("If needed") if line.kind == RESET else _("No day yet")
    return _(_STATES[line.entry.state][0]) if line.entry.state in _STATES else _("Done")


def _state_tone(line: NoticeRow) -> tuple[Tone, str]:
    if line.sent and line.sent == line.people:
        return Tone.GOOD, "check"
    if line.sent or line.perhaps:
        return Tone.WARN, "alert"
    if line.saved:
        return Tone.INFO, "file"
    if line.entry is None:
        return Tone.MUTED, "dash"
    return _STATES[line.entry.state][1:] if line.entry.state in _STATES else (Tone.GOOD, "check")


def _columns() -> list[Column[NoticeRow]]:
    def day(line: NoticeRow) -> str:
        return formats.short_day(line.entry.day) if line.entry else ""

    return [
        Column(_("Day"), day, sort=lambda line: line.entry.day if line.entry else dt.date.max),
        Column(_("Notice"), lambda line: _(notices.KINDS[line.kind]), stretch=True, tip=lambda line: _(notices.KINDS[line.kind])),
        Column(_("State"), _state_words, state=_state_tone),
    ]


class CommunicatePage(Page):
    title = N_("Communicate")
    lead = N_(
        "Tell the users what will happen. Choose a notice, look at it as a user will get it, then send it or save it as mail files."
    )
    why = leaves.COMMUNICATE

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._shown: tuple[str, str] = ("", "")
        self._standings: dict[str, Standing] = {}
        self.model: RowsModel[NoticeRow] = RowsModel(_columns(), key=lambda line: line.kind)
        self.table: Table[NoticeRow] = Table(_("Notices"), self.model)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_notice())
        self.look = NoticeLook(self._show_notice, self._ask_print, self.told.emit)
        self.words = NoticeWords(self._checked, self._keep_words, self._put_back)
        self.sending = SendPart(self)
        self.user, self.language = self.look.user, self.look.language
        self.mail, self.plain, self.short = self.look.mail, self.look.plain, self.look.short
        self.tabs = Tabs(_("What to do with the notice"))
        for part, name in ((self.look, _("Look")), (self.words, _("Change the words")), (self.sending, _("Send"))):
            self.tabs.addTab(part, name)
        self.tabs.currentChanged.connect(lambda _index: self._turned())
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(M)
        self.split.addWidget(self.table)
        self.split.addWidget(self.tabs)
        self.body.addWidget(self.split, 1)

    # --- showing -----------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.words.finish()
        plan = {entry.task.notice: entry for entry in plan_card.entries(self.project) if entry.task.notice}
        self._standings = self.project.notice_standings()
        self.model.show_rows([self._row(kind, plan.get(kind)) for kind in notices.KINDS])
        self.table.fit()
        self._share_room()
        if self.table.chosen is None:
            self.table.choose(0)
        self.look.show_users(self.project.mailboxes(), self._example(), self.project.company.language)
        self._show_notice()
        self.missing = "" if applies(self.project) else _("Enter the company and the day of the cutover first.")
        self.changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """The list as wide as its words, but never more than half; the rest is the notice's."""
        room = self.width() - 2 * XL - self.split.handleWidth()
        width = min(self.table.wanted_width, room // 2)
        self.table.setMinimumWidth(min(width, theme().px(260)))
        self.split.setSizes([width, room - width])

    def _row(self, kind: str, entry: PlanEntry | None) -> NoticeRow:
        standing, saved = self._standings[kind], kept.marked(self.project, f"notice.{kind}")
        last = standing.last or saved
        when = last.astimezone(self.project.company.zone).date() if last else None
        perhaps = standing.count(ToldState.PERHAPS)
        return NoticeRow(kind, entry, standing.sent, standing.people, perhaps, saved is not None, when)

    def _example(self) -> Mailbox:
        """Somebody to show a notice for before the list was given."""
        domains = self.project.company.domains
        address = f"name@{domains[0] if domains else 'example.com'}"
        return Mailbox(address, address, address)

    @property
    def shown_user(self) -> Mailbox:
        return self.look.chosen_user(self._example())

    def _turned(self) -> None:
        """Changing and sending need the room: meanwhile the list stands aside."""
        self.words.finish()
        self.table.setVisible(self.tabs.currentWidget() is self.look)
        self._show_notice()
        self.changed.emit()

    def _show_notice(self) -> None:
        chosen = self.table.chosen
        if chosen is None:
            return
        self.words.finish()
        kind, language = chosen.kind, self.look.chosen_language
        if (kind, language) != self._shown:
            self.words.forget()
            self._shown = (kind, language)
        draft = self.project.notice_draft(kind, language)
        user = self.shown_user
        notice = self._made(draft)
        title = f"{_(notices.KINDS[kind])} ({self.language.currentText()})"
        if notice is not None:
            self.look.show_notice(notice, user)
        if self.tabs.currentWidget() is self.words:
            whose = _("As {user} gets it").format(user=user.address)
            self.words.show_draft(title, language, draft, self.project.has_own_words(kind, language), whose)
        self.sending.show_notice(kind, language, title, self._standings[kind], self.project.mailboxes())

    def _made(self, draft: Draft) -> Notice | None:
        """The notice for the shown user; None where its words are broken, which is told where they are written."""
        kind, language = self._shown
        try:
            return self.project.notice(kind, language, self.shown_user, draft)
        except NoticeError as error:
            if self.tabs.currentWidget() is not self.words:
                self.fail(error)
            return None

    # --- words -------------------------------------------------------------------------------------------------------------------

    def _checked(self, draft: Draft) -> tuple[Sequence[Finding], Notice | None]:
        return self.project.notice_findings(*self._shown, draft), self._made(draft)

    def _keep_words(self, draft: Draft) -> None:
        self.tried(lambda: self.project.set_notice_draft(*self._shown, draft))

    def _put_back(self) -> None:
        self.words.finish()
        self.words.remember(self.project.notice_draft(*self._shown))
        self.tried(lambda: self.project.set_notice_draft(*self._shown, None))
        self._show_notice()

    def leave(self) -> None:
        self.words.finish()

    # --- doing -------------------------------------------------------------------------------------------------------------------

    def action(self) -> Action | None:
        if self.tabs.currentWidget() is self.sending:
            return self.sending.action()
        if self.tabs.currentWidget() is self.words:
            return None
        ready = bool(self.project.mailboxes()) and not self.busy
        chosen = self.table.chosen
        urgent = chosen is not None and chosen.waiting
        return Action(_("&Save as mail files…"), self._ask_where, "download", ready, urgent=urgent and ready)

    def _ask_where(self) -> None:
        ask.ask_folder(self, _("Choose a folder for the mail files"), self.project.path.parent, self.save)

    def save(self, folder: Path) -> None:
        """Writes the chosen notice, one file for each user, into a folder of its own in ``folder``."""
        if self.table.chosen is not None:
            kind, language = self.table.chosen.kind, self.look.chosen_language
            self.work(_("Saving the notices…"), lambda: self.project.save_notices(kind, language, folder), self._has_saved)

    def _has_saved(self, count: int) -> None:
        self.refresh()
        self.told.emit(ngettext("{n} mail file was saved.", "{n} mail files were saved.", count).format(n=formats.count(count)))

    def _ask_print(self) -> None:
        if self.table.chosen is not None:
            proposal = self.project.path.parent / f"{_(notices.KINDS[self.table.chosen.kind])}.pdf"
            ask.ask_save(self, _("Save the pages to be printed"), proposal, _("PDF (*.pdf)"), self.print_to)

    def print_to(self, path: Path, show: bool = True) -> None:
        """Writes the chosen notice for all users as one PDF, and opens it unless told otherwise."""
        kind, language = self._shown
        self.work(
            _("Writing the pages…"), lambda: self._write_pages(kind, language, path), lambda n: self._has_printed(path, n, show)
        )

    def _write_pages(self, kind: str, language: str, path: Path) -> int:
        boxes = self.project.concerned_by(kind)
        return notice_paper.write([(self.project.notice(kind, language, box), box.address) for box in boxes], path)

    def _has_printed(self, path: Path, pages: int, show: bool) -> None:
        self.told.emit(ngettext("{n} page was written.", "{n} pages were written.", pages).format(n=formats.count(pages)))
        if show:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
