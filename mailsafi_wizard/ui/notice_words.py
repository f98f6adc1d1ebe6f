"""The words of a notice, changed in place: checked as they are typed, seen at once as a user gets them, put back with one click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QSplitter, QTextBrowser, QWidget

from mailsafi_wizard import notices
from mailsafi_wizard.notices import LONGEST_SHORT, Draft, Finding, Notice
from mailsafi_wizard.ui.notice_look import in_our_colours
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Field, FieldNote, box, column, label, row
from mailsafi_wizard.words import N_, _, translated

PAUSE = 250  # milliseconds after the last key before the words are looked at
FIELDS = {
    "company": N_("Company"),
    "address": N_("The user's address"),
    "user_name": N_("The user's name for signing in"),
    "help_contact": N_("Whom users may ask"),
    "cutover_when": N_("Day and time of the cutover"),
    "cutover_date": N_("Day of the cutover"),
    "cutover_time": N_("Time of the cutover"),
    "check_by": N_("Day by which to check"),
    "webmail": N_("Webmail address"),
    "imap_host": N_("Server for incoming mail"),
    "smtp_host": N_("Server for outgoing mail"),
}
PARTS = {
    "why": N_("Why the email moves"),
    "when": N_("When"),
    "moves": N_("What moves"),
    "stays": N_("What does not move"),
    "before": N_("Before the day"),
    "on_the_day": N_("On the day"),
    "sign_in": N_("How to sign in"),
    "devices": N_("Phone and Outlook, ahead"),
    "devices_now": N_("Phone and Outlook, with the servers"),
    "check": N_("How to check"),
    "never_ask": N_("Never asks for the password"),
    "help": N_("Whom to ask"),
}


class NoticeWords(QWidget):
    """Shows one draft. ``check`` tells of each what is to be mended, and the notice as a user would get it; ``keep`` keeps it."""

    def __init__(
        self,
        check: Callable[[Draft], tuple[Sequence[Finding], Notice | None]],
        keep: Callable[[Draft], object],
        put_back: Callable[[], object],
    ) -> None:
        super().__init__()
        self._check, self._keep = check, keep
        self._language = "en"
        self._showing = False
        self._notice: Notice | None = None
        self._before: Draft | None = None  # what "put the original back" took away
        self.subject, self.short, self.text = QLineEdit(), QPlainTextEdit(), QPlainTextEdit()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.look)
        self.subject.textEdited.connect(lambda _text: self._touched())
        for edit in (self.short, self.text):
            edit.setTabChangesFocus(True)
            edit.textChanged.connect(self._touched)
        self.short.setFixedHeight(theme().px(74))
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.setHandleWidth(M)
        split.addWidget(self._editor(put_back))
        split.addWidget(self._preview())
        split.setSizes([theme().px(560), theme().px(420)])
        self.setLayout(column(split, margins=(0, M, 0, 0)))

    def _editor(self, put_back: Callable[[], object]) -> QWidget:
        self.heading = label("", "heading")
        subject, short, text = (
            Field(_("Sub&ject"), self.subject),
            Field(_("SM&S or WhatsApp"), self.short),
            Field(_("&Text"), self.text),
        )
        self.notes: dict[str, FieldNote] = {"subject": subject.note, "short": short.note, "body": text.note}
        insert = Button(
            _("&Insert a field"), None, kind="quiet", icon="plus", hint=_("Put the company's name, a day or a ready-made part in")
        )
        self.menu = QMenu(insert)
        insert.setMenu(self.menu)
        self.write_out = Button(_("Write &out the parts"), self._write_out, kind="quiet", icon="file", hint=_(
            "Puts the words of the ready-made parts in the place of their names, so that you can change them"
        ))  # fmt: skip
        self.back = Button(_("Put the ori&ginal back"), put_back, kind="quiet", icon="refresh")
        self.again = Button(_("Take my words back"), self._again, kind="quiet")
        marks = label(
            _("An empty line begins a paragraph; “## ” a heading, “- ” a list, **stars** strong words."), "small", "muted"
        )
        tools = row(insert, self.write_out, self.back, self.again, 1, spacing=S)
        card = Card(spacing=S).add(self.heading, subject, short, text, marks, tools)
        card.body.setStretch(3, 1)
        for place, share in ((1, 1), (3, 0)):
            text.layout().setStretch(place, share)  # type: ignore[union-attr]
        return card

    def _preview(self) -> QWidget:
        self.mail = QTextBrowser()
        self.mail.setOpenLinks(False)
        self.mail.setAccessibleName(_("The mail as the user gets it"))
        self.whose = label("", "small", "muted")
        self.advice = label("", tone="warn", select=True)
        card = Card(spacing=S).add(self.whose, self.mail, self.advice)
        card.body.setStretch(1, 1)
        return box(column(card))

    # --- showing

    def show_draft(self, title: str, language: str, draft: Draft, own: bool, whose: str) -> None:
        """A draft of another notice, or the same one after it was put back; what is being typed is left alone."""
        self._timer.stop()
        self._language, self._showing = language, True
        self.heading.setText(title)
        self.whose.setText(whose)
        if draft != self.draft:
            self.subject.setText(draft.subject)
            self.short.setPlainText(draft.short)
            self.text.setPlainText(draft.body)
        self._showing = False
        self.back.setEnabled(own)
        self.again.setVisible(self._before is not None)
        self._fill_menu()
        self.look(keep=False)

    def forget(self) -> None:
        """Another notice is shown: what was put back can't be taken back any more."""
        self._before = self._notice = None

    def remember(self, draft: Draft) -> None:
        self._before = draft

    @property
    def draft(self) -> Draft:
        return Draft(self.subject.text().strip(), self.short.toPlainText().strip(), self.text.toPlainText().strip())

    def _touched(self) -> None:
        if not self._showing:
            self._timer.start()

    def finish(self) -> None:
        """Keep what was typed now, without waiting."""
        if self._timer.isActive():
            self._timer.stop()
            self.look()

    def look(self, keep: bool = True) -> None:
        """Have the draft checked (and kept), and show what is to be mended beside where it stands."""
        if keep:
            self._keep(self.draft)
        found, notice = self._check(self.draft)
        first: dict[str, str] = {}
        for one in found:
            if one.wrong or one.place != "body":
                first.setdefault(one.place, _(one.text).format(what=translated(one.named)))
        for place, note in self.notes.items():
            note.complain(first.get(place, ""))
        self._notice = notice or self._notice
        if notice is not None and not first.get("short"):
            self.notes["short"].complain("")
            self.notes["short"].setText(_("{n} of {most} characters").format(n=len(notice.short), most=LONGEST_SHORT))
            self.notes["short"].show()
        if self._notice is not None:  # of broken words the last good ones stay in sight
            at = self.mail.verticalScrollBar().value()
            self.mail.setHtml(in_our_colours(self._notice.as_html))
            self.mail.verticalScrollBar().setValue(at)
        lacks = [_(one.text).format(what=translated(one.named)) for one in found if not one.wrong and one.place == "body"]
        self.advice.setText("\n".join(f"⚠ {text}" for text in lacks))
        self.advice.setVisible(bool(lacks))
        if keep:
            self.back.setEnabled(True)

    # --- doing

    def _fill_menu(self) -> None:
        self.menu.clear()
        for name, words in FIELDS.items():
            self.menu.addAction(_(words)).triggered.connect(lambda _on=False, n=name: self.insert(n))
        parts = self.menu.addMenu(_("Ready-made parts"))
        known = notices.part_names(self._language)
        for name, words in PARTS.items():
            if name in known:
                parts.addAction(_(words)).triggered.connect(lambda _on=False, n=name: self.insert(n))

    def insert(self, name: str) -> None:
        self.text.insertPlainText("{{ " + name + " }}")
        self.text.setFocus()

    def _write_out(self) -> None:
        whole = notices.expanded(self.text.toPlainText(), self._language)
        if whole != self.text.toPlainText():
            cursor = self.text.textCursor()  # an edit, so that it can be undone
            cursor.select(cursor.SelectionType.Document)
            cursor.insertText(whole)
            self.finish()

    def _again(self) -> None:
        if self._before is not None:
            words, self._before = self._before, None
            self.subject.setText(words.subject)
            self.short.setPlainText(words.short)
            self.text.setPlainText(words.body)
            self.again.hide()
            self._timer.stop()
            self.look()
