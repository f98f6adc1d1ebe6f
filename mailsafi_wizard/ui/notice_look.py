"""A notice as any user will get it: mail, plain text, short message, printed page; copied, opened in the mail program, or printed for all."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QPlainTextEdit, QSizePolicy, QTextBrowser, QWidget

from mailsafi_wizard import notices
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.notices import LONGEST_SHORT, Notice
from mailsafi_wizard.ui.stack import Stack
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Field, column, label, row
from mailsafi_wizard.words import LANGUAGES, N_, _

FIELD_NAMES = {  # what the first page calls the fields that a notice may lack
    "company": N_("the company's name"),
    "help_contact": N_("whom users may ask"),
    "webmail": N_("the webmail address"),
    "smtp_host": N_("the server for outgoing mail"),
    "smtp_port": N_("the port of the server for outgoing mail"),
    "imap_host": N_("MailSafi's mail server"),
    "imap_port": N_("MailSafi's mail server"),
    "imap_security": N_("MailSafi's mail server"),
    "cutover_when": N_("the day of the cutover"),
    "cutover_date": N_("the day of the cutover"),
    "cutover_short": N_("the day of the cutover"),
    "cutover_time": N_("the day of the cutover"),
    "check_by": N_("the day of the cutover"),
}
NARROW = 480  # pixels below which three fields side by side would cut an address
_INKS = {"#17211e": "text", "#4c5a55": "muted", "#0b6b57": "accent"}  # the letter's own are made for white paper


class Form(enum.Enum):
    """How a user gets it."""

    MAIL = "mail"
    PLAIN = "plain"
    SHORT = "short"
    PAGE = "page"


_FORMS = {
    Form.MAIL: N_("Mail"),
    Form.PLAIN: N_("Mail, plain text"),
    Form.SHORT: N_("SMS or WhatsApp"),
    Form.PAGE: N_("Printed page"),
}


def lacking(notice: Notice) -> str:
    names = dict.fromkeys(_(FIELD_NAMES.get(name, name)) for name in notice.missing)
    return _("Not ready to be sent: enter {fields} on the first page.").format(fields=", ".join(names)) if names else ""


def in_our_colours(text: str) -> str:
    """A mail as it is shown here: its inks those of the theme, its letters as large as the person wants them."""
    for ink, role in _INKS.items():
        text = text.replace(f"color: {ink}", f"color: {theme().colour(role).name()}")
    text = re.sub(r"font-size: (\d+)px", lambda size: f"font-size: {round(int(size[1]) * theme().zoom)}px", text)
    return text.replace("margin: 1.2em", "margin: 0")


class _Choices(QWidget):
    """Three fields side by side; where that would cut an address, the first has a row of its own."""

    def __init__(self, first: Field, second: Field, third: Field) -> None:
        super().__init__()
        self._fields = (first, second, third)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(M)
        self._grid.setVerticalSpacing(S)
        for place, share in enumerate((4, 2, 3)):
            self._grid.setColumnStretch(place, share)
        self._narrow: bool | None = None
        self.setLayout(self._grid)
        self._arrange(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width() < theme().px(NARROW))

    def _arrange(self, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        first, second, third = self._fields
        places = (
            ((first, 0, 0, 3), (second, 1, 0, 1), (third, 1, 1, 2))
            if narrow
            else ((first, 0, 0, 1), (second, 0, 1, 1), (third, 0, 2, 1))
        )
        for field, down, across, span in places:
            self._grid.addWidget(field, down, across, 1, span)


class NoticeLook(QWidget):
    """``changed`` is called when another user or language is chosen, ``print_all`` when pages for all users are wanted."""

    def __init__(self, changed: Callable[[], object], print_all: Callable[[], object], told: Callable[[str], object]) -> None:
        super().__init__()
        self._told = told
        self._notice: Notice | None = None
        self._mailbox = Mailbox("", "", "")
        self._mailboxes: tuple[Mailbox, ...] = ()
        self.user, self.language, self.form = QComboBox(), QComboBox(), QComboBox()
        for key, name in LANGUAGES.items():
            self.language.addItem(name, key)
        for form, words in _FORMS.items():
            self.form.addItem(_(words), form)
        for combo in (self.user, self.form):
            combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for combo in (self.user, self.language):
            combo.activated.connect(lambda _index: changed())
        self.form.currentIndexChanged.connect(lambda _index: self._turn())
        self.setLayout(column(self._card(print_all), margins=(0, M, 0, 0)))
        theme().changed.connect(self._recolour)

    def _card(self, print_all: Callable[[], object]) -> Card:
        choices = _Choices(
            Field(_("Shown for &user"), self.user), Field(_("&Language"), self.language), Field(_("As a"), self.form)
        )
        self.subject = label("", "strong", select=True)
        self.lacks = label("", tone="warn")
        self.mail, self.page = QTextBrowser(), QTextBrowser()
        self.plain, self.short = QPlainTextEdit(), QPlainTextEdit()
        self.views = Stack()
        for form, view in zip(_FORMS, (self.mail, self.plain, self.short, self.page), strict=True):
            view.setAccessibleName(_(_FORMS[form]))
            self.views.addWidget(view)
        for browser in (self.mail, self.page):
            browser.setOpenLinks(False)
        for edit in (self.plain, self.short):
            edit.setReadOnly(True)
            edit.setTabChangesFocus(True)
        copy = Button(_("&Copy"), self._copy, kind="quiet", icon="copy", hint=_("Copies the words of this form"))
        self.mail_to = Button(
            _("Ma&il program…"), self._mail_to, kind="quiet", icon="mail", hint=_("Opens it in your mail program, to this user")
        )
        self.print_all = Button(_("&Print…"), print_all, kind="quiet", icon="print", hint=_("One PDF with a page for each user"))
        card = Card(spacing=S).add(
            choices, self.subject, self.lacks, self.views, row(1, copy, self.mail_to, self.print_all, spacing=S)
        )
        card.body.setStretch(3, 1)
        return card

    # --- showing

    def show_users(self, mailboxes: tuple[Mailbox, ...], example: Mailbox, language: str) -> None:
        if mailboxes != self._mailboxes or not self.user.count():
            self._mailboxes = mailboxes
            self.user.clear()
            self.user.addItems([mailbox.address for mailbox in mailboxes] or [example.address])
        if not self.language.property("chosen"):
            self.language.setCurrentIndex(max(0, self.language.findData(language)))
            self.language.setProperty("chosen", True)
        self.print_all.setEnabled(bool(mailboxes))

    @property
    def chosen_language(self) -> str:
        return str(self.language.currentData())

    def chosen_user(self, example: Mailbox) -> Mailbox:
        index = self.user.currentIndex()
        return self._mailboxes[index] if 0 <= index < len(self._mailboxes) else example

    def show_notice(self, notice: Notice, mailbox: Mailbox) -> None:
        self._notice, self._mailbox = notice, mailbox
        self.plain.setPlainText(notice.plain)
        self.short.setPlainText(notice.short)
        self._recolour()
        self._turn()

    def _recolour(self) -> None:
        """The inks stand in the mail's own text: when the system turns dark, words in the old ones could not be read."""
        if self._notice is not None:
            self.mail.setHtml(in_our_colours(self._notice.as_html))
            self.page.setHtml(in_our_colours(notices.as_page(self._notice, self._mailbox.address)))

    def _turn(self) -> None:
        notice, form = self._notice, Form(self.form.currentData())
        self.views.setCurrentIndex(self.form.currentIndex())
        if notice is None:
            return
        length = _("{n} of {most} characters").format(n=len(notice.short), most=LONGEST_SHORT)
        self.subject.setText(length if form is Form.SHORT else notice.subject)
        self.subject.setVisible(form is not Form.PAGE)
        too_long = _("This short message is too long: shorten its words, or the name of the company or of whom users may ask.")
        self.lacks.setText(lacking(notice) or (too_long if form is Form.SHORT and not notice.fits else ""))
        self.lacks.setVisible(bool(self.lacks.text()))

    # --- doing

    def _copy(self) -> None:
        if self._notice is not None:
            short = Form(self.form.currentData()) is Form.SHORT
            QGuiApplication.clipboard().setText(self._notice.short if short else self._notice.plain)
            self._told(_("Copied."))

    def _mail_to(self) -> None:
        if self._notice is not None:
            QDesktopServices.openUrl(QUrl(notices.mail_to(self._notice, self._mailbox)))
