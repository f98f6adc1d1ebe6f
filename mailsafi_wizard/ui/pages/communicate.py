"""Step 3, Communicate: a notice for each date of the plan, seen as any user will get it, copied or saved as mail files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QSplitter, QTabWidget, QTextBrowser, QWidget

from mailsafi_wizard import notices
from mailsafi_wizard.errors import WrongUsage
from mailsafi_wizard.model import Mailbox, Side
from mailsafi_wizard.notices import Notice
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.schedule import PlanEntry, PlanState
from mailsafi_wizard.ui import ask, formats, kept, plan_card
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.tables import Column, RowsModel, Table
from mailsafi_wizard.ui.theme import L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Field, Tone, box, column, label, row
from mailsafi_wizard.words import LANGUAGES, N_, _, ngettext

FIELD_NAMES = {  # what the first page calls the fields that a notice may lack
    "company": N_("the company's name"),
    "help_contact": N_("whom users may ask"),
    "webmail": N_("the webmail address"),
    "smtp_host": N_("the server for outgoing mail"),
    "imap_host": N_("MailSafi's mail server"),
    "imap_port": N_("MailSafi's mail server"),
    "imap_security": N_("MailSafi's mail server"),
    "cutover_when": N_("the day of the cutover"),
    "cutover_date": N_("the day of the cutover"),
    "cutover_short": N_("the day of the cutover"),
    "cutover_time": N_("the day of the cutover"),
    "check_by": N_("the day of the cutover"),
}
_STATES = {
    PlanState.DONE: (N_("Saved"), Tone.GOOD, "check"),
    PlanState.DUE: (N_("Due today"), Tone.WARN, "alert"),
    PlanState.LATE: (N_("Late"), Tone.WARN, "alert"),
    PlanState.AHEAD: (N_("Ahead"), Tone.MUTED, "calendar"),
}


def applies(project: MigrationProject) -> bool:
    return bool(project.company.name and project.company.cutover)


def done(project: MigrationProject) -> bool:
    """The announcement was saved and no other notice has its day; those of later days don't hold up the next step."""
    return kept.marked(project, "notice.announcement") is not None and not _due(project)


def needs(project: MigrationProject) -> str:
    due = _due(project)
    return _("{notice} is due").format(notice=_(notices.KINDS[due[0]])) if due and project.mailboxes() else ""


def _due(project: MigrationProject) -> list[str]:
    waiting = (PlanState.DUE, PlanState.LATE)
    return [e.task.notice for e in plan_card.entries(project) if e.task.notice and e.state in waiting]


@dataclass(frozen=True)
class NoticeRow:
    """One notice and its place in the plan; None for one that belongs to no day."""

    kind: str
    entry: PlanEntry | None


def _state_words(line: NoticeRow) -> str:
    return _(_STATES[line.entry.state][0]) if line.entry else _("When needed")


def _state_tone(line: NoticeRow) -> tuple[Tone, str]:
    return _STATES[line.entry.state][1:] if line.entry else (Tone.MUTED, "dash")


def _columns() -> list[Column[NoticeRow]]:
    def day(line: NoticeRow) -> str:
        return formats.short_day(line.entry.day) if line.entry else ""

    return [
        Column(_("Day"), day, sort=lambda line: line.entry.day if line.entry else dt.date.max),
        Column(_("Notice"), lambda line: _(notices.KINDS[line.kind]), stretch=True),
        Column(_("State"), _state_words, state=_state_tone),
    ]


class CommunicatePage(Page):
    title = N_("Communicate")
    lead = N_("Tell the users what will happen. Choose a notice, look at it as a user will get it, and save it as mail files.")
    why = N_(
        "People who know what comes, and when, ask less and lose nothing. Each notice says why, when, what moves and what does not, what to do,"
        " and whom to ask; none asks for a password. A saved notice is one file for each user; opened in your mail program it is ready to be sent."
    )

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._mailboxes: tuple[Mailbox, ...] = ()
        self.model: RowsModel[NoticeRow] = RowsModel(_columns(), key=lambda line: line.kind)
        self.table: Table[NoticeRow] = Table(_("Notices"), self.model)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_notice())
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.setHandleWidth(M)
        self.table.setMinimumWidth(theme().px(300))
        split.addWidget(self.table)
        split.addWidget(self._preview())
        split.setSizes([theme().px(450), theme().px(540)])
        self.body.addWidget(split, 1)

    def _preview(self) -> QWidget:
        self.user, self.language = QComboBox(), QComboBox()
        for key, name in LANGUAGES.items():
            self.language.addItem(name, key)
        self.user.activated.connect(lambda _index: self._show_notice())
        self.language.activated.connect(lambda _index: self._show_notice())
        choices = row(Field(_("Shown for &user"), self.user), Field(_("&Language"), self.language), spacing=L)
        choices.setStretch(0, 3)
        choices.setStretch(1, 2)
        self.subject = label("", "strong", select=True)
        self.lacks = label("", tone="warn")
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("The notice in its forms"))
        self.mail, self.plain, self.short = QTextBrowser(), QPlainTextEdit(), QPlainTextEdit()
        self.mail.setOpenLinks(False)
        self.plain.setReadOnly(True)
        self.short.setReadOnly(True)
        forms = {self.mail: _("Mail"), self.plain: _("Plain text"), self.short: _("SMS or WhatsApp")}
        for form, name in forms.items():
            form.setAccessibleName(name)
            self.tabs.addTab(form, name)
        copy = Button(_("&Copy the text"), self._copy, kind="quiet", icon="copy")
        card = Card(spacing=S).add(choices, self.subject, self.lacks, self.tabs, row(1, copy))
        card.body.setStretch(3, 1)
        return box(column(card))

    # --- showing -----------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        plan = {entry.task.notice: entry for entry in plan_card.entries(self.project) if entry.task.notice}
        self.model.show_rows([NoticeRow(kind, plan.get(kind)) for kind in notices.KINDS])
        if self.table.chosen is None:
            self.table.choose(0)
        self._show_users()
        self._show_notice()
        self.missing = "" if applies(self.project) else _("Enter the company and the day of the cutover first.")
        self.changed.emit()

    def _show_users(self) -> None:
        found = self.project.mailboxes()
        if found != self._mailboxes or not self.user.count():
            self._mailboxes = found
            self.user.clear()
            self.user.addItems([mailbox.address for mailbox in found] or [self._example().address])
        if not self.language.property("chosen"):
            self.language.setCurrentIndex(max(0, self.language.findData(self.project.company.language)))
            self.language.setProperty("chosen", True)

    def _example(self) -> Mailbox:
        """Somebody to show a notice for before the list was given."""
        domains = self.project.company.domains
        address = f"name@{domains[0] if domains else 'example.com'}"
        return Mailbox(address, address, address)

    def _made(self, kind: str, mailbox: Mailbox) -> Notice:
        language = str(self.language.currentData())
        return notices.make(kind, language, self._fields(mailbox, language))

    def _fields(self, mailbox: Mailbox, language: str) -> dict[str, str]:
        return notices.fields(self.project.company, mailbox, self.project.endpoint(Side.DESTINATION), language)

    @property
    def shown_user(self) -> Mailbox:
        index = self.user.currentIndex()
        return self._mailboxes[index] if 0 <= index < len(self._mailboxes) else self._example()

    def _show_notice(self) -> None:
        chosen = self.table.chosen
        notice = self.tried(lambda: self._made(chosen.kind, self.shown_user)) if chosen else None
        if notice is None:
            return
        self.subject.setText(notice.subject)
        self.mail.setHtml(_in_our_colours(notice.as_html))
        self.plain.setPlainText(notice.plain)
        self.short.setPlainText(notice.short)
        self.lacks.setText(_lacking(notice))
        self.lacks.setVisible(bool(notice.missing))

    # --- doing -------------------------------------------------------------------------------------------------------------------

    def action(self) -> Action:
        ready = bool(self.project.mailboxes()) and not self.busy
        chosen = self.table.chosen
        urgent = chosen is not None and chosen.entry is not None and chosen.entry.state in (PlanState.DUE, PlanState.LATE)
        return Action(_("&Save as mail files…"), self._ask_where, "download", ready, urgent=urgent and ready)

    def _ask_where(self) -> None:
        ask.ask_folder(self, _("Choose a folder for the mail files"), self.project.path.parent, self.save)

    def save(self, folder: Path) -> None:
        """Writes the chosen notice, one file for each user, into a folder of its own in ``folder``."""
        chosen = self.table.chosen
        if chosen is None:
            return
        kind, language = chosen.kind, str(self.language.currentData())
        self.work(_("Saving the notices…"), lambda: self._write(kind, language, folder), lambda count: self._has_saved(kind, count))

    def _write(self, kind: str, language: str, folder: Path) -> int:
        place = folder / kind
        now = dt.datetime.now(dt.UTC)
        made = []
        for mailbox in self.project.mailboxes():
            notice = notices.make(kind, language, self._fields(mailbox, language))
            if notice.missing:
                raise WrongUsage(what=_lacking(notice))
            made.append((mailbox, notices.as_mail(notice, mailbox, self.project.company, now).as_bytes()))
        place.mkdir(parents=True, exist_ok=True)
        for mailbox, data in made:
            (place / notices.file_name(mailbox.address)).write_bytes(data)
        return len(made)

    def _has_saved(self, kind: str, count: int) -> None:
        kept.mark(self.project, f"notice.{kind}")
        self.refresh()
        self.told.emit(ngettext("{n} mail file was saved.", "{n} mail files were saved.", count).format(n=formats.count(count)))

    def _copy(self) -> None:
        text = self.short.toPlainText() if self.tabs.currentWidget() is self.short else self.plain.toPlainText()
        QGuiApplication.clipboard().setText(text)
        self.told.emit(_("Copied."))


def _lacking(notice: Notice) -> str:
    names = dict.fromkeys(_(FIELD_NAMES.get(name, name)) for name in notice.missing)
    return _("Not ready to be sent: enter {fields} on the first page.").format(fields=", ".join(names)) if names else ""


def _in_our_colours(text: str) -> str:
    """For the preview only: the letter's own ink is made for white paper."""
    return text.replace("color: #17211e;", f"color: {theme().colour('text').name()};")
