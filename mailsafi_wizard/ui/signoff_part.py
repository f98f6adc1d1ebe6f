"""The sign-offs on the screen: the sheets users check by, who has said that the mail is there, reminders for the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from mailsafi_wizard.model import HOW, Mailbox, SignOff
from mailsafi_wizard.project import signed_off
from mailsafi_wizard.project.mailing_sheets import SheetKind
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.report.checks import HOW_WORDS
from mailsafi_wizard.ui import ask, check_files, formats
from mailsafi_wizard.ui.check_files import Form, Written
from mailsafi_wizard.ui.mailing import BY_MAIL, Mailing
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.reply_import import ReplyImport
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.spoken_label import spoken_label
from mailsafi_wizard.ui.stack import Stack
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Field, Tone, box, column, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import LANGUAGES, N_, _, ngettext

WHOM = {"all": N_("all users"), "rest": N_("those who have not signed off"), "remind": N_("those who have not, as a reminder")}


@dataclass(frozen=True)
class UserLine:
    """One user."""

    mailbox: Mailbox
    copied: bool
    sent: dt.datetime | None
    reminded: dt.datetime | None
    signed: SignOff | None
    timezone: str

    def moment(self, when: dt.datetime | None) -> str:
        return formats.moment(when, self.timezone) if when else "–"

    @property
    def state(self) -> tuple[str, Tone]:
        if self.signed:
            return _("Signed off"), Tone.GOOD
        if not self.copied:
            return _("Nothing copied yet"), Tone.MUTED
        return (_("Not answered yet"), Tone.WARN) if self.sent else (_("Not asked yet"), Tone.MUTED)


def _columns() -> list[Column[UserLine]]:
    return [
        Column(_("Mailbox"), lambda u: u.mailbox.address, stretch=True),
        Column(_("State"), lambda u: u.state[0], state=lambda u: (u.state[1], "")),
        Column(_("Sheet written"), lambda u: u.moment(u.sent), sort=lambda u: u.sent.timestamp() if u.sent else 0.0),
        Column(_("Reminded"), lambda u: u.moment(u.reminded), sort=lambda u: u.reminded.timestamp() if u.reminded else 0.0),
        Column(
            _("Signed off"),
            lambda u: u.moment(u.signed.at) if u.signed else "–",
            sort=lambda u: u.signed.at.timestamp() if u.signed else 0.0,
        ),
        Column(_("How"), lambda u: _(HOW_WORDS.get(u.signed.how, u.signed.how)) if u.signed else "–", tip=_tip),
    ]


def _tip(user: UserLine) -> str:
    if user.signed is None:
        return ""
    return _("{who}: “{words}”").format(who=user.signed.who, words=user.signed.words) if user.signed.words else user.signed.who


class SignoffPart(QWidget):
    """Everything about users' word. ``page`` carries out what is slow and shows what went wrong."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._project = page, page.project
        self.users: RowsModel[UserLine] = RowsModel(_columns(), key=lambda u: u.mailbox.id)
        self.table: Table[UserLine] = Table(_("Users and what they said"), self.users)
        self.table.setSelectionMode(Table.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda *_args: self._enable())
        self.replies = ReplyImport(
            self._project.read_replies,
            lambda mailbox_ids, words: self._recorded(mailbox_ids, "", "wrote back", words),
            self._project.checked_mailboxes,
        )
        self.replies.closed.connect(lambda: self._turn(0))
        self.replies.recorded.connect(self._replies_recorded)
        self.views = Stack()
        self.views.addWidget(self._list_view())
        self.views.addWidget(self.replies)
        self.setLayout(column(self.views))

    def _list_view(self) -> QWidget:
        whole = column(self._sheets_card(), self.table, self._record_line(), spacing=M)
        whole.setStretch(1, 1)
        return box(whole)

    def _sheets_card(self) -> Card:
        self.whom, self.form, self.language = QComboBox(), QComboBox(), QComboBox()
        for key, words in WHOM.items():
            self.whom.addItem(_(words), key)
        for form, words in check_files.NAMES.items():
            self.form.addItem(_(words), form)
        self.form.addItem(_(BY_MAIL[1]), BY_MAIL[0])
        for key, name in LANGUAGES.items():
            self.language.addItem(name, key)
        self.whom.currentIndexChanged.connect(lambda _index: self._page.changed.emit())
        self.subjects = QCheckBox(_("Show the sub&jects, too; they are private"))
        self.subjects.toggled.connect(lambda on: setattr(self._project, "show_subjects", on))
        self.chip = Chip()
        hint = _("Who has signed off and who has not, for a spreadsheet")
        self.save_list = Button(_("Save list…"), self.ask_list, kind="quiet", icon="download", hint=hint)
        self.paste = Button(_("&Paste replies…"), lambda: self._turn(1), icon="mail")
        choices = row(
            Field(_("Sheets &for"), self.whom), Field(_("Save &as"), self.form), Field(_("&Language"), self.language), spacing=M
        )
        for place, weight in enumerate((3, 3, 2)):
            choices.setStretch(place, weight)
        note = _(
            "Each user gets a sheet: folders with their numbers, oldest and newest, and three messages to look for, by sender and date."
        )
        card = Card(_("Let your users check"), note, spacing=S).add(choices, WrapRow(self.subjects, self.save_list, self.paste))
        card.head.addWidget(self.chip)
        self.mailing = Mailing(self._page, lambda kind, boxes, _language: self._mailed(kind, boxes))
        card.add(self.mailing)
        self.form.currentIndexChanged.connect(lambda _index: self._page.changed.emit())
        return card

    def _record_line(self) -> QWidget:
        self.how = QComboBox()
        self.how.setAccessibleName(_("How they said it"))
        for how in HOW:
            self.how.addItem(_(HOW_WORDS[how]), how)
        self.how.setCurrentIndex(HOW.index("phoned"))
        self.who = QLineEdit()
        self.who.setPlaceholderText(_("Who said it (optional)"))
        self.who.setAccessibleName(_("Who said it"))
        self.who.setMinimumWidth(theme().px(180))
        self.record = Button(_("Record sign-off"), self.sign, icon="check")
        self.take_back = Button(_("Take back"), self.unsign, kind="quiet", icon="cross")
        line = box(WrapRow(self.how, self.who, self.record, self.take_back))
        spoken_label(self.how)
        return line

    # --- showing

    def refresh(self) -> None:
        project = self._project
        signed, written, zone = project.sign_offs(), project.sheets_written(), project.company.timezone
        begun = {box.id for box in project.checked_mailboxes()}
        none: tuple[dt.datetime | None, dt.datetime | None] = (None, None)
        self.users.show_rows(
            [UserLine(m, m.id in begun, *written.get(m.id, none), signed.get(m.id), zone) for m in project.mailboxes()]
        )
        self.table.fit()
        if self._first:
            self.language.setCurrentIndex(max(0, self.language.findData(project.company.language)))
            self._first = False
        self.subjects.blockSignals(True)
        self.subjects.setChecked(project.show_subjects)
        self.subjects.blockSignals(False)
        n, of = signed_off(project)
        self.chip.say(
            _("{n} of {all} users have signed off").format(n=formats.count(n), all=formats.count(of)),
            Tone.GOOD if of and n >= of else Tone.INFO,
        )
        self._enable()

    _first = True

    def _enable(self) -> None:
        chosen = self._chosen()
        self.record.setEnabled(any(u.copied and not u.signed for u in chosen))
        self.take_back.setEnabled(any(u.signed for u in chosen))
        self.paste.setEnabled(bool(self._project.checked_mailboxes()))

    def _chosen(self) -> list[UserLine]:
        rows = {self.table.filter.mapToSource(index).row() for index in self.table.selectionModel().selectedRows()}
        return [self.users.row(place) for place in sorted(rows)]

    def _turn(self, place: int) -> None:
        self.views.setCurrentIndex(place)
        if place:
            self.replies.text.setFocus()
        self._page.changed.emit()

    # --- what users said

    def sign(self) -> None:
        wanted = [u.mailbox.id for u in self._chosen() if u.copied and not u.signed]
        if self._recorded(wanted, self.who.text(), str(self.how.currentData())):
            self.who.clear()
            self._told(len(wanted))

    def unsign(self) -> None:
        signed = [u.mailbox.id for u in self._chosen() if u.signed]
        self._page.tried(lambda: self._project.take_back_sign_off(signed))
        self.refresh()
        self._page.changed.emit()

    def _recorded(self, mailbox_ids: Sequence[int], who: str, how: str, words: str = "") -> bool:
        def record() -> bool:
            self._project.sign_off(mailbox_ids, who, how, _now(), words)
            return True

        return bool(self._page.tried(record))

    def _replies_recorded(self, words: str) -> None:
        self.refresh()
        if words:
            self._page.told.emit(words)
        self._page.changed.emit()

    def _told(self, count: int) -> None:
        self.refresh()
        self._page.told.emit(ngettext("{n} sign-off recorded", "{n} sign-offs recorded", count).format(n=count))
        self._page.changed.emit()

    # --- sheets

    def wanted(self) -> list[Mailbox]:
        """Whom the sheets are for."""
        begun = {box.id for box in self._project.checked_mailboxes()}
        among = self._project.mailboxes() if self.whom.currentData() == "all" else self._project.not_signed_off()
        return [box for box in among if box.id in begun]

    def action(self) -> Action | None:
        if self.views.currentIndex():
            return None
        reminder = self.whom.currentData() == "remind"
        n, of = signed_off(self._project)
        ready = bool(self.wanted()) and not self._page.busy
        if self.form.currentData() == BY_MAIL[0]:
            return Action(_("&Send the reminders") if reminder else _("&Send the sheets"), self.send, "mail", ready, urgent=n < of)
        words = _("Write the remin&ders…") if reminder else _("Write the s&heets…")
        return Action(words, self.ask_where, "download", ready, urgent=n < of)

    def ask_where(self) -> None:
        folder = self._project.path.parent
        if self.form.currentData() is Form.PDF:
            ask.ask_save(self, _("Save the sheets"), folder / _("check sheets.pdf"), _("PDF (*.pdf)"), self.write)
        else:
            ask.ask_folder(self, _("Choose the folder for the sheets"), folder, self.write)

    def ask_list(self) -> None:
        place = self._project.path.with_name(_("sign-offs.csv"))
        ask.ask_save(self, _("Save the list"), place, _("Spreadsheet (*.csv)"), self.write_list)

    def write_list(self, target: Path) -> None:
        self._page.work(
            _("Writing the list…"),
            lambda: check_files.write_list(self._project, target),
            lambda _none: self._page.told.emit(_("The list was saved")),
        )

    def write(self, target: Path) -> None:
        project, boxes, form = self._project, self.wanted(), Form(self.form.currentData())
        language, reminder = str(self.language.currentData()), self.whom.currentData() == "remind"
        self._page.work(
            _("Making the sheets…"),
            lambda: check_files.write(project, boxes, form, language, target, _now(), reminder),
            self._written,
        )

    def send(self) -> None:
        """To those chosen above, by the sending server."""
        project, language, reminder = self._project, str(self.language.currentData()), self.whom.currentData() == "remind"
        kind = SheetKind.REMINDER if reminder else SheetKind.CHECK
        self.mailing.send(
            kind, language, self.wanted(), lambda boxes: check_files.drafts(project, boxes, language, _now(), reminder)
        )

    def _mailed(self, kind: SheetKind, boxes: Sequence[Mailbox]) -> None:
        self._project.mark_sheets([one.id for one in boxes], _now(), kind is SheetKind.REMINDER)
        self.refresh()

    def _written(self, written: Written) -> None:
        self.refresh()
        self._page.told.emit(
            ngettext("{n} file written", "{n} files written", written.files).format(n=formats.count(written.files))
        )
        if written.problems:
            address, why = written.problems[0]
            words = ngettext(
                "{n} sheet has no messages to look for", "{n} sheets have no messages to look for", len(written.problems)
            ).format(n=len(written.problems))
            self._page.show_problem(Problem(words, f"{address}: {why}", tone=Tone.WARN))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
