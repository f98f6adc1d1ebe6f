"""Replies pasted in: what each says, and those that a person has to read, asked in place. Nothing is recorded that was not shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QScrollArea, QWidget

from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.signoff import Reply, Verdict
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Chip, Tone, box, column, label, row
from mailsafi_wizard.words import N_, _, ngettext

WHY = {
    "no address": N_("It is not clear whose reply this is"),
    "nothing said": N_("It says neither yes nor no"),
    "doubt": N_("Something may be missing"),
    "long": N_("There is more in it than a yes"),
    "twice": N_("More than one reply"),
}


class AskedReply(QWidget):
    """One reply that a person has to read."""

    answered = Signal()

    def __init__(self, reply: Reply, mailboxes: Sequence[Mailbox], count_as_yes: Callable[[int, str], bool]) -> None:
        super().__init__()
        self.reply = reply
        self._count_as_yes = count_as_yes
        self.whose = QComboBox()
        self.whose.setAccessibleName(_("Whose reply is this?"))
        if reply.address:
            mailboxes = [m for m in mailboxes if m.address == reply.address]
        else:
            self.whose.addItem(_("Whose is it?"), 0)
        for mailbox in mailboxes:
            self.whose.addItem(mailbox.address, mailbox.id)
        self.whose.setEnabled(self.whose.count() > 1)
        self.whose.currentIndexChanged.connect(lambda _index: self._enable())
        self.yes = Button(_("Counts as “ok”"), self._yes, icon="check")
        self.no = Button(_("Not signed off"), self._no, kind="quiet", icon="cross")
        words = label(f"“{reply.words}”" if reply.words else _("(no words of the user's own)"), select=True)
        head = row(self.whose, Chip(_(WHY.get(reply.why, reply.why)), Tone.WARN), 1, self.yes, self.no, spacing=S)
        self.setLayout(column(head, words, spacing=S))
        self._enable()

    def _enable(self) -> None:
        self.yes.setEnabled(bool(self.whose.currentData()))

    def _yes(self) -> None:
        if self._count_as_yes(int(self.whose.currentData()), self.reply.words):
            self._no()

    def _no(self) -> None:
        self.hide()
        self.answered.emit()


class ReplyImport(QWidget):
    """``read(text)`` tells what replies say, ``record(mailboxes, words)`` records a yes, and says whether it could. `closed`: the admin is through."""

    closed = Signal()
    recorded = Signal(str)  # what was done, in a sentence

    def __init__(
        self,
        read: Callable[[str], Sequence[Reply]],
        record: Callable[[Sequence[int], str], bool],
        mailboxes: Callable[[], Sequence[Mailbox]],
    ) -> None:
        super().__init__()
        self._read, self._record, self._mailboxes = read, record, mailboxes
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(_("Replies of your users"))
        self.text.setPlaceholderText(
            _("From: jane@example.co.ke\nSawa, all is there.\n\nor a line for each:\njane@example.co.ke: ok")
        )
        self.text.setMinimumHeight(theme().px(110))
        self.text.setTabChangesFocus(True)
        self.take = Button(_("&Read the replies"), self.read_them, kind="primary", icon="mail")
        self.close_it = Button(_("Back to the list"), self._close, kind="quiet", icon="arrow-left")
        self.outcome = label("", "strong", wrap=False)
        self.asked: list[AskedReply] = []
        self._list = column(spacing=M)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(box(self._list))
        note = _(
            "Paste mails with their senders, or a line for each user. Only a plain yes is recorded by itself (“ok”, “sawa”, “yes”…);"
            " whatever else was written is shown to you. Quoted text does not count."
        )
        head = row(self.close_it, label(_("Replies of your users"), "heading", wrap=False), 1)
        layout = column(head, label(note, tone="muted"), self.text, row(self.take, self.outcome, 1, spacing=M), scroll, spacing=S)
        layout.setStretch(2, 2)
        layout.setStretch(4, 3)
        self.setLayout(layout)

    def read_them(self) -> None:
        """Records the plain ones and shows the others; the text stays where one could not be recorded, which the page tells."""
        if not self.text.toPlainText().strip():
            return
        replies = self._read(self.text.toPlainText())
        ids = {m.address: m.id for m in self._mailboxes()}
        plain = [r for r in replies if r.verdict is Verdict.YES]
        if not all(self._record([ids[reply.address]], reply.words) for reply in plain):
            return
        self._clear()
        for reply in replies:
            if reply.verdict is Verdict.ASK:
                self._ask(reply)
        words = ngettext("{n} sign-off recorded", "{n} sign-offs recorded", len(plain)).format(n=len(plain))
        if self.asked:
            words += "; " + ngettext("{n} reply to be read by you", "{n} replies to be read by you", len(self.asked)).format(
                n=len(self.asked)
            )
        self.outcome.setText(words + ".")
        self.text.clear()
        self.recorded.emit(words)

    def _ask(self, reply: Reply) -> None:
        asked = AskedReply(reply, self._mailboxes(), lambda number, words: self._record([number], words))
        asked.answered.connect(lambda: self.recorded.emit(""))
        self.asked.append(asked)
        self._list.insertWidget(self._list.count() - 1, asked)

    def _clear(self) -> None:
        for asked in self.asked:
            self._list.removeWidget(asked)
            asked.deleteLater()
        self.asked.clear()

    def _close(self) -> None:
        self._clear()
        self.outcome.setText("")
        self.closed.emit()
