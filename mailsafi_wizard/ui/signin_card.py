"""The sign-in sheets on the Finish page: seen as they will be printed, the users' programs found out, saved in any form."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from mailsafi_wizard import signin
from mailsafi_wizard.model import Mailbox, Secret
from mailsafi_wizard.project.finishing import ProgramsSeen
from mailsafi_wizard.project.mailing_sheets import SheetKind
from mailsafi_wizard.saving import safe_name
from mailsafi_wizard.signin import ProfileSigner
from mailsafi_wizard.signin.apple import LARGEST, NoSigner
from mailsafi_wizard.ui import ask, formats, kept, signin_files
from mailsafi_wizard.ui.mailing import BY_MAIL, Mailing
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.sheet_view import Preview
from mailsafi_wizard.ui.sheets import Document
from mailsafi_wizard.ui.signin_files import Form
from mailsafi_wizard.ui.signin_paper import lay_out_sheets
from mailsafi_wizard.ui.theme import L, M
from mailsafi_wizard.ui.widgets import Button, Card, Field, Tone, box, column, label, row
from mailsafi_wizard.words import LANGUAGES, N_, _, ngettext

TOLD_EVERY = 250  # milliseconds
SENDING = N_("To each user, by the server you entered on the page Communicate; Apple's set-up file is attached.")


class SigninPart(QWidget):
    """Everything about the sheets. ``page`` carries out what is slow and shows what went wrong."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._project = page, page.project
        self._signer: ProfileSigner | None = None
        self._key_file = b""
        self._shown: tuple[object, ...] = ()
        self._heard: deque[ProgramsSeen] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(TOLD_EVERY)
        self._timer.timeout.connect(self._tell)
        self.preview = Preview(
            _("The sign-in sheet as it will be printed"), _("The sheets are shown here once there is a list of mailboxes.")
        )
        whole = row(
            box(column(self._sheet_card(), self._form_card(), self._welcome_card(), 1, spacing=L)),
            column(self.preview, 1),
            spacing=L,
        )
        whole.setStretch(0, 5)
        whole.setStretch(1, 4)
        self.setLayout(whole)

    # --- putting it together -------------------------------------------------------------------------------------------------------

    def _sheet_card(self) -> Card:
        self.user, self.language = QComboBox(), QComboBox()
        for key, name in LANGUAGES.items():
            self.language.addItem(name, key)
        self.user.activated.connect(lambda _index: self._show())
        self.language.activated.connect(lambda _index: self._show())
        choices = row(Field(_("Shown for &user"), self.user), Field(_("&Language"), self.language), spacing=M)
        choices.setStretch(0, 3)
        choices.setStretch(1, 2)
        self.lacks = label("", tone="warn")
        self.go_start = Button(_("Go to Start"), lambda: self._page.go_to.emit("start"))
        lacking = row(self.lacks, self.go_start)
        lacking.setStretch(0, 1)
        self.lacking = box(lacking)
        self.programs = label("", tone="muted")
        hint = _("Reads the names of the programs from the newest messages in Sent. Nothing is changed or marked as read.")
        self.look = Button(_("Look which &programs are used"), self.look_at_programs, icon="search", hint=hint)
        self.halt = Button(_("Stop"), self._project.stop_programs, kind="quiet", icon="stop")
        note = _("A page for each user: webmail, Outlook, phone, Thunderbird, Mac, and a code to scan. No password stands on it.")
        return Card(_("Sign-in sheets"), note).add(choices, self.lacking, self.programs, row(self.look, self.halt, 1))

    def _form_card(self) -> Card:
        self.form = QComboBox()
        for form in Form:
            if form is Form.APPLE:  # behind the forms of the sheets themselves
                self.form.addItem(_(BY_MAIL[1]), BY_MAIL[0])
            self.form.addItem(_(signin_files.NAMES[form]), form)
        self.form.currentIndexChanged.connect(lambda _index: self._form_chosen())
        self.form_note = label("", tone="muted")
        self.signed = label("", tone="muted")
        self.choose_key = Button(_("Sign them with a &certificate…"), self._ask_key, icon="key")
        self.word = QLineEdit()
        self.word.setEchoMode(QLineEdit.EchoMode.Password)
        self.word.returnPressed.connect(self._use_word)
        self.word_field = Field(_("Passp&hrase of this file"), self.word, beside=Button(_("Use it"), self._use_word))
        self.signing = box(column(self.signed, row(self.choose_key, 1), self.word_field))
        self.written = label("", "small", "muted")
        self.mailing = Mailing(self._page, lambda _kind, boxes, language: self._mailed(boxes, language))
        card = Card().add(Field(_("Save &as"), self.form), self.form_note, self.signing, self.written, self.mailing)
        self.word_field.hide()
        return card

    def _welcome_card(self) -> Card:
        self.welcome = label("", tone="muted")
        go = Button(_("Go to Communicate"), lambda: self._page.go_to.emit("communicate"), kind="quiet", icon="arrow-right")
        line = row(self.welcome, go)
        line.setStretch(0, 1)
        return Card(_("The welcome notice")).add(line)

    # --- showing -------------------------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> Form | None:
        """In which form files are to be saved; None: the sheets are sent."""
        data = self.form.currentData()
        return data if isinstance(data, Form) else None

    def refresh(self) -> None:
        boxes = self._project.mailboxes()
        addresses = [one.address for one in boxes]
        if addresses != [self.user.itemText(i) for i in range(self.user.count())]:
            self.user.clear()
            self.user.addItems(addresses)
        self.user.setEnabled(bool(addresses))
        if not self._shown:
            self.language.setCurrentIndex(max(0, self.language.findData(self._project.company.language)))
        self._show_programs(len(boxes))
        self._show_written(len(boxes))
        self._form_chosen()
        saved, told = kept.marked(self._project, "notice.sign-in"), self._project.notice_standing("sign-in")
        words = (
            _("“How to sign in” was saved on {when}. Send it together with the sheets.")
            if saved
            else _("“How to sign in” has not been sent or saved yet.")
        )
        if told.sent:
            words = _("“How to sign in” was sent to {n} of {all} users.")
        self.welcome.setText(words.format(when=self._moment(saved) if saved else "", n=told.sent, all=told.people))
        self._show()

    def _show_programs(self, count: int) -> None:
        seen = self._project.programs()
        known = sum(bool(found) for found in seen.values())
        if not seen:
            words = _("Each user's own program comes first on the sheet, where the sent mail tells which one it is.")
        else:
            words = _("The program is known of {known} of {all} users and comes first on their sheets.").format(
                known=known, all=count
            )
        self.programs.setText(words)
        self.halt.setVisible(self._timer.isActive())
        self.look.setEnabled(not self._page.busy and count > 0)

    def _show_written(self, count: int) -> None:
        made = self._project.sheets_made()
        last = max((one.when for one in made.values()), default=None)
        self.written.setVisible(last is not None)
        if last is not None:
            text = ngettext("Last saved on {when}, for {n} user.", "Last saved on {when}, for {n} users.", len(made))
            self.written.setText(
                text.format(when=self._moment(last), n=len(made))
                if len(made) >= count
                else _("Last saved on {when}; {n} users have none yet.").format(when=self._moment(last), n=count - len(made))
            )

    def _moment(self, when: dt.datetime) -> str:
        return formats.moment(when, self._project.company.timezone)

    def _form_chosen(self) -> None:
        self.form_note.setText(_(signin_files.NOTES[self.chosen] if self.chosen else SENDING))
        self.signing.setVisible(self.chosen in (Form.APPLE, Form.MAIL, None))
        if self._signer is None:
            self.signed.setText(_("Apple's files are not signed: the devices call them “not signed” and set up all the same."))
        else:
            words = _("Apple's files are signed as {name}, until {when}.")
            self.signed.setText(words.format(name=self._signer.name, when=formats.day(self._signer.expires.date())))
        self._page.changed.emit()

    def _show(self) -> None:
        """The chosen user's sheet; laid out here, for one page takes a few thousandths of a second."""
        place = self.user.currentIndex()
        boxes = self._project.mailboxes()
        if not 0 <= place < len(boxes):
            self.lacking.hide()
            self.preview.view.show_document(Document((), 1, 1, ""))
            return
        sheet = self._page.tried(lambda: self._project.sheet(boxes[place], str(self.language.currentData())))
        if sheet is None or (sheet,) == self._shown:
            return
        self._shown = (sheet,)
        self.lacks.setText(_("Not entered yet: {what}.").format(what=", ".join(self._lacking(place))))
        self.lacking.setVisible(bool(sheet.lacking))
        self.preview.view.show_document(lay_out_sheets([sheet]))

    def _lacking(self, place: int) -> tuple[str, ...]:
        """In the language of the screen, whatever the sheet's."""
        from mailsafi_wizard.words import language

        return self._project.sheet(self._project.mailboxes()[place], language()).lacking

    # --- which programs ------------------------------------------------------------------------------------------------------------

    def look_at_programs(self) -> None:
        self._heard.clear()
        self._timer.start()
        self._page.work(_("Looking at sent mail…"), lambda: self._project.look_at_programs(self._heard.append), self._looked)
        self.refresh()

    def _tell(self) -> None:
        if not self._page.busy:
            self._timer.stop()
            self.refresh()
            return
        count = len(self._project.mailboxes())
        self.programs.setText(_("Looked at {n} of {all} mailboxes.").format(n=len(self._heard), all=count))

    def _looked(self, found: tuple[ProgramsSeen, ...]) -> None:
        self._timer.stop()
        self._page.refresh()
        failed = [one for one in found if one.error]
        if failed:
            addresses = {one.id: one.address for one in self._project.mailboxes()}
            what = ngettext(
                "{n} mailbox could not be looked at: {names}", "{n} mailboxes could not be looked at: {names}", len(failed)
            )
            names = ", ".join(addresses.get(one.mailbox_id, "") for one in failed[:3]) + ("…" if len(failed) > 3 else "")
            self._page.show_problem(Problem(what.format(n=len(failed), names=names), failed[0].error, tone=Tone.WARN))

    # --- signing -------------------------------------------------------------------------------------------------------------------

    def _ask_key(self) -> None:
        kinds = _("Certificate with private key (*.p12 *.pfx *.pem);;All files (*)")
        ask.ask_open(self, _("Choose the certificate and its key"), self._project.path.parent, kinds, self.take_key)

    def take_key(self, path: Path) -> None:
        """The certificate and key in a file; they are kept in memory only, as long as the window is open."""
        with_size = self._page.tried(lambda: path.stat().st_size)
        if with_size is None:
            return
        self._key_file = self._page.tried(lambda: path.read_bytes() if with_size <= LARGEST else b"") or b""
        self._try_key("")

    def _use_word(self) -> None:
        word = self.word.text()
        self.word.clear()
        self._try_key(word)

    def _try_key(self, word: str) -> None:
        try:
            self._signer = signin.signer_from(self._key_file, Secret(word), dt.datetime.now(dt.UTC))
        except NoSigner as error:
            needs_word = "passphrase" in error.title_text
            self.word_field.setVisible(needs_word)
            if needs_word and not word:
                self.word.setFocus()
            else:
                self._page.fail(error)
            return
        self._key_file = b""
        self.word_field.hide()
        self._page.show_problem(None)
        self._form_chosen()

    # --- saving --------------------------------------------------------------------------------------------------------------------

    def action(self) -> Action:
        ready = not self._page.busy and self.user.count() > 0
        if self.chosen is None:
            words = ngettext("&Send the sheet to {n} user", "&Send the sheets to {n} users", self.user.count())
            return Action(words.format(n=formats.count(self.user.count())), self.send, "mail", ready)
        return Action(_("&Save the sheets…") if self.chosen.sheets else _("&Save the files…"), self._ask_where, "download", ready)

    def _ask_where(self) -> None:
        folder = self._project.path.parent
        if self.chosen is Form.PDF:
            name = safe_name(_("Sign-in sheets {company}").format(company=self._project.company.name)) + ".pdf"
            ask.ask_save(self, _("Save the sign-in sheets"), folder / name, _("PDF (*.pdf)"), self.save)
        else:
            ask.ask_folder(self, _("Choose a folder for the files"), folder, self.save)

    def send(self) -> None:
        """To every user, by the sending server."""
        project, language, signer = self._project, str(self.language.currentData()), self._signer
        self.mailing.send(
            SheetKind.SIGN_IN,
            language,
            project.mailboxes(),
            lambda boxes: signin_files.drafts(project, boxes, language, signer),
        )

    def _mailed(self, boxes: Sequence[Mailbox], language: str) -> None:
        self._project.note_sheets(language, BY_MAIL[0], boxes)
        self._page.refresh()

    def save(self, target: Path) -> None:
        """Write the chosen form: a file for one PDF, else files in the folder ``target``."""
        form, language, signer = self.chosen, str(self.language.currentData()), self._signer
        assert form is not None
        self._page.work(
            _("Writing the sheets…") if form.sheets else _("Writing the files…"),
            lambda: signin_files.write(self._project, form, language, target, signer),
            self._saved,
        )

    def _saved(self, count: int) -> None:
        self._page.refresh()
        self._page.told.emit(ngettext("{n} file was saved.", "{n} files were saved.", count).format(n=count))
